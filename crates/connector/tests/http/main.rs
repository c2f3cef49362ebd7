//! Operations of manifests against a server that answers as the test says.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod budget;
mod counting;
mod failures;
mod names;
mod pages;
mod polls;
mod proofs;
mod requests;
mod shapes;

use std::sync::Arc;
use std::time::Duration;

use highline_catalog::{
    Batch, Call, Connection, Emit, Operation, OperationError, Output, PollingTrigger, Since,
};
use highline_connector::{Http, HttpSettings, build, read_app};
use secrecy::SecretString;
use serde_json::{Map, Value};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// What every app of these tests begins with.
const APP: &str = "
app: demo
title: Demo
base_url: https://demo.example.com
auth: { bearer: { token: '{token}' } }
values: [{ name: accountId, label: Account }]
headers: { Accept: application/json }
errors: { message: [message, error], trace_id: traceId }
strip: [traceId]
";

fn http() -> Http {
    rustls::crypto::ring::default_provider().install_default().ok();
    Http::new(HttpSettings::default()).unwrap()
}

/// The only operation of an app: the keys of `operation` in flow style beside its id and texts.
fn operation(operation: &str) -> Operation {
    operation_of(APP, operation)
}

fn operation_of(app: &str, operation: &str) -> Operation {
    operation_with(&http(), app, operation)
}

fn operation_with(http: &Http, app: &str, operation: &str) -> Operation {
    let text =
        format!("{app}\noperations:\n  - {{ id: things.use, title: Use, summary: Uses., {operation} }}\n");
    let manifest = read_app(&[("demo.yaml", &text)]).unwrap_or_else(|problems| {
        panic!("{}\n{text}", problems.iter().map(ToString::to_string).collect::<String>())
    });
    let app = build(manifest, http).unwrap_or_else(|problems| panic!("{problems:?}"));
    app.operations.into_iter().next().unwrap()
}

fn trigger(text: &str) -> Arc<dyn PollingTrigger> {
    match operation(text) {
        Operation::Trigger(trigger) => trigger,
        Operation::Action(_) => panic!("not a trigger: {text}"),
    }
}

/// A server that answers each request by `answer`.
async fn server(answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn connection(base_url: &str) -> Connection {
    let mut connection = Connection {
        name: "acme".into(),
        app: "demo".into(),
        base_url: Some(base_url.parse().unwrap()),
        ..Connection::default()
    };
    connection.secrets.insert("token".into(), SecretString::from("s3cret-token"));
    connection
}

async fn call(
    operation: &Operation,
    connection: &Connection,
    input: Value,
) -> Result<Output, OperationError> {
    let input: Map<String, Value> = input.as_object().cloned().unwrap();
    operation.call(Call::new(&input, connection, Duration::from_secs(10))).await
}

async fn poll(
    trigger: &Arc<dyn PollingTrigger>,
    connection: &Connection,
    since: (Option<&Value>, Emit, &str),
) -> Result<Batch, OperationError> {
    let (cursor, emit, now) = since;
    let since = Since { cursor, backfill: false, emit, now: now.parse().unwrap() };
    let input = Map::new();
    let call = Call::new(&input, connection, Duration::from_secs(10));
    trigger.poll(call, since).await
}

fn json(body: impl serde::Serialize) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// The value of a query parameter of a request.
fn query(request: &Request, name: &str) -> Option<String> {
    request.url.query_pairs().find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
}
