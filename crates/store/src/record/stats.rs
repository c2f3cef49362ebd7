use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use highline_model::{ErrorKind, RunId, StepPath, WorkflowId};
use serde::Serialize;
use utoipa::ToSchema;

/// What runs ended in some time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    pub succeeded: u64,
    pub failed: u64,
    pub cancelled: u64,
    /// The mean time from being made to being begun, in milliseconds; null when none ended.
    pub delay_ms: Option<u64>,
    /// The mean time from beginning to end, in milliseconds; null when none ended.
    pub took_ms: Option<u64>,
    /// How many took how long.
    pub took: Took,
}

/// How many runs took how long from beginning to end: each class ends where the next begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Took {
    /// Shorter than 100 ms.
    pub under_100ms: u64,
    /// From 100 ms to 1 s.
    pub under_1s: u64,
    /// From 1 s to 10 s.
    pub under_10s: u64,
    /// From 10 s to a minute.
    pub under_1m: u64,
    /// From a minute to 10 minutes.
    pub under_10m: u64,
    /// From 10 minutes to an hour.
    pub under_1h: u64,
    /// An hour and more.
    pub longer: u64,
}

/// An hour or a day of a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bucket {
    /// When it begins.
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub tally: Tally,
}

/// Which series; hours are those of UTC.
#[derive(Debug, Clone)]
pub struct SeriesFilter {
    pub workflow: Option<WorkflowId>,
    /// The hour of this moment is the first.
    pub since: DateTime<Utc>,
    /// The hour of this moment is the last.
    pub until: DateTime<Utc>,
    pub by: BucketSize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketSize {
    Hour,
    /// From midnight to midnight in UTC.
    Day,
}

impl BucketSize {
    pub fn hours(self) -> i64 {
        match self {
            Self::Hour => 1,
            Self::Day => 24,
        }
    }
}

/// Failures that say the same.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FailureGroup {
    pub workflow: WorkflowId,
    pub error_kind: ErrorKind,
    /// Of the newest one; they differ in numbers and ids only.
    pub message: String,
    /// How many runs.
    pub count: u64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    /// The newest run.
    pub last_run: RunId,
    /// The step at which that one failed or is held; null when it was the run as a whole.
    pub step: Option<StepPath>,
}

/// Groups of failures, those with most runs first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FailureGroups {
    pub groups: Vec<FailureGroup>,
    /// There were more failures than are looked at: these are the newest.
    pub partial: bool,
}

/// What has changed lately.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulse {
    /// Workflows that were changed, and when.
    pub changed: Vec<(String, DateTime<Utc>)>,
    /// How many runs have ended, by workflow.
    pub ended: BTreeMap<String, i64>,
}

/// How quick runs begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    pub p50: Duration,
    pub p99: Duration,
}
