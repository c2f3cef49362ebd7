use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

use highline_model::{Failure, NodeId, RunId, Timestamp, WorkflowId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Packed;
use crate::record::{Concurrency, Follower};

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
    /// Of the claimed trigger.
    pub feed: Option<String>,
    /// What the poll brought to those that share it.
    pub followers: Vec<FollowerPoll>,
    /// Followers that this node cannot serve. They go on alone, from where they are.
    pub unfit: Vec<WorkflowId>,
    pub now: Timestamp,
}

/// What a shared poll brought to one of its followers. One that has left in the meantime gets nothing of it, and finds
/// the same again with its own poll.
#[derive(Debug, Clone)]
pub struct FollowerPoll {
    pub follower: Follower,
    pub events: Vec<NewEvent>,
    pub report: PollReport,
}

/// One thing that a poll found.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The dedupe key, unique within the workflow.
    pub key: String,
    pub outcome: Outcome,
    /// The trigger's data for the run; may be left out for an event that starts none.
    pub data: Option<Packed>,
    /// The key that the workflow gives it: of all events with the same, one starts a run.
    pub once: Option<Once>,
}

/// A key that counts until its end, or for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    pub key: String,
    pub until: Option<Timestamp>,
}

/// What is known of such a key.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KnownKey {
    pub key: String,
    /// The run of the first event, unless it has been removed.
    pub run: Option<RunId>,
    pub first_at: DateTime<Utc>,
    /// When the newest event with the key came.
    pub last_at: DateTime<Utc>,
    /// The events after the first, which started no run.
    pub duplicates: u64,
    pub expires_at: Option<DateTime<Utc>>,
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
    /// It is what a run of this installation wrote.
    Echo,
}

impl Outcome {
    /// The words of events that started no run and have their data all the same.
    pub(crate) const IDLE: [&str; 4] = ["filtered", "duplicate", "dropped", "echo"];

    /// The word in the database. An event that shall start a run, and finds no place free in a workflow that then wants
    /// none, is kept as `dropped` instead.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Run { .. } => "run",
            Self::Seen => "seen",
            Self::Filtered => "filtered",
            Self::Echo => "echo",
        }
    }
}

/// What the poller tells about a poll, for its row in the poll log.
#[derive(Debug, Clone, Default)]
pub struct PollReport {
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    /// Items that the operation gave.
    pub seen: u32,
    /// Items that the poller itself dropped as known already; the commit adds those that it finds.
    pub duplicate: u32,
    /// Items for which `where` was false.
    pub filtered: u32,
    /// HTTP requests that were sent; none for a follower, whose poll another made.
    pub requests: u32,
    /// Counts of further outcomes, by their word.
    pub others: BTreeMap<String, u32>,
    /// What became of some of the items.
    pub sample: Vec<Sampled>,
    /// The poll failed: no event is kept, the cursor stays.
    pub error: Option<Failure>,
}

/// What became of one item, as the poll log remembers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sampled {
    /// Its dedupe key, cut when it is very long.
    pub key: String,
    /// `seen`, `filtered`, `duplicate`, …
    pub outcome: String,
    /// What decided: the value of `where`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What a committed poll changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Events that became runs.
    pub fresh: u32,
    /// Events that were known already, those of the report included.
    pub duplicate: u32,
    /// Events that started no run because their concurrency key had no place free.
    pub dropped: u32,
    /// The new runs, in the order of their events.
    pub runs: Vec<RunId>,
    /// The same for each follower of the commit; `None` for one that has left.
    pub followers: Vec<Option<Committed>>,
}

/// A row of the poll log.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PollRecord {
    pub id: Uuid,
    pub workflow: WorkflowId,
    pub node: NodeId,
    pub started_at: DateTime<Utc>,
    pub finished_at: DateTime<Utc>,
    pub seen: u32,
    pub fresh: u32,
    pub duplicate: u32,
    pub filtered: u32,
    pub dropped: u32,
    pub requests: u32,
    /// Counts of further outcomes, by their word.
    pub others: BTreeMap<String, u32>,
    /// The workflow whose poll this was, where both ask the same thing: the requests are counted there.
    pub made_by: Option<WorkflowId>,
    /// What became of some of the items.
    pub sample: Vec<Sampled>,
    pub error: Option<Failure>,
}

/// A page of the poll log, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PollPage {
    pub polls: Vec<PollRecord>,
    /// Give this as `after` to see older ones; `None` at the end.
    pub next: Option<Uuid>,
}
