use highline_model::id::first_at;
use highline_model::{EventId, RunState};
use highline_store::{EventFilter, NewEvent, Outcome, Packed, Page, Sampled, WrongFile};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::Value;

use crate::world::{World, at, ending, event, id};

on_both_databases! {
    events_of_a_record_are_those_with_its_id_and_any_mark,
    all_that_was_found_is_read_in_pages,
    the_poll_that_found_an_event_is_known,
    a_wrong_file_is_listed_until_it_is_forgotten,
}

async fn events_of_a_record_are_those_with_its_id_and_any_mark(database: TestDatabase) {
    let world = World::new(database).await;
    let seen = NewEvent { outcome: Outcome::Seen, data: None, ..event("X") };
    let others = ["X2", "X2@1", "Y", "W@9", "XA", "X$"].map(event);
    world.polled(0, [vec![seen], others.to_vec()].concat()).await;
    world.polled(60, vec![event("X@2026"), event("X#abc.1")]).await;
    let of = async |workflow: &str, record: &str, limit: u32| {
        let workflow = id(workflow);
        let filter =
            EventFilter { workflow: Some(&workflow), record: Some(record), ..EventFilter::default() };
        world.store.events(&filter, Page { after: None, limit }).await.unwrap()
    };
    let found = of("contacts", "X", 10).await.events;
    let keys: Vec<&str> = found.iter().map(|event| event.key.as_str()).collect();
    assert_eq!(keys, ["X#abc.1", "X@2026", "X"]);
    assert_eq!((found[2].outcome.as_str(), &found[2].run), ("seen", &None));
    assert_eq!(found[0].run.as_ref().unwrap().state, RunState::Queued);
    let run = world.claim_run(60).await;
    world.commit(ending(&run, RunState::Succeeded)).await;
    let page = of("contacts", "X", 1).await;
    assert_eq!((page.events.len(), page.next), (1, Some(found[0].id)));
    assert!(of("contacts", "nobody", 9).await.events.is_empty());
    assert!(of("others", "X", 9).await.events.is_empty());
}

async fn all_that_was_found_is_read_in_pages(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, ["A", "B"].map(event).to_vec()).await;
    let seen = NewEvent { outcome: Outcome::Seen, data: None, ..event("C") };
    world.polled(60, vec![seen, event("D")]).await;
    let workflow = id("contacts");
    let within = EventFilter { workflow: Some(&workflow), ..EventFilter::default() };
    for filter in [EventFilter::default(), within.clone()] {
        let (mut after, mut keys) = (None, Vec::new());
        loop {
            let page = world.store.events(&filter, Page { after, limit: 3 }).await.unwrap();
            keys.extend(page.events.into_iter().map(|event| event.key));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(keys, ["D", "C", "B", "A"]);
    }
    let seen = EventFilter { outcome: Some("seen"), ..within };
    let seen = world.store.events(&seen, Page { after: None, limit: 3 }).await.unwrap().events;
    assert_eq!(seen.iter().map(|event| event.key.as_str()).collect::<Vec<_>>(), ["C"]);
    let detail = world.store.event(seen[0].id).await.unwrap().unwrap();
    assert_eq!((detail.record, detail.data), (seen[0].clone(), Value::Null));
    let newest = world.store.events(&EventFilter::default(), Page { after: None, limit: 1 }).await.unwrap();
    let detail = world.store.event(newest.events[0].id).await.unwrap().unwrap();
    assert_eq!(Packed::from(detail.data), event("D").data.unwrap());
    assert_eq!(world.store.event(EventId::new()).await.unwrap(), None);
    let before = EventId(first_at(at(59)));
    let soon = async |id, key: &str| world.store.event_soon_after(id, key).await.unwrap();
    assert_eq!(soon(before, "D").await, Some(newest.events[0].id));
    assert_eq!((soon(before, "B").await, soon(EventId(first_at(at(10))), "D").await), (None, None));
}

async fn the_poll_that_found_an_event_is_known(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![event("before")]).await;
    let trigger = world.claim_triggers(60).await.remove(0);
    let refused = NewEvent { outcome: Outcome::Filtered, ..event("X") };
    let mut poll = world.poll(&trigger, 60, vec![refused]);
    let sampled =
        Sampled { key: "X".to_owned(), outcome: "filtered".to_owned(), value: Some("false".to_owned()) };
    poll.report.sample = vec![sampled.clone()];
    world.store.commit_poll(poll).await.unwrap();
    world.polled(120, vec![event("after")]).await;
    let filter =
        EventFilter { record: Some("X"), workflow: Some(&id("contacts")), outcome: Some("filtered") };
    let found = world.store.events(&filter, Page { after: None, limit: 1 }).await.unwrap().events.remove(0);
    let poll = world.store.poll_of(&id("contacts"), found.id).await.unwrap().unwrap();
    assert_eq!(poll.sample, [sampled]);
}

async fn a_wrong_file_is_listed_until_it_is_forgotten(database: TestDatabase) {
    let world = World::empty(database).await;
    let file = WrongFile {
        origin: "workflows/bad.yaml".to_owned(),
        id: "bad".to_owned(),
        problem: "bad.yaml:1:1: no steps".to_owned(),
        problems: 2,
        since: at(0),
    };
    world.store.note_wrong_file(&file).await.unwrap();
    let later = WrongFile { problems: 1, since: at(9), ..file.clone() };
    world.store.note_wrong_file(&later).await.unwrap();
    assert_eq!(world.store.wrong_files().await.unwrap(), [WrongFile { problems: 1, ..file }]);
    world.store.forget_wrong_file("workflows/bad.yaml").await.unwrap();
    assert_eq!(world.store.wrong_files().await.unwrap(), []);
}
