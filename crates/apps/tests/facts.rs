//! The manifests against facts that were gathered apart from them, from the vendor's description and recorded traffic.

use std::collections::{BTreeMap, BTreeSet};

use highline_catalog::{Catalog, Definition, Field, Kind};
use highline_connector::{Http, HttpSettings};
use serde_json::{Value, json};

/// One line for each operation, under one line of names.
const OPERATIONS: &str = include_str!("facts/operations.tsv");
/// One line for each field of a request.
const FIELDS: &str = include_str!("facts/fields.tsv");

/// Page parameters that `paging` sends itself: a user need not give them, nor even see them.
const PAGE_PARAMETERS: [&str; 7] =
    ["limit", "pageLimit", "skip", "offset", "page", "searchAfter", "startAfter"];

type Fact = BTreeMap<&'static str, &'static str>;

fn catalog() -> Catalog {
    rustls::crypto::ring::default_provider().install_default().ok();
    let http = Http::new(HttpSettings::default()).expect("an HTTP client");
    highline_apps::catalog(&http, None).unwrap_or_else(|problems| panic!("{problems}"))
}

fn table(text: &'static str) -> Vec<Fact> {
    let mut lines = text.lines();
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
fn each_operation_is_as_the_facts_say() {
    let catalog = catalog();
    for fact in table(OPERATIONS) {
        let operation =
            catalog.get(fact["id"]).unwrap_or_else(|| panic!("there is no operation {}", fact["id"]));
        let said = said(operation.definition());
        for (name, wanted) in &fact {
            assert_eq!(said[name], *wanted, "{name} of {}", fact["id"]);
        }
    }
}

#[test]
fn highlevel_has_55_triggers_and_71_actions_in_14_categories() {
    let catalog = catalog();
    let all: Vec<&Definition> = catalog.iter().map(|operation| operation.definition()).collect();
    let highlevel: Vec<&&Definition> =
        all.iter().filter(|definition| definition.app == "highlevel").collect();
    let of = |kind| highlevel.iter().filter(|definition| definition.kind == kind).count();
    let categories: BTreeSet<&str> =
        highlevel.iter().map(|definition| definition.category.as_str()).collect();
    let known: BTreeSet<&str> = table(OPERATIONS).iter().map(|fact| fact["id"]).collect();
    let unknown: Vec<&str> =
        highlevel.iter().map(|definition| definition.id.as_str()).filter(|id| !known.contains(id)).collect();
    assert_eq!(unknown, [""; 0], "operations that no fact speaks of");
    let counts = (highlevel.len(), of(Kind::Trigger), of(Kind::Action), categories.len());
    assert_eq!(counts, (126, 55, 71, 14));
}

/// What is wrong with a field of a request, if anything is.
fn problem(definition: &Definition, fact: &Fact) -> Option<String> {
    let required = fact["required"] == "yes";
    let Some(field) = definition.field(fact["field"]) else {
        let sent = PAGE_PARAMETERS.contains(&fact["field"]) && definition.kind == Kind::Trigger;
        return (!sent).then(|| "is not there".to_owned());
    };
    let given = field.required || field.default.is_some() || PAGE_PARAMETERS.contains(&fact["field"]);
    if required && !given {
        return Some("must be required".into());
    }
    if field.required && !required {
        return Some("is not required".into());
    }
    let allowed: BTreeSet<String> = field.values.iter().map(shown).collect();
    let wanted: BTreeSet<String> =
        fact["values"].split('|').filter(|value| *value != "-").map(str::to_owned).collect();
    let differ = !allowed.is_empty() && !wanted.is_empty() && allowed != wanted;
    differ.then(|| format!("allows {allowed:?}, not {wanted:?}"))
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Where a manifest says otherwise than the description, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

#[test]
fn each_field_of_a_request_is_as_the_facts_say() {
    let catalog = catalog();
    let mut problems = Vec::new();
    for fact in table(FIELDS) {
        let Some(operation) = catalog.get(fact["operation"]) else { continue };
        let excused =
            EXCEPTIONS.iter().any(|(id, field, _)| *id == fact["operation"] && *field == fact["field"]);
        if let (Some(problem), false) = (problem(operation.definition(), &fact), excused) {
            problems.push(format!("{} of {} {problem}", fact["field"], fact["operation"]));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_field_of_highlevel_is_explained() {
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
        assert!(!definition.output.is_empty(), "{} does not say what it gives", definition.id);
        for field in flat(&definition.output) {
            assert!(!field.label.is_empty(), "{} of {} has no label", field.name, definition.id);
        }
    }
}

/// The fields and those inside them.
fn flat(fields: &[Field]) -> Vec<&Field> {
    fields.iter().flat_map(|field| std::iter::once(field).chain(flat(&field.fields))).collect()
}
