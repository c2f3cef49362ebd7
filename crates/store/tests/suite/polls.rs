use std::collections::HashSet;
use std::time::Instant;

use highline_model::{ErrorKind, Failure, RunState};
use highline_store::{Claim, Error, NewEvent, NewRun, Outcome, Page, PollCommit, RunDeleted, RunFilter};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::world::{LEASE, World, at, event, id, new_run};

on_both_databases! {
    a_poll_writes_events_runs_cursor_and_its_row,
    a_stale_fence_writes_nothing,
    a_commit_can_be_made_only_once,
    a_known_key_starts_nothing,
    the_same_key_twice_in_one_poll_is_one_run,
    what_a_first_poll_has_seen_starts_nothing_later,
    a_failed_poll_keeps_the_cursor_and_counts,
    a_failed_first_poll_leaves_the_next_one_the_first,
    ten_thousand_events_are_committed_quickly_and_in_order,
    a_trigger_is_leased_to_one_node_at_a_time,
    a_lease_that_ran_out_is_given_again,
    a_run_by_hand_starts_once_per_key,
    the_scheduler_learns_when_to_wake,
}

async fn a_poll_writes_events_runs_cursor_and_its_row(database: TestDatabase) {
    let world = World::new(database).await;
    let trigger = world.claim_triggers(0).await.remove(0);
    assert!(trigger.first && trigger.cursor.is_none());
    assert_eq!((trigger.due_at, trigger.failures), (at(0), 0));
    let events = vec![event("a"), NewEvent { outcome: Outcome::Filtered, ..event("b") }, event("c")];
    let mut poll = world.poll(&trigger, 1, events);
    poll.report.duplicate = 4;
    poll.report.filtered = 1;
    let committed = world.store.commit_poll(poll).await.unwrap();
    assert_eq!((committed.fresh, committed.duplicate, committed.runs.len()), (2, 4, 2));

    let runs = world.claim_runs(1).await;
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), committed.runs);
    assert_eq!([&*runs[0].event, &*runs[1].event], [&json!({"id": "a"}), &json!({"id": "c"})]);
    assert_eq!((runs[0].revision, runs[0].log.len(), runs[0].created_at), (1, 0, at(1)));

    let next = world.claim_triggers(61).await.remove(0);
    assert!(!next.first);
    assert_eq!((next.cursor, next.due_at), (Some(json!({"after": 1})), at(61)));
    let log = world.store.polls(Some(&id("contacts")), Page { after: None, limit: 10 }).await.unwrap();
    assert_eq!(log.polls.len(), 1);
    let row = &log.polls[0];
    assert_eq!((row.seen, row.fresh, row.duplicate, row.filtered, row.requests), (3, 2, 4, 1, 1));
    assert_eq!((row.node.clone(), row.started_at, row.finished_at), (world.node.clone(), at(0), at(1)));
    let last = world.record("contacts").await.last_poll.unwrap();
    assert_eq!((last.fresh, last.finished_at, last.error), (2, at(1), None));
}

async fn nothing_written(world: &World) {
    assert!(world.claim_runs(10_000).await.is_empty());
    assert_eq!(world.store.polls(None, Page { after: None, limit: 10 }).await.unwrap().polls, vec![]);
    assert!(world.store.known_keys(&id("contacts"), &["a", "b"]).await.unwrap().is_empty());
}

async fn a_stale_fence_writes_nothing(database: TestDatabase) {
    let world = World::new(database).await;
    let slow = world.claim_triggers(0).await.remove(0);
    let lease_end = i64::try_from(LEASE.as_secs()).unwrap();
    let other = world.claim_triggers(lease_end).await.remove(0);
    assert_eq!(other.fence, slow.fence + 1);
    let error =
        world.store.commit_poll(world.poll(&slow, 40, vec![event("a"), event("b")])).await.unwrap_err();
    assert!(matches!(error, Error::StaleLease { fence } if fence == slow.fence), "{error}");
    nothing_written(&world).await;
    let committed = world.store.commit_poll(world.poll(&other, 41, vec![event("a")])).await.unwrap();
    assert_eq!(committed.fresh, 1);
}

