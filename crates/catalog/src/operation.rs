//! The traits, and what goes in and out of them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use highline_model::{Preview, RunId, StepPath, WorkflowId};
use serde_json::{Map, Value};

use crate::{Admission, Caller, Connection, Definition, Emit, OperationError};

/// One use of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub input: &'a Map<String, Value>,
    pub connection: &'a Connection,
    /// For the whole call, all its pages included.
    pub timeout: Duration,
    /// The step for which it is made; none for a poll and for a call by hand.
    pub origin: Option<Origin<'a>>,
    pub caller: Caller<'a>,
    /// What `Action::admit` gave for this call.
    pub admission: Option<&'a Admission>,
}

/// The step for which a call is made. All attempts of a step have the same one, also after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    pub workflow: &'a WorkflowId,
    pub run: RunId,
    /// With the turns of the loops around it, so that each turn has its own.
    pub step: &'a StepPath,
}

impl<'a> Call<'a> {
    /// A call that is made for no step.
    pub fn new(input: &'a Map<String, Value>, connection: &'a Connection, timeout: Duration) -> Self {
        Self { input, connection, timeout, origin: None, caller: Caller::default(), admission: None }
    }

    /// The same call for somebody else.
    pub fn for_caller(self, caller: Caller<'a>) -> Self {
        Self { caller, ..self }
    }
}

/// What an operation gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// A record or an array, as `Definition::shape` says; the app's bookkeeping (`traceId`) is taken out.
    pub data: Value,
    /// The HTTP status of the last answer.
    pub status: Option<u16>,
    /// Requests sent.
    pub requests: u32,
}

/// One finding of a poll.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The dedupe key: equal keys are the same event for ever. `id`, `id@mark` or `id#hash`.
    pub key: String,
    pub data: Value,
}

/// What a poll found, oldest first, and where the next one starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub items: Vec<Item>,
    /// Opaque to everyone but the trigger; kept in the same transaction as the items.
    pub cursor: Option<Value>,
    /// Requests sent.
    pub requests: u32,
}

/// Something that can be done in an app. Implementations keep no state between calls but caches and rate budgets.
#[async_trait]
pub trait Action: Send + Sync {
    fn definition(&self) -> &Definition;

    /// Does it once. Checks the input first and sends nothing when it is wrong. Never retries by itself: the error
    /// says whether that would help. Honours the rate budget of the connection before each request.
    async fn run(&self, call: Call<'_>) -> Result<Output, OperationError>;

    /// Gets what the first request needs before it may leave, and waits for it as `run` would; what is wrong with the
    /// input is told now. Until `run` is called with what this gave, nothing has been sent.
    async fn admit(&self, _call: Call<'_>) -> Result<Admission, OperationError> {
        Ok(Admission::free())
    }

    /// The request that `run` would send first, without sending it.
    fn preview(&self, call: Call<'_>) -> Result<Preview, OperationError>;

    /// Whether `run` may have to wait for a rate budget before a request leaves.
    fn is_limited(&self) -> bool {
        true
    }

    /// Whether the output has all that the app answered: status, headers and body.
    fn gives_whole_answer(&self) -> bool {
        false
    }
}

/// Something that can be watched in an app.
#[async_trait]
pub trait PollingTrigger: Send + Sync {
    fn definition(&self) -> &Definition;

    /// Reads what there is since `cursor` (none: the first poll), all pages of it, and keys each finding by `emit`.
    /// May give again what an earlier poll gave, never the other way round: the dedupe key removes repeats.
    async fn poll(&self, call: Call<'_>, since: Since<'_>) -> Result<Batch, OperationError>;

    /// The same read as a step: all pages, no cursor.
    async fn read(&self, call: Call<'_>) -> Result<Output, OperationError>;

    /// The request that `read` would send first, without sending it. None where it sends none that could be shown.
    fn preview(&self, _call: Call<'_>) -> Result<Option<Preview>, OperationError> {
        Ok(None)
    }
}

/// From where and how a poll reads.
#[derive(Debug, Clone, Copy)]
pub struct Since<'a> {
    /// What the last committed poll gave; none for the first.
    pub cursor: Option<&'a Value>,
    /// Start at the beginning of what exists, not at now: the first poll of a workflow with `backfill: true`.
    pub backfill: bool,
    pub emit: Emit,
    pub now: chrono::DateTime<chrono::Utc>,
}

/// An entry of the catalog.
#[derive(Clone)]
pub enum Operation {
    Trigger(Arc<dyn PollingTrigger>),
    Action(Arc<dyn Action>),
}

impl Operation {
    pub fn definition(&self) -> &Definition {
        match self {
            Self::Trigger(trigger) => trigger.definition(),
            Self::Action(action) => action.definition(),
        }
    }

    /// The request that using it would send first, without sending it. None where it sends none that could be shown.
    pub fn preview(&self, call: Call<'_>) -> Result<Option<Preview>, OperationError> {
        match self {
            Self::Trigger(trigger) => trigger.preview(call),
            Self::Action(action) => action.preview(call).map(Some),
        }
    }

    /// Whether using it may have to wait for a rate budget before a request leaves.
    pub fn is_limited(&self) -> bool {
        match self {
            Self::Trigger(_) => true,
            Self::Action(action) => action.is_limited(),
        }
    }

    /// Whether the output has all that the app answered: status, headers and body.
    pub fn gives_whole_answer(&self) -> bool {
        match self {
            Self::Trigger(_) => false,
            Self::Action(action) => action.gives_whole_answer(),
        }
    }

    /// Before an unsafe step is announced; see `Action::admit`.
    pub async fn admit(&self, call: Call<'_>) -> Result<Admission, OperationError> {
        match self {
            Self::Trigger(_) => Ok(Admission::free()),
            Self::Action(action) => action.admit(call).await,
        }
    }

    /// Uses it as a step: a trigger is read, an action is run.
    pub async fn call(&self, call: Call<'_>) -> Result<Output, OperationError> {
        match self {
            Self::Trigger(trigger) => trigger.read(call).await,
            Self::Action(action) => action.run(call).await,
        }
    }
}
