//! The HTTP API of a node.

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Node, until};
use crate::world::World;

const ECHO: &str = r#"
name: Echo
enabled: false
trigger: { use: highlevel.contacts.search, connection: acme, every: 1s, emit: new, with: { pageLimit: 100 } }
steps:
  - id: who
    set: { name: "{{ default trigger.firstName 'nobody' }}" }
"#;

fn serve() -> (World, Node) {
    let world = World::with_contacts(0);
    world.workflow("echo", ECHO);
    let node = world.serve(&[]);
    (world, node)
}

#[test]
fn a_node_tells_that_it_lives_and_is_ready() {
    let (world, node) = serve();
    assert_eq!(world.get(&node.url("/healthz")), (200, json!({ "status": "ok" })));
    assert_eq!(world.get(&node.url("/readyz")), (200, json!({ "status": "ready" })));
    let well = world.highline(&["health", "--url", node.address()]).succeeded();
    assert!(well.stdout.contains("is well"), "{}", well.stdout);
    let address = node.address().to_owned();
    node.stop();
    let gone = world.highline(&["health", "--url", &address]).with_code(1);
    assert!(gone.stderr.starts_with("error:"), "{}", gone.stderr);
}

#[test]
fn choices_are_read_from_the_app_also_those_that_depend_on_another_field() {
    let (world, node) = serve();
    let called = world.highline(&["call", "highlevel.opportunities.pipelines.list", "--connection", "acme"]);
    let pipelines = called.succeeded().json();
    let choices = |field: &str, input: Value| {
        let mut url: url::Url =
            node.url("/api/v1/catalog/operations/highlevel.opportunities.create/choices").parse().unwrap();
        url.query_pairs_mut()
            .append_pair("field", field)
            .append_pair("connection", "acme")
            .append_pair("input", &input.to_string());
        let (status, answer) = world.get(url.as_str());
        assert_eq!(status, 200, "{answer}");
        answer["choices"].as_array().unwrap().clone()
    };
    let choice = |record: &Value| json!({ "value": record["id"], "label": record["name"] });
    let by_name = |records: &Value| {
        let mut all: Vec<Value> = records.as_array().unwrap().iter().map(choice).collect();
        all.sort_by_key(|choice| choice["label"].to_string());
        all
    };
    assert!(!by_name(&pipelines).is_empty());
    assert_eq!(choices("pipelineId", json!({})), by_name(&pipelines));
    let stages = choices("pipelineStageId", json!({ "pipelineId": pipelines[0]["id"] }));
    assert_eq!(stages, by_name(&pipelines[0]["stages"]));
    node.stop();
}

#[test]
fn workflows_are_switched_and_started_and_their_runs_looked_at() {
    let (world, node) = serve();
    let get = |path: &str| world.get(&node.url(path));
    let post = |path: &str, body: Value| world.http(Method::POST, &node.url(path), body);
    let (_, all) = get("/api/v1/workflows");
    assert_eq!(
        (all["workflows"].as_array().unwrap().len(), &all["workflows"][0]["enabled"]),
        (1, &json!(false))
    );
    let (status, on) = post("/api/v1/workflows/echo/enable", Value::Null);
    assert_eq!((status, &on["workflow"]["enabled"]), (200, &json!(true)));
    until("it polls", || node.line("poll  echo  first poll"));
    world.add_contact(json!({ "firstName": "Ada" }));
    let run = until("its run is over", || {
        get("/api/v1/runs?workflow=echo&state=succeeded,failed").1["runs"]
            .as_array()
            .unwrap()
            .first()
            .cloned()
    });
    let (status, shown) = get(&format!("/api/v1/runs/{}", run["id"].as_str().unwrap()));
    assert_eq!((status, &shown["run"]["state"]), (200, &json!("succeeded")));
    assert_eq!(shown["run"]["steps"][0]["output"], json!({ "name": "Ada" }));
    assert_eq!(shown["run"]["event"]["firstName"], "Ada");
    let mut told = shown["run"].clone();
    told["steps"][0].as_object_mut().unwrap().remove("output_is_answer");
    assert_eq!(told, world.run(run["id"].as_str().unwrap()), "the command line shows the same");
    let (_, polls) = get("/api/v1/polls?workflow=echo&limit=1");
    assert_eq!(polls["polls"].as_array().unwrap().len(), 1);
    assert!(polls["next"].is_string(), "{polls}");

    let (_, off) = post("/api/v1/workflows/echo/disable", Value::Null);
    assert_eq!((&off["workflow"]["enabled"], &off["workflow"]["next_at"]), (&json!(false), &Value::Null));
    let (status, started) = post("/api/v1/workflows/echo/start", json!({ "firstName": "Ben" }));
    assert_eq!(status, 201, "{started}");
    let path = format!("/api/v1/runs/{}", started["run"]["id"].as_str().unwrap());
    until("the run by hand is over", || (get(&path).1["run"]["state"] == "succeeded").then_some(()));
    assert_eq!(get(&path).1["run"]["steps"][0]["output"], json!({ "name": "Ben" }));
    let (status, late) = post(&format!("{path}/cancel"), Value::Null);
    assert_eq!((status, &late["error"]["code"]), (409, &json!("conflict")), "{late}");
    let (_, source) = get("/api/v1/workflows/echo");
    assert_eq!(source["workflow"]["source"], ECHO);
    node.stop();
}

