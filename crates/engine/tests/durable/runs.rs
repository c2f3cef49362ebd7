use highline_catalog::{Done, OperationError, Retry};
use highline_engine::{Deployed, Notice};
use highline_model::{ErrorKind, RunEvent, RunState};
use highline_store::{Cancelled, Retried};
use highline_testing::{FakeApp, TestDatabase, on_both_databases};
use highline_yaml::Source;
use serde_json::json;

use crate::node::{World, workflow};

const ONE: &str = "
name: One
trigger: manual
steps:
  - { id: first, use: fake.things.update, with: { id: '{{ trigger.id }}' } }
";

fn unavailable() -> OperationError {
    OperationError {
        retry: Retry::Backoff,
        done: Done::No,
        ..OperationError::refused(ErrorKind::Unavailable, "down")
    }
}

async fn a_retry_waits_in_the_database_and_not_in_memory(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("one", ONE).await;
    world.app.answer("fake.things.update", Err(unavailable()));
    let run = world.start_run("one", json!({ "id": "a" })).await;
    let node = world.node().await;
    let waiting = world.run_is(run, RunState::Waiting).await.record;
    assert!(waiting.wake_at.unwrap() >= world.now() + chrono::Duration::seconds(2));
    assert_eq!(waiting.owner, None, "nobody holds it while it waits");
    world.later(5);
    let done = world.run_is(run, RunState::Succeeded).await;
    let kinds: Vec<_> = done.log.iter().map(|entry| entry.event.kind()).collect();
    assert_eq!(kinds, ["started", "attempt_failed", "step_succeeded", "finished"]);
    node.stop().await;
}

async fn a_text_that_is_in_use_is_not_saved_again(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("one", ONE).await;
    let saved = world.store.saved_texts().await.unwrap();
    let known = saved.get(&workflow("one"));
    let library = world.library();
    let (same, id) = (Source::new("one.yaml", ONE), workflow("one"));
    let again = library.deploy_over(known, &id, (&same, "test")).await.unwrap();
    assert!(matches!(again, Deployed::Unchanged { .. }), "{again:?}");
    let moved = library.deploy_over(known, &id, (&same, "elsewhere")).await.unwrap();
    assert!(matches!(&moved, Deployed::Saved { record, .. } if !record.changed), "{moved:?}");
    let other = Source::new("one.yaml", ONE.replace("first", "last"));
    let changed = library.deploy_over(known, &id, (&other, "test")).await.unwrap();
    assert!(matches!(&changed, Deployed::Saved { record, .. } if record.revision == 2), "{changed:?}");
}

async fn a_failed_run_goes_on_where_it_failed(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("one", ONE).await;
    world.app.answer("fake.things.update", Err(OperationError::refused(ErrorKind::Rejected, "bad id")));
    let run = world.start_run("one", json!({ "id": "a" })).await;
    let node = world.node().await;
    let failed = world.run_is(run, RunState::Failed).await;
    assert_eq!(failed.record.failure.unwrap().message, "bad id");
    assert_eq!(world.store.retry_run(run, "test", world.now()).await.unwrap(), Retried::Done);
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.update").len(), 2);
    node.stop().await;
}

async fn a_run_in_flight_can_be_cancelled(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("one", ONE).await;
    let run = world.start_run("one", json!({ "id": "a" })).await;
    let node = world.node().await;
    world.calls("fake.things.update", 1).await;
    let cancelled = world.store.cancel_run(run, "test", world.now()).await.unwrap();
    assert_eq!(cancelled, Cancelled::Requested);
    world.run_is(run, RunState::Cancelled).await;
    node.stop().await;
}

async fn a_run_under_way_finishes_on_its_revision(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    let text = "
name: Change
trigger: manual
steps:
  - { id: first, use: fake.things.get, with: {} }
  - { id: second, use: fake.things.update, with: { id: old } }
";
    world.deploy("change", text).await;
    let old = world.start_run("change", json!({})).await;
    let node = world.node().await;
    world.calls("fake.things.get", 1).await;
    assert_eq!(world.deploy("change", &text.replace("id: old", "id: new")).await, 2);
    let new = world.start_run("change", json!({})).await;
    world.app.let_through(100);
    let (old, new) =
        (world.run_is(old, RunState::Succeeded).await, world.run_is(new, RunState::Succeeded).await);
    assert_eq!((old.record.revision, new.record.revision), (1, 2));
    let mut ids: Vec<_> =
        world.app.calls("fake.things.update").iter().map(|call| call["id"].clone()).collect();
    ids.sort_by_key(ToString::to_string);
    assert_eq!(ids, [json!("new"), json!("old")]);
    node.stop().await;
}

