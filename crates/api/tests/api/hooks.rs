//! Requests to the addresses of workflows.

use std::collections::BTreeSet;

use futures::future::join_all;
use highline_model::{Role, RunState};
use highline_store::RunFilter;
use highline_testing::{TestDatabase, on_both_databases};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::door::token;
use crate::world::{World, answer};

on_both_databases! {
    a_request_to_an_address_becomes_a_run_with_all_that_it_said,
    an_address_stays_the_same_and_one_that_is_given_goes_in_its_place,
    of_one_key_there_is_one_run_also_at_the_same_time,
    what_is_refused_by_where_or_dropped_is_kept_and_told,
    addresses_that_are_not_in_use_are_all_alike,
    a_secret_must_be_right_and_is_nowhere_to_be_seen,
    who_guesses_at_secrets_must_wait,
    what_cannot_be_read_is_refused_in_the_one_envelope,
    a_get_says_all_in_its_query_and_other_methods_are_refused,
    what_nobody_would_send_does_no_harm,
    one_address_starts_one_workflow,
    who_may_only_look_does_not_see_an_address_that_needs_no_secret,
    a_text_or_a_switch_that_changed_elsewhere_counts_at_once,
}

pub const STEPS: &str = "steps: [{ set: { a: 1 } }]\n";

/// A workflow `leads` with this trigger and these further keys.
pub async fn leads(world: &World, trigger: &str, more: &str) {
    world.deploy("leads", &format!("enabled: true\ntrigger: {trigger}\n{more}\n{STEPS}")).await;
}

/// The URL of a workflow's address.
pub async fn address(world: &World, workflow: &str) -> String {
    let (_, told) = world.get(&format!("/api/v1/workflows/{workflow}")).await;
    world.url(told["workflow"]["hook"]["path"].as_str().unwrap())
}

async fn send(request: RequestBuilder) -> (u16, Value) {
    answer(request).await
}

pub async fn post(url: &str, body: Value) -> (u16, Value) {
    send(Client::new().post(url).json(&body)).await
}

async fn event(world: &World, answer: &Value) -> Value {
    let run = answer["event"]["run"].as_str().unwrap_or_else(|| panic!("no run: {answer}"));
    world.get(&format!("/api/v1/runs/{run}")).await.1["run"]["event"].clone()
}

fn refusal((status, answer): &(u16, Value)) -> (u16, &str) {
    (*status, answer["error"]["code"].as_str().unwrap_or_default())
}

async fn a_request_to_an_address_becomes_a_run_with_all_that_it_said(database: TestDatabase) {
    let world = World::new(database).await;
    leads(&world, "webhook", "").await;
    let url = address(&world, "leads").await;
    let path = url.rsplit_once("/hooks/").unwrap().1;
    assert!(path.len() == 32 && path.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}");
    let request = world.http.post(format!("{url}?source=form&tag=a&tag=b")).json(&json!({ "id": 7 }));
    let (status, told) = send(request.header("X-Event", "e1").header("Cookie", "a=b")).await;
    assert_eq!((status, &told["duplicate"]), (202, &Value::Null), "{told}");
    let (status, found) =
        world.get(&format!("/api/v1/events/{}", told["event"]["id"].as_str().unwrap())).await;
    assert_eq!(
        (status, &found["event"]["data"]["body"]),
        (200, &json!({ "id": 7 })),
        "by the id of the answer"
    );
    assert_eq!(found["event"]["run"]["id"], told["event"]["run"]);
    let event = event(&world, &told).await;
    assert_eq!(event["method"], "POST");
    assert_eq!((&event["path"], &event["body"]), (&Value::Null, &json!({ "id": 7 })));
    assert_eq!(event["query"], json!({ "source": "form", "tag": ["a", "b"] }));
    assert_eq!(
        (&event["headers"]["x-event"], &event["headers"]["content-type"]),
        (&json!("e1"), &json!("application/json"))
    );
    assert_eq!(
        (&event["headers"]["authorization"], &event["headers"]["cookie"]),
        (&Value::Null, &Value::Null)
    );
    event["received_at"].as_str().unwrap().parse::<highline_model::Timestamp>().unwrap();
    let form = Client::new().post(&url).form(&[("email", "ada@example.com"), ("name", "Ada")]);
    let told = send(form).await.1;
    assert_eq!(
        self::event(&world, &told).await["body"],
        json!({ "email": "ada@example.com", "name": "Ada" })
    );
    let why = format!("/api/v1/workflows/leads/why?record={}", told["event"]["id"].as_str().unwrap());
    assert_eq!(world.get(&why).await.1["why"]["found"][0]["run"]["id"], told["event"]["run"]);
    let (_, audit) = world.get("/api/v1/audit").await;
    assert_eq!(audit["entries"], json!([]), "the run itself is the record");
}

