//! From a checked manifest to operations.

use std::sync::Arc;

use highline_catalog::{Definition, Kind, Operation, PollDefinition, Shape, Token};
use serde_json::{Map, Value};

use crate::exchange::Exchange;
use crate::extract;
use crate::http::Http;
use crate::manifest::{AppFile, AppManifest, ManifestError, PlacedOperation};
use crate::operation::{HttpAction, HttpTrigger};
use crate::placeholder;
use crate::schema::ConnectionSchema;

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
    let app = Arc::new(manifest.app);
    let mut operations = Vec::with_capacity(manifest.operations.len());
    let mut problems = Vec::new();
    for placed in manifest.operations {
        let definition = definition(&app, &placed);
        if let Some(problem) = sample_problem(&definition, &placed) {
            problems.push(problem);
            continue;
        }
        operations.push(operation(&app, definition, placed, http));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(App {
        id: app.app.clone(),
        title: app.title.clone(),
        summary: app.summary.clone(),
        connection: ConnectionSchema::of(&app),
        operations,
    })
}

fn operation(app: &Arc<AppFile>, definition: Definition, placed: PlacedOperation, http: &Http) -> Operation {
    let kind = definition.kind;
    let poll = placed.operation.poll.clone();
    let exchange = Exchange {
        required: required(&placed),
        definition,
        app: Arc::clone(app),
        operation: placed.operation,
        http: http.clone(),
    };
    match (kind, poll) {
        (Kind::Trigger, Some(poll)) => Operation::Trigger(Arc::new(HttpTrigger { exchange, poll })),
        _ => Operation::Action(Arc::new(HttpAction { exchange })),
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
    // A sample reply that does not fit is found by the contract suite, not at start.
    let output = extract::data(&operation.response, &app.strip, Some(&sample.reply)).unwrap_or_default();
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
        input: operation.fields.iter().map(|field| field.describe()).collect(),
        shape: if operation.response.list { Shape::List } else { Shape::Record },
        output: operation.response.fields.iter().map(|field| field.describe()).collect(),
        poll: operation.poll.as_ref().map(|poll| PollDefinition {
            emit: poll.emit,
            key: poll.key.clone(),
            changed: poll.changed.clone(),
            created: poll.created.clone(),
        }),
        sample: highline_catalog::Sample { output, input: sample.input, reply: sample.reply },
    }
}

/// Credentials, an address of its own, values that only a connection has.
fn needs_connection(app: &AppFile) -> bool {
    let in_address = placeholder::names(&app.base_url).is_ok_and(|names| !names.is_empty());
    !app.auth.templates().is_empty()
        || app.base_url.is_empty()
        || in_address
        || app.values.iter().any(|value| value.describe().required)
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
