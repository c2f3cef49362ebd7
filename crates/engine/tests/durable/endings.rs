//! Runs that are ended from outside, whatever they are doing.

use highline_engine::waits_for;
use highline_model::{ErrorKind, RunState};
use highline_store::{Cancelled, RunFilter, Selection};
use highline_testing::{FakeApp, TestDatabase, on_both_databases};
use serde_json::json;

use crate::node::World;

const ONE: &str = "
name: One
trigger: manual
steps:
  - { id: first, use: fake.things.OPERATION, with: { id: '{{ trigger.id }}' }, timeout: 1h }
";

async fn a_run_whose_app_never_answers_is_cancelled_and_says_what_is_unknown(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("safe", &ONE.replace("OPERATION", "update")).await;
    world.deploy("unsafe", &ONE.replace("OPERATION", "create")).await;
    let safe = world.start_run("safe", json!({ "id": "a" })).await;
    let risky = world.start_run("unsafe", json!({ "id": "b" })).await;
    let node = world.node().await;
    world.calls("fake.things.update", 1).await;
    world.calls("fake.things.create", 1).await;
    for run in [safe, risky] {
        let answer = world.store.cancel_run(run, "ann", world.now()).await.unwrap();
        assert_eq!(answer, Cancelled::Requested);
    }
    let ended = world.run_is(safe, RunState::Cancelled).await.record;
    assert_eq!(ended.failure.unwrap().message, "cancelled by ann");
    let ended = world.run_is(risky, RunState::Cancelled).await.record;
    assert_eq!(ended.failure.unwrap().message, "cancelled by ann; whether `first` was done is unknown");
    node.stop().await;
}

async fn a_run_of_a_dead_node_is_cancelled_by_the_next_one(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("one", &ONE.replace("OPERATION", "update")).await;
    let run = world.start_run("one", json!({ "id": "a" })).await;
    let dead = world.node().await;
    world.calls("fake.things.update", 1).await;
    dead.abort().await;
    assert_eq!(world.store.cancel_run(run, "ann", world.now()).await.unwrap(), Cancelled::Requested);
    world.later(60);
    let node = world.node().await;
    let ended = world.run_is(run, RunState::Cancelled).await.record;
    assert_eq!(ended.failure.unwrap().message, "cancelled by ann");
    assert_eq!(world.app.calls("fake.things.update").len(), 1, "nothing is sent for a run that shall end");
    node.stop().await;
}

async fn all_runs_of_a_workflow_are_cancelled_at_once(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    let keyed = ONE.replace("OPERATION", "update").replace("steps:", "concurrency: { key: all }\nsteps:");
    world.deploy("one", &keyed).await;
    for id in ["a", "b", "c"] {
        world.start_run("one", json!({ "id": id })).await;
    }
    let node = world.node().await;
    world.calls("fake.things.update", 1).await;
    let filter = RunFilter { workflow: Some("one".parse().unwrap()), ..RunFilter::default() };
    let all = Selection { filter, ..Selection::default() };
    assert_eq!(world.store.cancel_runs(&all, "ann", world.now()).await.unwrap().changed, 3);
    world.all_runs_are(3, RunState::Cancelled).await;
    assert_eq!(world.app.calls("fake.things.update").len(), 1);
    node.stop().await;
}

async fn a_run_whose_app_never_answers_fails_when_its_time_is_over(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("one", &ONE.replace("OPERATION", "create").replace("steps:", "timeout: 5s\nsteps:")).await;
    let run = world.start_run("one", json!({ "id": "a" })).await;
    let node = world.node().await;
    world.calls("fake.things.create", 1).await;
    world.later(5);
    let ended = world.run_is(run, RunState::Failed).await.record;
    let failure = ended.failure.unwrap();
    assert_eq!(failure.kind, ErrorKind::Timeout);
    assert!(failure.message.starts_with("the workflow's `timeout` was over"), "{failure}");
    assert!(failure.message.ends_with("whether `first` was done is unknown"), "{failure}");
    node.stop().await;
}

async fn a_wait_longer_than_the_time_of_its_run_fails_it_and_a_shorter_one_does_not(database: TestDatabase) {
    let world = World::new(database).await;
    let text = "
name: Wait
trigger: manual
timeout: 1h
steps:
  - { id: pause, wait: { for: '{{ trigger.long }}' } }
";
    world.deploy("wait", text).await;
    let short = world.start_run("wait", json!({ "long": "30m" })).await;
    let long = world.start_run("wait", json!({ "long": "2h" })).await;
    let node = world.node().await;
    let waiting = world.run_is(long, RunState::Waiting).await;
    world.run_is(short, RunState::Waiting).await;
    let words = waits_for(&waiting, world.now()).unwrap();
    let expected = "the end of its wait in step `pause` at 2026-11-21 10:00:00Z; \
                    it fails at 2026-11-21 09:00:00Z if it is not over by then";
    assert_eq!(words, expected);
    world.later(1_800);
    world.run_is(short, RunState::Succeeded).await;
    world.later(1_800);
    assert_eq!(world.run_is(long, RunState::Failed).await.record.failure.unwrap().kind, ErrorKind::Timeout);
    node.stop().await;
}

async fn a_run_says_what_it_waits_for(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    let keyed = ONE.replace("OPERATION", "create").replace("steps:", "concurrency: { key: all }\nsteps:");
    world.deploy("one", &keyed).await;
    let first = world.start_run("one", json!({ "id": "a" })).await;
    let second = world.start_run("one", json!({ "id": "b" })).await;
    let words = async |run| waits_for(&world.run(run).await, world.now()).unwrap();
    assert_eq!(words(first).await, "a node with room for it");
    assert_eq!(words(second).await, format!("run {first}, which goes first with the concurrency key `all`"));
    let node = world.node().await;
    world.calls("fake.things.create", 1).await;
    let name = node.node().to_string();
    assert!(words(first).await.starts_with(&format!("node {name}, which works on it; its lease ends at")));
    node.abort().await;
    world.later(60);
    assert!(
        words(first)
            .await
            .starts_with(&format!("another node to take it over: the lease of node {name} ended"))
    );
    let node = world.node().await;
    world.run_is(first, RunState::Interrupted).await;
    assert!(words(first).await.starts_with("a person's decision, retry, skip or done: "));
    world.store.cancel_run(first, "ann", world.now()).await.unwrap();
    assert_eq!(waits_for(&world.run(first).await, world.now()), None);
    world.app.let_through(10);
    world.run_is(second, RunState::Succeeded).await;
    node.stop().await;
}

on_both_databases!(
    a_run_whose_app_never_answers_is_cancelled_and_says_what_is_unknown,
    a_run_of_a_dead_node_is_cancelled_by_the_next_one,
    all_runs_of_a_workflow_are_cancelled_at_once,
    a_run_whose_app_never_answers_fails_when_its_time_is_over,
    a_wait_longer_than_the_time_of_its_run_fails_it_and_a_shorter_one_does_not,
    a_run_says_what_it_waits_for,
);