async fn an_address_stays_the_same_and_one_that_is_given_goes_in_its_place(database: TestDatabase) {
    let world = World::new(database).await;
    leads(&world, "webhook", "").await;
    let own = address(&world, "leads").await;
    leads(&world, "{ schedule: { cron: '0 9 * * *' } }", "").await;
    assert_eq!(post(&own, json!({})).await.0, 404, "it is started by the clock now");
    let given = "{ webhook: { path: acme/9f86d081884c7d659a2feaa0c55ad015 } }";
    leads(&world, given, "").await;
    assert_eq!(post(&own, json!({})).await.0, 404);
    let url = address(&world, "leads").await;
    assert_eq!(url, world.url("/hooks/acme/9f86d081884c7d659a2feaa0c55ad015"));
    assert_eq!(post(&url, json!({})).await.0, 202);
    leads(&world, "{ webhook: {} }", "").await;
    assert_eq!(address(&world, "leads").await, own);
    assert_eq!((post(&own, json!({})).await.0, post(&url, json!({})).await.0), (202, 404));
}

async fn of_one_key_there_is_one_run_also_at_the_same_time(database: TestDatabase) {
    let world = World::new(database).await;
    leads(&world, "webhook", "dedupe: { key: '{{ trigger.headers.x-event }}' }").await;
    let url = address(&world, "leads").await;
    let (http, body) = (Client::new(), json!({ "id": 7 }));
    let sent = |key: &'static str| send(http.post(&url).header("X-Event", key).json(&body));
    let answers = join_all((0..20).map(|_| sent("e1"))).await;
    let runs: BTreeSet<&str> =
        answers.iter().map(|(_, told)| told["event"]["run"].as_str().unwrap()).collect();
    assert_eq!((runs.len(), answers.iter().all(|(status, _)| *status == 202)), (1, true));
    assert_eq!(answers.iter().filter(|(_, told)| told["duplicate"].is_null()).count(), 1);
    let other = sent("e2").await.1;
    assert!(other["duplicate"].is_null() && !runs.contains(other["event"]["run"].as_str().unwrap()));
    let (_, key) = world.get("/api/v1/workflows/leads/keys/e1").await;
    assert_eq!((&key["key"]["duplicates"], &key["key"]["run"]), (&json!(19), &json!(runs.first())));
}

async fn what_is_refused_by_where_or_dropped_is_kept_and_told(database: TestDatabase) {
    let world = World::new(database).await;
    let more = "where: '{{ trigger.body.wanted }}'\nconcurrency: { key: one, on_limit: drop }";
    leads(&world, "webhook", more).await;
    let url = address(&world, "leads").await;
    let (status, told) = post(&url, json!({ "wanted": false })).await;
    assert_eq!((status, &told["filtered"], &told["event"]["run"]), (202, &json!(true), &Value::Null));
    let why = format!("/api/v1/workflows/leads/why?record={}", told["event"]["id"].as_str().unwrap());
    let (_, why) = world.get(&why).await;
    let reason = why["why"]["answer"][0].as_str().unwrap();
    assert!(reason.ends_with("refused by `where`"), "{reason}");
    assert_eq!(post(&url, json!({ "wanted": true })).await.1["dropped"], Value::Null);
    let (status, told) = post(&url, json!({ "wanted": true })).await;
    assert_eq!((status, &told["dropped"], &told["event"]["run"]), (202, &json!(true), &Value::Null));
    let queued = RunFilter { states: vec![RunState::Queued], ..RunFilter::default() };
    let page = highline_store::Page { after: None, limit: 10 };
    assert_eq!(world.store.runs(&queued, page).await.unwrap().runs.len(), 1);
}

