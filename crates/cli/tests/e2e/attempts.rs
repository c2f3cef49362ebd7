//! Failures: what is tried again, what is not, and what people can do about it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Node, until};
use crate::world::World;

const NOTE: &str = r#"
name: One note
enabled: true
trigger: manual
steps:
  - id: contact
    use: highlevel.contacts.get
    connection: acme
    with: { contactId: "{{ trigger.id }}" }
  - id: note
    use: highlevel.contacts.notes.create
    connection: acme
    with: { contactId: "{{ steps.contact.id }}", body: "Hello {{ steps.contact.firstName }}" }
    retry: { attempts: 3, backoff: exponential, first: 100ms }
    timeout: 1s
"#;

const WAIT: &str = r#"
name: A long wait
enabled: true
trigger: manual
steps:
  - id: pause
    wait: { for: 1h }
  - id: after
    set: { done: true }
"#;

/// A node with these workflows and a contact.
fn serve() -> (World, Node, String) {
    let world = World::with_contacts(0);
    world.workflow("note", NOTE);
    world.workflow("wait", WAIT);
    let contact = world.add_contact(json!({ "firstName": "Ada" }));
    let node = world.serve(&[]);
    (world, node, contact)
}

fn notes(world: &World, contact: &str) -> usize {
    world.contact(contact)["notes"].as_array().unwrap().len()
}

fn on_notes(mut fault: Value) -> Value {
    fault["method"] = json!("POST");
    fault["route"] = json!("/contacts/{contactId}/notes");
    fault
}

#[test]
fn an_app_that_is_out_of_order_for_a_moment_is_asked_again() {
    let (world, node, contact) = serve();
    world.fault(on_notes(json!({ "status": 503, "times": 2 })));
    let run = world.until_state(&world.start("note", &json!({ "id": contact })), "succeeded");
    let note = &run["steps"][1];
    let attempts: Vec<(&Value, &Value)> =
        note["attempts"].as_array().unwrap().iter().map(|a| (&a["number"], &a["status"])).collect();
    assert_eq!(attempts, [(&json!(1), &json!(503)), (&json!(2), &json!(503)), (&json!(3), &json!(201))]);
    assert_eq!(note["attempts"][0]["failure"]["kind"], "unavailable");
    assert_eq!(note["input"], json!({ "contactId": contact, "body": "Hello Ada" }));
    assert_eq!(note["output"]["body"], "Hello Ada");
    assert_eq!(run["steps"][0]["attempts"].as_array().unwrap().len(), 1, "the read before is not repeated");
    assert_eq!(notes(&world, &contact), 1);

    let people = world.highline(&["runs", "show", run["id"].as_str().unwrap()]).succeeded().stdout;
    for text in ["step note  succeeded", "attempt 1", "HTTP 503", "attempt 3", "HTTP 201", "Hello Ada"] {
        assert!(people.contains(text), "{text} is not in {people}");
    }
    node.stop();
}

#[test]
fn a_refusal_fails_the_run_and_a_retry_goes_on_where_it_failed() {
    let (world, node, contact) = serve();
    world.fault(on_notes(json!({ "status": 400, "body": { "message": "the body is wrong" } })));
    let id = world.start("note", &json!({ "id": contact }));
    let run = world.until_state(&id, "failed");
    assert_eq!(run["failure"]["kind"], "rejected");
    assert!(run["failure"]["message"].as_str().unwrap().contains("the body is wrong"), "{run}");
    assert_eq!(run["steps"][1]["attempts"].as_array().unwrap().len(), 1, "a 400 is not tried again");

    world.clear_faults();
    world.highline(&["runs", "retry", &id]).succeeded();
    world.until_state(&id, "succeeded");
    assert_eq!(notes(&world, &contact), 1);
    assert_eq!(world.requests("method=GET").len(), 1, "what was done is not done again");
    let again = world.highline(&["runs", "retry", &id]).with_code(1);
    assert!(again.stderr.contains("succeeded"), "{}", again.stderr);
    node.stop();
}

