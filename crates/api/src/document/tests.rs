use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Map;

use super::*;

/// `get /api/v1/runs`, of every operation of the document.
fn documented() -> BTreeSet<String> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| format!("{method} {path}")).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

#[test]
fn the_document_has_every_route_of_the_tables_and_no_other() {
    let table: BTreeSet<String> = entries()
        .map(|(base, entry)| format!("{} {base}{}", entry.method, entry.documented_path()))
        .collect();
    assert_eq!(documented(), table);
    assert_eq!(table.len(), entries().count(), "a route is listed twice");
}

#[test]
fn every_operation_has_an_id_of_its_own_a_noun_a_summary_and_says_who_may_ask() {
    let mut ids = BTreeSet::new();
    for (route, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{route} has no id"));
        assert!(ids.insert(id), "{id} names two operations");
        assert!(operation["summary"].is_string(), "{route} has no doc comment");
        assert!(operation["tags"][0].is_string(), "{route}");
        let open = operation["security"] == json!([]);
        assert_eq!(operation["x-role"].is_null(), open, "{route}");
    }
}

#[test]
fn every_answer_with_a_body_has_a_schema_and_every_error_the_one_envelope() {
    for (route, operation) in operations() {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            assert!(!answer["description"].as_str().unwrap().is_empty(), "{route} {status}");
            let content = answer["content"].as_object();
            let schema = content.and_then(|content| content.values().next()).map(|body| &body["schema"]);
            match status.as_str() {
                "204" => assert_eq!(schema, None, "{route} {status}"),
                _ if status.as_str() < "400" => assert!(schema.is_some(), "{route} {status}"),
                _ => assert_eq!(
                    schema.map(|schema| &schema["$ref"]),
                    Some(&json!("#/components/schemas/ErrorAnswer")),
                    "{route} {status}"
                ),
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(value: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref") {
                    let pointer = to.strip_prefix('#').unwrap();
                    assert!(DOCUMENT.pointer(pointer).is_some(), "{to} leads nowhere");
                }
                fields.values().for_each(check);
            }
            Value::Array(items) => items.iter().for_each(check),
            _ => {}
        }
    }
    check(&DOCUMENT);
}

/// The objects of a schema, with its name.
fn objects(name: &str, schema: &'static Value) -> Vec<(String, &'static Map<String, Value>)> {
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|word| schema[word].as_array()).flatten();
    let parts = parts.flat_map(|part| objects(name, part));
    schema["properties"]
        .as_object()
        .map(|fields| (name.to_owned(), fields))
        .into_iter()
        .chain(parts)
        .collect()
}

fn schemas() -> impl Iterator<Item = (&'static String, &'static Value)> {
    DOCUMENT["components"]["schemas"].as_object().unwrap().iter()
}

#[test]
fn every_schema_field_tag_and_parameter_says_what_it_is() {
    let mut silent: Vec<String> = Vec::new();
    for (name, schema) in schemas() {
        if !schema["description"].is_string() {
            silent.push(name.clone());
        }
        for (name, fields) in objects(name, schema) {
            let lacking = fields.iter().filter(|(_, field)| !schemas::is_described(field));
            silent.extend(lacking.map(|(field, _)| format!("{name}.{field}")));
        }
    }
    let says = |value: &Value| value["description"].as_str().is_some_and(|said| !said.is_empty());
    for tag in DOCUMENT["tags"].as_array().unwrap() {
        silent.extend((!says(tag)).then(|| format!("tag {}", tag["name"])));
    }
    for (route, operation) in operations() {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            silent.extend((!says(parameter)).then(|| format!("{route} {}", parameter["name"])));
        }
    }
    let ways = "a doc comment at the type, or words in document/words.rs";
    assert!(silent.is_empty(), "{} say nothing ({ways}):\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn fields_of_answers_that_are_always_there_are_required_and_those_that_may_be_missing_are_not() {
    let required = |name: &str, field: &str| {
        let schema = &DOCUMENT["components"]["schemas"][name];
        let parts = schema["allOf"].as_array().into_iter().flatten().chain([schema]);
        let mut all = parts.flat_map(|part| part["required"].as_array()).flatten();
        all.any(|one| *one == field)
    };
    for (name, field) in [
        ("TokenRecord", "expires_at"),
        ("AuditEntry", "target"),
        ("Start", "run"),
        ("RunPage", "next"),
        ("RunDetail", "reruns"),
        ("ConnectionView", "last_test"),
    ] {
        assert!(required(name, field), "{name}.{field}");
    }
    for (name, field) in [("Start", "duplicate"), ("Refusal", "details"), ("NewText", "base_revision")] {
        assert!(!required(name, field), "{name}.{field}");
    }
}