async fn a_commit_can_be_made_only_once(database: TestDatabase) {
    let world = World::new(database).await;
    let trigger = world.claim_triggers(0).await.remove(0);
    let poll = world.poll(&trigger, 1, vec![event("a")]);
    world.store.commit_poll(poll.clone()).await.unwrap();
    let again = PollCommit { events: vec![event("b")], ..poll };
    assert!(matches!(world.store.commit_poll(again).await, Err(Error::StaleLease { .. })));
    assert_eq!(world.claim_runs(1).await.len(), 1);
}

async fn a_known_key_starts_nothing(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![event("a"), event("b")]).await;
    let known = world.store.known_keys(&id("contacts"), &["b", "c"]).await.unwrap();
    assert_eq!(known, HashSet::from(["b".to_owned()]));
    let committed = world.polled(60, vec![event("b"), event("c")]).await;
    assert_eq!((committed.fresh, committed.duplicate), (1, 1));
    assert_eq!(world.claim_runs(60).await.len(), 3);
    world.workflow("others").await;
    let others = world.polled(61, vec![event("a")]).await;
    assert_eq!(others.fresh, 1, "keys are unique within one workflow");
}

async fn the_same_key_twice_in_one_poll_is_one_run(database: TestDatabase) {
    let world = World::new(database).await;
    let committed = world.polled(0, vec![event("a"), event("b"), event("a")]).await;
    assert_eq!((committed.fresh, committed.duplicate, committed.runs.len()), (2, 1, 2));
}

async fn what_a_first_poll_has_seen_starts_nothing_later(database: TestDatabase) {
    let world = World::new(database).await;
    let seen = |key: &str| NewEvent { outcome: Outcome::Seen, data: None, once: None, key: key.to_owned() };
    let committed = world.polled(0, vec![seen("a"), seen("b")]).await;
    assert_eq!((committed.fresh, committed.duplicate), (0, 0));
    let committed = world.polled(60, vec![event("a"), event("b"), event("c")]).await;
    assert_eq!((committed.fresh, committed.duplicate), (1, 2));
}

async fn a_failed_poll_keeps_the_cursor_and_counts(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![event("a")]).await;
    let failure = Failure::new(ErrorKind::Unavailable, "503 from the list of contacts");
    for (failures, seconds) in [(0, 60), (1, 120)] {
        let trigger = world.claim_triggers(seconds).await.remove(0);
        assert_eq!(trigger.failures, failures);
        let mut poll = world.poll(&trigger, seconds, vec![event("b")]);
        poll.report.error = Some(failure.clone());
        let committed = world.store.commit_poll(poll).await.unwrap();
        assert_eq!((committed.fresh, committed.runs.len()), (0, 0));
    }
    let trigger = world.claim_triggers(180).await.remove(0);
    assert_eq!((trigger.cursor.clone(), trigger.failures), (Some(json!({"after": 0})), 2));
    assert_eq!(world.record("contacts").await.last_poll.unwrap().error, Some(failure));
    world.store.commit_poll(world.poll(&trigger, 180, vec![event("b")])).await.unwrap();
    assert_eq!(world.claim_triggers(240).await.remove(0).failures, 0, "a good poll ends the row of failures");
}

async fn a_failed_first_poll_leaves_the_next_one_the_first(database: TestDatabase) {
    let world = World::new(database).await;
    let trigger = world.claim_triggers(0).await.remove(0);
    let mut poll = world.poll(&trigger, 0, vec![]);
    poll.report.error = Some(Failure::new(ErrorKind::Timeout, "no answer in 30 s"));
    world.store.commit_poll(poll).await.unwrap();
    assert!(world.claim_triggers(60).await.remove(0).first);
}