#[test]
fn a_rate_limit_that_is_honoured_costs_no_attempt() {
    let (world, node, contact) = serve();
    world.fault(on_notes(json!({ "status": 429, "headers": { "Retry-After": "1" }, "times": 4 })));
    let run = world.until_state(&world.start("note", &json!({ "id": contact })), "succeeded");
    assert_eq!(run["steps"][1]["attempts"].as_array().unwrap().len(), 5, "more than retry.attempts");
    let log = run["log"].as_array().unwrap();
    let failed: Vec<&Value> = log.iter().filter(|entry| entry["type"] == "attempt_failed").collect();
    assert!(failed.iter().all(|entry| entry["counts"] == false), "{failed:?}");
    assert_eq!(failed[0]["failure"]["kind"], "rate_limited");
    assert_eq!(notes(&world, &contact), 1);
    node.stop();
}

#[test]
fn a_lost_answer_to_an_unsafe_write_is_held_for_a_person() {
    let (world, node, contact) = serve();
    world.fault(on_notes(json!({ "cut": true, "after": true, "times": 1 })));
    let id = world.start("note", &json!({ "id": contact }));
    let run = world.until_state(&id, "interrupted");
    assert_eq!(run["steps"][1]["state"], "interrupted");
    assert_eq!(notes(&world, &contact), 1, "it was done, which the node cannot know");
    world.highline(&["runs", "retry", &id]).with_code(1);
    let output = json!({ "id": "by hand" }).to_string();
    world.highline(&["runs", "resolve", &id, "done", "--output", &output]).succeeded();
    let run = world.until_state(&id, "succeeded");
    assert_eq!(run["steps"][1]["output"], json!({ "id": "by hand" }));
    assert_eq!(notes(&world, &contact), 1);

    world.fault(on_notes(json!({ "delay_ms": 3_000, "times": 1 })));
    let id = world.start("note", &json!({ "id": contact }));
    world.until_state(&id, "interrupted");
    world.highline(&["runs", "resolve", &id, "skip"]).succeeded();
    let run = world.until_state(&id, "succeeded");
    assert_eq!(run["steps"][1]["state"], "skipped");
    let late = world.highline(&["runs", "resolve", &id, "skip"]).with_code(1);
    assert!(late.stderr.contains("only an interrupted run"), "{}", late.stderr);
    node.stop();
}

#[test]
fn a_run_can_be_cancelled_while_it_waits_and_while_it_works() {
    let (world, node, contact) = serve();
    let waiting = world.start("wait", &json!({ "id": contact }));
    let run = world.until_state(&waiting, "waiting");
    assert!(run["wake_at"].is_string(), "{run}");
    world.highline(&["runs", "cancel", &waiting]).succeeded();
    assert_eq!(world.run(&waiting)["state"], "cancelled");
    let again = world.highline(&["runs", "cancel", &waiting]).with_code(1);
    assert!(again.stderr.contains("cancelled already"), "{}", again.stderr);

    world.control(Method::POST, "/faults", json!({ "route": "/contacts/{contactId}", "delay_ms": 800 }));
    let working = world.start("note", &json!({ "id": contact }));
    world.until_state(&working, "running");
    world.highline(&["runs", "cancel", &working]).succeeded();
    world.until_state(&working, "cancelled");
    assert_eq!(notes(&world, &contact), 0, "the step after it was not sent");

    let nobody = "01890000-0000-7000-8000-000000000000";
    for verb in ["show", "retry", "cancel"] {
        let unknown = world.highline(&["runs", verb, nobody]).with_code(1);
        assert!(unknown.stderr.contains(nobody), "{verb}: {}", unknown.stderr);
    }
    node.stop();
}

#[test]
fn a_wait_and_a_retry_survive_a_kill() {
    let (world, node, contact) = serve();
    world.workflow("pause", &WAIT.replace("1h", "3s"));
    until("the new file is taken", || world.workflow_record("pause"));
    let id = world.start("pause", &json!({ "id": contact }));
    world.until_state(&id, "waiting");
    node.kill();
    assert_eq!(world.run(&id)["state"], "waiting");
    let node = world.serve(&[]);
    let run = world.until_state(&id, "succeeded");
    assert_eq!(run["steps"][1]["output"], json!({ "done": true }));
    node.stop();
}