#[test]
fn what_is_not_there_or_not_right_is_told_in_one_envelope() {
    let (world, node) = serve();
    let nobody = "01890000-0000-7000-8000-000000000000";
    for path in [
        "/nowhere".to_owned(),
        "/api/v1/nowhere".to_owned(),
        "/api/v1/workflows/nobody".to_owned(),
        "/api/v1/workflows/No%20Body".to_owned(),
        format!("/api/v1/runs/{nobody}"),
        "/api/v1/runs/12".to_owned(),
    ] {
        let (status, answer) = world.get(&node.url(&path));
        assert_eq!((status, &answer["error"]["code"]), (404, &json!("not_found")), "{path}: {answer}");
        assert!(answer["error"]["message"].is_string(), "{path}: {answer}");
    }
    for path in [
        "/api/v1/runs?state=done",
        "/api/v1/runs?since=yesterday",
        "/api/v1/runs?stat=failed",
        "/api/v1/runs?after=12",
        "/api/v1/polls?limit=x",
    ] {
        let (status, answer) = world.get(&node.url(path));
        assert_eq!((status, &answer["error"]["code"]), (400, &json!("bad_request")), "{path}: {answer}");
    }
    for verb in ["enable", "disable", "start"] {
        let (status, answer) =
            world.http(Method::POST, &node.url(&format!("/api/v1/workflows/nobody/{verb}")), Value::Null);
        assert_eq!((status, &answer["error"]["code"]), (404, &json!("not_found")), "{verb}: {answer}");
    }
    for verb in ["retry", "cancel"] {
        let (status, answer) =
            world.http(Method::POST, &node.url(&format!("/api/v1/runs/{nobody}/{verb}")), Value::Null);
        assert_eq!((status, &answer["error"]["code"]), (404, &json!("not_found")), "{verb}: {answer}");
    }
    node.stop();
}

#[test]
fn with_a_token_only_its_holder_may_ask() {
    const SECRET: &str = "a secret that nobody guesses";
    let world = World::with_contacts(0);
    let node = world.serve(&["--api-token", SECRET]);
    let (status, answer) = world.get(&node.url("/api/v1/runs"));
    assert_eq!((status, &answer["error"]["code"]), (401, &json!("unauthorized")));
    assert_eq!(world.get_with_token(&node.url("/api/v1/runs"), &SECRET[1..]).0, 401);
    assert_eq!(
        world.get_with_token(&node.url("/api/v1/runs"), SECRET),
        (200, json!({ "runs": [], "next": null }))
    );
    assert_eq!(world.get(&node.url("/healthz")).0, 200, "health needs no token");
    node.stop();
}
