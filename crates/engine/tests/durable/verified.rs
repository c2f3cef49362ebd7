//! `on_interrupt: verify` over a real database: what other runs have made is not taken for a run's own.

use highline_catalog::{Done, OperationError, Retry};
use highline_model::{ErrorKind, LogEntry, RunEvent, RunId, RunState};
use highline_store::is_cut;
use highline_testing::{FakeApp, TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::node::{World, workflow};

const NOTE: &str = "
name: Note
trigger: manual
steps:
  - { id: note, use: fake.things.create, with: { name: '{{ trigger.name }}' }, on_interrupt: verify }
  - { id: after, use: fake.things.get, with: { id: '{{ steps.note.id }}' } }
";

/// The runs of these names are each killed in the middle of their write; then the items are what the app has.
async fn killed(world: &World, names: &[&str], items: &[Value]) -> Vec<RunId> {
    world.deploy("note", NOTE).await;
    let mut runs = Vec::new();
    for name in names {
        runs.push(world.start_run("note", json!({ "name": name })).await);
    }
    let node = world.node().await;
    world.calls("fake.things.create", names.len()).await;
    node.abort().await;
    for item in items {
        world.app.add_item(item.clone());
    }
    world.app.let_through(100);
    world.later(60);
    runs
}

fn item(world: &World, id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "made": world.now() })
}

async fn a_write_that_was_done_at_a_kill_is_found_and_not_sent_again(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    let made = item(&world, "made", "x");
    let run = killed(&world, &["x"], std::slice::from_ref(&made)).await[0];
    let node = world.node().await;
    world.run_is(run, RunState::Waiting).await;
    world.later(10);
    let done = world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 1);
    assert_eq!(world.app.calls("fake.things.get"), [json!({ "id": "made" })], "its output is the record");
    let outcome = done.log.iter().find_map(|entry| match &entry.event {
        RunEvent::Verified { output, .. } => Some(output.clone()),
        _ => None,
    });
    assert_eq!(outcome, Some(Some(made)));
    node.stop().await;
}

async fn a_write_that_was_not_done_at_a_kill_is_sent_again_once(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    let run = killed(&world, &["x"], &[item(&world, "another", "y")]).await[0];
    world.app.answer("fake.things.create", Ok(json!({ "id": "made late" })));
    let node = world.node().await;
    world.run_is(run, RunState::Waiting).await;
    world.later(10);
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 2);
    assert_eq!(world.app.calls("fake.things.list").len(), 1);
    assert_eq!(world.app.calls("fake.things.get"), [json!({ "id": "made late" })]);
    node.stop().await;
}

async fn what_another_run_has_made_is_not_taken(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("note", NOTE).await;
    world.app.answer("fake.things.create", Ok(json!({ "id": "theirs" })));
    let theirs = world.start_run("note", json!({ "name": "x" })).await;
    let node = world.node().await;
    world.app.let_through(2);
    world.run_is(theirs, RunState::Succeeded).await;
    let ours = world.start_run("note", json!({ "name": "x" })).await;
    world.calls("fake.things.create", 2).await;
    node.abort().await;
    world.app.add_item(item(&world, "theirs", "x"));
    world.app.let_through(100);
    world.later(60);
    world.app.answer("fake.things.create", Ok(json!({ "id": "ours" })));
    let node = world.node().await;
    world.run_is(ours, RunState::Waiting).await;
    world.later(10);
    world.run_is(ours, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 3);
    assert_eq!(world.app.calls("fake.things.get").last(), Some(&json!({ "id": "ours" })));
    node.stop().await;
}

async fn two_runs_that_cannot_be_told_apart_are_held(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    let runs = killed(&world, &["x", "x"], &[item(&world, "whose", "x")]).await;
    let node = world.node().await;
    for run in &runs {
        world.run_is(*run, RunState::Waiting).await;
    }
    world.later(10);
    for run in &runs {
        let held = world.run_is(*run, RunState::Interrupted).await;
        let failure = held.record.failure.unwrap();
        assert_eq!(failure.details.unwrap()["found"][0]["id"], "whose");
    }
    assert_eq!(world.app.calls("fake.things.create").len(), 2, "nothing was sent again");
    node.stop().await;
}

/// The answer of a write that was lost on its way.
fn lost() -> OperationError {
    let refused = OperationError::refused(ErrorKind::Timeout, "no answer");
    OperationError { done: Done::Unknown, retry: Retry::Backoff, ..refused }
}

async fn a_write_whose_input_was_cut_in_the_log_is_told_all_the_same(database: TestDatabase) {
    let world = World::new(database).await;
    let large = "x".repeat(200_000);
    world.deploy("note", NOTE).await;
    world.app.answer("fake.things.create", Err(lost()));
    let run = world.start_run("note", json!({ "name": large })).await;
    let node = world.node().await;
    let waiting = world.run_is(run, RunState::Waiting).await;
    let cut =
        |entry: &LogEntry| matches!(&entry.event, RunEvent::AttemptFailed { input, .. } if is_cut(input));
    assert!(waiting.log.iter().any(cut));
    world.app.add_item(item(&world, "made", &large));
    world.later(10);
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create").len(), 1);
    assert_eq!(world.app.calls("fake.things.get"), [json!({ "id": "made" })]);
    node.stop().await;
}

async fn what_a_read_has_told_to_be_done_is_no_news_to_a_poll(database: TestDatabase) {
    let world = World::new(database).await;
    let watch = "trigger: { use: fake.things.list, connection: fake, every: 1m, ignore_own_writes: 10m }\n\
                 steps: [{ set: { id: '{{ trigger.id }}' } }]";
    world.deploy("watch", watch).await;
    world.library().set_enabled(&workflow("watch"), true).await.unwrap();
    world.deploy("note", NOTE).await;
    let node = world.node().await;
    world.polls(1).await;
    world.app.answer("fake.things.create", Err(lost()));
    let run = world.start_run("note", json!({ "name": "x" })).await;
    world.run_is(run, RunState::Waiting).await;
    world.app.add_item(item(&world, "made", "x"));
    world.later(10);
    world.run_is(run, RunState::Succeeded).await;
    world.later(60);
    let poll = world.polls(2).await.swap_remove(0);
    assert_eq!((poll.fresh, poll.others.get("echo")), (0, Some(&1)));
    node.stop().await;
}

on_both_databases!(
    a_write_that_was_done_at_a_kill_is_found_and_not_sent_again,
    a_write_that_was_not_done_at_a_kill_is_sent_again_once,
    what_another_run_has_made_is_not_taken,
    two_runs_that_cannot_be_told_apart_are_held,
    a_write_whose_input_was_cut_in_the_log_is_told_all_the_same,
    what_a_read_has_told_to_be_done_is_no_news_to_a_poll,
);
