//! Many changes: each starts one run, whatever happens to the node.

use std::collections::BTreeSet;

use highline_sandbox::SandboxSettings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Node, until};
use crate::world::World;

const CHANGES: usize = 1_050;

const ECHO: &str = r#"
name: Echo of every change
enabled: true
trigger:
  use: highlevel.contacts.search
  connection: acme
  every: 2s
  with: { pageLimit: 100 }
  emit: new_or_changed
steps:
  - id: who
    set: { contact: "{{ trigger.id }}" }
"#;

const NOTE: &str = r#"
name: A note for every contact
enabled: true
trigger:
  use: highlevel.contacts.search
  connection: acme
  every: 2s
  with: { pageLimit: 100 }
  emit: new
  backfill: true
steps:
  - id: note
    use: highlevel.contacts.notes.create
    with: { contactId: "{{ trigger.id }}", body: "Seen by Highline" }
"#;

#[test]
fn a_thousand_changes_start_one_run_each_on_sqlite() {
    each_change_starts_one_run(&World::with_contacts(CHANGES + 50));
}

#[test]
fn a_thousand_changes_start_one_run_each_on_postgres() {
    if let Some(world) = World::with_contacts(CHANGES + 50).on_postgres() {
        each_change_starts_one_run(&world);
    }
}

#[test]
fn a_crash_in_the_middle_loses_and_doubles_nothing_on_sqlite() {
    a_crash_loses_and_doubles_nothing(&World::with_contacts(CHANGES));
}

#[test]
fn a_crash_in_the_middle_loses_and_doubles_nothing_on_postgres() {
    if let Some(world) = World::with_contacts(CHANGES).on_postgres() {
        a_crash_loses_and_doubles_nothing(&world);
    }
}

#[test]
fn two_nodes_share_the_runs_and_a_killed_one_is_replaced_by_the_other() {
    let Some(world) = World::with_contacts(400).on_postgres() else { return };
    world.slow_notes(60);
    world.workflow("note", NOTE);
    let killed = world.serve(&["--max-runs", "16"]);
    let left = world.serve(&["--max-runs", "16"]);
    until("both have done something", || {
        (killed.line("  succeeded  ").is_some() && left.line("  succeeded  ").is_some()).then_some(())
    });
    killed.kill();
    until("all runs have come to rest", || {
        let (done, held) =
            (count(&world, &left, "note", "succeeded"), count(&world, &left, "note", "interrupted"));
        (done + held == 400).then_some(())
    });
    let held = world.runs(&["--state", "interrupted"]);
    assert!(held.len() <= 16, "{} runs are held", held.len());
    let unsure: BTreeSet<String> = held.iter().map(|run| contact_of(&world, &left, run)).collect();
    for contact in world.contacts() {
        let wanted = if unsure.contains(contact["id"].as_str().unwrap()) { 0..=1 } else { 1..=1 };
        assert!(wanted.contains(&notes(&contact)), "{wanted:?} notes: {contact}");
    }
    left.stop();
}

#[test]
fn highlevels_rate_limit_is_kept_and_never_run_into() {
    let world = World::with(SandboxSettings { contacts: 120, ..Default::default() });
    world.workflow("note", &NOTE.replace("every: 2s", "every: 1h"));
    let node = world.serve(&[]);
    until("every contact has its note", || (count(&world, &node, "note", "succeeded") == 120).then_some(()));
    assert!(world.requests("status=429").is_empty(), "the limit was run into");
    let limited = world.runs(&["--state", "succeeded"]);
    let entries = |run: &Value| world.run(run["id"].as_str().unwrap())["log"].as_array().unwrap().clone();
    let counted = |entry: &Value| entry["type"] == "attempt_failed" && entry["counts"] == true;
    assert!(
        !limited.iter().take(30).flat_map(entries).any(|entry| counted(&entry)),
        "waiting cost an attempt"
    );
    node.stop();
}

