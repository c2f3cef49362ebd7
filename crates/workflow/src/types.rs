//! A checked workflow, compiled and ready to run. What the engine plans from.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use highline_catalog::{Effect, Emit, Repeat, Verify};
use highline_model::{KeepExchanges, OnLimit, WorkflowId};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::expr::Expr;
use crate::webhook::WebhookTrigger;

/// A workflow that has passed `check`.
#[derive(Debug, Clone)]
pub struct Workflow {
    pub id: WorkflowId,
    /// For people.
    pub name: String,
    /// The state at first sight; after that the switch in CLI and API owns it.
    pub enabled: bool,
    pub trigger: Trigger,
    /// Constants of the workflow: `{{ vars.x }}`.
    pub vars: Arc<Value>,
    /// Tables for `lookup`: `{{ maps.x }}`.
    pub maps: Arc<Value>,
    /// Only events for which this is true become runs.
    pub filter: Option<Expr>,
    pub concurrency: Option<Concurrency>,
    pub dedupe: Option<Dedupe>,
    /// A run that is not over so long after it was made, or sent back, fails.
    pub timeout: Option<Duration>,
    /// What of its runs is kept and how long; the node's settings where it says nothing.
    pub keep: Option<Keep>,
    pub steps: Vec<Step>,
}

/// How a workflow starts.
#[derive(Debug, Clone)]
pub enum Trigger {
    Poll(PollTrigger),
    Schedule(Schedule),
    /// By requests from outside.
    Webhook(WebhookTrigger),
    /// Only by a person, the CLI or the API.
    Manual,
}

#[derive(Debug, Clone)]
pub struct PollTrigger {
    /// The id of a polling trigger in the catalog.
    pub operation: String,
    pub connection: Option<String>,
    pub every: Duration,
    /// The operation's input. Evaluated at each poll with `vars`, `maps` in scope.
    pub with: Expr,
    pub emit: Emit,
    /// Emit what exists at the first poll too.
    pub backfill: bool,
    /// For so long after a write of this installation, the record as it was written is no event.
    pub ignore_own_writes: Option<Duration>,
}

/// A cron pattern in a time zone. `Schedule::next_after` knows about DST changes.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub(crate) pattern: Box<croner::Cron>,
    pub(crate) text: String,
    pub(crate) zone: Tz,
}

/// At most `limit` runs with the same `key` at a time.
#[derive(Debug, Clone)]
pub struct Concurrency {
    pub key: Expr,
    pub limit: u32,
    /// What becomes of a run that comes when there are so many.
    pub on_limit: OnLimit,
}

/// Of all events with the same `key`, the first starts a run; the others start none while it counts.
#[derive(Debug, Clone)]
pub struct Dedupe {
    pub key: Expr,
    /// None: for ever.
    pub within: Option<Duration>,
}

/// What is kept of runs, and how long when they are over. `Duration::MAX` is for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// After their end.
    pub age: Option<Duration>,
    /// Failed ones.
    pub failed_age: Option<Duration>,
    /// How many of each outcome, the newest.
    pub runs: Option<u64>,
    /// Of which attempts it is kept what went over the wire.
    pub exchanges: Option<KeepExchanges>,
}

/// A step. Its id is unique in the whole workflow, whatever block it is in.
#[derive(Debug, Clone)]
pub struct Step {
    pub id: String,
    /// `if` beside an action: skip the step when it is false.
    pub condition: Option<Expr>,
    pub kind: StepKind,
    pub on_error: OnError,
    /// The line of the text on which it begins, from 1.
    pub line: usize,
}

