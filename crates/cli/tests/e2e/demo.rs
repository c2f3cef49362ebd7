//! `highline demo` and `highline sandbox`: no set-up at all.

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Node, until, within};
use crate::world::World;

#[test]
fn the_demo_shows_polls_and_finished_runs_within_seconds() {
    let world = World::with_contacts(0);
    std::fs::remove_file(world.path("connections.yaml")).unwrap();
    let workflows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows");
    let workflows = workflows.to_str().unwrap();
    let mut demo = Node::spawn(world.command(&[
        "demo",
        "--listen",
        "127.0.0.1:0",
        "--data",
        "demo-data",
        "--workflows",
        workflows,
    ]));
    within(Duration::from_secs(10), "a poll is shown", || demo.line("poll  "));
    assert!(demo.line("/login?code=").is_some(), "a click opens the dashboard: {}", demo.stdout());
    within(Duration::from_secs(20), "a run has succeeded", || demo.line("  succeeded  "));

    let runs = world.json(&["runs", "list", "--state", "succeeded", "--json", "--data", "demo-data"]);
    let id = runs["runs"][0]["id"].as_str().unwrap();
    let shown = world.highline(&["runs", "show", id, "--data", "demo-data"]).succeeded().stdout;
    for text in ["state     succeeded", "attempt 1", "HTTP 20", "input", "output"] {
        assert!(shown.contains(text), "{text} is not in {shown}");
    }
    demo.signal("INT");
    let status = demo.end(Duration::from_secs(15));
    assert!(status.success(), "{status}: {}", demo.stderr());
    assert!(!demo.stderr().contains("panicked"), "{}", demo.stderr());
    assert!(
        demo.stdout().contains("demo-data/highline.db"),
        "it says where the database is: {}",
        demo.stdout()
    );
}

/// A sandbox of its own, and the line that it prints.
fn sandbox(world: &World, seed: &str) -> (Node, Value) {
    let node = Node::spawn(world.command(&[
        "sandbox",
        "--listen",
        "127.0.0.1:0",
        "--seed",
        seed,
        "--contacts",
        "5",
    ]));
    let line = until("the sandbox is ready", || node.line("{"));
    (node, serde_json::from_str(&line).unwrap())
}

#[test]
fn the_sandbox_prints_one_line_and_a_seed_always_makes_the_same_data() {
    let world = World::with_contacts(0);
    let (first, ready) = sandbox(&world, "7");
    for key in ["base_url", "location_id", "company_id", "token", "agency_token"] {
        assert!(ready[key].as_str().is_some_and(|value| !value.is_empty()), "{key} is not in {ready}");
    }
    let contacts = |ready: &Value| {
        let url = format!("{}/contacts", ready["control_url"].as_str().unwrap());
        world.get(&url).1
    };
    let before = contacts(&ready);
    assert_eq!(before["contacts"].as_array().unwrap().len(), 5);
    assert_eq!(first.stdout().lines().count(), 1, "{}", first.stdout());
    first.stop();

    let (second, again) = sandbox(&world, "7");
    for key in ["location_id", "company_id", "token", "agency_token"] {
        assert_eq!(again[key], ready[key], "{key}");
    }
    assert_eq!(contacts(&again), before);
    let (other, different) = sandbox(&world, "8");
    assert_ne!(different["location_id"], ready["location_id"]);
    second.stop();
    other.stop();
}

#[test]
fn a_call_reaches_a_sandbox_with_what_its_line_says() {
    let world = World::with_contacts(0);
    let (sandbox, ready) = sandbox(&world, "7");
    let text = |key: &str| ready[key].as_str().unwrap().to_owned();
    let (url, token, location) = (text("base_url"), text("token"), text("location_id"));
    let arguments =
        ["call", "highlevel.contacts.search", "--base-url", &url, "--token", &token, "--location", &location];
    assert_eq!(world.json(&arguments).as_array().unwrap().len(), 5);
    let (status, _) =
        world.http(Method::POST, &format!("{}/touch", text("control_url")), json!({ "count": 1 }));
    assert_eq!(status, 200);
    sandbox.stop();
}
