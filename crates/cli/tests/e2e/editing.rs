//! Over HTTP, with the real binary: a workflow is edited while its folder is watched, an operation is tried, a connection is
//! proved, a node is measured.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::until;
use crate::world::{TOKEN, World};

const TEXT: &str = "# mine\r\nname: Edited\ntrigger: manual\nsteps: [{ id: a, set: { a: 1 } }]\n";

#[test]
fn an_edit_goes_into_the_file_and_the_watched_folder_makes_no_second_revision_of_it() {
    let world = World::with_contacts(0);
    world.workflow("edited", TEXT);
    let node = world.serve(&[]);
    let text = TEXT.replace("a: 1", "a: 2");
    let edit = json!({ "source": text, "base_revision": 1 });
    let (status, saved) = world.http(Method::PUT, &node.url("/api/v1/workflows/edited"), edit);
    assert_eq!((status, &saved["workflow"]["revision"]), (200, &json!(2)), "{saved}");
    assert_eq!(std::fs::read(world.path("workflows/edited.yaml")).unwrap(), text.as_bytes());
    // What changes later is taken over after the edit has been seen.
    world.workflow("other", TEXT);
    until("the folder was looked at again", || world.workflow_record("other"));
    assert_eq!(world.workflow_record("edited").unwrap()["revision"], 2);
    let new = json!({ "source": TEXT.replace("Edited", "Brand new") });
    let (status, made) = world.http(Method::POST, &node.url("/api/v1/workflows"), new);
    assert_eq!((status, &made["written_to"]), (201, &json!("workflows/brand-new.yaml")), "{made}");
    let (status, _) = world.http(Method::DELETE, &node.url("/api/v1/workflows/other"), Value::Null);
    assert_eq!(status, 204);
    assert!(!world.path("workflows/other.yaml").exists());
    world.workflow("last", TEXT);
    until("the folder was looked at once more", || world.workflow_record("last"));
    assert!(world.workflow_record("other").is_none());
    assert_eq!(world.workflow_record("brand-new").unwrap()["revision"], 1);
    node.stop();
}

#[test]
fn an_operation_is_tried_and_what_went_over_the_wire_is_shown_without_the_token() {
    let world = World::with_contacts(3);
    let node = world.serve(&[]);
    let post = |path: &str, body: Value| world.http(Method::POST, &node.url(path), body);
    let body = json!({ "connection": "acme", "input": { "pageLimit": 2 } });
    let (status, called) = post("/api/v1/catalog/operations/highlevel.contacts.search/call", body);
    let call = &called["call"];
    assert_eq!((status, call["output"].as_array().map(Vec::len)), (200, Some(3)), "{called}");
    assert!(call["exchanges"].as_array().unwrap().len() > 1, "a page each: {called}");
    assert_eq!(call["response"]["status"], 200);
    assert!(call["request"]["headers"]["Authorization"].as_str().unwrap().contains("***"), "{called}");
    assert!(!called.to_string().contains(&world.ready().token));
    let (status, test) = post("/api/v1/connections/acme/test", Value::Null);
    assert_eq!((status, &test["test"]["ok"]), (200, &json!(true)), "{test}");
    let (_, list) = world.get(&node.url("/api/v1/connections"));
    let acme = list["connections"].as_array().unwrap().iter().find(|one| one["name"] == "acme").unwrap();
    assert_eq!((&acme["state"], &acme["app_name"]), (&json!("ok"), &json!("HighLevel")));
    assert!(acme["resource"].is_string(), "{acme}");
    assert!(!list.to_string().contains(&world.ready().token));
    node.stop();
}

#[test]
fn a_run_is_seen_as_it_happens_and_measured() {
    let world = World::with_contacts(0);
    world.workflow("edited", TEXT);
    let node = world.serve(&[]);
    let mut stream = TcpStream::connect(node.address().trim_start_matches("http://")).unwrap();
    let login = format!("Authorization: Bearer {TOKEN}");
    write!(stream, "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n{login}\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert!(lines.any(|line| line == "event: hello"));
    let (_, run) = world.http(Method::POST, &node.url("/api/v1/workflows/edited/start"), json!({}));
    let id = run["run"]["id"].as_str().unwrap();
    assert!(lines.any(|line| line.contains(id) && line.contains("\"succeeded\"")));
    let page = until("it is counted", || {
        let page = world.text(&node.url("/metrics"));
        page.contains("highline_runs_ended_total").then_some(page)
    });
    for line in [
        "highline_runs_ended_total{workflow=\"edited\",state=\"succeeded\"} 1",
        "highline_run_start_delay_seconds_count 1",
        "highline_nodes 1",
    ] {
        assert!(page.contains(line), "{line}\nin\n{page}");
    }
    node.stop();
}
