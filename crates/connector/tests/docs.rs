//! `docs/CONNECTORS.md`: its example works, and its reference is that of the code.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use highline_catalog::{Call, Connection, Operation, Since};
use highline_connector::{App, Http, HttpSettings, build, manifest_schema, read_app};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

const MARK: &str = "<!-- generated from";

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/CONNECTORS.md")
}

/// The app of the tutorial, as it stands in the page.
fn helpdesk() -> App {
    rustls::crypto::ring::default_provider().install_default().ok();
    let page = fs::read_to_string(docs()).unwrap();
    let example = page.split("```yaml\n").find(|block| block.contains("\napp: helpdesk")).unwrap();
    let example = example.split("```").next().unwrap();
    let manifest =
        read_app(&[("connectors/helpdesk.yaml", example)]).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    build(manifest, &Http::new(HttpSettings::default()).unwrap()).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

fn connection(server: &MockServer) -> Connection {
    Connection {
        name: "desk".into(),
        app: "helpdesk".into(),
        base_url: Some(server.uri().parse().unwrap()),
        secrets: [("key".to_owned(), SecretString::from("s3cret-key"))].into(),
        values: Map::from_iter([("subdomain".to_owned(), json!("acme"))]),
        scopes: None,
    }
}

#[tokio::test]
async fn the_action_of_the_tutorial_works() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/people/mara%40example.com/tickets"))
        .and(header("x-api-key", "s3cret-key"))
        .and(body_json(json!({"subject": "Printer on fire"})))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({"ticket": {"id": "T-9"}})))
        .mount(&server)
        .await;
    let app = helpdesk();
    let connection = connection(&server);
    assert_eq!(app.connection.problems(&connection), Vec::<String>::new());
    let create = app.operations.iter().find(|o| o.definition().id == "helpdesk.tickets.create").unwrap();
    let input = create.definition().sample.input.as_object().unwrap();
    let call = Call::new(input, &connection, Duration::from_secs(5));
    assert_eq!(create.call(call).await.unwrap().data, json!({"id": "T-9"}));
}

#[tokio::test]
async fn the_trigger_of_the_tutorial_works() {
    let server = MockServer::start().await;
    let ticket =
        |n: u32| json!({"id": format!("T-{n}"), "updated_at": format!("2026-11-20T08:{:02}:00Z", n % 60)});
    for (start, count) in [("0", 100), ("100", 20)] {
        let first: u32 = start.parse().unwrap();
        let page: Vec<Value> = (first..first + count).map(ticket).collect();
        Mock::given(path("/tickets"))
            .and(query_param("start", start))
            .and(query_param("per_page", "100"))
            .and(query_param("updated_since", "2026-11-20T07:59:00.000Z"))
            .and(query_param_is_missing("status"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"total": 120, "tickets": page})))
            .mount(&server)
            .await;
    }
    let app = helpdesk();
    let Operation::Trigger(list) = &app.operations[0] else { panic!("a trigger") };
    let connection = connection(&server);
    let input = Map::new();
    let call = Call::new(&input, &connection, Duration::from_secs(5));
    let poll = list.definition().poll.as_ref().unwrap();
    let cursor = json!({"since": "2026-11-20T08:00:00Z"});
    let now = "2026-11-20T09:00:00Z".parse().unwrap();
    let since = Since { cursor: Some(&cursor), backfill: false, emit: poll.emit, now };
    let batch = list.poll(call, since).await.unwrap();
    assert_eq!((batch.items.len(), batch.requests), (120, 2));
    assert_eq!(batch.items[0].key, "T-0@2026-11-20T08:00:00Z");
    assert_eq!(batch.cursor, Some(json!({"since": "2026-11-20T08:59:00.000Z"})));
}

#[test]
fn the_reference_is_that_of_the_code() {
    let page = fs::read_to_string(docs()).unwrap();
    let marked = page.find(MARK).unwrap();
    let line_end = marked + page[marked..].find('\n').unwrap() + 1;
    let wanted = format!("{}{}", &page[..line_end], reference(&manifest_schema()));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(docs(), &wanted).unwrap();
    } else {
        assert!(
            page == wanted,
            "docs/CONNECTORS.md is stale: run UPDATE_DOCS=1 cargo test -p highline-connector --test docs"
        );
    }
}

/// A table for each thing of the schema.
fn reference(schema: &Value) -> String {
    let mut page = String::new();
    for (name, thing) in schema["$defs"].as_object().unwrap() {
        write!(page, "\n### {name}\n\n{}\n\n", text(thing)).unwrap();
        if let Some(keys) = thing["properties"].as_object() {
            let required: Vec<&str> =
                thing["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            page += "| key | type | what it says |\n|---|---|---|\n";
            for (key, value) in keys {
                let must = if required.contains(&key.as_str()) { " **must be given**" } else { "" };
                writeln!(page, "| `{key}` | {}{must} | {} |", kind(value), text(value)).unwrap();
            }
        } else if let Some(choices) = thing["oneOf"].as_array() {
            page += "| one of | what it says |\n|---|---|\n";
            for choice in choices {
                writeln!(page, "| {} | {} |", choice_name(choice), text(choice)).unwrap();
            }
        } else if thing["enum"].is_array() {
            writeln!(page, "One of {}.", kind(thing)).unwrap();
        }
    }
    page
}

fn text(thing: &Value) -> String {
    thing["description"]
        .as_str()
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

fn choice_name(choice: &Value) -> String {
    match (choice["const"].as_str(), choice["properties"].as_object().and_then(|keys| keys.iter().next())) {
        (Some(word), _) => format!("`{word}`"),
        (None, Some((key, value))) => format!("`{key}:` {}", kind(value)),
        (None, None) => kind(choice),
    }
}

/// The type of a value, with links to the things of the schema.
fn kind(value: &Value) -> String {
    if let Some(reference) = value["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(choices) = value["anyOf"].as_array() {
        return kind(&choices[0]);
    }
    if let Some(words) = value["enum"].as_array() {
        let words: Vec<String> =
            words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    let word = value["type"].as_str().or_else(|| value["type"][0].as_str());
    match word {
        Some("array") => format!("list of {}", kind(&value["items"])),
        Some("object") if value["additionalProperties"].is_object() => "texts by name".to_owned(),
        Some("object") => "values by name".to_owned(),
        Some("string") => "text".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some(other) => other.to_owned(),
        None => "any".to_owned(),
    }
}