async fn addresses_that_are_not_in_use_are_all_alike(database: TestDatabase) {
    let world = World::new(database).await;
    leads(&world, "webhook", "").await;
    let url = address(&world, "leads").await;
    world.post("/api/v1/workflows/leads/disable", Value::Null).await;
    let off = post(&url, json!({})).await;
    let none = post(&url.replace("/hooks/", "/hooks/x"), json!({})).await;
    assert_eq!((refusal(&off), refusal(&none)), ((404, "not_found"), (404, "not_found")));
    let words = |told: &(u16, Value)| {
        told.1["error"]["message"].as_str().unwrap().split('`').next().unwrap().to_owned()
    };
    assert_eq!(words(&off), words(&none));
    world.post("/api/v1/workflows/leads/enable", Value::Null).await;
    assert_eq!(post(&url, json!({})).await.0, 202);
    assert_eq!(send(Client::new().get(world.url("/hooks/%ff%00/..%2f"))).await.0, 404);
}

/// A workflow whose address needs the secret in this file; it is not there yet.
async fn with_secret(world: &World) -> (std::path::PathBuf, String) {
    let file = world.folder.path().join("secret");
    let trigger = format!("{{ webhook: {{ path: leads, secret: 'file:{}' }} }}", file.display());
    leads(world, &trigger, "").await;
    (file, world.url("/hooks/leads"))
}

async fn a_secret_must_be_right_and_is_nowhere_to_be_seen(database: TestDatabase) {
    let clock = highline_model::Clock::manual("2026-11-21T08:00:00Z".parse().unwrap());
    let world = World::at(database, clock.clone()).await;
    let (file, url) = with_secret(&world).await;
    let with = |secret: &'static str| send(Client::new().post(&url).header("X-Webhook-Secret", secret));
    let gone = with("one-secret-of-many").await;
    assert_eq!(refusal(&gone), (503, "unavailable"));
    assert!(!gone.1.to_string().contains("secret\""), "no path is told: {}", gone.1);
    let (_, told) = world.get("/api/v1/workflows/leads").await;
    let hook = &told["workflow"]["hook"];
    assert_eq!((&hook["path"], &hook["secret_header"]), (&json!("/hooks/leads"), &json!("x-webhook-secret")));
    assert!(hook["problem"].as_str().unwrap().starts_with("cannot read "), "{hook}");
    std::fs::write(&file, "short\n").unwrap();
    clock.advance(chrono::TimeDelta::seconds(11));
    assert_eq!(with("short").await.0, 503, "a short one is none");
    std::fs::write(&file, "one-secret-of-many\n").unwrap();
    clock.advance(chrono::TimeDelta::seconds(11));
    assert_eq!(refusal(&post(&url, json!({})).await), (401, "unauthorized"));
    assert_eq!(with("another-secret-of-many").await.0, 401);
    let (status, told) = with("one-secret-of-many").await;
    assert_eq!(status, 202);
    assert!(!event(&world, &told).await.to_string().contains("one-secret"));
    let trigger =
        format!("{{ webhook: {{ path: leads, secret: 'file:{}', header: Authorization }} }}", file.display());
    leads(&world, &trigger, "").await;
    let authorized =
        async |value: &str| send(Client::new().post(&url).header("Authorization", value.as_bytes())).await.0;
    for before in ["", "Bearer ", "bearer  "] {
        assert_eq!(authorized(&format!("{before}one-secret-of-many")).await, 202, "{before}");
    }
    std::fs::write(&file, "ein Schlüssel von vielen").unwrap();
    clock.advance(chrono::TimeDelta::seconds(11));
    assert_eq!(authorized("one-secret-of-many").await, 401, "it has changed");
    assert_eq!(authorized("Bearer ein Schlüssel von vielen").await, 202);
}

