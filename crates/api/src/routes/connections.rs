//! Connections: list them, and try them out. No secret is ever told.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use highline_catalog::{Connection, ConnectionSummary};
use highline_connector::Spenders;
use highline_engine::Library;
use highline_model::{Clock, Failure, WorkflowId};
use highline_store::{LastPoll, Store};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;
use crate::trial::Trial;

/// What connections proved to be, as far as this node has tried them since it was started.
#[derive(Debug, Default)]
pub struct Proofs(Mutex<HashMap<String, TestView>>);

impl Proofs {
    fn of(&self, name: &str) -> Option<TestView> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn keep(&self, name: &str, test: TestView) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), test);
    }
}

/// The connections of this node.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionsAnswer {
    connections: Vec<ConnectionView>,
    next: Option<String>,
}

/// A connection, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectionView {
    #[serde(flatten)]
    summary: ConnectionSummary,
    /// The app for people.
    app_name: String,
    /// The rate budget that it spends; null where the app has none.
    resource: Option<String>,
    state: ConnectionState,
    /// What is wrong; null when nothing is known to be.
    message: Option<String>,
    /// Whether there is an operation that proves it.
    testable: bool,
    /// By this node, since it was started.
    last_test: Option<TestView>,
    /// The workflows that use it.
    used_by: Vec<WorkflowId>,
}

/// What is known of whether a connection works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// The last test, or the last poll through it, was answered.
    Ok,
    /// The last test, or the last poll through it, failed.
    Failed,
    /// It was neither tested nor polled through.
    Unknown,
}

/// What came of a test.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TestView {
    /// Whether the connection works.
    ok: bool,
    /// In words.
    message: String,
    /// Why it failed.
    failure: Option<Failure>,
    /// What it was tried with.
    operation: String,
    at: DateTime<Utc>,
    took_ms: u64,
}

/// What came of trying a connection out.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestAnswer {
    test: TestView,
}

/// The connections of this node, by name.
#[utoipa::path(
    get,
    path = "/connections",
    responses((status = 200, description = "all of them, without their secrets", body = ConnectionsAnswer))
)]
pub async fn list_connections(
    (store, library): (Data<Store>, Data<Library>),
    (trial, spenders): (Data<Trial>, Data<Spenders>),
    proofs: Data<Proofs>,
) -> Result<HttpResponse, Error> {
    let mut users = users(&store, &library).await?;
    let mut view = |connection: &Connection| {
        let used = users.remove(&connection.name).unwrap_or_default();
        let last_test = proofs.of(&connection.name);
        let (state, message) = state(last_test.as_ref(), used.last_poll.as_ref());
        let app = trial.app(&connection.app);
        ConnectionView {
            summary: connection.summary(),
            app_name: app.map_or_else(|| connection.app.clone(), |app| app.title.clone()),
            resource: spenders.resource_of(&connection.name).map(str::to_owned),
            state,
            message,
            testable: app.is_some_and(|app| app.test.is_some()),
            last_test,
            used_by: used.workflows,
        }
    };
    let connections = trial.connections.iter().map(|connection| view(connection)).collect();
    Ok(HttpResponse::Ok().json(ConnectionsAnswer { connections, next: None }))
}

/// Tries a connection out, with a cheap read of its app.
#[utoipa::path(
    post,
    path = "/connections/{name}/test",
    responses(
        (status = 200, description = "what came of it, also when it failed", body = TestAnswer),
        (status = 400, description = "its app names no operation to try it with", body = crate::error::ErrorAnswer),
    )
)]
pub async fn test_connection(
    (trial, proofs): (Data<Trial>, Data<Proofs>),
    clock: Data<Clock>,
    name: Path<String>,
) -> Result<HttpResponse, Error> {
    let connection = trial.connections.get(&name).ok_or_else(|| Error::not_found("connection", &*name))?;
    let Some(proof) = trial.prove(connection).await? else {
        let message = format!("{} names no operation that proves a connection", connection.app);
        return Err(Error::BadRequest(message));
    };
    let test = TestView {
        ok: proof.failure.is_none(),
        message: proof.failure.as_ref().map_or_else(|| "it works".to_owned(), ToString::to_string),
        failure: proof.failure,
        operation: proof.operation,
        at: clock.now(),
        took_ms: u64::try_from(proof.took.as_millis()).unwrap_or(u64::MAX),
    };
    proofs.keep(&name, test.clone());
    Ok(HttpResponse::Ok().json(TestAnswer { test }))
}

/// Who uses a connection, and how the newest poll through it went.
#[derive(Default)]
struct Users {
    workflows: Vec<WorkflowId>,
    last_poll: Option<LastPoll>,
}

async fn users(store: &Store, library: &Library) -> Result<BTreeMap<String, Users>, Error> {
    let mut users: BTreeMap<String, Users> = BTreeMap::new();
    for workflow in store.workflows().await? {
        let look = library.look(&workflow).await?;
        for name in &look.connections {
            users.entry(name.clone()).or_default().workflows.push(workflow.id.clone());
        }
        let (Some(name), Some(poll)) = (&look.trigger.connection, workflow.last_poll) else { continue };
        let of = users.entry(name.clone()).or_default();
        if of.last_poll.as_ref().is_none_or(|last| last.finished_at < poll.finished_at) {
            of.last_poll = Some(poll);
        }
    }
    Ok(users)
}

/// What was seen last counts: a test or a poll.
fn state(test: Option<&TestView>, poll: Option<&LastPoll>) -> (ConnectionState, Option<String>) {
    let told = |failure: Option<String>| match failure {
        None => (ConnectionState::Ok, None),
        failure => (ConnectionState::Failed, failure),
    };
    match (test, poll) {
        (Some(test), poll) if poll.is_none_or(|poll| poll.finished_at <= test.at) => {
            told((!test.ok).then(|| test.message.clone()))
        }
        (_, Some(poll)) => told(poll.error.as_ref().map(ToString::to_string)),
        (_, None) => (ConnectionState::Unknown, None),
    }
}
