//! `highline serve`: the folder, the switch, the stop.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::{Node, until};
use crate::world::World;

/// A workflow that echoes new contacts.
fn watch(name: &str) -> String {
    format!(
        r#"
name: {name}
enabled: true
trigger: {{ use: highlevel.contacts.search, connection: acme, every: 1s, emit: new, with: {{ pageLimit: 100 }} }}
steps:
  - set: {{ contact: "{{{{ trigger.id }}}}" }}
"#
    )
}

const NOTES: &str = r#"
name: Two notes
enabled: true
trigger: manual
steps:
  - id: first
    use: highlevel.contacts.notes.create
    connection: acme
    with: { contactId: "{{ trigger.id }}", body: first }
  - id: second
    use: highlevel.contacts.notes.create
    connection: acme
    with: { contactId: "{{ trigger.id }}", body: second }
"#;

fn until_record(world: &World, id: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    until(what, || world.workflow_record(id).filter(|record| fits(record)))
}

#[test]
fn a_file_becomes_a_workflow_a_change_a_revision_and_a_mistake_changes_nothing() {
    let world = World::with_contacts(5);
    let node = world.serve(&[]);
    world.workflow("leads", &watch("First"));
    let record = until_record(&world, "leads", "a new file is taken", |_| true);
    assert_eq!((&record["revision"], &record["enabled"]), (&json!(1), &json!(true)));

    world.workflow("leads", &watch("Second"));
    let record = until_record(&world, "leads", "a change is taken", |record| record["revision"] == 2);
    assert_eq!((&record["name"], &record["problem"]), (&json!("Second"), &Value::Null));

    world.workflow("leads", &watch("Third").replace("contacts.search", "contacts.serch"));
    let record = until_record(&world, "leads", "a mistake is told", |record| !record["problem"].is_null());
    assert_eq!((&record["name"], &record["revision"]), (&json!("Second"), &json!(2)));
    let problem = record["problem"].as_str().unwrap();
    assert!(problem.contains("leads.yaml:4:") && problem.contains("serch"), "{problem}");
    assert!(node.stderr().contains("contacts.search"), "the log names the nearest: {}", node.stderr());
    let list = world.highline(&["workflows", "list"]).succeeded();
    assert!(list.stdout.contains("leads.yaml:4:"), "people see it too: {}", list.stdout);
    let contact = world.add_contact(json!({ "firstName": "Ada" }));
    let run = until("the last good revision goes on", || world.runs(&["--state", "succeeded"]).pop());
    assert_eq!(world.run(run["id"].as_str().unwrap())["event"]["id"], contact);

    world.workflow("leads", &watch("Fourth"));
    let record = until_record(&world, "leads", "the mended file is taken", |record| record["revision"] == 3);
    assert_eq!(record["problem"], Value::Null);
    node.stop();
}

#[test]
fn a_file_that_is_written_while_the_node_starts_is_not_missed() {
    let world = World::with_contacts(0);
    for n in 0..60 {
        world.workflow(&format!("early-{n:02}"), NOTES);
    }
    let node = Node::spawn(world.command(&["serve", "--listen", "127.0.0.1:0"]));
    until("it reads the folder", || node.logged("workflow early-00 revision 1"));
    world.workflow("late", NOTES);
    until_record(&world, "late", "the late file is taken", |_| true);
    node.stop();
}

#[test]
fn a_workflow_that_is_off_starts_nothing_until_it_is_switched_on() {
    let world = World::with_contacts(5);
    world.workflow("off", &watch("Off").replace("enabled: true", "enabled: false"));
    world.workflow("on", &watch("On"));
    let node = world.serve(&[]);
    let polls = |id: &str| {
        let list = world.json(&["polls", "list", "--workflow", id, "--json"]);
        list["polls"].as_array().unwrap().len()
    };
    until("the other workflow has polled twice", || (polls("on") >= 2).then_some(()));
    assert_eq!(polls("off"), 0);
    assert_eq!(world.workflow_record("off").unwrap()["next_at"], Value::Null);

    world.highline(&["workflows", "enable", "off"]).succeeded();
    until("it polls once it is on", || node.line("poll  off  first poll"));
    world.add_contact(json!({ "firstName": "Ada" }));
    until("it starts a run", || world.runs(&["--workflow", "off", "--state", "succeeded"]).pop());

    let record = world.highline(&["workflows", "disable", "off"]).succeeded();
    assert!(record.stdout.contains("disabled"), "{}", record.stdout);
    world.add_contact(json!({ "firstName": "Ben" }));
    until("the other sees the second", || (world.runs(&["--workflow", "on"]).len() == 2).then_some(()));
    let before = polls("on");
    until("time goes on for the other", || (polls("on") > before + 1).then_some(()));
    assert_eq!(world.runs(&["--workflow", "off"]).len(), 1);
    assert_eq!(world.workflow_record("off").unwrap()["next_at"], Value::Null);
    node.stop();
}

