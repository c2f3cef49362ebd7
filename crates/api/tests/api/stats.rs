//! Numbers over HTTP.

use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::world::{World, started};

async fn it_is_told_how_it_stands_and_what_ended_when(database: TestDatabase) {
    let world = World::new(database).await;
    let id = started(&world).await;
    let (status, overview) = world.get("/api/v1/stats/overview").await;
    let overview = &overview["overview"];
    assert_eq!((status, &overview["queued"], &overview["running"]), (200, &json!(1), &json!(0)));
    assert!(overview["oldest_queued_at"].is_string());
    assert_eq!(overview["workflows"], json!({ "enabled": 0, "disabled": 1, "wrong": 0, "failing_polls": 0 }));
    world.post(&format!("/api/v1/runs/{id}/cancel"), Value::Null).await;
    let (status, stats) = world.get("/api/v1/stats/runs?workflow=one").await;
    let series = stats["series"].as_array().unwrap();
    assert_eq!((status, series.len()), (200, 25));
    assert_eq!((&series[24]["cancelled"], &series[23]["cancelled"]), (&json!(1), &json!(0)));
    let (_, days) = world.get("/api/v1/stats/runs?bucket=day").await;
    assert_eq!(days["series"].as_array().unwrap().last().unwrap()["cancelled"], 1);
    let (status, failures) = world.get("/api/v1/stats/failures").await;
    assert_eq!((status, &failures["groups"], &failures["partial"]), (200, &json!([]), &json!(false)));
    for wrong in
        ["since=2020-01-01T00:00:00Z", "bucket=year", "until=2020-01-01T00:00:00Z&since=2021-01-01T00:00:00Z"]
    {
        assert_eq!(world.get(&format!("/api/v1/stats/runs?{wrong}")).await.0, 400, "{wrong}");
    }
}

on_both_databases!(it_is_told_how_it_stands_and_what_ended_when,);
