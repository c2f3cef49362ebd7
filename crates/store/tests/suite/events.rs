use highline_model::RunState;
use highline_store::{NewEvent, Outcome, Sampled, WrongFile};
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, at, ending, event, id};

on_both_databases! {
    events_of_a_record_are_those_with_its_id_and_any_mark,
    the_poll_that_found_an_event_is_known,
    a_wrong_file_is_listed_until_it_is_forgotten,
}

async fn events_of_a_record_are_those_with_its_id_and_any_mark(database: TestDatabase) {
    let world = World::new(database).await;
    let seen = NewEvent { outcome: Outcome::Seen, data: None, ..event("X") };
    let others = ["X2", "X2@1", "Y", "W@9", "XA", "X$"].map(event);
    world.polled(0, [vec![seen], others.to_vec()].concat()).await;
    world.polled(60, vec![event("X@2026"), event("X#abc.1")]).await;
    let found = world.store.events_of(&id("contacts"), "X", 10).await.unwrap();
    let keys: Vec<&str> = found.iter().map(|event| event.key.as_str()).collect();
    assert_eq!(keys, ["X#abc.1", "X@2026", "X"]);
    assert_eq!((found[2].outcome.as_str(), &found[2].run), ("seen", &None));
    assert_eq!(found[0].run.as_ref().unwrap().state, RunState::Queued);
    let run = world.claim_run(60).await;
    world.commit(ending(&run, RunState::Succeeded)).await;
    assert_eq!(world.store.events_of(&id("contacts"), "X", 1).await.unwrap().len(), 1);
    assert!(world.store.events_of(&id("contacts"), "nobody", 9).await.unwrap().is_empty());
    assert!(world.store.events_of(&id("others"), "X", 9).await.unwrap().is_empty());
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
    let found = world.store.events_of(&id("contacts"), "X", 1).await.unwrap().remove(0);
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
