//! Who may use a node: the first link, tokens, and what is written down of them.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Node, until};
use crate::world::World;

/// As it is started by somebody who has set nothing up.
fn serve(world: &World) -> Command {
    let mut command = world.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env_remove("HIGHLINE_API_TOKEN");
    command
}

/// The code of the link in a line.
fn code(line: &str) -> Value {
    let (url, code) = line.rsplit_once("/login?code=").unwrap_or_else(|| panic!("no link in {line}"));
    assert!(url.contains("http://127.0.0.1:"), "{line}");
    json!({ "code": code.trim() })
}

#[test]
fn the_first_start_shows_a_link_and_once_there_is_a_token_none() {
    let world = World::with_contacts(0);
    let node = Node::start(serve(&world));
    assert_eq!(world.get_with_token(&node.url("/api/v1/runs"), "x").0, 401, "nothing is open");
    let first = code(&until("it shows a link", || node.line("log in, once")));
    let log_in = |code: &Value| world.http(Method::POST, &node.url("/api/v1/session"), code.clone());
    let (status, session) = log_in(&first);
    assert_eq!((status, &session["session"]["role"]), (200, &json!("admin")), "{session}");
    assert_eq!(log_in(&first).0, 401, "it is used up");
    until("the node is heard of", || {
        world.json(&["nodes", "--json"])["nodes"][0]["address"].as_str().map(drop)
    });
    let another = world.highline(&["tokens", "link", "--role", "viewer"]).succeeded().stdout;
    assert!(another.starts_with(node.address()), "{another}");
    assert_eq!(log_in(&code(&another)).1["session"]["role"], "viewer");

    let made = world.json(&["tokens", "create", "ci", "--role", "operator", "--json"]);
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(world.get_with_token(&node.url("/api/v1/runs"), secret).0, 200);
    assert_eq!(world.get_with_token(&node.url("/api/v1/tokens"), secret).0, 403);
    node.stop();

    let node = Node::start(serve(&world));
    assert_eq!(world.get_with_token(&node.url("/api/v1/runs"), secret).0, 200);
    assert_eq!(node.line("log in, once"), None, "{}", node.stdout());
    world.highline(&["tokens", "revoke", "ci"]).succeeded();
    assert_eq!(world.get_with_token(&node.url("/api/v1/runs"), secret).0, 401);
    node.stop();
}

#[test]
fn tokens_are_listed_without_their_secrets_and_a_name_is_of_one_at_a_time() {
    let world = World::with_contacts(0);
    world.highline(&["migrate"]).succeeded();
    let made =
        world.highline(&["tokens", "create", "ci", "--role", "viewer", "--expires-in", "90d"]).succeeded();
    let secret = made.stdout.trim();
    assert!(secret.starts_with("hl_"), "{}", made.stdout);
    let list = world.highline(&["tokens", "list"]).succeeded().stdout;
    assert!(list.contains("ci") && list.contains("in force") && !list.contains(secret), "{list}");
    let twice = world.highline(&["tokens", "create", "ci", "--role", "admin"]).with_code(1);
    assert!(twice.stderr.contains("there is a token `ci` already"), "{}", twice.stderr);
    world.highline(&["tokens", "create", "x", "--role", "owner"]).with_code(2);
    world.highline(&["tokens", "revoke", "nobody"]).with_code(1);
    world.highline(&["tokens", "link"]).with_code(2);
    world.highline(&["tokens", "revoke", "ci"]).succeeded();
    assert!(world.highline(&["tokens", "list"]).succeeded().stdout.contains("revoked"));
}

#[test]
fn a_token_that_could_be_guessed_is_refused_at_the_start() {
    let world = World::with_contacts(0);
    let mut command = world.command(&["serve", "--listen", "127.0.0.1:0"]);
    let refused = command.env("HIGHLINE_API_TOKEN", "too short").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("fewer than 16 characters"), "{said}");
}

#[test]
fn who_is_logged_in_and_what_was_found_is_listed_in_a_terminal() {
    let world = World::with_contacts(0);
    world.workflow("by-hand", "name: By hand\ntrigger: manual\nsteps:\n  - { id: a, set: { b: 1 } }\n");
    let node = Node::start(serve(&world));
    let link =
        world.highline(&["tokens", "link", "--name", "Ann", "--url", "http://127.0.0.1:1"]).succeeded();
    let (status, _) = world.http(Method::POST, &node.url("/api/v1/session"), code(&link.stdout));
    assert_eq!(status, 200);
    let list = world.json(&["sessions", "list", "--json"]);
    let session = &list["sessions"][0];
    assert_eq!((&session["name"], &session["by"]), (&json!("Ann"), &json!("link")), "{list}");
    world.highline(&["sessions", "end", session["id"].as_str().unwrap()]).succeeded();
    assert!(world.highline(&["sessions", "list"]).succeeded().stdout.contains("no browser is logged in"));
    let log = world.highline(&["audit", "--by", "Ann"]).succeeded().stdout;
    assert!(log.contains("log_in") && !log.contains("end_session"), "{log}");

    world.highline(&["workflows", "start", "by-hand", "--event", r#"{"id": 7}"#]).succeeded();
    let list = world.json(&["events", "list", "--workflow", "by-hand", "--json"]);
    let event = &list["events"][0];
    let shown = world.highline(&["events", "show", event["id"].as_str().unwrap()]).succeeded().stdout;
    assert!(shown.contains("\"id\": 7"), "{shown}");
    let run = world.json(&["runs", "show", event["run"]["id"].as_str().unwrap(), "--json"]);
    assert_eq!(run["run"]["started_by"], "command line", "{run}");
    world.highline(&["events", "list", "--workflow", "mistyped"]).with_code(1);
    node.stop();
}

#[test]
fn what_is_done_here_and_over_http_stands_in_one_log() {
    let world = World::with_contacts(0);
    world.workflow("by-hand", "name: By hand\ntrigger: manual\nsteps:\n  - { id: a, set: { b: 1 } }\n");
    let node = world.serve(&[]);
    world.highline(&["workflows", "enable", "by-hand"]).succeeded();
    world.http(Method::POST, &node.url("/api/v1/workflows/by-hand/disable"), Value::Null);
    world.highline(&["state", "set", "a", "1"]).succeeded();
    let log = world.json(&["audit", "--json"]);
    let line =
        |entry: &Value| format!("{} {} {}", entry["by"], entry["action"], entry["target"]).replace('"', "");
    let lines: Vec<String> = log["entries"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "command line put_state a",
            "environment disable_workflow by-hand",
            "command line enable_workflow by-hand",
        ]
    );
    assert_eq!(world.get(&node.url("/api/v1/audit")), (200, log));
    let shown = world.highline(&["audit", "--limit", "1"]).succeeded().stdout;
    assert!(shown.contains("put_state") && shown.contains("more: --after"), "{shown}");
    node.stop();
}
