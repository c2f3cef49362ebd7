use highline_catalog::OperationError;
use highline_model::{Decision, ErrorKind, LogEntry, RunEvent, RunState};
use highline_store::Resolved;
use highline_testing::{FakeApp, TestDatabase, eventually, on_both_databases};
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

async fn an_unsafe_step_that_waits_for_its_rate_budget_at_a_kill_goes_on_by_itself(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::spent()).await;
    world.deploy("two", &TWO.replace("OPERATION", "create")).await;
    let run = world.start_run("two", json!({})).await;
    let first = world.node().await;
    let waits = async || (world.app.about_to_send("fake.things.create") == 1).then_some(());
    eventually("the step waits for the budget", waits).await;
    first.abort().await;
    assert!(world.app.calls("fake.things.create").is_empty());
    let announced = |entry: &LogEntry| matches!(entry.event, RunEvent::AttemptStarted { .. });
    assert!(!world.run(run).await.log.iter().any(announced), "it has not been sent and says so");
    world.app.grant(1);
    world.later(60);
    let second = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 1);
    assert!(world.run(run).await.log.iter().any(announced));
    second.stop().await;
}

async fn a_node_that_stops_sends_nothing_that_waited_for_its_rate_budget(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::spent()).await;
    world.deploy("two", &TWO.replace("OPERATION", "create")).await;
    let run = world.start_run("two", json!({})).await;
    let first = world.node().await;
    let waits = async || (world.app.about_to_send("fake.things.create") == 1).then_some(());
    eventually("the step waits for the budget", waits).await;
    first.stop().await;
    assert_eq!(world.run(run).await.record.state, RunState::Waiting, "it is handed back");
    world.app.grant(1);
    let second = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 1);
    second.stop().await;
}

const LOOP: &str = "
name: Loop
trigger: manual
steps:
  - id: each
    for_each: [a, b, c]
    as: one
    parallel: 3
    HANDLER
    steps:
      - { id: make, if: '{{ ne one \"a\" }}', use: fake.things.create, with: { name: '{{ one }}' } }
      - { id: look, use: fake.things.get, with: { id: '{{ one }}' } }
";

async fn what_waits_for_the_rate_budget_of_a_failed_loop_is_not_sent(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::spent()).await;
    let node = world.node().await;
    for (name, handler, end) in [
        ("stops", "", RunState::Failed),
        ("goes-on", "on_error: { steps: [{ set: { n: 1 } }] }", RunState::Succeeded),
    ] {
        world.app.answer("fake.things.get", Err(OperationError::refused(ErrorKind::Rejected, "no")));
        world.deploy(name, &LOOP.replace("HANDLER", handler)).await;
        let run = world.start_run(name, json!({})).await;
        let over = world.run_is(run, end).await;
        let announced = |entry: &LogEntry| matches!(entry.event, RunEvent::AttemptStarted { .. });
        assert!(!over.log.iter().any(announced), "{name}");
    }
    assert_eq!(world.app.about_to_send("fake.things.create"), 4, "two of each run waited");
    world.app.grant(9);
    node.stop().await;
    assert!(world.app.calls("fake.things.create").is_empty());
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
    an_unsafe_step_that_waits_for_its_rate_budget_at_a_kill_goes_on_by_itself,
    a_node_that_stops_sends_nothing_that_waited_for_its_rate_budget,
    what_waits_for_the_rate_budget_of_a_failed_loop_is_not_sent,
    a_finished_step_does_not_run_again_after_a_kill,
    a_stopping_node_lets_what_is_in_flight_finish_and_hands_the_run_back,
    a_node_that_slept_goes_on_with_what_it_holds,
);
