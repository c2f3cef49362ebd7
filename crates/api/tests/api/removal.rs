//! Deleting a workflow of which there is much.

use std::time::Duration;

use highline_model::Clock;
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::world::{World, answer, started};

on_both_databases! {
    a_deletion_that_takes_long_is_answered_and_goes_on_with_the_next_wish,
}

async fn a_deletion_that_takes_long_is_answered_and_goes_on_with_the_next_wish(database: TestDatabase) {
    let hasty = World::adapted(database, Clock::system(), |library| library.deleting_for(Duration::ZERO));
    let world = hasty.await;
    let id = started(&world).await;
    let delete = || answer(world.http.delete(world.url("/api/v1/workflows/one")));
    let (status, told) = delete().await;
    assert_eq!((status, &told["error"]["code"]), (409, &json!("conflict")), "its run is not over: {told}");
    assert_eq!(world.post(&format!("/api/v1/runs/{id}/cancel"), json!(null)).await.0, 202);
    world.post("/api/v1/workflows/one/enable", json!(null)).await;
    assert_eq!(delete().await, (202, json!({ "removed": false })));
    assert_eq!(world.get(&format!("/api/v1/runs/{id}")).await.0, 404, "a part of it is gone");
    let (status, left) = world.get("/api/v1/workflows/one").await;
    assert_eq!((status, &left["workflow"]["enabled"]), (200, &json!(false)), "nothing new begins: {left}");
    let mut wishes = 0;
    while delete().await.0 == 202 {
        wishes += 1;
        assert!(wishes < 10, "it comes to no end");
    }
    assert_eq!((delete().await.0, world.get("/api/v1/workflows/one").await.0), (404, 404));
    let (_, audit) = world.get("/api/v1/audit").await;
    assert_eq!(audit["entries"][0]["action"], "delete_workflow");
}
