//! One attempt, sent: find the operation and the connection, call within the time limit.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use highline_catalog::{
    Admission, Call, Caller, Catalog, Connection, Connections, Done, Operation, OperationError, Origin,
    Output, Retry,
};
use highline_model::{ErrorKind, Failure, Preview, Priority};

use crate::plan::Attempt;

/// What attempts are sent with.
#[derive(Clone)]
pub struct Sender {
    pub catalog: Arc<Catalog>,
    pub connections: Arc<Connections>,
}

/// An operation keeps its own time limit; this much later the engine stops waiting for it.
const OVERTIME: Duration = Duration::from_secs(2);

impl Sender {
    /// Sends it once. A time limit that passes, and a panic inside an operation, are errors like any other.
    pub async fn send(&self, attempt: &Attempt, priority: Priority) -> Result<Output, OperationError> {
        self.send_admitted(attempt, priority, &Admission::free()).await
    }

    /// Gets what an attempt needs before it may leave, such as a share of the rate budget: an unsafe one is announced no
    /// sooner than it can be sent.
    pub async fn admit(&self, attempt: &Attempt, priority: Priority) -> Result<Admission, OperationError> {
        let operation = self.operation(attempt)?;
        let connection = self.connection(attempt, operation)?;
        let caller = Caller { priority, workflow: attempt.workflow.as_str() };
        let call = call(attempt, &connection).for_caller(caller);
        let guarded = AssertUnwindSafe(operation.admit(call)).catch_unwind();
        match tokio::time::timeout(attempt.timeout + OVERTIME, guarded).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(OperationError::refused(ErrorKind::BadReply, "the operation panicked")),
            Err(_) => {
                let message = format!("it could not be sent within {} s", attempt.timeout.as_secs_f64());
                let refused = OperationError::refused(ErrorKind::Timeout, message);
                Err(OperationError { retry: Retry::Backoff, ..refused })
            }
        }
    }

    /// Sends it with what `admit` gave.
    pub async fn send_admitted(
        &self,
        attempt: &Attempt,
        priority: Priority,
        admission: &Admission,
    ) -> Result<Output, OperationError> {
        let operation = self.operation(attempt)?;
        let connection = self.connection(attempt, operation)?;
        let caller = Caller { priority, workflow: attempt.workflow.as_str() };
        let call = Call { admission: Some(admission), ..call(attempt, &connection).for_caller(caller) };
        let guarded = AssertUnwindSafe(operation.call(call)).catch_unwind();
        match tokio::time::timeout(attempt.timeout + OVERTIME, guarded).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => {
                Err(unknown(ErrorKind::BadReply, Retry::Never, "the operation panicked".to_owned()))
            }
            Err(_) => {
                let limit = attempt.timeout.as_secs_f64();
                Err(unknown(ErrorKind::Timeout, Retry::Backoff, format!("no answer within {limit} s")))
            }
        }
    }

    /// The request that an action would send, for a dry run.
    pub fn preview(&self, attempt: &Attempt) -> Result<Preview, OperationError> {
        let operation = self.operation(attempt)?;
        let connection = self.connection(attempt, operation)?;
        let call = call(attempt, &connection);
        match operation {
            Operation::Action(action) => action.preview(call),
            Operation::Trigger(trigger) => {
                Err(configuration(format!("{} is a read and has no preview", trigger.definition().id)))
            }
        }
    }

    pub fn operation(&self, attempt: &Attempt) -> Result<&Operation, OperationError> {
        self.catalog
            .get(&attempt.operation)
            .ok_or_else(|| configuration(format!("this node has no operation `{}`", attempt.operation)))
    }

    pub(crate) fn connection(
        &self,
        attempt: &Attempt,
        operation: &Operation,
    ) -> Result<Arc<Connection>, OperationError> {
        connection(&self.connections, attempt.connection.as_deref(), &operation.definition().app)
    }
}

fn call<'a>(attempt: &'a Attempt, connection: &'a Connection) -> Call<'a> {
    let origin = Origin { workflow: &attempt.workflow, run: attempt.run, step: &attempt.step };
    Call { origin: Some(origin), ..Call::new(&attempt.input, connection, attempt.timeout) }
}

/// The connection called `name`; without a name one that holds nothing, for apps that need none.
pub(crate) fn connection(
    connections: &Connections,
    name: Option<&str>,
    app: &str,
) -> Result<Arc<Connection>, OperationError> {
    match name {
        None => Ok(Arc::new(Connection { app: app.to_owned(), ..Connection::default() })),
        Some(name) => connections
            .get(name)
            .cloned()
            .ok_or_else(|| configuration(format!("this node has no connection `{name}`"))),
    }
}

fn configuration(message: String) -> OperationError {
    OperationError::refused(ErrorKind::Configuration, message)
}

fn unknown(kind: ErrorKind, retry: Retry, message: String) -> OperationError {
    OperationError { failure: Failure::new(kind, message), retry, done: Done::Unknown }
}
