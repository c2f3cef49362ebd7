use chrono::{DateTime, Utc};
use highline_model::{EventId, Failure, RunId, RunState, WorkflowId};
use serde::Serialize;
use utoipa::ToSchema;

/// What a trigger found, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventRecord {
    pub id: EventId,
    pub workflow: WorkflowId,
    /// The dedupe key: the record's id, and behind `@` or `#` its mark of change.
    pub key: String,
    /// `run`, `seen`, `filtered`, …
    pub outcome: String,
    /// When it was found.
    pub created_at: DateTime<Utc>,
    /// The run that it started.
    pub run: Option<RunOfEvent>,
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
    pub since: DateTime<Utc>,
}