#[test]
fn the_switch_outlives_a_change_of_the_file_and_a_restart() {
    let world = World::with_contacts(5);
    world.workflow("leads", &watch("First"));
    let node = world.serve(&[]);
    world.highline(&["workflows", "disable", "leads"]).succeeded();
    world.workflow("leads", &watch("Second"));
    let record = until_record(&world, "leads", "the change is taken", |record| record["revision"] == 2);
    assert_eq!(record["enabled"], false);
    node.stop();
    world.workflow("leads", &watch("Third"));
    let node = world.serve(&[]);
    let record = world.workflow_record("leads").unwrap();
    assert_eq!((&record["revision"], &record["enabled"]), (&json!(3), &json!(false)));
    node.stop();
}

#[test]
fn a_removed_file_switches_its_workflow_off_until_it_is_back() {
    let world = World::with_contacts(5);
    world.workflow("leads", &watch("Leads"));
    let node = world.serve(&[]);
    std::fs::remove_file(world.path("workflows/leads.yaml")).unwrap();
    let record = until_record(&world, "leads", "it is switched off", |record| record["enabled"] == false);
    let problem =
        until_record(&world, "leads", "it says why", |record| !record["problem"].is_null())["problem"].take();
    assert!(problem.as_str().unwrap().contains("is gone"), "{problem}");
    assert_eq!(record["next_at"], Value::Null);
    world.workflow("leads", &watch("Leads"));
    let record = until_record(&world, "leads", "it is back on", |record| record["enabled"] == true);
    assert_eq!(record["problem"], Value::Null);
    node.stop();
}

#[test]
fn a_stop_lets_the_step_in_flight_end_and_a_restart_finishes_the_run() {
    let world = World::with_contacts(1);
    world.workflow("notes", NOTES);
    let node = world.serve(&[]);
    let contact = world.add_contact(json!({ "firstName": "Ada" }));
    world.fault(
        json!({ "method": "POST", "route": "/contacts/{contactId}/notes", "delay_ms": 2_000, "times": 1 }),
    );
    world.start("notes", &json!({ "id": contact }));
    let run = until("the first note is on its way", || {
        let run = world.run(world.runs(&[]).pop()?["id"].as_str()?);
        (run["steps"][0]["state"] == "running").then_some(run)
    });
    node.stop();

    let id = run["id"].as_str().unwrap();
    let stopped = world.run(id);
    assert_eq!(
        (&stopped["state"], &stopped["steps"][0]["state"]),
        (&json!("waiting"), &json!("succeeded")),
        "{stopped}"
    );
    assert_eq!(stopped["owner"], Value::Null);
    let node = world.serve(&[]);
    until("the run ends", || (world.run(id)["state"] == "succeeded").then_some(()));
    let notes: Vec<Value> = world.contact(&contact)["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["body"].clone())
        .collect();
    assert_eq!(notes, ["first", "second"], "each once");
    node.stop();
}

#[test]
fn a_stop_while_it_starts_ends_it_well() {
    // A database that takes the connection and never answers: the start hangs.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let world = World::with_contacts(0);
    let mut command = world.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("DATABASE_URL", format!("postgres://nobody@{}/none", silent.local_addr().unwrap()));
    let mut node = Node::spawn(command);
    let _connection = silent.accept().unwrap();
    node.signal("TERM");
    let status = node.end(Duration::from_secs(5));
    assert!(status.success(), "{status}: {}{}", node.stdout(), node.stderr());
}

#[test]
fn a_second_node_on_a_taken_address_ends_before_it_touches_a_run() {
    let world = World::with_contacts(1);
    world.slow_notes(300);
    world.workflow("notes", NOTES);
    let contact = json!({ "id": world.contacts()[0]["id"] });
    let node = world.serve(&["--max-runs", "1"]);
    for _ in 0..5 {
        world.start("notes", &contact);
    }
    let address = node.address().trim_start_matches("http://");
    let second = world.highline(&["serve", "--listen", address]).with_code(2);
    assert!(second.stderr.contains(&format!("cannot listen on {address}")), "{}", second.stderr);
    until("all runs are over", || (world.runs(&["--state", "succeeded"]).len() == 5).then_some(()));
    let nodes: BTreeSet<String> = world
        .runs(&[])
        .iter()
        .map(|run| world.run(run["id"].as_str().unwrap())["log"][0]["node"].to_string())
        .collect();
    assert_eq!(nodes.len(), 1, "{nodes:?}");
    node.stop();
}
