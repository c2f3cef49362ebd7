//! Workflows, runs and what is known of them.

use highline_model::RunId;
use highline_model::budget::{Allowance, Ask, Away, Waiting};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{TEXT, TOKEN, World, answer, started};

async fn a_workflow_is_listed_shown_and_switched(database: TestDatabase) {
    let world = World::new(database).await;
    let (status, list) = world.get("/api/v1/workflows").await;
    assert_eq!((status, &list["workflows"][0]["id"], &list["next"]), (200, &json!("one"), &Value::Null));
    let (_, one) = world.get("/api/v1/workflows/one").await;
    assert_eq!(one["workflow"]["source"], TEXT);
    assert_eq!(one["workflow"]["enabled"], false);
    let (status, on) = world.post("/api/v1/workflows/one/enable", Value::Null).await;
    assert_eq!((status, &on["workflow"]["enabled"]), (200, &json!(true)));
    let (_, off) = world.post("/api/v1/workflows/one/disable", Value::Null).await;
    assert_eq!(off["workflow"]["enabled"], false);
}

async fn workflows_are_listed_a_page_at_a_time(database: TestDatabase) {
    let world = World::new(database).await;
    for number in 0..4 {
        world.deploy(&format!("w-{number}"), TEXT).await;
    }
    let ids = |list: &Value| -> Vec<String> {
        let all = list["workflows"].as_array().unwrap().iter();
        all.map(|workflow| workflow["id"].as_str().unwrap().to_owned()).collect()
    };
    let (_, first) = world.get("/api/v1/workflows?limit=2").await;
    assert_eq!((ids(&first), &first["next"]), (vec!["one".into(), "w-0".into()], &json!("w-0")));
    let (_, second) = world.get("/api/v1/workflows?limit=2&after=w-0").await;
    assert_eq!((ids(&second), &second["next"]), (vec!["w-1".into(), "w-2".into()], &json!("w-2")));
    let (_, last) = world.get("/api/v1/workflows?limit=2&after=w-2").await;
    assert_eq!((ids(&last), &last["next"]), (vec!["w-3".into()], &Value::Null));
    assert_eq!(world.get("/api/v1/workflows?limit=0").await.0, 400);
}

async fn doing_a_run_again_with_one_key_makes_one_run(database: TestDatabase) {
    let world = World::new(database).await;
    let id = started(&world).await;
    world.post(&format!("/api/v1/runs/{id}/cancel"), Value::Null).await;
    let again = |key: &'static str, body: Value| {
        let url = world.url(&format!("/api/v1/runs/{id}/rerun"));
        answer(world.http.post(url).header("Idempotency-Key", key).json(&body))
    };
    let (status, first) = again("a", json!({})).await;
    assert_eq!((status, &first["duplicate"]), (201, &Value::Null));
    let (status, same) = again("a", json!({})).await;
    assert_eq!((status, &same["duplicate"], &same["run"]), (200, &json!(true), &first["run"]));
    for other in [json!({ "input": { "id": "b" } }), json!({ "from": "first" })] {
        let (status, refused) = again("a", other).await;
        assert_eq!((status, &refused["error"]["code"]), (409, &json!("conflict")));
    }
    assert_eq!(again("b", json!({})).await.0, 201);
    assert_eq!(again("", json!({})).await.0, 400);
    let (_, run) = world.get(&format!("/api/v1/runs/{id}")).await;
    assert_eq!(run["run"]["reruns"].as_array().unwrap().len(), 2);
    let (_, revisions) = world.get("/api/v1/workflows/one/revisions").await;
    assert_eq!(revisions["revisions"][0]["active_runs"], 2, "the first is over");
}

async fn a_run_is_started_listed_shown_and_cancelled(database: TestDatabase) {
    let world = World::new(database).await;
    let (status, started) = world.post("/api/v1/workflows/one/start", json!({ "id": "a" })).await;
    assert_eq!(status, 201);
    let id = started["run"]["id"].as_str().unwrap().to_owned();
    let (_, list) = world.get("/api/v1/runs?state=queued,running&workflow=one&limit=5").await;
    assert_eq!(list["runs"][0]["id"], id.as_str());
    let (_, run) = world.get(&format!("/api/v1/runs/{id}")).await;
    assert_eq!((&run["run"]["event"], &run["run"]["steps"]), (&json!({ "id": "a" }), &json!([])));
    let (status, early) = world.post(&format!("/api/v1/runs/{id}/retry"), Value::Null).await;
    assert_eq!((status, &early["error"]["code"]), (409, &json!("conflict")));
    let decide = format!("/api/v1/runs/{id}/resolve");
    let (status, early) = world.post(&decide, json!({ "decision": { "done": { "id": 1 } } })).await;
    assert_eq!((status, &early["error"]["code"]), (409, &json!("conflict")));
    assert_eq!(world.post(&decide, json!({ "decision": "later" })).await.0, 400);
    assert_eq!(world.post(&format!("/api/v1/runs/{id}/cancel"), Value::Null).await.0, 202);
    let id: RunId = id.parse().unwrap();
    let record = world.store.run(id).await.unwrap().unwrap().record;
    assert_eq!(record.state, highline_model::RunState::Cancelled);
}

