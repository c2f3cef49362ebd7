//! What an engine tells those who watch it. Lossy by design: the database has the truth.

use std::time::Duration;

use highline_model::{Failure, RunId, RunState, WorkflowId};

use crate::relay::Telling;

/// Something that has just been made durable.
#[derive(Debug, Clone)]
pub enum Notice {
    Polled(Polled),
    /// A run was made or taken up.
    Moved {
        run: RunId,
        workflow: WorkflowId,
        state: RunState,
    },
    /// What happened on another node; only while this one says that somebody looks.
    Elsewhere(Telling),
    /// A run came to rest: it is over, waits, or is held.
    Rested {
        run: RunId,
        workflow: WorkflowId,
        state: RunState,
        failure: Option<Failure>,
        /// Since the run was made.
        age: Duration,
    },
}

/// How a poll went.
#[derive(Debug, Clone)]
pub struct Polled {
    pub workflow: WorkflowId,
    /// What exists was taken as seen.
    pub first: bool,
    pub seen: u32,
    /// New runs.
    pub fresh: u32,
    pub duplicate: u32,
    pub filtered: u32,
    /// New, but its concurrency key had no place free.
    pub dropped: u32,
    pub requests: u32,
    pub took: Duration,
    pub failure: Option<Failure>,
}
