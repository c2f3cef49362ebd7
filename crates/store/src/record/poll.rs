use highline_model::{Failure, NodeId, RunId, Timestamp, WorkflowId};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::record::Concurrency;

/// The outcome of one poll, to be written in one transaction.
#[derive(Debug, Clone)]
pub struct PollCommit {
    pub workflow: WorkflowId,
    /// Of the claimed trigger.
    pub fence: i64,
    pub node: NodeId,
    /// The revision that new runs will use.
    pub revision: i32,
    /// In the order of the runs to be. A key that is known already, or comes twice here, starts nothing.
    pub events: Vec<NewEvent>,
    /// What the next poll goes on from; left as it was when the report has an error.
    pub cursor: Option<Value>,
    /// When the trigger is due again. `None`: never. Ignored when the workflow was disabled in the meantime.
    pub next_at: Option<Timestamp>,
    pub report: PollReport,
    pub now: Timestamp,
}

/// One thing that a poll found.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The dedupe key, unique within the workflow.
    pub key: String,
    pub outcome: Outcome,
    /// The trigger's data for the run; may be left out for an event that starts none.
    pub data: Option<Value>,
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It starts a run.
    Run { concurrency: Option<Concurrency> },
    /// It existed before the first poll.
    Seen,
    /// The workflow's `where` is false for it.
    Filtered,
}

impl Outcome {
    /// The word in the database.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Run { .. } => "run",
            Self::Seen => "seen",
            Self::Filtered => "filtered",
        }
    }
}

/// What the poller tells about a poll, for its row in the poll log.
#[derive(Debug, Clone)]
pub struct PollReport {
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    /// Items that the operation gave.
    pub seen: u32,
    /// Items that the poller itself dropped as known already; the commit adds those that it finds.
    pub duplicate: u32,
    /// Items for which `where` was false.
    pub filtered: u32,
    /// HTTP requests that were sent.
    pub requests: u32,
    /// The poll failed: no event is kept, the cursor stays.
    pub error: Option<Failure>,
}

/// What a committed poll changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Events that became runs.
    pub fresh: u32,
    /// Events that were known already, those of the report included.
    pub duplicate: u32,
    /// The new runs, in the order of their events.
    pub runs: Vec<RunId>,
}

/// A row of the poll log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PollRecord {
    pub id: Uuid,
    pub workflow: WorkflowId,
    pub node: NodeId,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    pub seen: u32,
    pub fresh: u32,
    pub duplicate: u32,
    pub filtered: u32,
    pub requests: u32,
    pub error: Option<Failure>,
}

/// A page of the poll log, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PollPage {
    pub polls: Vec<PollRecord>,
    /// Give this as `after` to see older ones; `None` at the end.
    pub next: Option<Uuid>,
}
