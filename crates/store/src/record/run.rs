use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use highline_model::{ErrorKind, Failure, LogEntry, NodeId, OnLimit, RunId, RunState, Timestamp, WorkflowId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::record::Once;
use crate::{Holder, Packed, PackedEntry};

/// At most `limit` runs of a workflow with the same `key` are under way. Those that wait do so in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concurrency {
    pub key: String,
    /// At least 1.
    pub limit: u32,
    /// What becomes of a run that comes when there are so many.
    pub on_limit: OnLimit,
}

/// A run for an event that did not come from a poll.
#[derive(Debug, Clone)]
pub struct NewRun {
    pub workflow: WorkflowId,
    /// The one that `concurrency` was worked out with.
    pub revision: i32,
    /// It fails if it is not over after so long; as its revision says.
    pub timeout: Option<Duration>,
    pub arrival: Arrival,
    /// Who starts it by hand.
    pub by: Option<String>,
    /// The dedupe key of its event; left out, the run is always started.
    pub key: Option<String>,
    /// The trigger's data for the run.
    pub data: Packed,
    pub concurrency: Option<Concurrency>,
    /// The key that the workflow gives its event.
    pub once: Option<Once>,
    /// The node that takes it as it is made, when it is in turn; without one it is queued.
    pub holder: Option<Holder>,
    pub now: Timestamp,
}

/// How an event came that no poll found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Somebody starts a run; whether the workflow is switched on does not matter.
    ByHand,
    /// At the workflow's address. A workflow that is switched off takes nothing there.
    AtHook {
        /// The workflow's `where` refuses it: the event is kept, and starts no run.
        filtered: bool,
        /// When the workflow was made whose address it is. One that was deleted and came back has another.
        since: Timestamp,
    },
}

/// What came of a [`NewRun`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Made {
        run: RunId,
        /// The holder has its lease, with the fence [`Start::FENCE`]; else it is queued.
        held: bool,
    },
    /// The workflow has an event with that key; `run` is what it started, unless it started none.
    Known { run: Option<RunId> },
    /// The workflow has an event with that key and with other data.
    OtherData,
    /// There was no place for a run, and the workflow wants none then; the event is kept as dropped.
    Dropped,
    /// The event is kept as filtered.
    Filtered,
    /// The workflow is switched off, and nothing was written.
    Off,
    /// The workflow has this revision now, and nothing was written.
    OtherRevision(i32),
    /// There is no such workflow.
    Unknown,
}

impl Start {
    /// The fence of a lease that begins with its run.
    pub const FENCE: i64 = 1;
}

/// A run leased to the node that claimed it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedRun {
    pub id: RunId,
    pub workflow: WorkflowId,
    pub revision: i32,
    /// The trigger's data.
    pub event: Arc<Value>,
    /// The whole log so far; empty for a run that has not begun.
    pub log: Vec<LogEntry>,
    /// The number of the lease; each commit must name it.
    pub fence: i64,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    /// A person asked for the end of this run.
    pub cancel_requested: bool,
    /// It has a concurrency key.
    pub in_turn: bool,
}

/// What the holder of a run's lease did, to be made durable.
#[derive(Debug, Clone, PartialEq)]
pub struct RunCommit {
    pub run: RunId,
    pub fence: i64,
    /// Going on where the log ends; may be empty, to put a run down.
    pub entries: Vec<PackedEntry>,
    /// Where the run stands after `entries`.
    pub state: RunState,
    /// For `Waiting` and `Queued` when it goes on. `None` leaves the end of a running run's lease as it is.
    pub wake_at: Option<Timestamp>,
    /// Why the run failed or was interrupted.
    pub failure: Option<Failure>,
    /// Give the lease up. A finished or interrupted run gives it up in any case.
    pub release: bool,
    /// The run has a concurrency key, so that its end lets others go on.
    pub in_turn: bool,
}

