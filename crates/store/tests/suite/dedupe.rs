use highline_model::RunState;
use highline_store::{NewEvent, NewRun, Once, Outcome, Page, RunFilter, Start};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::world::{World, at, event, id, new_run};

on_both_databases! {
    of_all_events_with_one_key_the_first_starts_a_run,
    a_key_that_has_ended_counts_no_more,
    what_starts_no_run_takes_no_key,
    the_same_event_started_three_times_makes_one_run,
    starts_at_the_same_time_make_one_run,
    a_key_can_be_forgotten,
}

fn once(event: NewEvent, key: &str, until: Option<i64>) -> NewEvent {
    NewEvent { once: Some(Once { key: key.to_owned(), until: until.map(at) }), ..event }
}

async fn of_all_events_with_one_key_the_first_starts_a_run(database: TestDatabase) {
    let world = World::new(database).await;
    let events = vec![
        once(event("1"), "ann@example.com", None),
        once(event("2"), "bob@example.com", None),
        once(event("3"), "ann@example.com", None),
        event("4"),
    ];
    let committed = world.polled(0, events).await;
    assert_eq!((committed.fresh, committed.duplicate), (3, 1));
    let committed = world.polled(60, vec![once(event("5"), "bob@example.com", None)]).await;
    assert_eq!((committed.fresh, committed.duplicate), (0, 1));
    let known = world.store.known_key(&id("contacts"), "ann@example.com", at(60)).await.unwrap().unwrap();
    let first = world.store.run(known.run.unwrap()).await.unwrap().unwrap();
    assert_eq!((first.event_key.as_str(), known.duplicates, known.first_at), ("1", 1, at(0)));
    let bob = world.store.known_key(&id("contacts"), "bob@example.com", at(60)).await.unwrap().unwrap();
    assert_eq!((bob.duplicates, bob.first_at, bob.last_at, bob.expires_at), (1, at(0), at(60), None));
    let keys = world.store.known_keys(&id("contacts"), &["3", "5"]).await.unwrap();
    assert_eq!(keys.len(), 2, "a duplicate is known as an event, so that no poll brings it again");
}

async fn a_key_that_has_ended_counts_no_more(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![once(event("1"), "a", Some(100))]).await;
    assert_eq!(world.polled(60, vec![once(event("2"), "a", Some(160))]).await.fresh, 0);
    assert_eq!(world.store.known_key(&id("contacts"), "a", at(100)).await.unwrap(), None);
    assert_eq!(world.polled(120, vec![once(event("3"), "a", Some(220))]).await.fresh, 1);
    let known = world.store.known_key(&id("contacts"), "a", at(120)).await.unwrap().unwrap();
    assert_eq!((known.first_at, known.expires_at, known.duplicates), (at(120), Some(at(220)), 0));
    assert_eq!(world.store.remove_ended_keys(at(219), 10).await.unwrap(), 0);
    assert_eq!(world.store.remove_ended_keys(at(220), 10).await.unwrap(), 1);
}

async fn what_starts_no_run_takes_no_key(database: TestDatabase) {
    let world = World::new(database).await;
    let filtered = |key: &str| NewEvent { outcome: Outcome::Filtered, ..event(key) };
    world.polled(0, vec![once(filtered("1"), "a", None), event("2")]).await;
    assert_eq!(world.polled(60, vec![once(event("2"), "b", None)]).await.fresh, 0, "an event that is known");
    assert_eq!(world.store.known_key(&id("contacts"), "b", at(60)).await.unwrap(), None);
    assert_eq!(
        world.polled(120, vec![once(event("3"), "a", None), once(event("4"), "b", None)]).await.fresh,
        2
    );
}

fn order(number: i32) -> NewRun {
    let once = Some(Once { key: format!("order-{number}"), until: None });
    NewRun { once, data: json!({ "order": number }).into(), ..new_run(0) }
}

async fn the_same_event_started_three_times_makes_one_run(database: TestDatabase) {
    let world = World::new(database).await;
    let starts = [order(7), order(7), order(8), order(7)];
    let answers = world.store.start_runs(&starts).await.unwrap();
    let Start::Made { run, .. } = answers[0] else { panic!("{answers:?}") };
    let known = Start::Known { run: Some(run) };
    assert!([answers[1], answers[3]].iter().all(|answer| *answer == known), "{answers:?}");
    assert!(matches!(answers[2], Start::Made { .. }));
    let again = NewRun { key: Some("request-1".to_owned()), ..order(7) };
    for _ in 0..2 {
        assert_eq!(world.store.start_runs(std::slice::from_ref(&again)).await.unwrap(), [known]);
    }
    let other = NewRun { data: json!({ "order": 9 }).into(), ..again };
    assert_eq!(world.store.start_runs(&[other]).await.unwrap(), [Start::OtherData]);
    assert_eq!(world.store.counts(None).await.unwrap().of(RunState::Queued), 2);
}

async fn starts_at_the_same_time_make_one_run(database: TestDatabase) {
    let world = World::new(database).await;
    let starts = (0..12).map(|turn| {
        let store = world.store.clone();
        let orders = if turn % 2 == 0 { [order(1), order(2)] } else { [order(2), order(1)] };
        tokio::spawn(async move { store.start_runs(&orders).await.unwrap() })
    });
    for start in starts.collect::<Vec<_>>() {
        let answers = start.await.unwrap();
        assert!(
            answers.iter().all(|answer| matches!(answer, Start::Made { .. } | Start::Known { run: Some(_) }))
        );
    }
    let page = world.store.runs(&RunFilter::default(), Page { after: None, limit: 50 }).await.unwrap();
    assert_eq!(page.runs.len(), 2);
}

async fn a_key_can_be_forgotten(database: TestDatabase) {
    let world = World::new(database).await;
    world.store.start_runs(&[order(7)]).await.unwrap();
    assert!(world.store.forget_key(&id("contacts"), "order-7").await.unwrap());
    assert!(!world.store.forget_key(&id("contacts"), "order-7").await.unwrap());
    assert!(matches!(world.store.start_runs(&[order(7)]).await.unwrap()[0], Start::Made { .. }));
}
