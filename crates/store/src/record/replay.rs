use std::time::Duration;

use highline_model::{ErrorKind, Failure, LogEntry, RunId, RunState, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::record::RunFilter;

/// How a run ends that is ended from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    pub state: RunState,
    pub failure: Failure,
}

impl RunEnd {
    /// Ended by a person, or for another run; the reason says which.
    pub fn cancelled(reason: impl Into<String>) -> Self {
        Self { state: RunState::Cancelled, failure: Failure::new(ErrorKind::Stopped, reason) }
    }
}

/// The text that a run goes on with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevisionChoice {
    /// The revision that it began with.
    #[default]
    Saved,
    /// The workflow's revision of now.
    Newest,
}

/// A person's wish to send runs back.
#[derive(Debug, Clone, Copy)]
pub struct Retry<'a> {
    pub by: &'a str,
    pub revision: RevisionChoice,
    pub now: Timestamp,
}

/// Many runs, chosen by what they have in common.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub filter: RunFilter,
    /// At most so many, the oldest first; all when left out.
    pub limit: Option<u64>,
    /// Count them and change nothing.
    pub dry_run: bool,
    /// After so long the rest is left, as if the limit were reached.
    pub patience: Option<Duration>,
}

impl Selection {
    /// What was asked for and what came of it, for the audit log; `None` where nothing was to be changed.
    pub fn account(&self, bulk: Bulk) -> Option<Value> {
        (!self.dry_run).then(|| {
            let Bulk { matched, changed, more } = bulk;
            json!({ "runs": self.filter, "limit": self.limit, "matched": matched, "changed": changed, "more": more })
        })
    }
}

/// What a change of many runs came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bulk {
    /// Runs that fit the filter, up to the limit.
    pub matched: u64,
    /// Those that were changed; one that someone else changed in the meantime was not, and a dry run changes none.
    pub changed: u64,
    /// There are more than the limit.
    pub more: bool,
}

/// The runs whose ids begin in a certain way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    One(RunId),
    /// The first few of them, the oldest first.
    Several(Vec<RunId>),
    Nothing,
}

/// What a run that is done again takes over from the run before it.
#[derive(Debug, Clone)]
pub struct Replay {
    pub of: RunId,
    /// The beginning of its log, numbered from 1.
    pub log: Vec<LogEntry>,
}
