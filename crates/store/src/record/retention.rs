use chrono::{DateTime, Utc};
use std::time::Duration;

use highline_model::{EventId, RunState, Timestamp, WorkflowId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::record::TriggerKind;

/// What a workflow says about how long its runs are kept; what is left out follows the settings of the node.
/// `Duration::MAX` is for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// How long after their end.
    pub age: Option<Duration>,
    /// How long failed ones.
    pub failed_age: Option<Duration>,
    /// How many of each outcome.
    pub runs: Option<u64>,
}

/// What a node deletes by where a workflow says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeepSettings {
    pub age: Duration,
    pub failed_age: Duration,
    pub runs: Option<u64>,
    /// Rows of the poll log.
    pub polls_age: Duration,
    /// Lines of the audit log.
    pub audit_age: Duration,
}

impl Default for KeepSettings {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(86_400);
        Self { age: DAY * 30, failed_age: DAY * 90, runs: None, polls_age: DAY * 14, audit_age: DAY * 365 }
    }
}

/// A workflow with what it wants kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptWorkflow {
    pub id: WorkflowId,
    pub trigger: TriggerKind,
    pub keep: Keep,
}

/// Which runs of a workflow may go.
#[derive(Debug, Clone, Copy)]
pub struct OldRuns<'a> {
    pub workflow: &'a WorkflowId,
    pub state: RunState,
    pub bound: Bound,
    pub keys: Keys,
    /// Go on after this one.
    pub after: Option<Uuid>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Runs that ended before.
    Ended(Timestamp),
    /// All but so many, the newest.
    Newest(u64),
}

/// What becomes of the keys of events whose runs go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// The trigger may find the same record again at any time, and must know it.
    Stay,
    /// The keys of events made before are needed no more, but for what a poll has found: the workflow may poll again.
    GoBefore(Timestamp),
    /// None is needed any more.
    Go,
}

/// The key of something that a poll has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolledKey {
    pub event: EventId,
    pub key: String,
    /// Nothing but the key is needed of the event.
    pub idle: bool,
    pub found_at: Timestamp,
}

/// What one step, or a whole round, deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deleted {
    pub runs: u64,
    /// Entries of their logs.
    pub log_entries: u64,
    /// Events without a run that were deleted or lost their data.
    pub events: u64,
    pub polls: u64,
}

impl Deleted {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.log_entries += other.log_entries;
        self.events += other.events;
        self.polls += other.polls;
    }
}

/// What came of a person's wish to delete a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunDeleted {
    Done,
    /// Only a run that is over can be deleted; this one is in another state.
    NotFinished(RunState),
    Unknown,
}

/// A round of deleting that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Round {
    pub node: String,
    pub started_at: DateTime<Utc>,
    pub finished_at: DateTime<Utc>,
    pub deleted: Deleted,
}

/// How large the database is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DatabaseStats {
    pub bytes: u64,
    /// Within these, what is free to be used again. Not known of PostgreSQL.
    pub free_bytes: Option<u64>,
    pub tables: Vec<TableStats>,
    pub oldest_run: Option<Timestamp>,
    /// The last round of deleting what is kept long enough.
    pub last_round: Option<Round>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableStats {
    pub name: String,
    /// On PostgreSQL as of its last look at the table.
    pub rows: u64,
    /// With indexes.
    pub bytes: u64,
}
