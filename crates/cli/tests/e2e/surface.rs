//! The small commands, and where settings come from.

use std::net::{SocketAddr, TcpListener};

use serde_json::Value;

use crate::process;
use crate::world::World;

#[test]
fn migrate_makes_the_database_and_the_second_time_changes_nothing() {
    for world in
        [Some(World::with_contacts(0)), World::with_contacts(0).on_empty_postgres()].into_iter().flatten()
    {
        let first = world.highline(&["migrate"]).succeeded().stdout;
        assert!(first.contains(": applied m"), "{first}");
        let second = world.highline(&["migrate"]).succeeded().stdout;
        assert!(second.contains("has this version's schema already"), "{second}");
        assert!(!first.contains("highline:"), "no password is shown: {first}");
        assert_eq!(world.highline(&["runs", "list"]).succeeded().stdout, "no run fits\n");
    }
}

#[test]
fn without_a_database_people_are_told_what_to_do() {
    let world = World::with_contacts(0);
    for command in [
        &["runs", "list"][..],
        &["workflows", "list"],
        &["polls", "list", "--json"],
        &["workflows", "enable", "x"],
    ] {
        let ended = world.highline(command).with_code(2);
        assert!(ended.stderr.contains("there is no database at data/highline.db"), "{}", ended.stderr);
        assert!(ended.stderr.contains("highline serve"), "{}", ended.stderr);
    }
    assert!(!world.path("data").exists(), "looking makes no database");
    let mut command = world.command(&["runs", "list"]);
    command.env("DATABASE_URL", format!("postgres://nobody:s3cret@{}/none", closed_door()));
    let gone = process::run(command, "").with_code(2);
    assert!(!gone.stderr.contains("s3cret"), "{}", gone.stderr);
    let mut command = world.command(&["runs", "list"]);
    command.env("DATABASE_URL", "mysql://localhost/x");
    assert!(process::run(command, "").with_code(2).stderr.contains("mysql"));
}

/// An address where every connection is closed at once.
fn closed_door() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    address
}

#[test]
fn a_flag_goes_before_the_environment_and_the_environment_before_the_file() {
    let world = World::with_contacts(0);
    world.write("highline.toml", "data = \"from-file\"\n");
    world.highline(&["migrate"]).succeeded();
    assert!(world.path("from-file/highline.db").exists());
    let environment = |arguments: &[&str]| {
        let mut command = world.command(arguments);
        command.env("HIGHLINE_DATA", "from-environment");
        process::run(command, "").succeeded()
    };
    environment(&["migrate"]);
    assert!(world.path("from-environment/highline.db").exists());
    environment(&["migrate", "--data", "from-flag"]);
    assert!(world.path("from-flag/highline.db").exists());

    world.write("other.toml", "data = \"from-other\"\n");
    world.highline(&["migrate", "--config", "other.toml"]).succeeded();
    assert!(world.path("from-other/highline.db").exists());
    world.write("database-url", format!("sqlite://{}\n", world.path("by-url.db").display()));
    world.highline(&["migrate", "--database-url-file", "database-url"]).succeeded();
    assert!(world.path("by-url.db").exists());
}

#[test]
fn a_wrong_settings_file_is_told_with_its_place() {
    let world = World::with_contacts(0);
    world.write("highline.toml", "data = \"x\"\nlissten = \"127.0.0.1:1\"\n");
    let ended = world.highline(&["migrate"]).with_code(2);
    assert!(ended.stderr.contains("highline.toml") && ended.stderr.contains("lissten"), "{}", ended.stderr);
    let missing = world.highline(&["migrate", "--config", "nowhere.toml"]).with_code(2);
    assert!(missing.stderr.contains("nowhere.toml"), "{}", missing.stderr);
}

#[test]
fn serve_takes_its_address_and_folder_from_the_settings_file() {
    let world = World::with_contacts(0);
    std::fs::rename(world.path("workflows"), world.path("mine")).unwrap();
    world.write("mine/hello.yaml", "name: Hello\ntrigger: manual\nsteps:\n  - set: { a: 1 }\n");
    world.write("highline.toml", "listen = \"127.0.0.1:0\"\nworkflows = \"mine\"\n");
    let node = process::Node::start(world.command(&["serve"]));
    assert!(world.workflow_record("hello").is_some());
    node.stop();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = world.highline(&["serve", "--listen", &address]).with_code(2);
    assert!(ended.stderr.contains(&address), "{}", ended.stderr);
}