async fn why_a_record_started_no_run_is_told(database: TestDatabase) {
    let world = World::new(database).await;
    let (status, why) = world.get("/api/v1/workflows/one/why?record=x").await;
    assert_eq!((status, &why["why"]["found"]), (200, &json!([])));
    assert_eq!(why["why"]["answer"][0], "nothing with the id `x` has been found");
    assert_eq!(world.get("/api/v1/workflows/none/why?record=x").await.0, 404);
    let (status, polls) = world.get("/api/v1/workflows/one/polls?limit=5").await;
    assert_eq!((status, &polls["polls"]), (200, &json!([])));
    assert_eq!(world.get("/api/v1/workflows/none/polls").await.0, 404);
    let (status, events) = world.get("/api/v1/events?workflow=one&key=x").await;
    assert_eq!((status, &events["events"]), (200, &json!([])));
    for wrong in ["key=x", "outcome=filtered", "workflow=one&outcome=run"] {
        assert_eq!(world.get(&format!("/api/v1/events?{wrong}")).await.0, 400, "{wrong}");
    }
    let (_, list) = world.get("/api/v1/workflows").await;
    assert_eq!(list["wrong"], json!([]));
}

async fn a_run_is_sent_back_and_done_again(database: TestDatabase) {
    let world = World::new(database).await;
    let id = started(&world).await;
    let (status, early) = world.post(&format!("/api/v1/runs/{id}/rerun"), Value::Null).await;
    assert_eq!((status, &early["error"]["code"]), (409, &json!("conflict")));
    world.post(&format!("/api/v1/runs/{id}/cancel"), Value::Null).await;
    let again = format!("/api/v1/runs/{}/rerun", &id[..30]);
    let (status, made) = world.post(&again, json!({ "input": { "id": "b" }, "revision": "newest" })).await;
    assert_eq!((status, &made["run"]["rerun_of"], &made["sent_again"]), (201, &json!(id), &json!([])));
    let (_, run) = world.get(&format!("/api/v1/runs/{}", made["run"]["id"].as_str().unwrap())).await;
    assert_eq!((&run["run"]["event"], &run["run"]["rerun_of"]), (&json!({ "id": "b" }), &json!(id)));
    assert_eq!(run["run"]["waits_for"], "a node with room for it");
    let (_, first) = world.get(&format!("/api/v1/runs/{id}")).await;
    assert_eq!(first["run"]["reruns"][0], made["run"]["id"]);
    let (status, unfit) = world.post(&again, json!({ "from": "frst" })).await;
    assert_eq!(status, 409);
    assert!(unfit["error"]["message"].as_str().unwrap().contains("did you mean `first`?"), "{unfit}");
    assert_eq!(world.post(&again, json!({ "form": "first" })).await.0, 400);
    let retry = format!("/api/v1/runs/{id}/retry");
    assert_eq!(world.post(&retry, json!({ "revision": "last" })).await.0, 400);
    assert_eq!(world.post(&retry, json!({ "revision": "newest" })).await.0, 202);
}

async fn many_runs_are_sent_back_and_cancelled_by_a_filter(database: TestDatabase) {
    let world = World::new(database).await;
    for _ in 0..3 {
        started(&world).await;
    }
    for (path, body) in [
        ("retry", json!({})),
        ("retry", json!({ "state": ["succeeded"] })),
        ("cancel", json!({ "state": ["failed"] })),
        ("cancel", json!({ "workflow": "one", "colour": "red" })),
    ] {
        let (status, wrong) = world.post(&format!("/api/v1/runs/{path}"), body).await;
        assert_eq!((status, &wrong["error"]["code"]), (400, &json!("bad_request")), "{wrong}");
    }
    let one = json!({ "workflow": "one", "limit": 2 });
    let (status, bulk) = world.post("/api/v1/runs/cancel", one).await;
    assert_eq!((status, bulk), (200, json!({ "matched": 2, "changed": 2, "more": true })));
    let cancelled = |dry_run| json!({ "workflow": "one", "state": ["cancelled"], "dry_run": dry_run });
    let (_, bulk) = world.post("/api/v1/runs/retry", cancelled(true)).await;
    assert_eq!(bulk, json!({ "matched": 2, "changed": 0, "more": false }));
    let (_, bulk) = world.post("/api/v1/runs/retry", cancelled(false)).await;
    assert_eq!(bulk, json!({ "matched": 2, "changed": 2, "more": false }));
}

