use highline_model::{RunId, RunState};
use highline_store::{Page, RunFilter};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::world::{World, at, ending, event, id};

on_both_databases! {
    pages_give_each_run_once_newest_first,
    filters_narrow_and_combine,
    counts_are_by_state_and_workflow,
    counts_follow_a_run_that_is_sent_back,
    the_poll_log_is_paged_newest_first,
    a_record_is_json_in_the_words_of_the_house,
}

async fn all(world: &World, filter: &RunFilter, limit: u32) -> Vec<RunId> {
    let mut ids = Vec::new();
    let mut after = None;
    loop {
        let page = world.store.runs(filter, Page { after, limit }).await.unwrap();
        ids.extend(page.runs.iter().map(|run| run.id));
        match page.next {
            Some(next) => after = Some(next),
            None => return ids,
        }
    }
}

async fn pages_give_each_run_once_newest_first(database: TestDatabase) {
    let world = World::new(database).await;
    let mut made = world.polled(0, (0..25).map(|number| event(number.to_string())).collect()).await.runs;
    made.reverse();
    for limit in [1, 5, 10, 24, 25, 100] {
        assert_eq!(all(&world, &RunFilter::default(), limit).await, made, "pages of {limit}");
    }
    let whole = world.store.runs(&RunFilter::default(), Page { after: None, limit: 25 }).await.unwrap();
    assert_eq!(whole.next, None, "a full last page has no next one");
}

async fn filters_narrow_and_combine(database: TestDatabase) {
    let world = World::new(database).await;
    let early = world.polled(0, vec![event("a"), event("b")]).await.runs;
    world.workflow("others").await;
    let other = world.polled(1, vec![event("a")]).await.runs;
    let late = world.polled(60, vec![event("c")]).await.runs;
    let run = world.claim_run(0).await;
    world.commit(ending(&run, RunState::Failed)).await;

    let contacts = RunFilter { workflow: Some(id("contacts")), ..RunFilter::default() };
    assert_eq!(all(&world, &contacts, 2).await, [late[0], early[1], early[0]]);
    let failed = RunFilter { states: vec![RunState::Failed], ..RunFilter::default() };
    assert_eq!(all(&world, &failed, 2).await, [early[0]]);
    let both = RunFilter { states: vec![RunState::Failed, RunState::Queued], ..contacts.clone() };
    assert_eq!(all(&world, &both, 2).await, [late[0], early[1], early[0]]);
    let since = RunFilter { since: Some(at(1)), ..RunFilter::default() };
    assert_eq!(all(&world, &since, 2).await, [late[0], other[0]]);
    let between = RunFilter { since: Some(at(0)), until: Some(at(1)), ..both };
    assert_eq!(all(&world, &between, 2).await, [early[1], early[0]]);
    let none = RunFilter { workflow: Some(id("nobody")), ..RunFilter::default() };
    assert!(all(&world, &none, 2).await.is_empty());
}

async fn counts_are_by_state_and_workflow(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![event("a"), event("b"), event("c")]).await;
    world.workflow("others").await;
    world.polled(1, vec![event("a")]).await;
    let run = world.claim_run(0).await;
    world.commit(ending(&run, RunState::Succeeded)).await;
    world.claim_run(0).await;

    let counts = world.store.counts(None).await.unwrap();
    assert_eq!(serde_json::to_value(&counts).unwrap(), json!({"queued": 2, "running": 1, "succeeded": 1}));
    let contacts = world.store.counts(Some(&id("contacts"))).await.unwrap();
    assert_eq!((contacts.of(RunState::Queued), contacts.total()), (1, 3));
    let records = world.store.workflows().await.unwrap();
    let named: Vec<_> = records.iter().map(|record| (record.id.as_str(), record.runs.total())).collect();
    assert_eq!(named, [("contacts", 3), ("others", 1)]);
}

async fn counts_follow_a_run_that_is_sent_back(database: TestDatabase) {
    let world = World::new(database).await;
    let runs = world.polled(0, vec![event("a"), event("b"), event("c")]).await.runs;
    let counts = async || serde_json::to_value(world.store.counts(None).await.unwrap()).unwrap();
    for run in world.claim_runs(0).await.iter().take(2) {
        world.commit(ending(run, RunState::Failed)).await;
    }
    assert_eq!(counts().await, json!({"failed": 2, "running": 1}));
    world.store.retry_run(runs[0], "test", at(6)).await.unwrap();
    assert_eq!(counts().await, json!({"failed": 1, "queued": 1, "running": 1}));
    world.store.cancel_run(runs[0], "test", at(7)).await.unwrap();
    assert_eq!(counts().await, json!({"cancelled": 1, "failed": 1, "running": 1}));
    world.store.retry_run(runs[0], "test", at(8)).await.unwrap();
    let run = world.claim_run(9).await;
    world.commit(ending(&run, RunState::Succeeded)).await;
    assert_eq!(counts().await, json!({"failed": 1, "running": 1, "succeeded": 1}));
}

async fn the_poll_log_is_paged_newest_first(database: TestDatabase) {
    let world = World::new(database).await;
    for minute in 0..3 {
        world
            .polled(minute * 60, vec![event(minute.to_string()); usize::try_from(minute).unwrap() + 1])
            .await;
    }
    world.workflow("others").await;
    world.polled(1, vec![]).await;
    let first = world.store.polls(Some(&id("contacts")), Page { after: None, limit: 2 }).await.unwrap();
    assert_eq!(first.polls.iter().map(|poll| poll.seen).collect::<Vec<_>>(), [3, 2]);
    let rest = world.store.polls(Some(&id("contacts")), Page { after: first.next, limit: 2 }).await.unwrap();
    assert_eq!(rest.polls.iter().map(|poll| poll.seen).collect::<Vec<_>>(), [1]);
    assert_eq!(rest.next, None);
    assert_eq!(world.store.polls(None, Page { after: None, limit: 10 }).await.unwrap().polls.len(), 4);
}

async fn a_record_is_json_in_the_words_of_the_house(database: TestDatabase) {
    let world = World::new(database).await;
    let run = world.polled(0, vec![event("a")]).await.runs[0];
    let detail = world.store.run(run).await.unwrap().unwrap();
    assert_eq!(
        serde_json::to_value(&detail).unwrap(),
        json!({
            "id": run, "workflow": "contacts", "revision": 1, "state": "queued", "failure": null,
            "created_at": "2026-11-21T08:00:00Z", "started_at": null, "finished_at": null,
            "wake_at": "2026-11-21T08:00:00Z", "owner": null, "cancel_requested": false, "last_seq": 0,
            "concurrency_key": null, "ends_at": null, "rerun_of": null, "started_by": null, "ahead": [], "reruns": [],
            "event": {"id": "a"}, "event_key": "a", "log": [],
        })
    );
    let workflow = serde_json::to_value(world.record("contacts").await).unwrap();
    assert_eq!(workflow["runs"], json!({"queued": 1}));
    assert_eq!(workflow["trigger"], "poll");
    assert_eq!(workflow["last_poll"]["fresh"], 1);
}
