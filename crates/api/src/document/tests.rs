use std::collections::BTreeSet;
use std::path::Path;

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