/// A commit is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// A person asked for the end of this run.
    pub cancel_requested: bool,
}

/// A run that a node believes to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub run: RunId,
    pub fence: i64,
}

/// What became of the leases that a node wanted to keep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extended {
    /// Held by someone else now, or over: stop working on them.
    pub lost: Vec<RunId>,
    /// Still held, and a person asked for their end.
    pub cancel: Vec<RunId>,
}

/// What came of a person's wish to end a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It is cancelled.
    Done,
    /// A node is working on it and will end it before its next step.
    Requested,
    AlreadyFinished(RunState),
    /// There is no such run.
    Unknown,
}

/// What came of a person's wish to send a run back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// It is queued again.
    Done,
    /// Only a failed or cancelled run can be sent back; this one is in another state.
    NotFinished(RunState),
    Unknown,
}

/// What came of a person's decision about an interrupted step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// It is queued again, with the decision in its log.
    Done,
    /// The run is not held for a decision.
    NotInterrupted(RunState),
    Unknown,
}

/// A run as it stands, without its log.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunRecord {
    pub id: RunId,
    pub workflow: WorkflowId,
    pub revision: i32,
    pub state: RunState,
    pub failure: Option<Failure>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// Queued: when it may start, `None` while runs with the same concurrency key go first. Waiting: when it goes on.
    /// Running: when its lease ends.
    pub wake_at: Option<DateTime<Utc>>,
    /// The node that holds its lease.
    pub owner: Option<NodeId>,
    /// A person asked for its end.
    pub cancel_requested: bool,
    /// The number of the last entry of its log; 0 when it is empty.
    pub last_seq: i32,
    /// Runs of the workflow with the same key go one after the other, as far as its limit says.
    pub concurrency_key: Option<String>,
    /// When it fails if it is not over before.
    pub ends_at: Option<DateTime<Utc>>,
    /// The run that it does again.
    pub rerun_of: Option<RunId>,
    /// Who started it by hand, or did another again; null where its event came by itself.
    pub started_by: Option<String>,
}

/// A run with its event and log.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunDetail {
    #[serde(flatten)]
    pub record: RunRecord,
    /// The trigger's data.
    pub event: Value,
    /// The dedupe key of the event.
    pub event_key: String,
    pub log: Vec<LogEntry>,
    /// For a run that is behind others of its concurrency key: those that have their turn.
    pub ahead: Vec<RunId>,
    /// Runs that did this one again, the oldest first.
    pub reruns: Vec<RunId>,
}

/// Which runs to list; what is left out does not narrow.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RunFilter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowId>,
    /// Any of these; empty means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<RunState>,
    /// Made at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Made before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Failed, or held, for this kind of reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_kind: Option<ErrorKind>,
}

impl RunFilter {
    /// The states, each once: one that is named twice would be looked through twice.
    pub(crate) fn each_state(&self) -> Vec<RunState> {
        let mut each = Vec::with_capacity(self.states.len());
        for state in &self.states {
            if !each.contains(state) {
                each.push(*state);
            }
        }
        each
    }
}

/// Which part of a list to give. `Id` is the id of the listed thing.
#[derive(Debug, Clone, Copy)]
pub struct Page<Id> {
    /// Go on after this one: the `next` of the page before.
    pub after: Option<Id>,
    pub limit: u32,
}

/// A page of runs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunPage {
    pub runs: Vec<RunRecord>,
    /// Give this as `after` to see older ones; `None` at the end.
    pub next: Option<RunId>,
}

/// Runs by state; a state without runs is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<&'static str, u64>);

impl Counts {
    pub fn of(&self, state: RunState) -> u64 {
        self.0.get(state.as_str()).copied().unwrap_or(0)
    }

    /// Runs in any state.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    pub(crate) fn add(&mut self, state: RunState, runs: u64) {
        *self.0.entry(state.as_str()).or_insert(0) += runs;
    }
}
