use std::time::Duration;

use highline_model::{NodeId, Timestamp, WorkflowId};
use serde_json::Value;

use crate::record::TriggerKind;

/// A node asks for work.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub node: &'a NodeId,
    pub now: Timestamp,
    /// How long the node may keep what it gets without a sign of life.
    pub lease: Duration,
    /// At most so many.
    pub limit: u32,
}

/// A due trigger, leased to the node that claimed it until it commits its poll.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedTrigger {
    pub workflow: WorkflowId,
    /// The revision to poll for.
    pub revision: i32,
    pub kind: TriggerKind,
    /// What the last good poll left, as the operation gave it.
    pub cursor: Option<Value>,
    /// No poll has been committed yet: what exists is taken as seen, unless the workflow says `backfill`.
    pub first: bool,
    /// The number of the lease; the commit must name it.
    pub fence: i64,
    /// The moment for which it was planned, now or earlier.
    pub due_at: Timestamp,
    /// Failed polls in a row, for the pause before the next one.
    pub failures: u32,
    /// What it asks for, where others may share the poll.
    pub feed: Option<String>,
    /// The account that is asked, whatever its connection is called.
    pub source: Option<String>,
    /// How many triggers of other workflows share the poll.
    pub followers: u32,
}

/// A trigger that shares the poll of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Follower {
    pub workflow: WorkflowId,
    pub revision: i32,
    /// No poll has been committed for it yet.
    pub first: bool,
    /// The commit must name it: one that left and came back in the meantime has another.
    pub fence: i64,
}
