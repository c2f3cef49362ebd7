//! Operations that a person tries: a call with all that went over the wire, the choices of a field, the proof of a
//! connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use highline_catalog::{
    Call, Caller, Catalog, Choice, Connection, Connections, Field, Operation, OperationError, Output, Retry,
    Tape,
};
use highline_connector::ConnectionSchema;
use highline_model::{Failure, Heard};
use serde_json::{Map, Value};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::error::Error;

/// Shorter than what the server allows a handler.
const LONGEST: Duration = Duration::from_secs(15);

/// Bytes of a body that a person is shown.
const MOST_BYTES: usize = 256 * 1024;

/// What operations are tried with.
#[derive(Clone)]
pub struct Trial {
    pub catalog: Arc<Catalog>,
    pub connections: Arc<Connections>,
    /// What a connection of each app holds.
    pub apps: Arc<Vec<ConnectionSchema>>,
}

/// What came of a call.
pub struct Called {
    pub result: Result<Output, Failure>,
    /// What went over the wire, in order.
    pub heard: Vec<Heard>,
    pub took: Duration,
}

/// What came of trying a connection out.
pub struct Proof {
    pub failure: Option<Failure>,
    /// The operation that was used.
    pub operation: String,
    pub took: Duration,
}

impl Trial {
    pub fn operation(&self, id: &str) -> Result<&Operation, Error> {
        self.catalog.get(id).ok_or_else(|| Error::not_found("operation", id))
    }

    pub fn app(&self, id: &str) -> Option<&ConnectionSchema> {
        self.apps.iter().find(|app| app.app == id)
    }

    /// The named connection, which must be of the app. Without a name the only one of the app, or one that holds nothing.
    pub fn connection(&self, name: Option<&str>, app: &str) -> Result<Arc<Connection>, Error> {
        if let Some(name) = name {
            let found = self.connections.get(name).ok_or_else(|| Error::not_found("connection", name))?;
            if found.app != app {
                let message = format!("connection `{name}` is for {}, not for {app}", found.app);
                return Err(Error::BadRequest(message));
            }
            return Ok(found.clone());
        }
        let all: Vec<&Arc<Connection>> = self.connections.of_app(app).collect();
        match all.as_slice() {
            [only] => Ok((*only).clone()),
            [] => Ok(Arc::new(Connection { app: app.to_owned(), ..Connection::default() })),
            several => {
                let names: Vec<&str> = several.iter().map(|one| one.name.as_str()).collect();
                let message = format!("say which `connection`: {app} has {}", names.join(", "));
                Err(Error::BadRequest(message))
            }
        }
    }

    /// Calls an operation once. A rate limit that lets go in time is waited for.
    pub async fn call(
        &self,
        operation: &Operation,
        connection: &Arc<Connection>,
        input: &Map<String, Value>,
    ) -> Called {
        let began = Instant::now();
        let (tape, mut told) = listen(connection);
        let calling = patiently(operation, connection, input);
        let result = tape.around(calling).await.map_err(|error| error.failure);
        let mut heard = Vec::new();
        while let Ok(one) = told.try_recv() {
            heard.push(one);
        }
        Called { result, heard, took: began.elapsed() }
    }

    /// What may be chosen for a field, given the rest of the input.
    pub async fn choices(
        &self,
        field: &Field,
        connection: &Connection,
        input: &Map<String, Value>,
    ) -> Result<Vec<Choice>, Error> {
        let plain = |value: &Value| Choice {
            value: value.clone(),
            label: value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
        let (list, given) = match (&field.choices, &field.by_name) {
            (Some(choices), _) => (&choices.operation, &choices.input),
            (None, Some(by_name)) => (&by_name.operation, &by_name.input),
            (None, None) => return Ok(field.values.iter().map(plain).collect()),
        };
        let output = patiently(self.operation(list)?, connection, given).await;
        let records = match output.map_err(|error| Error::Elsewhere(error.failure))?.data {
            Value::Array(records) => records,
            record => vec![record],
        };
        let mut found = match (&field.choices, &field.by_name) {
            (Some(choices), _) => choices.options(input, &records),
            (None, Some(by_name)) => by_name.options(&records),
            (None, None) => Vec::new(),
        };
        found.sort_by_cached_key(|choice| choice.label.to_lowercase());
        Ok(found)
    }

    /// Proves a connection by the operation that its app names for it. The first good answer is enough: a list is not read
    /// to its end. None: the app names none.
    pub async fn prove(&self, connection: &Arc<Connection>) -> Result<Option<Proof>, Error> {
        let Some(id) = self.app(&connection.app).and_then(|app| app.test.clone()) else { return Ok(None) };
        let operation = self.operation(&id)?;
        let began = Instant::now();
        let (tape, mut told) = listen(connection);
        let input = Map::new();
        let mut calling = std::pin::pin!(tape.around(patiently(operation, connection, &input)));
        let good = |heard: &Heard| heard.response.as_ref().is_some_and(|answer| answer.status < 300);
        let failure = loop {
            tokio::select! {
                result = &mut calling => break result.err().map(|error| error.failure),
                Some(heard) = told.recv() => if good(&heard) { break None },
            }
        };
        Ok(Some(Proof { failure, operation: id, took: began.elapsed() }))
    }
}

/// A tape for a person who looks on.
fn listen(connection: &Arc<Connection>) -> (Arc<Tape>, UnboundedReceiver<Heard>) {
    let (sender, told) = unbounded_channel();
    let tape = Tape {
        connection: connection.clone(),
        most_bytes: MOST_BYTES,
        faults_only: false,
        // An error: whoever asked is gone.
        listener: Box::new(move |heard| drop(sender.send(heard))),
    };
    (Arc::new(tape), told)
}

async fn patiently(
    operation: &Operation,
    connection: &Connection,
    input: &Map<String, Value>,
) -> Result<Output, OperationError> {
    let deadline = Instant::now() + LONGEST;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let call = Call::new(input, connection, left).for_caller(Caller::PERSON);
        match operation.call(call).await {
            Err(OperationError { retry: Retry::After(pause), .. }) if Instant::now() + pause < deadline => {
                tokio::time::sleep(pause).await;
            }
            result => return result,
        }
    }
}
