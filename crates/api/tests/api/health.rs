//! Whether a node wants requests.

use std::sync::Arc;

use highline_catalog::Connections;
use highline_engine::{Engine, Parts, Settings};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::world::World;

on_both_databases! { a_node_whose_engine_has_ended_wants_no_requests }

async fn a_node_whose_engine_has_ended_wants_no_requests(database: TestDatabase) {
    let world = World::new(database).await;
    assert_eq!(world.get("/readyz").await, (200, json!({ "status": "ready" })));
    let engine = Engine::start(Parts {
        store: world.store.clone(),
        catalog: world.intake.library().catalog().clone(),
        connections: Arc::new(Connections::default()),
        intake: world.intake.clone(),
        clock: world.clock.clone(),
        settings: Settings::default(),
    });
    world.server.follow(&engine);
    assert_eq!(world.get("/readyz").await.0, 200);
    engine.abort().await;
    let (status, refused) = world.get("/readyz").await;
    assert_eq!((status, &refused["error"]["code"]), (503, &json!("unavailable")));
    assert_eq!(world.get("/healthz").await.0, 200, "the process lives");
}