fn each_change_starts_one_run(world: &World) {
    world.raise_rate_limit();
    world.workflow("echo", ECHO);
    let node = world.serve(&[]);
    until("the first poll takes what exists as seen", || last_poll(world, &node, "echo"));
    let touched = world.control(Method::POST, "/touch", json!({ "count": CHANGES }));
    until("every change has its run", || (count(world, &node, "echo", "succeeded") >= CHANGES).then_some(()));
    until("a later poll finds nothing new", || {
        let polls = world.json(&["polls", "list", "--workflow", "echo", "--limit", "1", "--json"]);
        let last = &polls["polls"][0];
        (last["fresh"] == 0 && last["seen"] == CHANGES && last["requests"].as_u64() >= Some(11)).then_some(())
    });

    let runs = all_runs(world);
    assert_eq!(runs.len(), CHANGES);
    assert!(runs.iter().all(|run| run["state"] == "succeeded"), "{runs:?}");
    let changed: BTreeSet<String> =
        touched["touched"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    let worked_on: BTreeSet<String> = runs.iter().map(|run| contact_of(world, &node, run)).collect();
    assert_eq!(worked_on, changed);
    node.stop();
}

/// Every run there is, read through pages of 400.
fn all_runs(world: &World) -> Vec<Value> {
    let mut runs = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let mut arguments = vec!["runs", "list", "--json", "--limit", "400"];
        arguments.extend(after.iter().flat_map(|id| ["--after", id]));
        let page = world.json(&arguments);
        runs.extend(page["runs"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => return runs,
        }
    }
}

fn a_crash_loses_and_doubles_nothing(world: &World) {
    // Slow enough that the crash comes in the middle.
    world.slow_notes(60);
    world.workflow("note", NOTE);
    let node = world.serve(&["--max-runs", "32"]);
    until("some hundred runs are done", || (count(world, &node, "note", "succeeded") >= 300).then_some(()));
    node.kill();
    let record = world.workflow_record("note").unwrap();
    let done = record["runs"]["succeeded"].as_u64().unwrap();
    assert!((300..1_000).contains(&done), "the crash was not in the middle: {record}");

    let node = world.serve(&["--max-runs", "32"]);
    until("all others are done or held for a decision", || {
        let (done, held) =
            (count(world, &node, "note", "succeeded"), count(world, &node, "note", "interrupted"));
        (done + held == CHANGES).then_some(())
    });
    let held = world.runs(&["--state", "interrupted"]);
    // None when the crash came between one lot of notes and the next.
    assert!(held.len() <= 32, "{} runs had a note on its way", held.len());
    let contacts = world.contacts();
    for run in &held {
        let id = run["id"].as_str().unwrap();
        assert_eq!(run["failure"]["kind"], "interrupted", "{run}");
        let contact = contact_of(world, &node, run);
        let noted = contacts.iter().any(|one| one["id"] == contact && notes(one) > 0);
        world.highline(&["runs", "resolve", id, if noted { "skip" } else { "retry" }]).succeeded();
    }
    until("the decided runs end well", || {
        (count(world, &node, "note", "succeeded") == CHANGES).then_some(())
    });

    let record = world.workflow_record("note").unwrap();
    let total: u64 = record["runs"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(total as usize, CHANGES, "{record}");
    let contacts = world.contacts();
    let wrong: Vec<&Value> = contacts.iter().filter(|contact| notes(contact) != 1).collect();
    assert!(wrong.is_empty(), "not one note each: {wrong:?}");
    node.stop();
}

/// Notes of a contact that the workflow wrote.
fn notes(contact: &Value) -> usize {
    contact["notes"].as_array().unwrap().iter().filter(|note| note["body"] == "Seen by Highline").count()
}

fn contact_of(world: &World, node: &Node, run: &Value) -> String {
    let (status, answer) = world.get(&node.url(&format!("/api/v1/runs/{}", run["id"].as_str().unwrap())));
    assert_eq!(status, 200, "{answer}");
    answer["run"]["event"]["id"].as_str().unwrap().to_owned()
}

fn workflow(world: &World, node: &Node, id: &str) -> Value {
    let (status, answer) = world.get(&node.url(&format!("/api/v1/workflows/{id}")));
    assert_eq!(status, 200, "{answer}");
    answer["workflow"].clone()
}

fn count(world: &World, node: &Node, id: &str, state: &str) -> usize {
    workflow(world, node, id)["runs"][state].as_u64().unwrap_or(0) as usize
}

fn last_poll(world: &World, node: &Node, id: &str) -> Option<Value> {
    let poll = workflow(world, node, id)["last_poll"].take();
    (!poll.is_null()).then_some(poll)
}
