//! What an attempt sent and got is kept with it, and no secret is.

use serde_json::{Value, json};

use crate::world::{TOKEN, World};

const NOTE: &str = r#"
name: One note
enabled: true
trigger: manual
steps:
  - id: note
    use: highlevel.contacts.notes.create
    connection: acme
    with: { contactId: "{{ trigger.id }}", body: "Hello" }
  - id: page
    use: http.request
    with: { method: GET, url: "{{ trigger.url }}" }
"#;

/// The run of `note` for a contact, once it is in this state.
fn run(world: &World, contact: &str, state: &str) -> Value {
    let url = format!("{}/contacts", world.ready().control_url);
    world.until_state(&world.start("note", &json!({ "id": contact, "url": url })), state)
}

fn what_is_kept_of_attempts(world: &World) {
    world.workflow("note", NOTE);
    let contact = world.add_contact(json!({ "firstName": "Ada" }));
    let node = world.serve(&[]);
    let secret = world.ready().token.clone();
    let told = json!({ "message": "no", "echo": format!("you are {secret}"), "traceId": "t-1" });
    let notes = "/contacts/{contactId}/notes";
    world.fault(json!({ "method": "POST", "route": notes, "status": 422, "times": 1, "body": told }));

    let failed = run(world, &contact, "failed");
    let heard = &failed["steps"][0]["attempts"][0]["exchanges"][0];
    assert_eq!((&heard["request"]["method"], &heard["response"]["status"]), (&json!("POST"), &json!(422)));
    assert!(heard["request"]["url"].as_str().unwrap().ends_with(&format!("/contacts/{contact}/notes")));
    assert_eq!(heard["request"]["headers"]["Authorization"], "***");
    assert_eq!(heard["request"]["body"]["body"], "Hello");
    assert_eq!(heard["response"]["body"]["echo"], "you are ***");
    let id = failed["id"].as_str().unwrap();
    let people = world.highline(&["runs", "show", id, "--step", "note"]).succeeded().stdout;
    for text in ["POST http", "-> 422 in", "> Authorization: ***", "you are ***", "< content-type:"] {
        assert!(people.contains(text), "{text} is not in {people}");
    }
    let unknown = world.highline(&["runs", "show", id, "--step", "other"]).with_code(1);
    assert!(unknown.stderr.contains("it has: note"), "{}", unknown.stderr);

    let fine = run(world, &contact, "succeeded");
    let heard = &fine["steps"][0]["attempts"][0]["exchanges"][0];
    assert_eq!(heard["response"]["status"], 201);
    assert_eq!(heard["response"]["body"]["note"]["body"], "Hello");
    let page = &fine["steps"][1];
    assert_eq!(page["output"]["status"], 200);
    assert!(page["attempts"][0].get("exchanges").is_none(), "the output is the whole answer: {page}");

    let (_, shown) = world.get(&node.url(&format!("/api/v1/runs/{id}")));
    let answer = &shown["run"]["steps"][0]["attempts"][0]["exchanges"][0]["response"];
    assert_eq!(answer["body"]["echo"], "you are ***");
    assert!(shown["run"]["log"].to_string().contains("attempt_failed"));
    assert!(!shown["run"]["log"].to_string().contains("exchanges"), "what attempts tell is told once");
    for text in [failed.to_string(), fine.to_string(), shown.to_string(), people] {
        assert!(!text.contains(&secret) && !text.contains(TOKEN), "{text}");
    }
    node.stop();
    if !world.is_on_postgres() {
        holds_nowhere(world, &secret);
    }
}

/// Also what is compressed in the database was looked at above.
fn holds_nowhere(world: &World, secret: &str) {
    let files = std::fs::read_dir(world.path("data")).unwrap().map(|file| file.unwrap().path());
    for file in files.filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "the secret is in {}", file.display());
    }
}

#[test]
fn on_sqlite_an_attempt_is_kept_with_its_answer_and_without_secrets() {
    what_is_kept_of_attempts(&World::with_contacts(0));
}

#[test]
fn on_postgres_an_attempt_is_kept_with_its_answer_and_without_secrets() {
    if let Some(world) = World::with_contacts(0).on_postgres() {
        what_is_kept_of_attempts(&world);
    }
}

#[test]
fn a_node_can_keep_nothing_of_what_went_over_the_wire() {
    let world = World::with_contacts(0);
    world.workflow("note", NOTE);
    let contact = world.add_contact(json!({ "firstName": "Ada" }));
    let node = world.serve(&["--keep-exchanges", "none"]);
    let fine = run(&world, &contact, "succeeded");
    let attempt = &fine["steps"][0]["attempts"][0];
    assert_eq!((attempt.get("exchanges"), &attempt["not_kept"]), (None, &json!(true)));
    node.stop();
}
