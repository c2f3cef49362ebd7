use chrono::{DateTime, Utc};
use highline_model::{RunId, StepPath, Timestamp, WorkflowId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Who sees an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateScope {
    /// The runs of one workflow.
    Workflow(WorkflowId),
    /// The runs of all workflows.
    Shared,
    /// Engines: which resources have an echo guard.
    Guards,
    /// Engines: what was written to a resource.
    Writes(String),
}

impl StateScope {
    pub(crate) fn as_text(&self) -> String {
        match self {
            Self::Workflow(workflow) => format!("workflow:{workflow}"),
            Self::Shared => "shared".to_owned(),
            Self::Guards => "guards".to_owned(),
            Self::Writes(resource) => format!("writes:{resource}"),
        }
    }
}

/// An entry to write.
#[derive(Debug, Clone)]
pub struct NewState<'a> {
    pub scope: &'a StateScope,
    pub key: &'a str,
    pub value: &'a Value,
    /// From this moment on it is as if the entry had never been.
    pub expires_at: Option<Timestamp>,
    /// The run and step that write it; none for a person.
    pub by: Option<(RunId, &'a StepPath)>,
    pub now: Timestamp,
}

/// An entry that is there.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StateEntry {
    pub key: String,
    pub value: Value,
    pub expires_at: Option<DateTime<Utc>>,
    /// The run that wrote the value; none for a person.
    pub written_by_run: Option<RunId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What came of putting an entry where none was.
#[derive(Debug, Clone, PartialEq)]
pub enum StateClaim {
    /// The entry is this step's: it was made now, or by an earlier attempt of the same step.
    Ours { expires_at: Option<Timestamp> },
    /// There was one already.
    Theirs(StateEntry),
}

/// Which entries to list.
#[derive(Debug, Clone)]
pub struct StateFilter<'a> {
    pub scope: &'a StateScope,
    /// Only keys that begin so; empty for all.
    pub prefix: &'a str,
    pub now: Timestamp,
}

/// A page of entries in the order of their keys.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StatePage {
    pub entries: Vec<StateEntry>,
    /// Give this as `after` to see more; `None` at the end.
    pub next: Option<String>,
}