async fn a_wrong_text_leaves_the_last_good_revision_in_use(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("one", ONE).await;
    let source = Source::new("one.yaml", ONE.replace("fake.things.update", "fake.things.updat"));
    let deployed = world.library().deploy(&workflow("one"), &source, "test").await.unwrap();
    assert!(matches!(deployed, Deployed::Refused { .. }));
    let record = world.store.workflow(&workflow("one")).await.unwrap().unwrap();
    assert_eq!(record.revision, 1);
    assert!(record.problem.unwrap().contains("fake.things.updat"));
    let run = world.start_run("one", json!({ "id": "a" })).await;
    let node = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    node.stop().await;
}

async fn runs_with_one_key_go_one_after_the_other_in_order(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    let keyed = ONE.replace("steps:", "concurrency: { key: '{{ trigger.key }}', limit: 1 }\nsteps:");
    world.deploy("one", &keyed).await;
    for id in ["a1", "a2", "a3"] {
        world.start_run("one", json!({ "id": id, "key": "a" })).await;
    }
    let other = world.start_run("one", json!({ "id": "b1", "key": "b" })).await;
    let node = world.node().await;
    world.calls("fake.things.update", 2).await;
    world.app.let_through(100);
    world.run_is(other, RunState::Succeeded).await;
    world.all_runs_are(4, RunState::Succeeded).await;
    let calls = world.app.calls("fake.things.update");
    let order: Vec<_> =
        calls.iter().filter_map(|call| call["id"].as_str()).filter(|id| *id != "b1").collect();
    assert_eq!(order, ["a1", "a2", "a3"]);
    node.stop().await;
}

async fn a_long_parallel_loop_is_done_once_per_item(database: TestDatabase) {
    let world = World::new(database).await;
    let text = "
name: Loop
trigger: manual
steps:
  - id: each
    for_each: '{{ trigger.ids }}'
    as: id
    parallel: 20
    steps:
      - { id: put, use: fake.things.create, with: { id: '{{ id }}' } }
";
    world.deploy("loop", text).await;
    let ids: Vec<_> = (0..200).map(|number| format!("i{number}")).collect();
    let run = world.start_run("loop", json!({ "ids": ids })).await;
    let node = world.node().await;
    let done = world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 200);
    let output = done.log.iter().rev().find_map(|entry| match &entry.event {
        RunEvent::StepSucceeded { step, output, .. } if step.as_str() == "each" => Some(output.clone()),
        _ => None,
    });
    let output = output.unwrap();
    assert_eq!((output["count"].as_u64(), output["failed"].as_u64()), (Some(200), Some(0)));
    assert_eq!(output["results"][7]["id"], "i7");
    node.stop().await;
}

async fn who_looks_is_told_of_each_step_of_a_run(database: TestDatabase) {
    let world = World::new(database).await;
    let second = "  - { id: second, use: fake.things.update, with: { id: b } }\n";
    world.deploy("one", &format!("{ONE}{second}")).await;
    let run = world.start_run("one", json!({ "id": "a" })).await;
    let node = world.node().await;
    let mut notices = node.notices();
    world.run_is(run, RunState::Succeeded).await;
    node.stop().await;
    let mut told = 0;
    while let Ok(notice) = notices.try_recv() {
        told += usize::from(matches!(notice, Notice::Moved { run: moved, .. } if moved == run));
    }
    assert!(told >= 2, "when it was taken up and after its first step, not {told} times");
}

on_both_databases!(
    who_looks_is_told_of_each_step_of_a_run,
    a_text_that_is_in_use_is_not_saved_again,
    a_retry_waits_in_the_database_and_not_in_memory,
    a_failed_run_goes_on_where_it_failed,
    a_run_in_flight_can_be_cancelled,
    a_run_under_way_finishes_on_its_revision,
    a_wrong_text_leaves_the_last_good_revision_in_use,
    runs_with_one_key_go_one_after_the_other_in_order,
    a_long_parallel_loop_is_done_once_per_item,
);
