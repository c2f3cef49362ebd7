//! Calls of all operations that build on each other.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use highline_catalog::{Definition, Effect, Field, Requirement, Shape, Token};
use serde_json::{Map, Value, json};

use super::batch::Batch;
use super::sources::{source, told};
use crate::world::World;

/// Calls operations, each after those whose records it needs.
pub struct Round {
    pub definitions: BTreeMap<String, Definition>,
    /// What each operation gave, in the order of the calls.
    pub outputs: Vec<(String, Value)>,
    pub problems: Vec<String>,
    location: Batch,
    agency: Batch,
}

impl Round {
    pub fn new(world: &World) -> Self {
        let ready = world.ready();
        let values = ["--location", &ready.location_id, "--set", &format!("companyId={}", ready.company_id)];
        Self {
            definitions: definitions(world),
            outputs: vec![("sandbox".to_owned(), told(world))],
            problems: Vec::new(),
            location: Batch::start(world, &ready.token, &values),
            agency: Batch::start(world, &ready.agency_token, &values),
        }
    }

    /// When an operation was called, counted from the first call.
    fn position(&self, operation: &str) -> Option<usize> {
        self.outputs.iter().position(|(id, _)| id == operation)
    }

    /// What the operation gives; it is called when it has not been yet.
    pub fn output(&mut self, operation: &str) -> Value {
        if let Some(position) = self.position(operation) {
            return self.outputs[position].1.clone();
        }
        let Some(definition) = self.definitions.get(operation).cloned() else {
            self.problems.push(format!("there is no operation {operation} to take values from"));
            return Value::Null;
        };
        let input = self.input(operation, &definition);
        if definition.token == Token::LocationOrAgency && definition.effect == Effect::Read {
            self.ask(&Definition { token: Token::Agency, ..definition.clone() }, &input);
        }
        let output = self.ask(&definition, &input);
        self.outputs.push((operation.to_owned(), output.clone()));
        output
    }

    /// Asks for a list by nothing but what it needs, since the filters of a sample may leave nothing of it.
    pub fn ask_unfiltered(&mut self, operation: &str, definition: &Definition) {
        let mut input = self.input(operation, definition);
        input.retain(|name, _| is_needed(definition, name));
        if self.ask(definition, &input).as_array().is_none_or(Vec::is_empty) {
            self.problems.push(format!("{operation} gives nothing for {}", json!(input)));
        }
    }

    fn ask(&mut self, definition: &Definition, input: &Map<String, Value>) -> Value {
        let batch = if definition.token == Token::Agency { &mut self.agency } else { &mut self.location };
        let mut answer = batch.ask(&definition.id, input);
        if answer["ok"] != true {
            self.problems.push(format!("{} with {}: {answer}", definition.id, json!(input)));
        }
        let output = answer["output"].take();
        let is_list = definition.shape == Shape::List;
        if output.is_array() != is_list {
            self.problems.push(format!("{} is to give {:?}: {output}", definition.id, definition.shape));
        }
        differences(&definition.id, &definition.output, &output, &mut self.problems);
        output
    }

    /// The sample, without what the connection gives, with values that exist.
    fn input(&mut self, operation: &str, definition: &Definition) -> Map<String, Value> {
        let mut input = definition.sample.input.as_object().expect("a sample is an object").clone();
        for (name, value) in &mut input {
            self.fill(operation, name, value);
        }
        input.retain(|name, _| definition.field(name).is_none_or(|field| !field.from_connection));
        input
    }

    fn fill(&mut self, operation: &str, path: &str, value: &mut Value) {
        if let Some((from, pointer)) = source(operation, path) {
            let found = self.output(from).pointer(pointer).cloned();
            let found = found.unwrap_or_else(|| {
                self.problems.push(format!("{from} gave nothing at {pointer} for {path} of {operation}"));
                Value::Null
            });
            *value = if value.is_array() { json!([found]) } else { found };
            return;
        }
        match value {
            Value::Object(members) => {
                members
                    .iter_mut()
                    .for_each(|(name, value)| self.fill(operation, &format!("{path}.{name}"), value));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(operation, path, item)),
            Value::String(text) => *text = brought_forward(text),
            _ => {}
        }
    }

    /// The operations that take something away, those of the youngest records first, and of one record the record last.
    pub fn removals(&self) -> Vec<String> {
        let mut all: Vec<(usize, usize, &String)> = Vec::new();
        for (id, definition) in &self.definitions {
            if is_removal(definition) {
                let sources = definition.input.iter().filter_map(|field| source(id, &field.name));
                let youngest = sources.filter_map(|(from, _)| self.position(from)).max();
                all.push((youngest.unwrap_or_default(), definition.path.as_ref().map_or(0, String::len), id));
            }
        }
        all.sort_unstable();
        all.into_iter().rev().map(|(_, _, id)| id.clone()).collect()
    }
}

/// The catalog's operations of HighLevel, as the binary tells them.
pub fn definitions(world: &World) -> BTreeMap<String, Definition> {
    let list = world.json(&["catalog", "list", "--app", "highlevel", "--json"]);
    let all: Vec<Definition> = serde_json::from_value(list["operations"].clone()).unwrap();
    all.into_iter().map(|each| (each.id.trim_start_matches("highlevel.").to_owned(), each)).collect()
}

/// A moment of a sample as far ahead of today as it was of the day that the samples were written for, so that times
/// which must lie ahead always do. Whole weeks, since calendars open on certain days.
fn brought_forward(text: &str) -> String {
    let Ok(moment) = DateTime::parse_from_rfc3339(text) else { return text.to_owned() };
    let written = DateTime::parse_from_rfc3339("2026-11-21T00:00:00Z").expect("it is a moment");
    let weeks = (Utc::now() - written.to_utc()).num_weeks();
    (moment + TimeDelta::weeks(weeks)).to_rfc3339()
}

pub fn is_removal(definition: &Definition) -> bool {
    definition.method.as_deref() == Some("DELETE")
}

/// Whether an input without this field would be refused, or asks for a time that depends on when this test runs; of
/// fields that exclude each other the first.
fn is_needed(definition: &Definition, name: &str) -> bool {
    let first = |requirement: &Requirement| match requirement {
        Requirement::OneOf(names) | Requirement::AnyOf(names) => names.first().is_some_and(|one| one == name),
    };
    let matters = |field: &Field| field.required || field.default.is_some();
    definition.field(name).is_some_and(matters) || definition.require.iter().any(first)
}

/// The values that are of another type than the catalog says. An app may send more than it says.
fn differences(path: &str, fields: &[Field], value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| differences(path, fields, item, found)),
        Value::Object(members) => {
            for field in fields {
                match members.get(&field.name) {
                    None | Some(Value::Null) => {}
                    Some(value) if field.kind.fits(value) => {
                        differences(&format!("{path}.{}", field.name), &field.fields, value, found);
                    }
                    Some(value) => {
                        found.push(format!("{path}.{} is not {}: {value}", field.name, field.kind))
                    }
                }
            }
        }
        _ => {}
    }
}
