use std::collections::BTreeSet;
use std::sync::Arc;

use highline_engine::{Deployed, Library, Started};
use highline_model::{RunId, RunState};
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

fn run(started: Started) -> RunId {
    match started {
        Started::Run(run) => run,
        other => panic!("{other:?}"),
    }
}

async fn a_run_that_comes_in_goes_straight_to_work(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("one", ONE).await;
    let (node, intake) = world.node_with_room_for(4).await;
    let run = run(intake.start(&workflow("one"), json!({ "id": "a" })).await.unwrap());
    world.calls("fake.things.update", 1).await;
    let record = world.run(run).await.record;
    assert_eq!((record.state, record.owner.as_ref()), (RunState::Running, Some(node.node())));
    world.app.let_through(1);
    world.run_is(run, RunState::Succeeded).await;
    node.stop().await;
}

async fn what_there_is_no_room_for_waits_in_the_queue(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("one", ONE).await;
    let (node, intake) = world.node_with_room_for(2).await;
    let starts = (0..20).map(|number| {
        let intake = intake.clone();
        async move { run(intake.start(&workflow("one"), json!({ "id": number })).await.unwrap()) }
    });
    let runs: BTreeSet<RunId> = futures::future::join_all(starts).await.into_iter().collect();
    assert_eq!(runs.len(), 20);
    world.calls("fake.things.update", 2).await;
    let counts = world.store.counts(None).await.unwrap();
    assert_eq!((counts.of(RunState::Running), counts.of(RunState::Queued)), (2, 18));
    world.app.let_through(20);
    world.all_runs_are(20, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.update").len(), 20, "each once");
    node.stop().await;
}

async fn a_run_that_came_in_at_a_node_that_died_is_done_by_another(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("one", ONE).await;
    let (dead, intake) = world.node_with_room_for(4).await;
    let run = run(intake.start(&workflow("one"), json!({ "id": "a" })).await.unwrap());
    world.calls("fake.things.update", 1).await;
    dead.abort().await;
    world.later(11);
    world.app.let_through(1);
    let node = world.node().await;
    world.run_is(run, RunState::Succeeded).await;
    node.stop().await;
}

async fn a_start_is_of_the_revision_that_another_node_has_saved(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("one", ONE).await;
    let (node, intake) = world.node_with_room_for(4).await;
    let first = run(intake.start(&workflow("one"), json!({ "id": "a" })).await.unwrap());
    let catalog = Arc::new(world.app.catalog());
    let other = Library::new(world.store.clone(), catalog, None, world.clock.clone());
    let text = Source::new("one.yaml", format!("{ONE}  - {{ set: {{ second: true }} }}\n"));
    let deployed = other.deploy(&workflow("one"), &text, "test").await.unwrap();
    assert!(matches!(deployed, Deployed::Saved { .. }), "{deployed:?}");
    let second = run(intake.start(&workflow("one"), json!({ "id": "b" })).await.unwrap());
    assert_eq!((world.run(first).await.record.revision, world.run(second).await.record.revision), (1, 2));
    world.all_runs_are(2, RunState::Succeeded).await;
    node.stop().await;
}

on_both_databases! {
    a_run_that_comes_in_goes_straight_to_work,
    what_there_is_no_room_for_waits_in_the_queue,
    a_run_that_came_in_at_a_node_that_died_is_done_by_another,
    a_start_is_of_the_revision_that_another_node_has_saved,
}
