//! `highline run`: one run in the terminal, live or dry.

use serde_json::{Value, json};

use crate::world::World;

const FOLLOW_UP: &str = r#"
name: Follow-up
trigger: { use: highlevel.contacts.search, connection: acme, every: 5m }
where: "{{ contains trigger.tags 'lead' }}"
steps:
  - id: contact
    use: highlevel.contacts.get
    with: { contactId: "{{ trigger.id }}" }
  - id: task
    use: highlevel.contacts.tasks.create
    with:
      contactId: "{{ steps.contact.id }}"
      title: "Call {{ steps.contact.firstName }}"
      dueDate: "2026-12-01T10:00:00Z"
      completed: false
  - id: pause
    wait: { for: 300ms }
  - id: note
    use: highlevel.contacts.notes.create
    with: { contactId: "{{ steps.contact.id }}", body: "Planned as {{ steps.task.id }}" }
"#;

fn world() -> (World, String, String) {
    let world = World::with_contacts(0);
    world.write("follow-up.yaml", FOLLOW_UP);
    let contact = world.add_contact(json!({ "firstName": "Ada", "tags": ["lead"] }));
    let event = json!({ "id": contact, "tags": ["lead"] }).to_string();
    (world, contact, event)
}

#[test]
fn a_dry_run_reads_and_shows_the_writes_it_would_send() {
    let (world, contact, event) = world();
    let ended = world.highline(&["run", "follow-up.yaml", "--event", &event, "--dry-run"]).succeeded();
    for request in [
        format!("POST {}/contacts/{contact}/tasks", world.ready().base_url),
        format!("POST {}/contacts/{contact}/notes", world.ready().base_url),
    ] {
        assert!(
            ended.stdout.contains(&format!("would send {request}")),
            "{request} is not in {}",
            ended.stdout
        );
    }
    assert!(ended.stdout.contains("Call Ada"), "the read was done: {}", ended.stdout);
    assert!(!ended.stdout.contains(&world.ready().token), "{}", ended.stdout);
    assert_eq!(world.requests("method=GET").len(), 1);
    assert_eq!(world.requests("").len(), 1, "no write was sent: {:?}", world.requests(""));
    assert!(!world.path("data").exists(), "nothing is kept");

    let json = world.json(&["run", "follow-up.yaml", "--event", &event, "--dry-run", "--json"]);
    let withheld = json["run"]["withheld"].as_array().unwrap();
    let steps: Vec<&Value> = withheld.iter().map(|one| &one["step"]).collect();
    assert_eq!(steps, ["task", "note"]);
    assert_eq!(withheld[0]["request"]["body"]["title"], "Call Ada");
    assert_eq!(json["run"]["state"], "succeeded");
}

#[test]
fn a_live_run_sends_its_writes() {
    let (world, contact, event) = world();
    world.write("event.json", &event);
    let ended = world.highline(&["run", "follow-up.yaml", "--event", "@event.json"]).succeeded();
    assert!(ended.stdout.contains("run succeeded"), "{}", ended.stdout);
    let record = world.contact(&contact);
    assert_eq!(record["tasks"][0]["title"], "Call Ada");
    assert_eq!(
        record["notes"][0]["body"],
        format!("Planned as {}", record["tasks"][0]["id"].as_str().unwrap())
    );
    assert_eq!(
        (record["tasks"].as_array().unwrap().len(), record["notes"].as_array().unwrap().len()),
        (1, 1)
    );
}

#[test]
fn an_event_that_where_does_not_want_starts_nothing() {
    let (world, contact, _) = world();
    let event = json!({ "id": contact, "tags": [] }).to_string();
    let ended = world.highline(&["run", "follow-up.yaml", "--event", &event]).succeeded();
    assert!(ended.stdout.contains("no run would start"), "{}", ended.stdout);
    assert!(world.requests("").is_empty());
}

#[test]
fn a_run_that_fails_says_why_and_ends_with_one() {
    let (world, _, _) = world();
    let event = json!({ "id": "nobody", "tags": ["lead"] }).to_string();
    let ended = world.highline(&["run", "follow-up.yaml", "--event", &event]).with_code(1);
    assert!(ended.stdout.contains("run failed: not_found"), "{}", ended.stdout);
    world.write("wrong.yaml", FOLLOW_UP.replace("contacts.get", "contacts.gett"));
    let wrong = world.highline(&["run", "wrong.yaml", "--event", &event]).with_code(1);
    assert!(wrong.stderr.contains("wrong.yaml:7:10"), "{}", wrong.stderr);
}

#[test]
fn the_time_limit_of_a_run_counts_in_the_terminal_too() {
    let world = World::with_contacts(0);
    let text = "trigger: manual\ntimeout: 1s\nsteps: [{ wait: { for: 10m } }, { set: { done: true } }]\n";
    world.workflow("late", text);
    for mode in [&[][..], &["--dry-run"]] {
        let ended = world.highline(&[&["run", "workflows/late.yaml"], mode].concat()).with_code(1);
        let told = ended.stdout + &ended.stderr;
        assert!(told.contains("the workflow's `timeout` was over"), "{told}");
        assert!(!told.contains("\"done\""), "{told}");
    }
}
