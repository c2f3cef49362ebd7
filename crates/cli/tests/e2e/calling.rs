//! `highline call`: one operation, or many lines of them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::process::{self, Ended};
use crate::world::World;

/// `call` with a connection made of flags.
fn call(world: &World, arguments: &[&str], input: &str) -> Ended {
    let ready = world.ready();
    let flags = ["--base-url", &ready.base_url, "--token", &ready.token, "--location", &ready.location_id];
    world.highline_reading(&[&["call"], arguments, &flags].concat(), input)
}

/// The error that a refused call prints.
#[track_caller]
fn error(ended: Ended) -> Value {
    let ended = ended.with_code(1);
    assert_eq!(ended.stdout, "");
    let error: Value =
        serde_json::from_str(&ended.stderr).unwrap_or_else(|e| panic!("{e}: {}", ended.stderr));
    error["error"].clone()
}

fn on_flags(world: &World) {
    std::fs::remove_file(world.path("connections.yaml")).unwrap();
}

#[test]
fn contacts_notes_and_tags_can_be_used_without_a_connections_file() {
    let world = World::with_contacts(12);
    on_flags(&world);
    let found =
        call(&world, &["highlevel.contacts.search", "--with", r#"{"pageLimit": 5}"#], "").succeeded().json();
    assert_eq!(found.as_array().unwrap().len(), 12, "all pages are read");

    let new =
        r#"{"firstName": "Ada", "lastName": "Abbott", "email": "ada@example.com", "phone": "+12015550123"}"#;
    let created = call(&world, &["highlevel.contacts.create", "--with", new], "").succeeded().json();
    let id = created["id"].as_str().unwrap();
    let by_id = json!({ "contactId": id });
    let got = call(&world, &["highlevel.contacts.get", "--with", &by_id.to_string()], "").succeeded().json();
    assert_eq!((&got["id"], &got["phone"]), (&json!(id), &json!("+12015550123")));

    let note = json!({ "contactId": id, "body": "From the terminal" }).to_string();
    let noted = call(&world, &["highlevel.contacts.notes.create", "--with", &note], "").succeeded().json();
    assert_eq!(noted["body"], "From the terminal");
    let notes =
        call(&world, &["highlevel.contacts.notes.list", "--with", &by_id.to_string()], "").succeeded().json();
    assert_eq!((notes.as_array().unwrap().len(), &notes[0]["id"]), (1, &noted["id"]));

    let tags = json!({ "contactId": id, "tags": ["vip", "lead"] }).to_string();
    call(&world, &["highlevel.contacts.tags.add", "--with", &tags], "").succeeded();
    let tags = json!({ "contactId": id, "tags": ["lead"] }).to_string();
    call(&world, &["highlevel.contacts.tags.remove", "--with", &tags], "").succeeded();
    assert_eq!(world.contact(id)["tags"], json!(["vip"]));

    let again = error(call(&world, &["highlevel.contacts.create", "--with", new], ""));
    assert_eq!((&again["kind"], &again["status"]), (&json!("duplicate"), &json!(400)));
    assert_eq!(again["details"]["contactId"], id, "{again}");
}

#[test]
fn the_input_may_come_from_a_file_or_from_standard_input() {
    let world = World::with_contacts(1);
    let id = world.contacts()[0]["id"].as_str().unwrap().to_owned();
    let input = json!({ "contactId": id }).to_string();
    world.write("input.json", &input);
    for (with, stdin) in [("@input.json", ""), ("-", input.as_str()), (input.as_str(), "")] {
        let got = call(&world, &["highlevel.contacts.get", "--with", with], stdin).succeeded().json();
        assert_eq!(got["id"], id, "{with}");
    }
    let missing = call(&world, &["highlevel.contacts.get", "--with", "@nowhere.json"], "").with_code(2);
    assert!(missing.stderr.contains("nowhere.json"), "{}", missing.stderr);
    let wrong = call(&world, &["highlevel.contacts.get", "--with", "{contactId: 1}"], "").with_code(2);
    assert!(wrong.stderr.contains("not JSON"), "{}", wrong.stderr);
}

#[test]
fn the_only_connection_of_the_app_is_taken_and_any_can_be_named() {
    let world = World::with_contacts(3);
    let found = world.json(&["call", "highlevel.contacts.search"]);
    assert_eq!(found.as_array().unwrap().len(), 3);
    world.json(&["call", "credly.badge_templates.list", "--connection", "credly"]);
    let other = world.highline(&["call", "highlevel.contacts.search", "--connection", "credly"]).with_code(2);
    assert!(other.stderr.contains("`credly` is for credly, not for highlevel"), "{}", other.stderr);
    let unknown = world.highline(&["call", "highlevel.contacts.search", "--connection", "acne"]).with_code(2);
    assert!(unknown.stderr.contains("acme"), "{}", unknown.stderr);
}

#[test]
fn a_wrong_token_is_unauthorized_and_never_shown() {
    let world = World::with_contacts(1);
    let ready = world.ready();
    let flags = ["--base-url", &ready.base_url, "--location", &ready.location_id];
    let all = [&["call", "highlevel.contacts.search", "--token", "pit-wrong-secret"], &flags[..]].concat();
    let ended = world.highline(&all);
    assert!(!ended.stderr.contains("wrong-secret"), "{}", ended.stderr);
    let wrong = error(ended);
    assert_eq!((&wrong["kind"], &wrong["status"]), (&json!("unauthorized"), &json!(401)));
    assert!(wrong["trace_id"].is_string(), "{wrong}");
    let all = [&["call", "highlevel.contacts.search", "--token", &ready.agency_token], &flags[..]].concat();
    let agency = error(world.highline(&all));
    assert!(["forbidden", "unauthorized"].contains(&agency["kind"].as_str().unwrap()), "{agency}");
}

#[test]
fn a_server_that_is_not_there_is_a_failed_connection() {
    let world = World::with_contacts(0);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{gone}");
    let all = [
        "call",
        "highlevel.contacts.get",
        "--with",
        r#"{"contactId": "1"}"#,
        "--base-url",
        &url,
        "--token",
        "t",
        "--location",
        "l",
    ];
    assert_eq!(error(world.highline(&all))["kind"], "connection");
}

#[test]
fn faults_of_the_app_are_told_by_kind() {
    let world = World::with_contacts(1);
    for (fault, kind) in [
        (json!({ "status": 503 }), "unavailable"),
        (json!({ "status": 403 }), "forbidden"),
        (json!({ "status": 404 }), "not_found"),
        (json!({ "status": 422, "body": { "message": ["a", "b"] } }), "rejected"),
        (json!({ "cut": true }), "connection"),
        (json!({ "status": 200, "body": "<html>" }), "bad_reply"),
    ] {
        world.clear_faults();
        world.fault(fault.clone());
        let told = error(call(&world, &["highlevel.contacts.get", "--with", r#"{"contactId": "1"}"#], ""));
        assert_eq!(told["kind"], kind, "{fault}: {told}");
    }
    world.clear_faults();
    world.fault(json!({ "delay_ms": 5_000 }));
    let late = ["highlevel.contacts.get", "--with", r#"{"contactId": "1"}"#, "--timeout", "300ms"];
    assert_eq!(error(call(&world, &late, ""))["kind"], "timeout");
}

#[test]
fn mistakes_in_the_call_are_named_with_the_way_out() {
    let world = World::with_contacts(0);
    let unknown = call(&world, &["highlevel.contact.get"], "").with_code(2);
    assert!(unknown.stderr.contains("did you mean `highlevel.contacts.get`?"), "{}", unknown.stderr);
    let missing = error(call(&world, &["highlevel.contacts.get"], ""));
    assert_eq!(missing["kind"], "invalid_input");
    assert!(missing["message"].as_str().unwrap().contains("contactId"), "{missing}");
    let field = error(call(
        &world,
        &["highlevel.contacts.get", "--with", r#"{"contactId": "1", "contctId": 2}"#],
        "",
    ));
    assert!(field["message"].as_str().unwrap().contains("contctId"), "{field}");
    assert!(world.requests("").is_empty(), "nothing is sent");
    let list = call(&world, &["highlevel.contacts.get", "--with", "[]"], "").with_code(2);
    assert!(list.stderr.contains("must be a JSON object"), "{}", list.stderr);
}

#[test]
fn a_batch_answers_each_line_in_order() {
    let world = World::with_contacts(0);
    let lines = [
        json!({ "operation": "highlevel.contacts.create", "with": { "firstName": "Ada", "email": "ada@example.com" } }).to_string(),
        json!({ "operation": "highlevel.contacts.gett", "with": {} }).to_string(),
        String::new(),
        "{ not json".to_owned(),
        json!({ "operation": "highlevel.contacts.get", "with": { "contactId": "nobody" } }).to_string(),
        json!({ "operation": "highlevel.contacts.search" }).to_string(),
    ];
    let ended = call(&world, &["--batch"], &(lines.join("\n") + "\n")).with_code(1);
    let answers = ended.json_lines();
    let shown: Vec<(Option<&str>, &Value, &Value)> = answers
        .iter()
        .map(|answer| (answer["operation"].as_str(), &answer["ok"], &answer["status"]))
        .collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(
        shown,
        [
            (Some("highlevel.contacts.create"), &yes, &json!(201)),
            (Some("highlevel.contacts.gett"), &no, &Value::Null),
            (None, &no, &Value::Null),
            (Some("highlevel.contacts.get"), &no, &json!(404)),
            (Some("highlevel.contacts.search"), &yes, &json!(200)),
        ]
    );
    assert_eq!(answers[0]["output"]["firstName"], "Ada");
    assert!(
        answers[1]["error"]["message"].as_str().unwrap().contains("highlevel.contacts.get"),
        "{}",
        answers[1]
    );
    assert!(answers[2]["error"]["message"].as_str().unwrap().starts_with("line 4:"), "{}", answers[2]);
    assert_eq!(answers[3]["error"]["kind"], "not_found");
    assert_eq!(answers[4]["output"].as_array().unwrap().len(), 1);
    assert!(answers[0].get("error").is_none() && answers[1].get("output").is_none());

    let fine = call(&world, &["--batch"], &lines[5]).succeeded();
    assert_eq!(fine.json_lines().len(), 1);
    assert_eq!(call(&world, &["--batch"], "").succeeded().stdout, "");
}

#[test]
fn secrets_must_be_references_unless_a_flag_allows_them() {
    let world = World::with_contacts(2);
    let ready = world.ready();
    let text = format!(
        "connections: {{ acme: {{ app: highlevel, base_url: '{}', token: {}, locationId: {} }} }}\n",
        ready.base_url, ready.token, ready.location_id
    );
    world.write("inline.yaml", &text);
    let search = ["call", "highlevel.contacts.search", "--connections", "inline.yaml"];
    let refused = world.highline(&search).with_code(2);
    assert!(
        refused.stderr.contains("env:NAME or file:PATH") && !refused.stderr.contains(&ready.token),
        "{}",
        refused.stderr
    );
    world.highline(&[&search[..], &["--inline-secrets"]].concat()).succeeded();

    world.write("env.yaml", text.replace(&ready.token, "env:ACME_TOKEN"));
    let mut command = world.command(&["call", "highlevel.contacts.search", "--connections", "env.yaml"]);
    command.env("ACME_TOKEN", &ready.token);
    process::run(command, "").succeeded();
    let unset =
        world.highline(&["call", "highlevel.contacts.search", "--connections", "env.yaml"]).with_code(2);
    assert!(unset.stderr.contains("ACME_TOKEN"), "{}", unset.stderr);
    let mut command = world.command(&["call", "highlevel.contacts.search"]);
    command.env("HIGHLINE_CONNECTIONS_YAML", text.replace(&ready.token, "file:acme.token"));
    assert_eq!(process::run(command, "").succeeded().json().as_array().unwrap().len(), 2);
    assert!(world.control(Method::GET, "/state", Value::Null)["requests"]["total"].as_u64() >= Some(3));
}