#[test]
fn schemas_are_json_and_completions_are_there() {
    let world = World::with_contacts(0);
    for of in ["workflow", "manifest"] {
        let schema = world.json(&["schema", of]);
        assert!(schema["$schema"].is_string() && schema["$defs"].is_object(), "{of} is no schema");
    }
    for shell in ["bash", "zsh", "fish"] {
        let script = world.highline(&["completions", shell]).succeeded().stdout;
        assert!(script.contains("highline") && script.len() > 1_000, "{shell}: {} bytes", script.len());
    }
}

#[test]
fn the_catalog_has_the_126_highlevel_operations() {
    let world = World::with_contacts(0);
    let all = world.json(&["catalog", "list", "--json"]);
    assert_eq!(all["next"], Value::Null);
    let highlevel: Vec<&Value> = all["operations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|operation| operation["id"].as_str().unwrap().starts_with("highlevel."))
        .collect();
    let of_kind = |kind: &str| highlevel.iter().filter(|operation| operation["kind"] == kind).count();
    assert_eq!((highlevel.len(), of_kind("trigger"), of_kind("action")), (126, 55, 71));

    let only = world.json(&["catalog", "list", "--app", "credly", "--kind", "trigger", "--json"]);
    let only = only["operations"].as_array().unwrap();
    assert!(!only.is_empty() && only.iter().all(|o| o["app"] == "credly" && o["kind"] == "trigger"));
    let shown = world.json(&["catalog", "show", "highlevel.contacts.create", "--json"]);
    assert_eq!(shown["operation"]["id"], "highlevel.contacts.create");
    let near = world.highline(&["catalog", "show", "highlevel.contacts.creat"]).with_code(2);
    assert!(near.stderr.contains("did you mean `highlevel.contacts.create`?"), "{}", near.stderr);
}

#[test]
fn a_connector_of_ones_own_is_in_the_catalog_and_can_be_called() {
    let world = World::with_contacts(2);
    std::fs::create_dir(world.path("connectors")).unwrap();
    world.write(
        "connectors/crm.yaml",
        format!(
            r#"
app: crm
title: A CRM of one's own
base_url: {}
auth:
  bearer: {{ token: "{{key}}" }}
values:
  - {{ name: place, label: Place, required: true, description: Whose contacts., example: x }}
operations:
  - id: people.find
    kind: action
    title: Find people
    summary: All people.
    method: POST
    path: /contacts/search
    effect: read
    headers: {{ Version: "2021-07-28" }}
    fields:
      - {{ name: locationId, required: true, description: Whose contacts., example: x }}
      - {{ name: pageLimit, type: integer, required: true, description: How many., example: 10 }}
    response: {{ data: contacts, list: true, fields: [{{ name: id }}] }}
    sample:
      input: {{ locationId: x, pageLimit: 10 }}
      reply: {{ contacts: [{{ id: "1" }}] }}
"#,
            world.ready().base_url
        ),
    );
    let connection = "  desk: { app: crm, key: 'file:acme.token', place: x }\n";
    let connections = std::fs::read_to_string(world.path("connections.yaml")).unwrap();
    world.write("connections.yaml", connections + connection);
    let with = serde_json::json!({ "locationId": world.ready().location_id, "pageLimit": 10 }).to_string();
    let found = world.json(&["call", "crm.people.find", "--with", &with]);
    assert_eq!(found.as_array().unwrap().len(), 2);
    let wrong = world.path("connectors/crm.yaml");
    let text = std::fs::read_to_string(&wrong).unwrap().replace("method: POST", "methd: POST");
    std::fs::write(&wrong, text).unwrap();
    let told = world.highline(&["catalog", "list"]).with_code(2);
    assert!(told.stderr.contains("crm.yaml:") && told.stderr.contains("method"), "{}", told.stderr);
}