async fn ten_thousand_events_are_committed_quickly_and_in_order(database: TestDatabase) {
    let world = World::new(database).await;
    let trigger = world.claim_triggers(0).await.remove(0);
    let events = (0..10_000).map(|number| event(format!("contact-{number}"))).collect();
    let poll = world.poll(&trigger, 1, events);
    let started = Instant::now();
    let committed = world.store.commit_poll(poll).await.unwrap();
    let took = started.elapsed();
    eprintln!("10,000 events: {took:?}");
    assert_eq!(committed.runs.len(), 10_000);
    assert!(committed.runs.is_sorted(), "run ids follow the order of the events");
    assert!(took.as_secs() < 5, "10,000 events took {took:?}");
    for (place, run) in committed.runs.iter().enumerate().step_by(2_500) {
        let run = world.store.run(*run).await.unwrap().unwrap();
        assert_eq!(run.event_key, format!("contact-{place}"));
    }
    assert_eq!(world.store.counts(None).await.unwrap().of(RunState::Queued), 10_000);
    let keys: Vec<String> = (0..10_000).map(|number| format!("contact-{number}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    assert_eq!(world.store.known_keys(&id("contacts"), &keys).await.unwrap().len(), 10_000);
}

async fn a_trigger_is_leased_to_one_node_at_a_time(database: TestDatabase) {
    let world = World::empty(database).await;
    let mut all: Vec<_> = (0..100).map(|number| id(&format!("w{number}"))).collect();
    for workflow in &all {
        world.workflow(workflow.as_str()).await;
    }
    let claims: Vec<_> = (0..10)
        .map(|_| {
            let (store, node) = (world.store.clone(), world.node.clone());
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let claim = Claim { node: &node, now: at(1), lease: LEASE, limit: 7 };
                    let triggers = store.claim_triggers(claim, None).await.unwrap();
                    if triggers.is_empty() {
                        return mine;
                    }
                    mine.extend(triggers.into_iter().map(|trigger| trigger.workflow));
                }
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for claim in claims {
        claimed.extend(claim.await.unwrap());
    }
    // A claim may end early while others hold locks; what is left over is due all the same.
    claimed.extend(world.claim_triggers(1).await.into_iter().map(|trigger| trigger.workflow));
    claimed.sort();
    all.sort();
    assert_eq!(claimed, all);
}

async fn a_lease_that_ran_out_is_given_again(database: TestDatabase) {
    let world = World::new(database).await;
    assert!(world.claim_triggers(-1).await.is_empty(), "not due yet");
    let first = world.claim_triggers(0).await.remove(0);
    assert!(world.claim_triggers(29).await.is_empty());
    let second = world.claim_triggers(30).await.remove(0);
    assert_eq!((second.fence, second.due_at), (first.fence + 1, at(0)));
}

async fn a_run_by_hand_starts_once_per_key(database: TestDatabase) {
    let world = World::new(database).await;
    let new = NewRun { key: Some("order-7".to_owned()), data: json!({"order": 7}).into(), ..new_run(0) };
    let run = world.started(new.clone()).await.unwrap();
    assert_eq!(world.started(new.clone()).await, None);
    let large = NewRun {
        key: Some("order-8".to_owned()),
        data: json!({"text": "x".repeat(5_000)}).into(),
        ..new_run(0)
    };
    assert!(world.started(large.clone()).await.is_some());
    assert_eq!(world.started(large).await, None, "large data is compared as small is");
    let free = NewRun { key: None, ..new.clone() };
    assert!(world.started(free.clone()).await.is_some());
    assert!(world.started(free).await.is_some());
    let detail = world.store.run(run).await.unwrap().unwrap();
    assert_eq!((detail.event_key.as_str(), detail.event), ("order-7", json!({"order": 7})));
    let page = world.store.runs(&RunFilter::default(), Page { after: None, limit: 10 }).await.unwrap();
    assert_eq!(page.runs.len(), 4);
    world.store.cancel_run(run, "ann", at(1)).await.unwrap();
    assert_eq!(world.store.delete_run(run, at(2)).await.unwrap(), RunDeleted::Done);
    assert_eq!(world.started(new).await, None, "its key is known when its run is gone");
}

async fn the_scheduler_learns_when_to_wake(database: TestDatabase) {
    let world = World::empty(database).await;
    assert_eq!(world.store.next_wake().await.unwrap(), None);
    world.workflow("contacts").await;
    assert_eq!(world.store.next_wake().await.unwrap(), Some(at(0)));
    let trigger = world.claim_triggers(0).await.remove(0);
    assert_eq!(world.store.next_wake().await.unwrap(), Some(at(30)), "when the lease runs out");
    world.store.commit_poll(world.poll(&trigger, 5, vec![])).await.unwrap();
    assert_eq!(world.store.next_wake().await.unwrap(), Some(at(65)));
    world.start(7, json!(null)).await;
    assert_eq!(world.store.next_wake().await.unwrap(), Some(at(7)));
    world.claim_run(8).await;
    assert_eq!(world.store.next_wake().await.unwrap(), Some(at(38)));
}