/// Begins a request whose body would be so long; what is answered before any of it is sent.
async fn announce(world: &World, path: &str, length: usize) -> String {
    let mut stream = TcpStream::connect(world.server.address()).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut answer, mut some) = (String::new(), [0; 4096]);
    while !answer.ends_with('}') {
        let read = stream.read(&mut some).await.unwrap();
        assert!(read > 0, "cut off: {answer}");
        answer += std::str::from_utf8(&some[..read]).unwrap();
    }
    answer
}

async fn what_is_wrong_with_a_request_is_said_in_one_envelope(database: TestDatabase) {
    let world = World::new(database).await;
    for (path, status, code) in [
        ("/api/v1/workflows/none", 404, "not_found"),
        ("/api/v1/workflows/No%20Id", 404, "not_found"),
        ("/api/v1/runs/12", 404, "not_found"),
        ("/api/v1/runs?state=done", 400, "bad_request"),
        ("/api/v1/runs?colour=red", 400, "bad_request"),
        ("/api/v1/runs?until=%2B262142-12-31T23:59:59Z", 400, "bad_request"),
        ("/api/v1/stats/runs?until=-262143-01-01T00:00:00Z", 400, "bad_request"),
        ("/api/v1/stats/failures?since=1969-12-31T23:59:59Z", 400, "bad_request"),
        ("/api/v1/runs?limit=many", 400, "bad_request"),
        ("/api/v1/runs?limit=501", 400, "bad_request"),
        ("/api/v1/connections?limit=5", 400, "bad_request"),
        ("/api/v1/nodes?x", 400, "bad_request"),
        ("/api/v1/workflows/one?verbose=1", 400, "bad_request"),
        ("/nowhere", 404, "not_found"),
    ] {
        let (answered, body) = world.get(path).await;
        assert_eq!((answered, body["error"]["code"].as_str()), (status, Some(code)), "{path}: {body}");
        assert!(!body["error"]["message"].as_str().unwrap().is_empty());
    }
    for path in ["/api/v1/workflows/one/start", "/api/v1/runs/cancel"] {
        let answer = announce(&world, path, 2 * 1024 * 1024 + 1).await;
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(r#""too_large""#), "{path}: {answer}");
    }
    let (status, body) = world.post("/api/v1/runs", Value::Null).await;
    assert_eq!((status, &body["error"]["code"]), (405, &json!("method_not_allowed")));
}

async fn health_is_told_without_a_token_and_the_rest_is_not(database: TestDatabase) {
    let world = World::new(database).await;
    let nobody = reqwest::Client::new();
    assert_eq!(answer(nobody.get(world.url("/healthz"))).await.0, 200);
    assert_eq!(answer(nobody.get(world.url("/readyz"))).await.0, 200);
    let (status, refused) = answer(nobody.get(world.url("/api/v1/runs"))).await;
    assert_eq!((status, refused["error"]["code"].as_str()), (401, Some("unauthorized")));
    assert_eq!(world.get("/api/v1/runs").await.0, 200);
    world.server.stop().await;
}

async fn what_workflows_remember_is_written_read_listed_and_forgotten(database: TestDatabase) {
    let world = World::new(database).await;
    let put = |path: &str, body: Value| answer(world.http.put(world.url(path)).json(&body));
    let (status, entry) =
        put("/api/v1/state/task/7", json!({ "value": { "id": 9 }, "expires_in": "1h" })).await;
    assert_eq!((status, &entry["entry"]["value"]), (200, &json!({ "id": 9 })), "{entry}");
    assert!(entry["entry"]["expires_at"].is_string());
    assert_eq!(put("/api/v1/state/task/7?workflow=one", json!({ "value": 1 })).await.0, 200);
    let (_, shared) = world.get("/api/v1/state?prefix=task/").await;
    assert_eq!((&shared["entries"][0]["value"], &shared["next"]), (&json!({ "id": 9 }), &Value::Null));
    let (_, own) = world.get("/api/v1/state/task/7?workflow=one").await;
    assert_eq!(own["entry"]["value"], 1);
    let (status, wrong) = put("/api/v1/state/a", json!({ "value": 1, "expires_in": "soon" })).await;
    assert_eq!((status, &wrong["error"]["code"]), (400, &json!("bad_request")));
    let forget = || world.http.delete(world.url("/api/v1/state/task/7")).send();
    assert_eq!(forget().await.unwrap().status().as_u16(), 204);
    assert_eq!(forget().await.unwrap().status().as_u16(), 404);
    assert_eq!(world.get("/api/v1/state/task/7").await.0, 404);
    assert_eq!(world.get("/api/v1/state/task/7?workflow=one").await.0, 200);
}

async fn a_start_that_is_sent_again_gets_the_run_of_the_first(database: TestDatabase) {
    let world = World::new(database).await;
    let start = |key: &'static str, body: Value| {
        let url = world.url("/api/v1/workflows/one/start");
        answer(world.http.post(url).header("Idempotency-Key", key).json(&body))
    };
    let (status, first) = start("order-7", json!({ "id": "a" })).await;
    assert_eq!(status, 201);
    for _ in 0..2 {
        let (status, again) = start("order-7", json!({ "id": "a" })).await;
        assert_eq!((status, &again["run"], &again["duplicate"]), (200, &first["run"], &json!(true)));
    }
    assert_eq!(start("order-7", json!({ "id": "b" })).await.0, 409);
    assert_eq!(start("order-8", json!({ "id": "a" })).await.0, 201);
    for wrong in [" ", "order 7"] {
        assert_eq!(start(wrong, json!({})).await.0, 400, "{wrong:?}");
    }
    assert_eq!(world.get("/api/v1/runs").await.1["runs"].as_array().unwrap().len(), 2);
}

