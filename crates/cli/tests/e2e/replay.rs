//! Runs sent back, done again and ended, one and many, from the command line.

use serde_json::{Value, json};

use crate::process::{Node, until};
use crate::world::World;

const NOTES: &str = r#"
name: Two notes
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
    with: { contactId: "{{ steps.contact.id }}", body: '{{ default trigger.text "first" }}' }
    timeout: 1m
  - id: tagged
    use: highlevel.contacts.tags.add
    connection: acme
    with: { contactId: "{{ steps.contact.id }}", tags: [noted] }
"#;

fn serve() -> (World, Node, String) {
    let world = World::with_contacts(0);
    world.workflow("notes", NOTES);
    let contact = world.add_contact(json!({ "firstName": "Ada" }));
    let node = world.serve(&[]);
    (world, node, contact)
}

fn notes(world: &World, contact: &str) -> Vec<Value> {
    world.contact(contact)["notes"].as_array().unwrap().iter().map(|note| note["body"].clone()).collect()
}

#[test]
fn a_run_is_done_again_from_a_step_and_with_another_input() {
    let (world, node, contact) = serve();
    let run = world.start("notes", &json!({ "id": contact }));
    world.until_state(&run, "succeeded");

    let said = world.highline(&["runs", "rerun", &run, "--from", "tagged"]).succeeded().stdout;
    assert!(!said.contains("sends again"), "{said}");
    let second = said.split_whitespace().nth(1).unwrap().to_owned();
    let done = world.until_state(&second, "succeeded");
    assert_eq!((&done["rerun_of"], done["steps"].as_array().unwrap().len()), (&json!(run), 3));
    assert_eq!(notes(&world, &contact).len(), 1, "what came before the step is not done again");

    let input = json!({ "id": contact, "text": "second" }).to_string();
    let said = world.highline(&["runs", "rerun", &run, "--input", &input]).succeeded().stdout;
    assert!(said.contains("it sends again what may not be safe to do twice: note"), "{said}");
    world.until_state(said.split_whitespace().nth(1).unwrap(), "succeeded");
    assert_eq!(notes(&world, &contact), [json!("first"), json!("second")]);

    let people = world.highline(&["runs", "show", &run]).succeeded().stdout;
    assert!(people.contains(&format!("done again as run {second}")), "{people}");
    let wrong = world.highline(&["runs", "rerun", &run, "--from", "taged"]).with_code(1);
    assert!(wrong.stderr.contains("did you mean `tagged`?"), "{}", wrong.stderr);
    let wrong = world.highline(&["runs", "rerun", "00000000"]).with_code(1);
    assert!(wrong.stderr.contains("there is no run 00000000"), "{}", wrong.stderr);
    node.stop();
}

#[test]
fn the_beginning_of_an_id_is_enough() {
    let (world, node, contact) = serve();
    let run = world.start("notes", &json!({ "id": contact }));
    world.until_state(&run, "succeeded");
    let shown = world.highline(&["runs", "show", &run[..13]]).succeeded().stdout;
    assert!(shown.contains(&run), "{shown}");
    let short = world.highline(&["runs", "show", &run[..7]]).with_code(2);
    assert!(short.stderr.contains("first 8 characters"), "{}", short.stderr);
    node.stop();
}

#[test]
fn many_failed_runs_are_sent_back_by_a_filter_with_the_newest_text() {
    let (world, node, contact) = serve();
    world.fault(json!({ "method": "POST", "route": "/contacts/{contactId}/notes", "status": 400 }));
    let runs: Vec<String> = (0..3).map(|_| world.start("notes", &json!({ "id": contact }))).collect();
    for run in &runs {
        world.until_state(run, "failed");
    }
    world.clear_faults();
    let filter = ["--workflow", "notes", "--error-kind", "rejected"];
    let retry = |more: &[&str]| world.highline(&[&["runs", "retry"][..], &filter, more].concat());
    assert_eq!(retry(&["--dry-run"]).succeeded().stdout, "3 runs would be queued again\n");
    world.workflow("notes", &NOTES.replace("\"first\"", "\"newest\""));
    until("the newer text is in use", || {
        world.workflow_record("notes").filter(|record| record["revision"] == 2)
    });
    let said = retry(&["--revision", "newest", "--limit", "2"]).succeeded().stdout;
    assert_eq!(said, "2 runs are queued again; there are more than the limit\n");
    assert_eq!(retry(&["--revision", "newest"]).succeeded().stdout, "1 run is queued again\n");
    for run in &runs {
        let done = world.until_state(run, "succeeded");
        let retried =
            done["log"].as_array().unwrap().iter().find(|entry| entry["type"] == "retried").unwrap();
        assert_eq!((&retried["by"], &retried["revision"]), (&json!("command line"), &json!(2)));
    }
    assert_eq!(notes(&world, &contact), vec![json!("newest"); 3]);
    assert_eq!(retry(&[]).succeeded().stdout, "0 runs are queued again\n");

    world.highline(&["runs", "retry"]).with_code(2);
    let wrong = world.highline(&["runs", "retry", "--state", "succeeded"]).with_code(1);
    assert!(wrong.stderr.contains("only failed and cancelled runs"), "{}", wrong.stderr);
    let wrong = world.highline(&["runs", "retry", "--workflow", "note"]).with_code(1);
    assert!(wrong.stderr.contains("did you mean `notes`?"), "{}", wrong.stderr);
    node.stop();
}

#[test]
fn a_run_whose_app_does_not_answer_is_cancelled_within_seconds() {
    let (world, node, contact) = serve();
    world.fault(json!({ "method": "POST", "route": "/contacts/{contactId}/notes", "delay_ms": 50_000 }));
    let run = world.start("notes", &json!({ "id": contact }));
    until("the note is on its way", || {
        let run = world.run(&run);
        run["steps"].as_array().unwrap().iter().any(|step| step["step"] == "note").then_some(())
    });
    let waits = world.highline(&["runs", "show", &run]).succeeded().stdout;
    assert!(waits.contains("waits for node "), "{waits}");
    let said = world.highline(&["runs", "cancel", "--workflow", "notes"]).succeeded().stdout;
    assert_eq!(said, "1 run is cancelled, or asked to end\n");
    let ended = world.until_state(&run, "cancelled");
    let why = ended["failure"]["message"].as_str().unwrap();
    assert_eq!(why, "cancelled by command line; whether `note` was done is unknown");
    node.stop();
}
