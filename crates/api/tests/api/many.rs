//! Many runs at once, chosen by what the list of runs can be searched for, and what mistyped filters say.

use highline_testing::{TestDatabase, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{TEXT, TOKEN, World, answer, started};

on_both_databases! {
    runs_are_chosen_by_text_by_connection_or_one_by_one,
    a_state_that_is_named_twice_counts_once,
    a_filter_with_an_unknown_workflow_says_so,
    a_run_tells_who_started_it_and_an_event_its_data,
    who_asks_for_it_gets_answers_compressed_but_not_the_live_stream,
    a_body_says_that_it_is_json,
}

async fn runs_are_chosen_by_text_by_connection_or_one_by_one(database: TestDatabase) {
    let world = World::new(database).await;
    let text = TEXT
        .replace("name: One", "name: Other")
        .replace("things.update,", "things.update, connection: fake,");
    world.deploy("other", &text).await;
    let (_, other) = world.post("/api/v1/workflows/other/start", json!({ "id": "b" })).await;
    let other = other["run"]["id"].as_str().unwrap().to_owned();
    let ids = [started(&world).await, started(&world).await];
    let cancel = async |body: Value| {
        let (status, bulk) = world.post("/api/v1/runs/cancel", body.clone()).await;
        assert_eq!(status, 200, "{body}: {bulk}");
        [bulk["matched"].clone(), bulk["changed"].clone(), bulk["more"].clone()]
            .map(|part| part.to_string())
            .join(" ")
    };
    assert_eq!(cancel(json!({ "text": "one", "dry_run": true })).await, "2 0 false");
    assert_eq!(cancel(json!({ "text": "one", "limit": 1, "dry_run": true })).await, "1 0 true");
    assert_eq!(cancel(json!({ "connection": "nobody's" })).await, "0 0 false");
    assert_eq!(cancel(json!({ "ids": [ids[0]] })).await, "1 1 false");
    assert_eq!(cancel(json!({ "ids": ids })).await, "2 1 false", "one is cancelled already");
    let (_, log) = world.get("/api/v1/audit?action=cancel_runs&limit=1").await;
    assert_eq!(
        (&log["entries"][0]["details"]["matched"], &log["entries"][0]["by"]),
        (&json!(2), &json!("environment"))
    );
    assert_eq!(cancel(json!({ "connection": "fake", "workflow": "other" })).await, "1 1 false");
    let (_, log) = world.get("/api/v1/audit?action=cancel_runs&limit=1").await;
    assert_eq!(log["entries"][0]["details"]["connection"], "fake", "{log}");
    let (_, run) = world.get(&format!("/api/v1/runs/{other}")).await;
    assert_eq!(run["run"]["state"], "cancelled");
    let (_, retried) =
        world.post("/api/v1/runs/retry", json!({ "ids": [other], "revision": "newest" })).await;
    assert_eq!(retried["changed"], 1);
    for wrong in [json!({ "ids": [other], "text": "x" }), json!({ "ids": ["x"] }), json!({ "text": " " })] {
        assert_eq!(world.post("/api/v1/runs/cancel", wrong.clone()).await.0, 400, "{wrong}");
    }
}

async fn a_state_that_is_named_twice_counts_once(database: TestDatabase) {
    let world = World::new(database).await;
    started(&world).await;
    let (_, list) = world.get("/api/v1/runs?state=queued,queued").await;
    assert_eq!(list["runs"].as_array().map(Vec::len), Some(1));
    let (_, bulk) =
        world.post("/api/v1/runs/cancel", json!({ "state": ["queued", "queued"], "limit": 1 })).await;
    assert_eq!(bulk, json!({ "matched": 1, "changed": 1, "more": false }));
}

async fn a_filter_with_an_unknown_workflow_says_so(database: TestDatabase) {
    let world = World::new(database).await;
    for path in ["runs?", "events?", "polls?", "state?", "stats/runs?", "stats/failures?"] {
        let (status, answer) = world.get(&format!("/api/v1/{path}workflow=mistyped")).await;
        assert_eq!((status, &answer["error"]["code"]), (404, &json!("not_found")), "{path}");
    }
    let (status, _) = world.post("/api/v1/runs/cancel", json!({ "workflow": "mistyped" })).await;
    assert_eq!(status, 404);
    let put = world.http.put(world.url("/api/v1/state/k?workflow=mistyped")).json(&json!({ "value": 1 }));
    assert_eq!(answer(put).await.0, 404);
}

async fn a_run_tells_who_started_it_and_an_event_its_data(database: TestDatabase) {
    let world = World::new(database).await;
    let run = started(&world).await;
    let (_, shown) = world.get(&format!("/api/v1/runs/{run}")).await;
    assert_eq!(shown["run"]["started_by"], "environment");
    let (_, events) = world.get("/api/v1/events").await;
    let event = &events["events"][0];
    assert_eq!(
        (&event["run"]["id"], &event["outcome"], &event["workflow"]),
        (&json!(run), &json!("run"), &json!("one"))
    );
    let path = format!("/api/v1/events/{}", event["id"].as_str().unwrap());
    let (_, detail) = world.get(&path).await;
    assert_eq!((&detail["event"]["data"], &detail["event"]["id"]), (&json!({ "id": "a" }), &event["id"]));
    for unknown in ["x", "0193a5b0-0000-7000-8000-000000000000"] {
        assert_eq!(world.get(&format!("/api/v1/events/{unknown}")).await.0, 404, "{unknown}");
    }
}

async fn who_asks_for_it_gets_answers_compressed_but_not_the_live_stream(database: TestDatabase) {
    let world = World::new(database).await;
    let http = reqwest::Client::builder().no_gzip().no_brotli().build().unwrap();
    let ask = async |path: &str| {
        let request = http.get(world.url(path)).bearer_auth(TOKEN).header("accept-encoding", "gzip, br");
        let answer = request.send().await.unwrap();
        answer.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(ask("/api/v1/catalog/operations").await.as_deref(), Some("br"));
    assert_eq!(ask("/api/v1/live").await.as_deref(), Some("identity"));
    let plain = http.get(world.url("/api/v1/workflows")).bearer_auth(TOKEN).send().await.unwrap();
    assert!(plain.headers().get("content-encoding").is_none());
}

async fn a_body_says_that_it_is_json(database: TestDatabase) {
    let world = World::new(database).await;
    let run = started(&world).await;
    for path in ["workflows/one/start", "workflows/check", &format!("runs/{run}/retry")] {
        let request = world.http.request(Method::POST, world.url(&format!("/api/v1/{path}")));
        let (status, refused) = answer(request.header("content-type", "text/plain").body("{}")).await;
        assert_eq!((status, &refused["error"]["code"]), (415, &json!("unsupported_media_type")), "{path}");
    }
    let twice = world.http.post(world.url("/api/v1/workflows/one/start"));
    let twice = twice.header("idempotency-key", "a").header("idempotency-key", "b");
    assert_eq!(answer(twice).await.0, 400);
}
