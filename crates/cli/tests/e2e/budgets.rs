//! One rate budget for all nodes and all their lives.

use std::time::Duration;

use highline_sandbox::SandboxSettings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Node, until, within};
use crate::world::World;

const NOTE: &str = r#"
name: A note for every contact
enabled: true
trigger:
  use: highlevel.contacts.search
  connection: acme
  every: 1h
  with: { pageLimit: 100 }
  emit: new
  backfill: true
steps:
  - id: note
    use: highlevel.contacts.notes.create
    with: { contactId: "{{ trigger.id }}", body: "Seen by Highline" }
"#;

const BY_HAND: &str = r#"
name: A note by hand
trigger: manual
steps:
  - id: note
    use: highlevel.contacts.notes.create
    connection: acme
    with: { contactId: "{{ trigger.id }}", body: "By hand" }
"#;

fn limited(contacts: usize) -> World {
    World::with(SandboxSettings { contacts, ..Default::default() })
}

fn done(world: &World) -> usize {
    let count = |state: &str| world.workflow_record("note").unwrap()["runs"][state].as_u64().unwrap_or(0);
    usize::try_from(count("succeeded") + count("interrupted")).unwrap()
}

/// How many runs ended in each ten seconds since the first of them did.
fn by_window(world: &World) -> Vec<usize> {
    let ends: Vec<chrono::DateTime<chrono::Utc>> = world
        .runs(&["--state", "succeeded"])
        .iter()
        .map(|run| run["finished_at"].as_str().unwrap().parse().unwrap())
        .collect();
    let first = ends.iter().min().unwrap();
    let mut windows = Vec::new();
    for end in &ends {
        let window = usize::try_from((*end - first).num_seconds() / 10).unwrap();
        windows.resize(windows.len().max(window + 1), 0);
        windows[window] += 1;
    }
    windows
}

#[test]
fn two_nodes_share_one_budget_use_it_and_never_run_into_the_limit() {
    let Some(world) = limited(340).on_postgres() else { return };
    world.workflow("note", NOTE);
    let nodes = [world.serve(&[]), world.serve(&[])];
    within(Duration::from_secs(120), "every contact has its note", || (done(&world) == 340).then_some(()));
    assert!(world.requests("status=429").is_empty(), "the limit was run into");
    assert!(nodes.iter().all(|node| node.line("  succeeded  ").is_some()), "both have sent");
    let windows = by_window(&world);
    let full = &windows[..windows.len() - 1];
    assert!(full.iter().sum::<usize>() >= full.len() * 80, "of 100 each: {windows:?}");
    nodes.into_iter().for_each(Node::stop);
}

#[test]
fn a_killed_node_that_is_started_again_does_not_overspend_on_sqlite() {
    killed_and_started_again(&limited(150));
}

#[test]
fn a_killed_node_that_is_started_again_does_not_overspend_on_postgres() {
    if let Some(world) = limited(150).on_postgres() {
        killed_and_started_again(&world);
    }
}

fn killed_and_started_again(world: &World) {
    world.workflow("note", NOTE);
    let node = world.serve(&[]);
    until("the window is about full", || (done(world) >= 50).then_some(()));
    node.kill();
    let node = world.serve(&[]);
    until("the others are done", || (done(world) == 150).then_some(()));
    assert!(world.requests("status=429").is_empty(), "the limit was run into");
    let budgets = world.json(&["budgets", "list", "--json"]);
    let spent = budgets["budgets"][0]["spent_today"].as_u64().unwrap();
    let sent = world.requests("status=200").len() + world.requests("status=201").len();
    // What the killed node was granted counts as sent.
    assert!((sent..=sent + 20).contains(&usize::try_from(spent).unwrap()), "{sent} were sent: {budgets}");
    node.stop();
}

#[test]
fn a_refusal_closes_the_budget_until_its_time_or_until_a_person_lifts_it() {
    let world = limited(3);
    world.workflow("hand", BY_HAND);
    let node = world.serve(&[]);
    let listed = |world: &World| world.json(&["budgets", "list", "--json"])["budgets"][0].take();
    let unused = listed(&world);
    assert_eq!((&unused["connections"], &unused["left_in_window"]), (&json!(["acme"]), &json!(100)));

    let refusal = json!({ "status": 429, "headers": { "Retry-After": "600" }, "times": 1 });
    world.fault(refusal);
    let event = json!({ "id": world.contacts()[0]["id"] }).to_string();
    let start = || world.highline(&["workflows", "start", "hand", "--event", &event]).succeeded();
    start();
    let closed = until("the budget is closed", || {
        let budget = listed(&world);
        budget["closed_until"].is_string().then_some(budget)
    });
    assert_eq!(closed["left_in_window"], 0, "{closed}");
    let run = world.runs(&["--workflow", "hand"]).remove(0);
    let log = world.run(run["id"].as_str().unwrap())["log"].take();
    let failed = log.as_array().unwrap().iter().find(|entry| entry["type"] == "attempt_failed").unwrap();
    assert_eq!(failed["counts"], false, "a refusal costs no attempt: {failed}");
    let table = world.highline(&["budgets", "list"]).succeeded().stdout;
    assert!(table.contains("acme") && table.contains(closed["resource"].as_str().unwrap()), "{table}");

    let (status, answer) = world.http(
        Method::POST,
        &node.url("/api/v1/budgets/reopen"),
        json!({ "resource": closed["resource"] }),
    );
    assert_eq!(status, 202, "{answer}");
    start();
    until("a run is done again", || {
        let done: Vec<Value> = world.runs(&["--workflow", "hand", "--state", "succeeded"]);
        (done.len() == 1).then_some(())
    });
    let unknown = world.highline(&["budgets", "reopen", "nobody"]).with_code(1);
    assert!(unknown.stderr.contains("nobody"), "{}", unknown.stderr);
    node.stop();
}
