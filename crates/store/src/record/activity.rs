use chrono::{DateTime, Utc};
use highline_model::{RunId, RunState};
use serde::Serialize;
use utoipa::ToSchema;

/// What a workflow has done lately.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Activity {
    /// The run that was made last.
    pub last_run: Option<LastRun>,
    pub runs_24h: RecentRuns,
}

/// A run, in short.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LastRun {
    pub id: RunId,
    pub state: RunState,
    /// When it ended, or was made while it is not over.
    pub at: DateTime<Utc>,
}

/// Runs that ended in the last 24 hours, as whole hours count them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecentRuns {
    pub total: u64,
    pub succeeded: u64,
    pub failed: u64,
}