#[test]
fn answers_say_which_headers_they_have_and_changes_by_cookie_what_they_need() {
    let header = |path: &str, method: &str, status: &str, name: &str| {
        DOCUMENT["paths"][path][method]["responses"][status]["headers"][name].is_object()
    };
    assert!(header("/api/v1/session", "post", "200", "Set-Cookie"));
    assert!(header("/api/v1/session", "post", "429", "Retry-After"));
    assert!(header("/api/v1/runs", "get", "503", "Retry-After"));
    assert!(header("/api/v1/runs", "get", "401", "WWW-Authenticate"));
    for (route, operation) in operations() {
        let needs = operation["parameters"].as_array().into_iter().flatten();
        let needs = needs.into_iter().any(|parameter| parameter["name"] == "X-Highline-Csrf");
        let changes = !route.starts_with("get ") && !operation["x-role"].is_null();
        assert_eq!(needs, changes, "{route}");
    }
    let tokens = &DOCUMENT["paths"]["/api/v1/tokens"]["post"];
    assert!(tokens["responses"]["415"].is_object(), "a body that does not say that it is JSON");
    let runs = &DOCUMENT["paths"]["/api/v1/runs/{id}"]["get"];
    assert!(runs["responses"]["400"].is_object(), "the beginning of more than one id");
    let said = runs["parameters"][0]["description"].as_str().unwrap();
    assert!(said.contains("first 8 characters"), "{said}");
}

#[test]
fn every_json_body_has_an_example_with_the_fields_that_it_has() {
    for (route, operation) in operations() {
        let content = &operation["requestBody"]["content"]["application/json"];
        if content.is_null() {
            continue;
        }
        let example = content["example"].as_object().unwrap_or_else(|| panic!("{route} has no example"));
        let schema = &content["schema"];
        let kinds = schema["oneOf"].as_array().into_iter().flatten().chain([schema]);
        let Some(name) = kinds.filter_map(|kind| kind["$ref"].as_str()).next() else { continue };
        let schema = DOCUMENT.pointer(name.trim_start_matches('#')).unwrap();
        let fields = schema["properties"].as_object();
        let fields: Vec<&String> = match fields {
            Some(fields) => fields.keys().collect(),
            None => objects("", schema).into_iter().flat_map(|(_, fields)| fields.keys()).collect(),
        };
        for field in example.keys() {
            assert!(fields.contains(&field), "{route}: {field} is none of {fields:?}");
        }
        for field in schema["required"].as_array().into_iter().flatten() {
            assert!(example.contains_key(field.as_str().unwrap()), "{route} lacks {field}");
        }
    }
}

#[test]
fn the_code_of_an_error_is_one_of_a_list_which_the_book_has_too() {
    let schemas = &DOCUMENT["components"]["schemas"];
    assert_eq!(schemas["Refusal"]["properties"]["code"]["$ref"], "#/components/schemas/Code");
    let codes = schemas["Code"]["enum"].as_array().unwrap();
    let book =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/API.md")).unwrap();
    for code in codes {
        let code = code.as_str().unwrap();
        assert!(book.contains(&format!("| `{code}` |")), "docs/API.md does not tell of {code}");
    }
    assert!(codes.len() > 10);
}

#[test]
fn the_snapshot_in_the_books_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let fresh = serde_json::to_string_pretty(&*DOCUMENT).unwrap() + "\n";
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == fresh,
        "docs/openapi.json is stale: UPDATE_DOCS=1 cargo nextest run -p highline-api document"
    );
}
