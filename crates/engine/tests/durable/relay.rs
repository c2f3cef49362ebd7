//! What one node does, seen from another.

use std::time::Duration;

use highline_engine::{Engine, Notice};
use highline_model::{RunId, RunState};
use highline_store::Shout;
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;
use tokio::sync::broadcast::Receiver;

use crate::node::World;

const ONE: &str = "
name: One
trigger: manual
steps:
  - { id: first, use: fake.things.update, with: { id: '{{ trigger.id }}' } }
";

async fn told_of(run: RunId, mut notices: Receiver<Notice>) {
    loop {
        if let Ok(Notice::Elsewhere(telling)) = notices.recv().await
            && telling.runs.iter().any(|(told, _, state)| (*told, *state) == (run, RunState::Succeeded))
        {
            return;
        }
    }
}

async fn a_node_tells_others_what_it_does_while_they_look(database: TestDatabase) {
    if !database.is_postgres() {
        return;
    }
    let world = World::new(database).await;
    world.deploy("one", ONE).await;
    let (one, other): (Engine, Engine) = (world.node().await, world.node().await);
    let looking = async {
        loop {
            world.store.shout(Shout::Look).await.unwrap();
            let (first, second) = (one.notices(), other.notices());
            tokio::time::sleep(Duration::from_millis(200)).await;
            let run = world.start_run("one", json!({ "id": "a" })).await;
            // Whichever node has it, the other one is told, once both have heard that somebody looks.
            tokio::select! {
                () = told_of(run, first) => return,
                () = told_of(run, second) => return,
                () = tokio::time::sleep(Duration::from_secs(3)) => {}
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(60), looking).await;
    assert!(told.is_ok(), "no node told of a run");
    one.stop().await;
    other.stop().await;
}

on_both_databases!(a_node_tells_others_what_it_does_while_they_look);
