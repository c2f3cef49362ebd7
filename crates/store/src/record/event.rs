use chrono::{DateTime, Utc};
use highline_model::{EventId, Failure, RunId, RunState, WorkflowId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What a trigger found, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventRecord {
    pub id: EventId,
    pub workflow: WorkflowId,
    /// The dedupe key: the record's id, and behind `@` or `#` its mark of change.
    pub key: String,
    /// `run`: it started one. `seen`: it existed before the first poll. `filtered`: `where` refused it. `duplicate`: `dedupe`
    /// knew it. `dropped`: there was no place free for its run. `echo`: a run of this installation wrote it. `past`: its run was
    /// deleted.
    pub outcome: String,
    /// When it was found.
    pub created_at: DateTime<Utc>,
    /// The run that it started.
    pub run: Option<RunOfEvent>,
}

/// A page of what triggers found, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventPage {
    pub events: Vec<EventRecord>,
    /// Give this as `after` to see older ones; `None` at the end.
    pub next: Option<EventId>,
}

/// What a trigger found, with all that is kept of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventDetail {
    #[serde(flatten)]
    pub record: EventRecord,
    /// What runs get as `trigger`; null where only the key is kept.
    #[schema(value_type = Option<Object>)]
    pub data: Value,
}

/// Which events; all that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct EventFilter<'a> {
    pub workflow: Option<&'a WorkflowId>,
    /// The id of a record: events with this key, and with a mark of change behind it, `record@…` or `record#…`. Only within a
    /// workflow.
    pub record: Option<&'a str>,
    /// What became of it, other than `run`. Only within a workflow.
    pub outcome: Option<&'a str>,
}

/// The run of an event, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunOfEvent {
    pub id: RunId,
    pub state: RunState,
    pub failure: Option<Failure>,
    /// When it goes on.
    pub wake_at: Option<DateTime<Utc>>,
}

/// A workflow file that has been wrong from its first sight on, so that there is no workflow of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WrongFile {
    /// The path of the file.
    pub origin: String,
    /// What would be the workflow's id: the stem of the file.
    pub id: String,
    /// The first thing that is wrong.
    pub problem: String,
    /// How many things are wrong.
    pub problems: u32,
    /// Since when it is wrong.
    pub since: DateTime<Utc>,
}
