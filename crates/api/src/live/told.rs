//! What the events have to tell: the data of each, as it is sent.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use highline_model::{RunId, RunState, WorkflowId};
use serde::Serialize;
use utoipa::ToSchema;

/// The data of `run`: a run has another state.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunTold<'a> {
    pub id: RunId,
    pub workflow: &'a WorkflowId,
    pub state: RunState,
    /// When it was told.
    pub at: DateTime<Utc>,
}

/// The data of `runs`: so many runs have another state that they are only counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunsTold<'a> {
    /// How many.
    pub runs: u64,
    /// How many of each workflow, by its id.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub workflows: &'a BTreeMap<WorkflowId, u64>,
    /// When it was told.
    pub at: DateTime<Utc>,
}

/// The data of `poll`: a poll is over.
#[derive(Debug, Serialize, ToSchema)]
pub struct PollTold<'a> {
    pub workflow: &'a WorkflowId,
    /// Why it failed; null where it did not.
    pub error: Option<&'a str>,
    /// When it was told.
    pub at: DateTime<Utc>,
}

/// The data of `workflow`: it was switched, saved or deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowTold<'a> {
    pub id: &'a WorkflowId,
    /// When it was told.
    pub at: DateTime<Utc>,
}
