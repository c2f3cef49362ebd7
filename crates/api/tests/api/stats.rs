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

async fn what_prometheus_reads_needs_a_login(database: TestDatabase) {
    let world = World::new(database).await;
    let stranger = reqwest::Client::new().get(world.url("/metrics")).send().await.unwrap();
    assert_eq!(stranger.status().as_u16(), 401);
    let answer = world.http.get(world.url("/metrics")).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let page = answer.text().await.unwrap();
    for line in [
        "highline_runs{state=\"queued\"} 0",
        "highline_workflows{state=\"disabled\"} 1",
        "highline_oldest_queued_age_seconds 0",
        "# TYPE highline_runs gauge",
    ] {
        assert!(page.contains(line), "{line}\nin\n{page}");
    }
}

on_both_databases!(what_prometheus_reads_needs_a_login, it_is_told_how_it_stands_and_what_ended_when,);