async fn who_guesses_at_secrets_must_wait(database: TestDatabase) {
    let world = World::new(database).await;
    let (file, url) = with_secret(&world).await;
    std::fs::write(file, "one-secret-of-many").unwrap();
    let from = |address: &'static str, secret: &'static str| {
        let request = Client::new().post(&url).header("X-Forwarded-For", address);
        send(request.header("X-Webhook-Secret", secret))
    };
    assert_eq!(from("192.0.2.1", "one-secret-of-many").await.0, 202);
    for address in ["203.0.113.7", "192.0.2.1"] {
        for _ in 0..30 {
            assert_eq!(from(address, "a guess").await.0, 401);
        }
    }
    assert_eq!(refusal(&from("203.0.113.7", "one-secret-of-many").await), (429, "too_many_requests"));
    assert_eq!(from("198.51.100.9", "one-secret-of-many").await.0, 202, "others are not kept out");
    let beside = from("192.0.2.1", "one-secret-of-many").await.0;
    assert_eq!(beside, 202, "nor is who has brought the secret, whoever else is behind its address");
    let counted = world.http.get(world.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(counted.contains("highline_wrong_secrets_total{workflow=\"leads\"} "), "{counted}");
}

async fn what_cannot_be_read_is_refused_in_the_one_envelope(database: TestDatabase) {
    let world = World::new(database).await;
    leads(&world, "{ webhook: { max_body: 1KiB } }", "").await;
    let url = address(&world, "leads").await;
    let as_json =
        |body: Vec<u8>| send(Client::new().post(&url).header("Content-Type", "application/json").body(body));
    let large = as_json(format!("\"{}\"", "x".repeat(1_023)).into()).await;
    assert_eq!(refusal(&large), (413, "too_large"));
    assert_eq!(large.1["error"]["message"], "the body is larger than 1KiB");
    assert_eq!(as_json(format!("\"{}\"", "x".repeat(1_022)).into()).await.0, 202);
    for wrong in [&b"{"[..], b"\xff", &b"[".repeat(500)] {
        assert_eq!(refusal(&as_json(wrong.to_vec()).await), (400, "bad_request"));
    }
    let packed = Client::new().post(&url).header("Content-Encoding", "gzip").body("x");
    assert_eq!(refusal(&send(packed).await), (415, "unsupported_media_type"));
    let streamed = reqwest::Body::wrap_stream(futures::stream::iter(
        (0..9).map(|_| Ok::<_, std::io::Error>("x".repeat(300))),
    ));
    assert_eq!(
        send(Client::new().post(&url).body(streamed)).await.0,
        413,
        "also when it does not say how long it is"
    );
}

async fn a_get_says_all_in_its_query_and_other_methods_are_refused(database: TestDatabase) {
    let world = World::new(database).await;
    leads(&world, "{ webhook: { methods: [GET] } }", "").await;
    let url = address(&world, "leads").await;
    let (status, told) = send(Client::new().get(format!("{url}?id=7&text=a%20b%00"))).await;
    assert_eq!(status, 202);
    let event = event(&world, &told).await;
    assert_eq!((&event["query"], &event["body"]), (&json!({ "id": "7", "text": "a b\0" }), &Value::Null));
    let refused = Client::new().post(&url).send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["allow"]),
        (405, &HeaderValue::from_static("GET"))
    );
    assert_eq!(send(Client::new().delete(&url)).await.0, 405);
}

async fn what_nobody_would_send_does_no_harm(database: TestDatabase) {
    let world = World::new(database).await;
    leads(
        &world,
        "webhook",
        "dedupe: { key: '{{ trigger.body.key }}' }\nconcurrency: { key: '{{ trigger.body.key }}' }",
    )
    .await;
    let url = address(&world, "leads").await;
    let nul = "{\"key\": \"a\\u0000b\", \"text\": \"\\u0000\\ud83d\\ude00\"}";
    let mut headers = HeaderMap::new();
    headers.insert("x-raw", HeaderValue::from_bytes(b"caf\xe9\xff").unwrap());
    headers.append("x-twice", HeaderValue::from_static("a"));
    headers.append("x-twice", HeaderValue::from_static("b"));
    headers.insert("x-long", HeaderValue::from_bytes(&b"x".repeat(30_000)).unwrap());
    let request =
        Client::new().post(&url).headers(headers).header("Content-Type", "application/json").body(nul);
    let (status, told) = send(request).await;
    assert_eq!(status, 202, "{told}");
    let event = event(&world, &told).await;
    assert_eq!(event["body"]["text"], "\0😀");
    assert_eq!(
        (&event["headers"]["x-twice"], &event["headers"]["x-raw"]),
        (&json!("a, b"), &json!("caf\u{fffd}\u{fffd}"))
    );
    let again = Client::new().post(&url).header("Content-Type", "application/json").body(nul);
    assert_eq!(send(again).await.1["duplicate"], true);
    let deepest = format!("{}{}", "[".repeat(90), "]".repeat(90));
    let request = Client::new().post(&url).header("Content-Type", "application/json").body(deepest);
    let told = send(request).await.1;
    assert_eq!(self::event(&world, &told).await["method"], "POST", "what was taken can be read");
}

