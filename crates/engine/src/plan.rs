//! What a run does next: a pure function of the workflow, the log and the time. The loop around it decides nothing.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use highline_catalog::{Effect, Repeat, Verify};
use highline_model::{Failure, LogEntry, RunId, RunState, StepPath, Timestamp, WorkflowId};
use highline_workflow::{OnInterrupt, RetryPolicy, Workflow};
use serde_json::{Map, Value};

use crate::history::History;
use crate::verify::Inquiry;

mod begin;
mod planner;
mod scope;
mod turns;
mod verifying;

#[cfg(test)]
mod tests;

/// What planning knows of a run besides its log.
#[derive(Debug, Clone, Copy)]
pub struct RunFacts<'a> {
    pub run: RunId,
    pub workflow: &'a Workflow,
    /// What the trigger found: `{{ trigger }}`.
    pub event: &'a Arc<Value>,
    pub created_at: Timestamp,
}

/// One try of an action, ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub run: RunId,
    pub workflow: WorkflowId,
    pub step: StepPath,
    /// 1 for the first.
    pub number: u32,
    pub operation: String,
    pub connection: Option<String>,
    pub input: Map<String, Value>,
    pub timeout: Duration,
    pub effect: Effect,
    pub repeat: Repeat,
    /// It may take the answer of an equal read of this run.
    pub shared: bool,
    /// It has taken it.
    pub cached: bool,
    pub retry: RetryPolicy,
    pub on_interrupt: OnInterrupt,
    /// How an unknown outcome is looked up, where `on_interrupt` says so.
    pub verify: Option<Arc<Verify>>,
    /// For a read that tells whether an earlier attempt was done: what it looks for.
    pub inquiry: Option<Inquiry>,
    /// Whether the workflow goes on when this step fails for good.
    pub handled: bool,
    /// Failed attempts so far that count.
    pub counted: u32,
    /// Failed attempts so far that do not count.
    pub uncounted: u32,
}

/// What to write, what to send, and what then.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Decisions that cost nothing but a row: branches, loops, set, skipped steps. Already in `history`.
    pub record: Vec<LogEntry>,
    pub attempts: Vec<Attempt>,
    /// How the paths of steps begin of which no attempt shall be sent any more, also none that is waiting to be.
    pub given_up: Vec<String>,
    pub next: Next,
}

/// What the run does after `record` is written and `attempts` are sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Attempts are to be sent or in flight: plan again when one has a result.
    Work,
    /// Nothing to do until then.
    Wait(Timestamp),
    /// A person must decide about an unsafe step.
    Hold,
    /// The run is over, once what is in flight has its result.
    Finish { state: RunState, failure: Option<Failure> },
}

/// Plans from where the log ends. `in_flight` are the steps that this node is trying right now.
pub fn plan(
    facts: RunFacts<'_>,
    history: &mut History,
    in_flight: &HashSet<StepPath>,
    now: Timestamp,
) -> Plan {
    planner::Planner::new(facts, history, in_flight, now).run()
}
