//! `on_interrupt: verify` over the wire: the app cuts the connection, and is asked whether it was done.

use serde_json::{Value, json};

use crate::process::Node;
use crate::world::World;

const NOTE: &str = r#"
name: One note
enabled: true
trigger: manual
steps:
  - id: note
    use: highlevel.contacts.notes.create
    connection: acme
    with: { contactId: "{{ trigger.id }}", body: "Enrolled" }
    on_interrupt: verify
  - id: update
    use: highlevel.contacts.notes.update
    connection: acme
    with: { contactId: "{{ trigger.id }}", id: "{{ steps.note.id }}", body: "Enrolled, and greeted" }
"#;

/// A contact's note is written while the app does this with the first request; the run when it is over.
fn run_with(fault: Value) -> (World, Node, String, Value) {
    let world = World::with_contacts(0);
    world.workflow("note", NOTE);
    let contact = world.add_contact(json!({ "firstName": "Ada" }));
    let mut fault = fault;
    fault["method"] = json!("POST");
    fault["route"] = json!("/contacts/{contactId}/notes");
    fault["times"] = json!(1);
    world.fault(fault);
    let node = world.serve(&[]);
    let run = world.until_state(&world.start("note", &json!({ "id": contact })), "succeeded");
    (world, node, contact, run)
}

fn posts(world: &World, contact: &str) -> usize {
    world.requests(&format!("method=POST&path=/contacts/{contact}/notes")).len()
}

fn notes(world: &World, contact: &str) -> Vec<Value> {
    world.contact(contact)["notes"].as_array().unwrap().clone()
}

#[test]
fn a_note_that_was_made_before_the_connection_was_cut_is_found_and_not_made_again() {
    let (world, node, contact, run) = run_with(json!({ "cut": true, "after": true }));
    assert_eq!(posts(&world, &contact), 1);
    let notes = notes(&world, &contact);
    assert_eq!((notes.len(), &notes[0]["body"]), (1, &json!("Enrolled, and greeted")), "{notes:?}");
    assert_eq!(run["steps"][0]["verified"], "done");
    assert_eq!(run["steps"][0]["output"]["id"], notes[0]["id"]);
    let shown = world.highline(&["runs", "show", run["id"].as_str().unwrap()]).succeeded().stdout;
    assert!(shown.contains("verified: it was done"), "{shown}");
    node.stop();
}

#[test]
fn a_note_that_never_arrived_is_made_once() {
    let (world, node, contact, run) = run_with(json!({ "cut": true }));
    assert_eq!(posts(&world, &contact), 2);
    assert_eq!(notes(&world, &contact).len(), 1);
    assert_eq!(run["steps"][0]["verified"], "not_done");
    assert_eq!(run["steps"][0]["attempts"].as_array().unwrap().len(), 2);
    node.stop();
}
