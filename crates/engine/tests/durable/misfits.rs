//! Nodes that cannot do a workflow.

use highline_model::{ErrorKind, NodeId, RunState};
use highline_store::NodeRecord;
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::node::World;

const ONE: &str = "
name: One
trigger: manual
steps:
  - { id: first, use: fake.things.update, with: { id: '{{ trigger.id }}' } }
";

const WATCH: &str = "
name: Watch
enabled: true
trigger: { use: fake.things.list, every: 1m, backfill: true }
steps:
  - { id: note, use: fake.things.update, with: { id: '{{ trigger.id }}' } }
";

impl World {
    /// Another node gives a sign of life.
    async fn company(&self) {
        let other = NodeRecord {
            id: NodeId::new("other"),
            version: "0.1.0".to_owned(),
            address: None,
            runs: 0,
            polls: 0,
            started_at: self.now(),
            seen_at: self.now(),
        };
        self.store.see_node(&other).await.unwrap();
    }
}

async fn a_run_that_does_not_fit_a_node_is_left_to_the_others(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("one", ONE).await;
    world.company().await;
    let poor = world.poor_node().await;
    let run = world.start_run("one", json!({ "id": "a" })).await;
    let waiting = world.run_is(run, RunState::Waiting).await;
    let failure = waiting.record.failure.unwrap();
    assert!(failure.message.starts_with(&format!("node {}: revision 1", poor.node())), "{}", failure.message);
    let kinds: Vec<_> = waiting.log.iter().map(|entry| entry.event.kind()).collect();
    assert_eq!(kinds, ["started", "put_back"]);
    poor.stop().await;
    world.later(1);
    let good = world.node().await;
    let done = world.run_is(run, RunState::Succeeded).await;
    assert_eq!(done.record.failure, None);
    good.stop().await;
}

async fn a_run_that_does_not_fit_the_only_node_fails_and_says_why(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("one", ONE).await;
    let poor = world.poor_node().await;
    let run = world.start_run("one", json!({ "id": "a" })).await;
    let failure = world.run_is(run, RunState::Failed).await.record.failure.unwrap();
    assert_eq!(failure.kind, ErrorKind::Configuration);
    assert!(failure.message.contains("fake.things.update"), "{}", failure.message);
    poor.stop().await;
}

async fn a_poll_that_does_not_fit_a_node_is_made_by_another(database: TestDatabase) {
    let world = World::new(database).await;
    world.app.add_item(json!({ "id": "a", "mark": "1" }));
    world.deploy("watch", WATCH).await;
    world.company().await;
    let poor = world.poor_node().await;
    let refused = world.polls(1).await.remove(0);
    assert!(refused.error.unwrap().message.starts_with(&format!("node {}: ", poor.node())));
    poor.stop().await;
    world.later(1);
    let good = world.node().await;
    world.all_runs_are(1, RunState::Succeeded).await;
    good.stop().await;
}

on_both_databases!(
    a_run_that_does_not_fit_a_node_is_left_to_the_others,
    a_run_that_does_not_fit_the_only_node_fails_and_says_why,
    a_poll_that_does_not_fit_a_node_is_made_by_another,
);
