use highline_model::{Decision, ErrorKind, RunState};
use highline_store::Resolved;
use highline_testing::{FakeApp, TestDatabase, on_both_databases};
use serde_json::json;

use crate::node::World;

const TWO: &str = "
name: Two
trigger: manual
steps:
  - { id: first, use: fake.things.OPERATION, with: { id: a } }
  - { id: second, use: fake.things.get, with: { id: b } }
";

async fn a_safe_step_in_flight_at_a_kill_is_sent_again(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("two", &TWO.replace("OPERATION", "update")).await;
    let run = world.start_run("two", json!({})).await;
    let first = world.node().await;
    world.calls("fake.things.update", 1).await;
    first.abort().await;
    world.app.let_through(10);
    world.later(60);
    let second = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.update").len(), 2);
    assert_eq!(world.app.calls("fake.things.get").len(), 1);
    second.stop().await;
}

async fn an_unsafe_step_in_flight_at_a_kill_is_held_for_a_person(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("two", &TWO.replace("OPERATION", "create")).await;
    let run = world.start_run("two", json!({})).await;
    let first = world.node().await;
    world.calls("fake.things.create", 1).await;
    first.abort().await;
    world.app.let_through(10);
    world.later(60);
    let second = world.node().await;
    let held = world.run_is(run, RunState::Interrupted).await;
    assert_eq!(held.record.failure.unwrap().kind, ErrorKind::Interrupted);
    assert_eq!(world.app.calls("fake.things.create").len(), 1, "it was not sent again in silence");
    let decision = Decision::Done(json!({ "id": "made" }));
    assert_eq!(world.store.resolve_run(run, decision, "test", world.now()).await.unwrap(), Resolved::Done);
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 1);
    second.stop().await;
}

async fn a_finished_step_does_not_run_again_after_a_kill(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("two", &TWO.replace("OPERATION", "create")).await;
    let run = world.start_run("two", json!({})).await;
    let first = world.node().await;
    world.calls("fake.things.create", 1).await;
    world.app.let_through(1);
    world.calls("fake.things.get", 1).await;
    first.abort().await;
    world.app.let_through(10);
    world.later(60);
    let second = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 1);
    assert_eq!(world.app.calls("fake.things.get").len(), 2);
    second.stop().await;
}

async fn a_stopping_node_lets_what_is_in_flight_finish_and_hands_the_run_back(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("two", &TWO.replace("OPERATION", "create")).await;
    let run = world.start_run("two", json!({})).await;
    let first = world.node().await;
    world.calls("fake.things.create", 1).await;
    let stopping = tokio::spawn(first.stop());
    world.app.let_through(1);
    stopping.await.unwrap();
    let handed_back = world.run(run).await.record;
    assert_eq!((handed_back.state, handed_back.owner), (RunState::Waiting, None));
    world.app.let_through(10);
    let second = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 1);
    second.stop().await;
}

async fn a_node_that_slept_goes_on_with_what_it_holds(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("two", &TWO.replace("OPERATION", "create")).await;
    let quick = "
name: Quick
trigger: manual
steps:
  - { id: only, set: { done: true } }
";
    world.deploy("quick", quick).await;
    let run = world.start_run("two", json!({})).await;
    let node = world.node().await;
    world.calls("fake.things.create", 1).await;
    world.later(3_600);
    let other = world.start_run("quick", json!({})).await;
    world.run_is(other, RunState::Succeeded).await;
    world.app.let_through(10);
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 1);
    node.stop().await;
}

on_both_databases!(
    a_safe_step_in_flight_at_a_kill_is_sent_again,
    an_unsafe_step_in_flight_at_a_kill_is_held_for_a_person,
    a_finished_step_does_not_run_again_after_a_kill,
    a_stopping_node_lets_what_is_in_flight_finish_and_hands_the_run_back,
    a_node_that_slept_goes_on_with_what_it_holds,
);