async fn an_event_that_dedupe_knows_starts_no_run(database: TestDatabase) {
    let world = World::new(database).await;
    let text =
        TEXT.replace("trigger: manual", "trigger: manual\ndedupe: { key: '{{ trigger.id }}', within: 1d }");
    world.deploy("two", &text).await;
    let start = |id: Value| world.post("/api/v1/workflows/two/start", json!({ "id": id }));
    let (status, first) = start(json!("a/1")).await;
    assert_eq!(status, 201);
    for _ in 0..2 {
        let (status, again) = start(json!("a/1")).await;
        assert_eq!((status, &again["run"]), (200, &first["run"]));
    }
    let (_, known) = world.get("/api/v1/workflows/two/keys/a/1").await;
    assert_eq!((&known["key"]["run"], &known["key"]["duplicates"]), (&first["run"]["id"], &json!(2)));
    let url = world.url("/api/v1/workflows/two/keys/a/1");
    assert_eq!(world.http.delete(url).send().await.unwrap().status().as_u16(), 204);
    assert_eq!(start(json!("a/1")).await.0, 201);
    for _ in 0..2 {
        assert_eq!(start(json!(" ")).await.0, 201, "a blank key is none");
    }
}

async fn a_budget_is_listed_and_a_close_is_lifted(database: TestDatabase) {
    let world = World::new(database).await;
    let ask = Ask {
        resource: "fake fake.example.com place=1".into(),
        node: "test".into(),
        allowance: Allowance { requests: 100, window_ms: 10_000, daily: Some(1_000) },
        want: 1,
        lasts_ms: 1_000,
        waiting: Waiting { event: 3, ..Waiting::default() },
        away: Away { callers: 7, for_ms: 60_000 },
        accounts: vec![],
        told: None,
        close_ms: Some(3_600_000),
    };
    world.store.exchange_budgets(std::slice::from_ref(&ask)).await.unwrap();
    let (status, list) = world.get("/api/v1/budgets").await;
    let budget = &list["budgets"][0];
    assert_eq!((status, &budget["resource"]), (200, &json!(ask.resource)));
    assert_eq!((&budget["left_in_window"], &budget["left_today"]), (&json!(0), &json!(1_000)));
    assert_eq!((&budget["waiting"]["event"], &budget["away"]), (&json!(3), &json!(7)));
    assert!(budget["closed_until"].is_string(), "{budget}");
    let open = |resource: &str| json!({ "resource": resource });
    let (status, _) = world.post("/api/v1/budgets/reopen", open("nobody")).await;
    assert_eq!(status, 404);
    let (status, _) = world.post("/api/v1/budgets/reopen", open(&ask.resource)).await;
    assert_eq!(status, 202);
    assert_eq!(world.get("/api/v1/budgets").await.1["budgets"][0]["left_in_window"], 100);
}

on_both_databases!(
    a_start_that_is_sent_again_gets_the_run_of_the_first,
    an_event_that_dedupe_knows_starts_no_run,
    a_budget_is_listed_and_a_close_is_lifted,
    what_workflows_remember_is_written_read_listed_and_forgotten,
    workflows_are_listed_a_page_at_a_time,
    doing_a_run_again_with_one_key_makes_one_run,
    a_workflow_is_listed_shown_and_switched,
    a_run_is_started_listed_shown_and_cancelled,
    why_a_record_started_no_run_is_told,
    a_run_is_sent_back_and_done_again,
    many_runs_are_sent_back_and_cancelled_by_a_filter,
    what_is_wrong_with_a_request_is_said_in_one_envelope,
    health_is_told_without_a_token_and_the_rest_is_not,
);
