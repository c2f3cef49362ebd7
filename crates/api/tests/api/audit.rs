//! Who did what.

use highline_model::Role;
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::door::token;
use crate::world::{World, answer};

on_both_databases! {
    what_somebody_changed_is_told_and_what_was_refused_or_only_read_is_not,
    the_log_of_a_run_names_who_decided,
}

/// `by action target` of each line, the newest first.
async fn told(world: &World) -> Vec<String> {
    let (_, log) = world.get("/api/v1/audit").await;
    let line = |entry: &Value| {
        let word = |name: &str| entry[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", word("by"), word("action"), word("target"))
    };
    log["entries"].as_array().unwrap().iter().map(line).collect()
}

async fn what_somebody_changed_is_told_and_what_was_refused_or_only_read_is_not(database: TestDatabase) {
    let world = World::new(database).await;
    let duty = token(&world, "duty", Role::Operator).await;
    let http = reqwest::Client::new();
    let post = |path: &str, body: Value| answer(http.post(world.url(path)).bearer_auth(&duty).json(&body));
    post("/api/v1/workflows/one/enable", Value::Null).await;
    post("/api/v1/workflows/none/enable", Value::Null).await;
    post("/api/v1/tokens", json!({ "name": "mine", "role": "admin" })).await;
    post("/api/v1/workflows/one/start", json!({ "id": "a" })).await;
    post("/api/v1/runs/cancel", json!({ "workflow": "one", "dry_run": true })).await;
    post("/api/v1/runs/cancel", json!({ "workflow": "one" })).await;
    world.get("/api/v1/workflows").await;
    answer(world.http.put(world.url("/api/v1/state/task/7")).json(&json!({ "value": 1 }))).await;
    post("/api/v1/session", json!({ "token": "a guess" })).await;
    post("/api/v1/session", json!({ "token": duty })).await;
    assert_eq!(
        told(&world).await,
        [
            "duty log_in -",
            "nobody refuse_log_in -",
            "environment put_state task/7",
            "duty cancel_runs -",
            "duty enable_workflow one",
        ]
    );
    let (_, page) = world.get("/api/v1/audit?limit=4").await;
    assert_eq!(
        page["entries"][3]["details"],
        json!({ "runs": { "workflow": "one" }, "limit": 1_000, "matched": 1, "changed": 1, "more": false })
    );
    let next = page["next"].as_str().unwrap();
    let (_, rest) = world.get(&format!("/api/v1/audit?after={next}")).await;
    assert_eq!((rest["entries"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
}

async fn the_log_of_a_run_names_who_decided(database: TestDatabase) {
    let world = World::new(database).await;
    let duty = token(&world, "duty", Role::Operator).await;
    let (_, started) = world.post("/api/v1/workflows/one/start", json!({ "id": "a" })).await;
    let run = format!("/api/v1/runs/{}", started["run"]["id"].as_str().unwrap());
    world.post(&format!("{run}/cancel"), Value::Null).await;
    let retry = world.http.post(world.url(&format!("{run}/retry"))).bearer_auth(&duty);
    assert_eq!(answer(retry).await.0, 202);
    let (_, shown) = world.get(&run).await;
    let log = shown["run"]["log"].as_array().unwrap();
    assert_eq!(
        (&log.last().unwrap()["type"], &log.last().unwrap()["by"]),
        (&json!("retried"), &json!("duty"))
    );
}
