//! Counts and times for whoever measures this node from outside. Labels are bounded: names beyond the first few hundred
//! count together as `other`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::Duration;

use highline_model::{RunState, WorkflowId};
use metrics::{counter, histogram};

use crate::notice::Polled;

/// Names that have numbers of their own.
const MOST: usize = 300;

static WORKFLOWS: LazyLock<Names> = LazyLock::new(Names::default);
static OPERATIONS: LazyLock<Names> = LazyLock::new(Names::default);

/// The names that were seen first.
#[derive(Default)]
struct Names(RwLock<HashMap<String, Arc<str>>>);

impl Names {
    fn label(&self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return known.clone();
        }
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST {
            return Arc::from("other");
        }
        names.entry(name.to_owned()).or_insert_with(|| Arc::from(name)).clone()
    }
}

/// A run was begun, so long after it was made.
pub(crate) fn begun(delay: Duration) {
    histogram!("highline_run_start_delay_seconds").record(delay);
}

/// A run is over, so long after it was made.
pub(crate) fn ended(workflow: &WorkflowId, state: RunState, age: Duration) {
    let workflow = WORKFLOWS.label(workflow.as_str());
    counter!("highline_runs_ended_total", "workflow" => workflow.clone(), "state" => state.as_str())
        .increment(1);
    histogram!("highline_run_seconds", "workflow" => workflow).record(age);
}

/// An attempt of a step got its result.
pub(crate) fn attempted(operation: &str, succeeded: bool, took: Duration) {
    let operation = OPERATIONS.label(operation);
    let outcome = if succeeded { "succeeded" } else { "failed" };
    counter!("highline_attempts_total", "operation" => operation.clone(), "outcome" => outcome).increment(1);
    histogram!("highline_attempt_seconds", "operation" => operation).record(took);
}

/// An event came at the address of a workflow.
pub(crate) fn received(workflow: &WorkflowId, outcome: &'static str) {
    let workflow = WORKFLOWS.label(workflow.as_str());
    counter!("highline_events_total", "workflow" => workflow, "outcome" => outcome).increment(1);
}

/// A request to the address of a workflow brought a wrong secret.
pub(crate) fn refused(workflow: &WorkflowId) {
    let workflow = WORKFLOWS.label(workflow.as_str());
    counter!("highline_wrong_secrets_total", "workflow" => workflow).increment(1);
}

/// A poll was committed.
pub(crate) fn polled(poll: &Polled) {
    let workflow = WORKFLOWS.label(poll.workflow.as_str());
    let outcome = if poll.failure.is_some() { "failed" } else { "succeeded" };
    counter!("highline_polls_total", "workflow" => workflow.clone(), "outcome" => outcome).increment(1);
    histogram!("highline_poll_seconds").record(poll.took);
    for (outcome, events) in [
        ("run", poll.fresh),
        ("duplicate", poll.duplicate),
        ("filtered", poll.filtered),
        ("dropped", poll.dropped),
    ] {
        if events > 0 {
            let workflow = workflow.clone();
            counter!("highline_events_total", "workflow" => workflow, "outcome" => outcome)
                .increment(events.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_first_few_hundred_count_together() {
        let names = Names::default();
        for number in 0..MOST {
            assert_eq!(&*names.label(&number.to_string()), number.to_string());
        }
        assert_eq!((&*names.label("new"), &*names.label("7")), ("other", "7"));
    }
}
