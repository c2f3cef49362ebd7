//! The manifests against facts that were gathered apart from them, from the vendor's description and recorded traffic.

use std::collections::BTreeMap;

use highline_catalog::{Catalog, Definition, Kind};
use highline_connector::{Http, HttpSettings};
use serde_json::{Value, json};

/// One line for each operation, under one line of names.
const CONTACTS: &str = include_str!("facts/contacts.tsv");

type Fact = BTreeMap<&'static str, &'static str>;

fn catalog() -> Catalog {
    rustls::crypto::ring::default_provider().install_default().ok();
    let http = Http::new(HttpSettings::default()).expect("an HTTP client");
    highline_apps::catalog(&http, None).unwrap_or_else(|problems| panic!("{problems}"))
}

fn facts() -> Vec<Fact> {
    let mut lines = CONTACTS.lines();
    let names: Vec<&str> = lines.next().expect("a line of names").split('\t').collect();
    lines.map(|line| names.iter().copied().zip(line.split('\t')).collect()).collect()
}

/// The word of the catalog's enums, as JSON writes it.
fn word(value: &Value) -> String {
    value.as_str().expect("a word is text").to_owned()
}

/// What the operation says, in the words of the table.
fn said(definition: &Definition) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("id", definition.id.clone()),
        ("kind", word(&json!(definition.kind))),
        ("category", definition.category.clone()),
        ("method", definition.method.clone().unwrap_or_default()),
        ("path", definition.path.clone().unwrap_or_default()),
        ("version", definition.version.clone().unwrap_or_default()),
        ("token", word(&json!(definition.token))),
        ("scopes", definition.scopes.join(",")),
        ("repeat", word(&json!(definition.repeat))),
        ("emit", definition.poll.as_ref().map_or("-".into(), |poll| word(&json!(poll.emit)))),
    ])
}

#[test]
fn each_contact_operation_is_as_the_facts_say() {
    let catalog = catalog();
    for fact in facts() {
        let operation =
            catalog.get(fact["id"]).unwrap_or_else(|| panic!("there is no operation {}", fact["id"]));
        let said = said(operation.definition());
        for (name, wanted) in &fact {
            assert_eq!(said[name], *wanted, "{name} of {}", fact["id"]);
        }
    }
}

#[test]
fn the_contact_group_has_10_triggers_and_18_actions() {
    let catalog = catalog();
    let kinds: Vec<Kind> = facts()
        .iter()
        .filter_map(|fact| catalog.get(fact["id"]))
        .map(|operation| operation.definition().kind)
        .collect();
    let triggers = kinds.iter().filter(|kind| **kind == Kind::Trigger).count();
    assert_eq!((triggers, kinds.len() - triggers), (10, 18));
}

#[test]
fn every_input_field_of_highlevel_is_explained() {
    for operation in catalog().iter().filter(|operation| operation.definition().app == "highlevel") {
        let definition = operation.definition();
        for field in &definition.input {
            let named = format!("{} of {}", field.name, definition.id);
            assert!(
                !field.label.is_empty() && !field.description.is_empty(),
                "{named} has no words for people"
            );
            assert!(field.example.is_some(), "{named} has no example");
        }
    }
}
