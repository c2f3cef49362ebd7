//! The workflows of the repository run to their end. Only their pace is changed: minutes are long for a test.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{Node, until};
use crate::world::World;

const SAFETY_BASICS: &str = "52f44cea-6343-4955-8500-b66348df6acc";
const DATA_LITERACY: &str = "0ff29e60-2880-40da-8c75-c8701563df8e";

/// The text of an example, polling every second.
fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows").join(format!("{name}.yaml"));
    let text = std::fs::read_to_string(&path).unwrap();
    text.replace("every: 1m", "every: 1s").replace("enabled: false", "enabled: true")
}

/// A node with one example, which has polled for the first time.
fn serve(world: &World, name: &str, text: &str) -> Node {
    world.workflow(name, text);
    let node = world.serve(&[]);
    until("the first poll", || node.line(&format!("poll  {name}  first poll")));
    node
}

/// Waits until so many runs have succeeded, and checks that no other run is there.
fn succeeded(world: &World, runs: usize) {
    until(&format!("{runs} runs have succeeded"), || {
        (world.runs(&["--state", "succeeded"]).len() >= runs).then_some(())
    });
    assert_eq!(world.runs(&[]).len(), runs, "{:?}", world.runs(&[]));
}

/// The contact's badges in this state, with template.
fn templates(world: &World, contact: &str, state: &str) -> Vec<String> {
    let wanted = |badge: &&Value| badge["issuer_earner_id"] == contact && badge["state"] == state;
    let template = |badge: &Value| badge["badge_template"]["id"].as_str().unwrap().to_owned();
    world.badges().iter().filter(wanted).map(template).collect()
}

#[test]
fn a_tagged_contact_gets_its_badge_once_and_another_when_the_tag_means_another() {
    let world = World::with_contacts(30);
    let text = example("contact-to-badge");
    let node = serve(&world, "contact-to-badge", &text);

    let ada = world.add_contact(json!({
        "firstName": "Ada", "lastName": "Abbott", "email": "ada@example.com", "tags": ["certified"]
    }));
    // Filtered: no tag, no e-mail address.
    world.add_contact(json!({ "firstName": "Ben", "email": "ben@example.com", "tags": ["lead"] }));
    world.add_contact(json!({ "firstName": "Carla", "tags": ["certified"] }));
    succeeded(&world, 1);
    assert_eq!(templates(&world, &ada, "pending"), [SAFETY_BASICS]);
    let badge = &world.badges()[0];
    assert_eq!(
        (&badge["recipient_email"], &badge["issued_to"]),
        (&json!("ada@example.com"), &json!("Ada Abbott"))
    );

    world.change_contact(&ada, json!({ "city": "Austin" }));
    succeeded(&world, 2);
    assert_eq!(world.badges().len(), 1, "a second change issues no second badge");

    world.workflow(
        "contact-to-badge",
        &text.replace(&format!("certified: {SAFETY_BASICS}"), &format!("certified: {DATA_LITERACY}")),
    );
    until("the changed file is in use", || {
        (world.workflow_record("contact-to-badge")?["revision"] == 2).then_some(())
    });
    world.change_contact(&ada, json!({ "city": "Boston" }));
    succeeded(&world, 3);
    assert_eq!(templates(&world, &ada, "pending"), [DATA_LITERACY]);
    assert_eq!(world.badges().len(), 2, "the old badge is replaced, not forgotten: {:?}", world.badges());
    node.stop();
}

#[test]
fn a_new_lead_gets_one_task_and_one_note() {
    let world = World::with_contacts(30);
    let node = serve(&world, "new-lead-follow-up", &example("new-lead-follow-up"));
    let lead = world.add_contact(json!({ "firstName": "Dana", "lastName": "Costa", "tags": ["lead"] }));
    let other = world.add_contact(json!({ "firstName": "Emil", "tags": ["customer"] }));
    succeeded(&world, 1);

    let contact = world.contact(&lead);
    let tasks = contact["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 1, "{contact}");
    assert_eq!(tasks[0]["title"], "Call the new lead");
    assert_eq!(tasks[0]["body"], "Say hello to Dana Costa.");
    let notes = contact["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 1, "{contact}");
    let told = format!("Follow-up task {} was planned.", tasks[0]["id"].as_str().unwrap());
    assert_eq!(notes[0]["body"], told);
    assert_eq!(world.contact(&other)["tasks"], json!([]));

    // Neither a change of the contact nor a contact that has the task already makes another.
    world.change_contact(&lead, json!({ "city": "Denver" }));
    let planned = world.add_contact(json!({ "firstName": "Farah" }));
    world.control(
        Method::POST,
        &format!("/contacts/{planned}/tasks"),
        json!({ "title": "Call the new lead" }),
    );
    world
        .highline(&[
            "workflows",
            "start",
            "new-lead-follow-up",
            "--event",
            &format!(r#"{{"id": "{planned}", "contactName": "Farah", "tags": ["lead"]}}"#),
        ])
        .succeeded();
    succeeded(&world, 2);
    assert_eq!(world.contact(&planned)["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(world.contact(&lead)["tasks"].as_array().unwrap().len(), 1);
    node.stop();
}

#[test]
fn the_daily_report_notes_the_completed_tasks_of_each_certified_contact() {
    let world = World::with_contacts(30);
    let busy = world.add_contact(json!({ "firstName": "Grace", "tags": ["certified"] }));
    let idle = world.add_contact(json!({ "firstName": "Hugo", "tags": ["certified"] }));
    for (contact, completed) in [(&busy, true), (&busy, true), (&busy, false), (&idle, false)] {
        world.control(Method::POST, &format!("/contacts/{contact}/tasks"), json!({ "completed": completed }));
    }
    world.workflow("completed-tasks-to-note", &example("completed-tasks-to-note"));
    let node = world.serve(&[]);
    world.highline(&["workflows", "start", "completed-tasks-to-note"]).succeeded();
    succeeded(&world, 1);
    let notes = world.contact(&busy)["notes"].clone();
    assert_eq!(notes.as_array().unwrap().len(), 1, "{notes}");
    assert_eq!(notes[0]["body"], "2 tasks completed so far.");
    assert_eq!(world.contact(&idle)["notes"], json!([]));
    node.stop();
}
