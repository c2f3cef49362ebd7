//! Counts and times for whoever measures this node from outside. Labels are bounded: names beyond the most that may have
//! numbers of their own count together as `other`.

use std::time::Duration;

use highline_catalog::Sent;
use highline_model::{RunState, WorkflowId};
use metrics::{counter, histogram};

use crate::notice::Polled;

pub use measures::{Kind, MEASURES, Measure, describe};
use names::{CONNECTIONS, OPERATIONS, WORKFLOWS};
pub use names::{exceeded, know_connections, know_workflows, most, name_at_most};

mod measures;
mod names;

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

/// A request has left: of a step, a poll, or whatever else reads or writes through a connection.
pub fn sent(sent: Sent<'_>) {
    let connection = CONNECTIONS.label(sent.errand.connection);
    let operation = OPERATIONS.label(sent.errand.operation);
    counter!(
        "highline_requests_total",
        "connection" => connection.clone(), "operation" => operation, "status" => class(sent.status)
    )
    .increment(1);
    histogram!("highline_request_seconds", "connection" => connection).record(sent.took);
}

/// What a status means to whoever is on duty.
fn class(status: Option<u16>) -> &'static str {
    match status {
        Some(429) => "429",
        Some(200..300) => "2xx",
        Some(300..400) => "3xx",
        Some(400..500) => "4xx",
        Some(500..) => "5xx",
        Some(_) | None => "none",
    }
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
    fn a_status_counts_in_the_class_that_says_who_must_act() {
        for (status, expected) in [
            (Some(200), "2xx"),
            (Some(204), "2xx"),
            (Some(302), "3xx"),
            (Some(401), "4xx"),
            (Some(429), "429"),
            (Some(503), "5xx"),
            (None, "none"),
        ] {
            assert_eq!(class(status), expected, "{status:?}");
        }
    }
}