#[derive(Debug, Clone)]
pub enum StepKind {
    Use(UseStep),
    If {
        condition: Expr,
        then: Vec<Step>,
        otherwise: Vec<Step>,
    },
    ForEach {
        items: Expr,
        item_name: String,
        parallel: usize,
        /// Turns get lists of so many items in place of single ones.
        batch: Option<usize>,
        steps: Vec<Step>,
    },
    /// For a duration (text such as `5m`, or seconds) or until a moment (ISO 8601), from now.
    Wait(WaitFor),
    /// Works out values; they are the step's output.
    Set {
        values: Expr,
    },
    /// Ends the run: well, or as failed with a reason.
    Stop {
        failed: bool,
        reason: Option<Expr>,
    },
}

#[derive(Debug, Clone)]
pub enum WaitFor {
    Duration(Expr),
    Until(Expr),
}

/// A step that uses an operation: an action, or a polling trigger as a read.
#[derive(Debug, Clone)]
pub struct UseStep {
    pub operation: String,
    /// Resolved by `check`: the step's own, else the trigger's when the app is the same, else the only one of the app.
    pub connection: Option<String>,
    pub with: Expr,
    pub retry: RetryPolicy,
    pub timeout: Duration,
    pub on_interrupt: OnInterrupt,
    /// From the operation's definition, so that planning needs no catalog.
    pub repeat: Repeat,
    /// Values of the input with which it is unsafe, whatever `repeat` says.
    pub unsafe_when: Map<String, Value>,
    pub effect: Effect,
    /// A read that may take the answer of an equal one of the same run.
    pub cache: bool,
    /// How an unknown outcome is looked up, where `on_interrupt` says so.
    pub verify: Option<Arc<Verify>>,
}

impl UseStep {
    /// Whether it may be done twice with this input.
    pub fn repeat_with(&self, input: &Map<String, Value>) -> Repeat {
        // A template may give `"true"` for `true`; the operation takes the one for the other.
        let same =
            |given: &Value, value: &Value| given == value || given.as_str() == Some(&value.to_string());
        let told = |(name, value): (&String, &Value)| input.get(name).is_some_and(|given| same(given, value));
        if self.unsafe_when.iter().any(told) { Repeat::Unsafe } else { self.repeat }
    }
}

/// How often, and how far apart, a step is tried.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// All tries, the first included.
    pub attempts: u32,
    pub backoff: Backoff,
    pub first: Duration,
    pub max: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backoff {
    Constant,
    Exponential,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            backoff: Backoff::Exponential,
            first: Duration::from_secs(2),
            max: Duration::from_secs(300),
        }
    }
}

impl RetryPolicy {
    /// The pause after failed attempt number `attempt` (1 is the first), without jitter.
    pub fn pause(&self, attempt: u32) -> Duration {
        let pause = match self.backoff {
            Backoff::Constant => self.first,
            Backoff::Exponential => self.first.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1))),
        };
        pause.min(self.max)
    }
}

/// What becomes of the run when a step is spent.
#[derive(Debug, Clone, Default)]
pub enum OnError {
    /// The run fails.
    #[default]
    Stop,
    /// The run goes on; `steps.<id>.error` holds the failure.
    Continue,
    /// These steps run, with `steps.<id>.error` set; then the run goes on.
    Steps(Vec<Step>),
}

/// What becomes of an unsafe step whose outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnInterrupt {
    #[default]
    Hold,
    Retry,
    Skip,
    /// The app is asked whether it was done.
    Verify,
}

/// All steps of a workflow by id, blocks included, in the order of the text.
pub fn index(steps: &[Step]) -> IndexMap<&str, &Step> {
    fn walk<'a>(steps: &'a [Step], into: &mut IndexMap<&'a str, &'a Step>) {
        for step in steps {
            into.insert(&step.id, step);
            match &step.kind {
                StepKind::If { then, otherwise, .. } => {
                    walk(then, into);
                    walk(otherwise, into);
                }
                StepKind::ForEach { steps, .. } => walk(steps, into),
                _ => {}
            }
            if let OnError::Steps(steps) = &step.on_error {
                walk(steps, into);
            }
        }
    }
    let mut all = IndexMap::new();
    walk(steps, &mut all);
    all
}
