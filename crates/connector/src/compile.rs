//! From a checked manifest to operations.

use std::sync::Arc;

use highline_catalog::{Definition, FieldType, Kind, Operation, PollDefinition, Shape, Token, Verify};
use serde_json::{Map, Value, json};

use crate::exchange::{Exchange, Part};
use crate::http::Http;
use crate::manifest::{
    self, AppFile, AppManifest, Format, ManifestError, PlacedOperation, Requirement, id_pattern,
};
use crate::naming::Book;
use crate::operation::{HttpAction, HttpTrigger};
use crate::schema::ConnectionSchema;
use crate::{chunks, extract, placeholder};

/// An app that is ready to use.
pub struct App {
    /// `highlevel`
    pub id: String,
    pub title: String,
    pub summary: String,
    /// What a connection of this app holds.
    pub connection: ConnectionSchema,
    pub operations: Vec<Operation>,
}

/// Makes the operations of an app. Fails where a sample input is not right; all of them are told.
pub fn build(manifest: AppManifest, http: &Http) -> Result<App, Vec<ManifestError>> {
    let verify: Vec<Option<Verify>> = manifest
        .operations
        .iter()
        .map(|placed| manifest::describe_verify(&manifest, &placed.operation))
        .collect();
    let app = Arc::new(manifest.app);
    let mut parts = Vec::with_capacity(manifest.operations.len());
    let mut problems = Vec::new();
    for (placed, verify) in manifest.operations.into_iter().zip(verify) {
        let definition = Definition { verify, ..definition(&app, &placed) };
        problems.extend(sample_problem(&definition, &placed));
        let required = required(&placed);
        parts.push(Arc::new(Part { operation: placed.operation, definition, required }));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let book = Arc::new(book(&app, &parts));
    let operation = |part: Arc<Part>| {
        operation(Exchange { app: Arc::clone(&app), part, book: Arc::clone(&book), http: http.clone() })
    };
    Ok(App {
        id: app.app.clone(),
        title: app.title.clone(),
        summary: app.summary.clone(),
        connection: ConnectionSchema::of(&app),
        operations: parts.into_iter().map(operation).collect(),
    })
}

fn operation(exchange: Exchange) -> Operation {
    match (exchange.part.definition.kind, exchange.part.operation.poll.clone()) {
        (Kind::Trigger, Some(poll)) => Operation::Trigger(Arc::new(HttpTrigger { exchange, poll })),
        _ => Operation::Action(Arc::new(HttpAction { exchange })),
    }
}

/// Every operation may be one that names are looked up in.
fn book(app: &AppFile, parts: &[Arc<Part>]) -> Book {
    Book {
        lists: parts.iter().map(|part| (part.operation.id.clone(), Arc::clone(part))).collect(),
        // What is no regular expression has been refused by then.
        ids: app.ids.iter().filter_map(|pattern| id_pattern(pattern).ok()).collect(),
    }
}

/// The paths without which an answer is none.
fn required(placed: &PlacedOperation) -> Vec<String> {
    let operation = &placed.operation;
    let has_id = || operation.response.fields.iter().any(|field| field.name == "id");
    match (&operation.response.required, &operation.poll) {
        (Some(required), _) => required.clone(),
        (None, Some(poll)) => poll.key.clone(),
        (None, None) if has_id() => vec!["id".to_owned()],
        (None, None) => vec![],
    }
}

fn definition(app: &AppFile, placed: &PlacedOperation) -> Definition {
    let operation = &placed.operation;
    let version = |(name, _): &(&String, &String)| name.eq_ignore_ascii_case("version");
    let sample = operation.sample.clone().unwrap_or_default();
    Definition {
        id: format!("{}.{}", app.app, operation.id),
        app: app.app.clone(),
        kind: operation.kind,
        category: placed.category.clone(),
        title: operation.title.clone(),
        summary: operation.summary.clone(),
        notes: operation.notes.clone(),
        method: Some(operation.method.as_str().to_owned()),
        path: Some(operation.path.clone()),
        version: operation.headers.iter().chain(&app.headers).find(version).map(|(_, value)| value.clone()),
        token: operation.token.unwrap_or(Token::Any),
        scopes: operation.scopes.clone(),
        needs_connection: needs_connection(app),
        effect: operation.effect(),
        repeat: operation.repeat(),
        unsafe_when: operation.unsafe_when.clone(),
        verify: None,
        input: operation.fields.iter().map(|field| field.describe(&app.app)).collect(),
        require: operation.require.iter().map(Requirement::describe).collect(),
        shape: if operation.response.list { Shape::List } else { Shape::Record },
        output: output_fields(app, operation),
        poll: operation.poll.as_ref().map(|poll| PollDefinition {
            emit: poll.emit,
            key: poll.key.clone(),
            changed: poll.changed.clone(),
            created: poll.created.clone(),
        }),
        sample: highline_catalog::Sample {
            output: sample_output(app, operation, &sample),
            input: sample.input,
            reply: sample.reply,
        },
    }
}

/// What the sample reply comes to. One that does not fit is found by the contract suite, not at start.
fn sample_output(app: &AppFile, operation: &manifest::Operation, sample: &manifest::Sample) -> Value {
    let mut data = match (operation.response.format, &sample.reply) {
        (Format::Json, reply) => {
            extract::data(&operation.response, &app.strip, Some(reply)).unwrap_or_default()
        }
        (Format::Text, reply) => json!({ "text": reply }),
        (Format::Bytes, reply) => json!({ "base64": reply }),
    };
    if let Value::Object(input) = &sample.input {
        extract::put_input(&operation.response, input, &mut data);
    }
    data
}

/// The fields that the manifest lists, and those that come of its other words.
fn output_fields(app: &AppFile, operation: &manifest::Operation) -> Vec<highline_catalog::Field> {
    let listed = &operation.response.fields;
    let mut fields: Vec<_> = listed.iter().map(|field| field.describe(&app.app)).collect();
    for (field, into) in
        listed.iter().filter_map(|field| Some((field, field.by_name.as_ref()?.into.clone()?)))
    {
        fields.push(highline_catalog::Field {
            label: manifest::label(&into),
            description: format!(
                "The values of {} by name. Left out where the token may not read the names.",
                field.name
            ),
            name: into,
            kind: FieldType::Object,
            ..Default::default()
        });
    }
    if operation.chunks.is_some() {
        fields.extend(chunks::fields());
    }
    fields
}

/// Credentials, an address of its own, values that only a connection has.
fn needs_connection(app: &AppFile) -> bool {
    let in_address = placeholder::names(&app.base_url).is_ok_and(|names| !names.is_empty());
    !app.auth.templates().is_empty()
        || app.sign.as_ref().is_some_and(|sign| !sign.optional)
        || app.base_url.is_empty()
        || in_address
        || app.values.iter().any(|value| value.describe(&app.app).required)
}

/// What is wrong with the sample input, where there is one. A connection is supposed to have all values.
fn sample_problem(definition: &Definition, placed: &PlacedOperation) -> Option<ManifestError> {
    let sample = placed.operation.sample.as_ref()?;
    let Value::Object(input) = &sample.input else {
        return Some(placed.problem("sample.input must be an object"));
    };
    let from_connection = definition.input.iter().filter(|field| field.from_connection);
    let values: Map<String, Value> =
        from_connection.map(|field| (field.name.clone(), Value::from("value"))).collect();
    let error = definition.check_input(input, &values).err()?;
    Some(placed.problem(format!("sample.input: {}", error.failure.message)))
}
