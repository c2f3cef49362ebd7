use chrono::{DateTime, Utc};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use highline_model::{Failure, Timestamp, WorkflowId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::{Counts, Keep, NewHook};

/// What is in use of a workflow, for whoever wonders whether a file has changed.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct SavedText {
    #[sea_orm(from_alias = "id")]
    pub workflow: String,
    pub revision: i32,
    pub hash: String,
    pub origin: String,
    pub fingerprint: String,
    /// The path of its address that the text gives, unless it was let go.
    pub hook_path: Option<String>,
    pub problem: Option<String>,
}

/// A workflow text that has passed the check and shall be used from now on.
#[derive(Debug, Clone)]
pub struct NewRevision {
    pub workflow: WorkflowId,
    /// For people.
    pub name: String,
    /// The text as written.
    pub source: String,
    /// Of the text: the same hash as that of the current revision makes no new one.
    pub hash: String,
    /// Where the text comes from: the path of its file, or `api`.
    pub origin: String,
    /// Who saved it by hand; none for a file.
    pub by: Option<String>,
    /// The switch, if the workflow has never been seen; after that the switch is the user's.
    pub enabled_at_first_sight: bool,
    pub trigger: NewTrigger,
    /// A run that is not over after so long fails.
    pub run_timeout: Option<Duration>,
    /// How long its runs are kept.
    pub keep: Keep,
    pub now: Timestamp,
}

/// The trigger of a new revision.
#[derive(Debug, Clone)]
pub struct NewTrigger {
    pub kind: TriggerKind,
    /// A hash of what is polled. When it changes, the cursor is forgotten and the next poll is a first poll.
    pub fingerprint: String,
    /// When the trigger is due if it is (newly) enabled or has changed; `None` for a trigger that is never due.
    pub first_at: Option<Timestamp>,
    /// A time already planned for the trigger is moved forward to this one: a shorter interval takes effect at once.
    pub latest_at: Option<Timestamp>,
    /// What is polled, where others may share the poll.
    pub feed: Option<Feed>,
    /// The connection that polls go through, whatever its name: none gets all the places of a node.
    pub source: Option<String>,
    /// Where requests from outside come in, for a trigger of that kind.
    pub hook: Option<NewHook>,
}

/// What a trigger asks for, as far as triggers of other workflows may ask for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// A hash of all that a request is made of.
    pub id: String,
    /// The first poll emits what exists, so it is made for this workflow alone.
    pub backfill: bool,
}

/// How a workflow starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TriggerKind {
    Poll,
    Schedule,
    Webhook,
    Manual,
}

impl TriggerKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Schedule => "schedule",
            Self::Webhook => "webhook",
            Self::Manual => "manual",
        }
    }
}

impl fmt::Display for TriggerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for TriggerKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Poll, Self::Schedule, Self::Webhook, Self::Manual]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a kind of trigger (poll, schedule, webhook, manual)"))
    }
}

/// A page of workflows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WorkflowPage {
    pub workflows: Vec<WorkflowRecord>,
    /// Give this as `after` to see those behind; `None` at the end.
    pub next: Option<WorkflowId>,
}

/// A workflow as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkflowRecord {
    pub id: WorkflowId,
    pub name: String,
    /// Whether its trigger starts runs.
    pub enabled: bool,
    /// The number of the revision that new runs use; 1 is the first.
    pub revision: i32,
    /// The path of its file, or `api`.
    pub origin: String,
    /// Why the newest text is not in use: the last good revision goes on.
    pub problem: Option<String>,
    pub trigger: TriggerKind,
    /// When the trigger is due; `None` while disabled, for webhooks and for manual ones.
    pub next_at: Option<DateTime<Utc>>,
    /// The workflow with whose poll this one's is made: both ask the same thing.
    pub polled_with: Option<WorkflowId>,
    pub last_poll: Option<LastPoll>,
    /// Its runs by state.
    pub runs: Counts,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Whether the call that gave this record made a new revision.
    #[serde(skip)]
    pub changed: bool,
}

/// How the last poll of a workflow went.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LastPoll {
    pub finished_at: DateTime<Utc>,
    /// New events of this poll that became runs.
    pub fresh: u32,
    pub error: Option<Failure>,
}

/// A saved text of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RevisionRecord {
    #[serde(flatten)]
    pub head: RevisionHead,
    /// The text.
    pub source: String,
}

/// What is known of a saved text.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RevisionHead {
    pub workflow: WorkflowId,
    /// 1 for the first, without gaps; after a workflow was deleted it goes on from its last one.
    pub number: i32,
    /// Of the text, in hex.
    pub hash: String,
    pub created_at: DateTime<Utc>,
    /// Who saved it by hand; none for a file.
    pub by: Option<String>,
}

/// A saved text in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ListedRevision {
    #[serde(flatten)]
    pub head: RevisionHead,
    /// Its runs that are not over.
    pub active_runs: u64,
}

/// A page of revisions, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RevisionPage {
    pub revisions: Vec<ListedRevision>,
    /// Give this as `after` to see older ones; `None` at the end.
    pub next: Option<i32>,
}

/// What became of a wish to poll at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollNow {
    /// It is due.
    Due,
    /// It is switched off.
    Off,
    /// It does not start by a poll.
    NoPoll,
    /// There is no such workflow.
    Unknown,
}

/// What became of a wish to delete a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkflowRemoved {
    Done,
    /// Not all of it is gone yet: ask again.
    More,
    /// It has so many runs that are not over. Nothing was deleted.
    Open(u64),
    /// There is no such workflow.
    Unknown,
}