async fn one_address_starts_one_workflow(database: TestDatabase) {
    let world = World::new(database).await;
    let trigger = "{ webhook: { path: acme/9f86d081884c7d659a2feaa0c55ad015 } }";
    leads(&world, trigger, "").await;
    let text = format!("trigger: {trigger}\n{STEPS}");
    let new = json!({ "id": "other", "source": text, "file": false });
    let (status, told) = world.post("/api/v1/workflows", new.clone()).await;
    let found = &told["error"]["details"]["diagnostics"][0];
    assert_eq!(
        (status, &found["code"], &found["line"], &found["column"]),
        (422, &json!("E0220"), &json!(1), &json!(29))
    );
    assert!(found["message"].as_str().unwrap().contains("`leads` has the path"), "{found}");
    let check = json!({ "id": "other", "source": text });
    assert_eq!(world.post("/api/v1/workflows/check", check).await.1["diagnostics"][0]["code"], "E0220");
    leads(&world, "webhook", "").await;
    assert_eq!(world.post("/api/v1/workflows", new).await.0, 201, "nobody has it any more");
}

async fn who_may_only_look_does_not_see_an_address_that_needs_no_secret(database: TestDatabase) {
    let world = World::new(database).await;
    leads(&world, "webhook", "").await;
    let seen = async |name: &str, role: Role| {
        let token = token(&world, name, role).await;
        let asked = Client::new().get(world.url("/api/v1/workflows/leads")).bearer_auth(token);
        answer(asked).await.1["workflow"]["hook"]["path"].clone()
    };
    assert_eq!(seen("looks", Role::Viewer).await, Value::Null);
    assert!(seen("acts", Role::Operator).await.is_string());
    let (_, list) = world.get("/api/v1/workflows").await;
    assert!(!list.to_string().contains("/hooks/"), "a list says it to nobody");
    let path = "acme/9f86d081884c7d659a2feaa0c55ad015";
    leads(&world, &format!("{{ webhook: {{ path: {path} }} }}"), "").await;
    let (looks, acts) = (token(&world, "l", Role::Viewer).await, token(&world, "a", Role::Operator).await);
    for page in ["", "/revisions/2", "/diff?from=1&to=2"] {
        let ask = async |token: &str| {
            let page = world.url(&format!("/api/v1/workflows/leads{page}"));
            answer(Client::new().get(page).bearer_auth(token)).await
        };
        let (status, shown) = ask(&looks).await;
        assert!(status == 200 && !shown.to_string().contains(path), "{page}: {shown}");
        assert!(ask(&acts).await.1.to_string().contains(path), "{page}");
    }
}

async fn a_text_or_a_switch_that_changed_elsewhere_counts_at_once(database: TestDatabase) {
    let world = World::new(database).await;
    let other = world.beside().await;
    leads(&world, "webhook", "").await;
    let url = address(&world, "leads").await;
    let there = url.replace(&world.server.address().to_string(), &other.address().to_string());
    assert_eq!((post(&url, json!({})).await.0, post(&there, json!({})).await.0), (202, 202));
    leads(&world, "webhook", "where: false").await;
    assert_eq!(post(&there, json!({})).await.1["filtered"], true, "of the newest text");
    world.post("/api/v1/workflows/leads/disable", Value::Null).await;
    assert_eq!((post(&url, json!({})).await.0, post(&there, json!({})).await.0), (404, 404));
    world.post("/api/v1/workflows/leads/enable", Value::Null).await;
    assert_eq!((post(&url, json!({})).await.0, post(&there, json!({})).await.0), (202, 202));
}
