//! Runs that are sent back or done again, and keys that drop or replace.

use highline_catalog::OperationError;
use highline_engine::{Rerun, Rerunning, Started};
use highline_model::{ErrorKind, RunId, RunState};
use highline_store::{Retry, RevisionChoice};
use highline_testing::{FakeApp, TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::node::World;

const THREE: &str = "
name: Three
trigger: manual
steps:
  - { id: read, use: fake.things.get, with: { id: '{{ trigger.id }}' } }
  - { id: make, use: fake.things.create, with: { id: '{{ steps.read.id }}' } }
  - { id: tell, use: fake.things.update, with: { id: '{{ trigger.id }}' } }
";

fn again(from: Option<&str>) -> Rerun {
    Rerun {
        from: from.map(str::to_owned),
        input: None,
        revision: RevisionChoice::Saved,
        by: "ann".to_owned(),
        key: None,
    }
}

async fn rerun(world: &World, run: RunId, wish: Rerun) -> (RunId, Vec<String>) {
    match world.library().rerun(run, wish).await.unwrap() {
        Rerunning::Run { run, sent_again, .. } => (run, sent_again.iter().map(ToString::to_string).collect()),
        other => panic!("{other:?}"),
    }
}

fn counts(world: &World) -> [usize; 3] {
    ["get", "create", "update"].map(|name| world.app.calls(&format!("fake.things.{name}")).len())
}

async fn a_run_is_done_again_from_a_step_without_what_came_before(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("three", THREE).await;
    let run = world.start_run("three", json!({ "id": "a" })).await;
    let node = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    let (second, sent_again) = rerun(&world, run, again(Some("tell"))).await;
    assert_eq!(sent_again, Vec::<String>::new());
    node.nudge();
    let done = world.run_is(second, RunState::Succeeded).await;
    assert_eq!(counts(&world), [1, 1, 2]);
    assert_eq!((done.record.rerun_of, done.event), (Some(run), json!({ "id": "a" })));
    assert!(done.event_key.starts_with("rerun:"), "{}", done.event_key);
    assert_eq!(world.run(run).await.reruns, [second]);
    let (third, sent_again) = rerun(&world, second, again(Some("make"))).await;
    assert_eq!(sent_again, ["make"], "a copy of what was announced counts too");
    world.run_is(third, RunState::Succeeded).await;
    assert_eq!(counts(&world), [1, 2, 3]);
    node.stop().await;
}

async fn a_run_is_done_again_with_another_input(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("three", THREE).await;
    let run = world.start_run("three", json!({ "id": "a" })).await;
    let node = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    let changed = |from| Rerun { input: Some(json!({ "id": "b" })), ..again(from) };
    let (whole, sent_again) = rerun(&world, run, changed(None)).await;
    assert_eq!(sent_again, ["make"]);
    world.run_is(whole, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.create")[1]["id"], "b");
    let (part, _) = rerun(&world, run, changed(Some("tell"))).await;
    assert_eq!(world.run_is(part, RunState::Succeeded).await.event, json!({ "id": "b" }));
    assert_eq!(counts(&world), [2, 2, 3]);
    assert_eq!(world.app.calls("fake.things.update")[2]["id"], "b");
    node.stop().await;
}

async fn what_cannot_be_done_again_is_refused_with_the_reason(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("three", THREE).await;
    let run = world.start_run("three", json!({ "id": "a" })).await;
    let ask = async |run, from| world.library().rerun(run, again(from)).await.unwrap();
    assert_eq!(ask(run, None).await, Rerunning::NotOver(RunState::Queued));
    assert_eq!(ask(RunId::new(), None).await, Rerunning::Unknown);
    let node = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    match ask(run, Some("tel")).await {
        Rerunning::Unfit(unfit) => assert!(unfit.to_string().ends_with("did you mean `tell`?"), "{unfit}"),
        other => panic!("{other:?}"),
    }
    node.stop().await;
}

async fn a_failed_run_goes_on_with_the_newest_revision(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("three", THREE).await;
    world.app.answer("fake.things.create", Err(OperationError::refused(ErrorKind::Rejected, "no")));
    let run = world.start_run("three", json!({ "id": "a" })).await;
    let node = world.node().await;
    world.run_is(run, RunState::Failed).await;
    let newer = THREE
        .replace("  - { id: make", "  - { id: new, use: fake.things.get, with: { id: n } }\n  - { id: make");
    assert_eq!(world.deploy("three", &newer).await, 2);
    let retry = Retry { by: "ann", revision: RevisionChoice::Newest, now: world.now() };
    world.store.retry_run_with(run, retry).await.unwrap();
    let done = world.run_is(run, RunState::Succeeded).await;
    assert_eq!(done.record.revision, 2);
    let read: Vec<Value> = world.app.calls("fake.things.get").iter().map(|call| call["id"].clone()).collect();
    assert_eq!(read, [json!("a"), json!("n")], "the new step runs, the finished one does not");
    node.stop().await;
}

fn keyed(on_limit: &str) -> String {
    let concurrency = format!("concurrency: {{ key: all, on_limit: {on_limit} }}\nsteps:");
    THREE.replace("steps:", &concurrency)
}

async fn with_drop_a_second_run_of_a_busy_key_is_not_started(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("three", &keyed("drop")).await;
    let run = world.start_run("three", json!({ "id": "a" })).await;
    let node = world.node().await;
    world.calls("fake.things.get", 1).await;
    assert_eq!(world.start("three", json!({ "id": "b" })).await, Started::Dropped);
    world.app.let_through(3);
    world.run_is(run, RunState::Succeeded).await;
    let (third, _) = rerun(&world, run, again(None)).await;
    assert_eq!(world.library().rerun(run, again(None)).await.unwrap(), Rerunning::Dropped);
    world.app.let_through(3);
    world.run_is(third, RunState::Succeeded).await;
    node.stop().await;
}

async fn with_cancel_previous_the_newest_run_of_a_key_begins_when_the_older_is_over(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("three", &keyed("cancel_previous")).await;
    let old = world.start_run("three", json!({ "id": "old" })).await;
    let node = world.node().await;
    world.calls("fake.things.get", 1).await;
    let between = world.start_run("three", json!({ "id": "between" })).await;
    let new = world.start_run("three", json!({ "id": "new" })).await;
    let replaced = world.run_is(between, RunState::Cancelled).await.record.failure.unwrap();
    assert_eq!(replaced.message, format!("replaced by run {new}"));
    let replaced = world.run_is(old, RunState::Cancelled).await.record.failure.unwrap();
    assert_eq!(replaced.message, format!("replaced by run {between}"));
    world.app.let_through(10);
    world.run_is(new, RunState::Succeeded).await;
    let made: Vec<Value> =
        world.app.calls("fake.things.create").iter().map(|call| call["id"].clone()).collect();
    assert_eq!(made, [json!("new")]);
    node.stop().await;
}

on_both_databases!(
    a_run_is_done_again_from_a_step_without_what_came_before,
    a_run_is_done_again_with_another_input,
    what_cannot_be_done_again_is_refused_with_the_reason,
    a_failed_run_goes_on_with_the_newest_revision,
    with_drop_a_second_run_of_a_busy_key_is_not_started,
    with_cancel_previous_the_newest_run_of_a_key_begins_when_the_older_is_over,
);
