//! What the result of an attempt means for its step: pure.

use std::time::Duration;

use highline_catalog::{Done, OperationError, Output, Repeat, Retry};
use highline_model::{ErrorKind, Failure, RunEvent, Timestamp, Wire};
use highline_workflow::OnInterrupt;
use serde_json::Value;

use crate::plan::Attempt;
use crate::size::excess;
use crate::verify::{self, later};

/// Rate limits may push an attempt back this often before they count as failures, so that an app that always says
/// "later" cannot keep a run for ever.
const MOST_UNCOUNTED: u32 = 50;

/// When an attempt ran, and by how much pauses vary.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    /// From 0 to 1. Pauses are stretched by up to a fifth of it, so that runs that failed together come back apart.
    pub jitter: f64,
}

/// What to write after an attempt. An unsafe attempt whose outcome is unknown follows `on_interrupt`; every other
/// failure follows the error's own word and then the step's retry policy.
pub fn verdict(attempt: &Attempt, result: Result<Output, OperationError>, timing: Timing) -> Vec<RunEvent> {
    if let Some(inquiry) = &attempt.inquiry {
        return verify::verdict(attempt, inquiry, result, timing);
    }
    match result.and_then(kept) {
        Ok(output) => vec![RunEvent::StepSucceeded {
            step: attempt.step.clone(),
            attempt: attempt.number,
            input: Value::Object(attempt.input.clone()),
            output: output.data,
            started_at: timing.started_at,
            status: output.status,
            cached: attempt.cached,
            wire: Wire::default(),
        }],
        Err(error) => failed(attempt, error, timing),
    }
}

/// What was done is done, but an output that cannot be kept is no success.
fn kept(output: Output) -> Result<Output, OperationError> {
    match excess(&output.data) {
        None => Ok(output),
        Some(excess) => Err(OperationError {
            done: Done::Unknown,
            ..OperationError::refused(ErrorKind::TooLarge, format!("it was done, but its output is {excess}"))
        }),
    }
}

fn failed(attempt: &Attempt, error: OperationError, timing: Timing) -> Vec<RunEvent> {
    let step = attempt.step.clone();
    let failure = error.failure.clone();
    let unknown = error.done == Done::Unknown && attempt.repeat == Repeat::Unsafe;
    match (unknown, attempt.on_interrupt, &attempt.verify) {
        (true, OnInterrupt::Verify, Some(verify)) => {
            let look_at = later(timing.ended_at, Duration::from_secs(verify.after));
            let failed = attempt_failed(attempt, &failure, timing, Next::None);
            // This order, so that there is no entry after which the step looks as if it had failed.
            vec![RunEvent::VerifyStarted { step, attempt: attempt.number, failure, look_at }, failed]
        }
        (true, OnInterrupt::Hold | OnInterrupt::Verify, _) => vec![
            attempt_failed(attempt, &failure, timing, Next::None),
            RunEvent::Interrupted { step, attempt: attempt.number, failure },
        ],
        (true, OnInterrupt::Skip, _) => {
            vec![attempt_failed(attempt, &failure, timing, Next::None), RunEvent::StepSkipped { step }]
        }
        _ => {
            let next = next_try(attempt, &error, timing);
            let mut events = vec![attempt_failed(attempt, &failure, timing, next)];
            if next == Next::None {
                events.push(RunEvent::StepFailed { step, failure, handled: attempt.handled });
            }
            events
        }
    }
}

/// When to try again, and whether the failure counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Next {
    None,
    Counted(Timestamp),
    Uncounted(Timestamp),
}

impl Next {
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::Counted(at) | Self::Uncounted(at) => Some(at),
        }
    }

    pub fn counts(self) -> bool {
        !matches!(self, Self::Uncounted(_))
    }
}

pub(crate) fn next_try(attempt: &Attempt, error: &OperationError, timing: Timing) -> Next {
    match error.retry {
        Retry::Never => Next::None,
        Retry::After(pause) if attempt.uncounted < MOST_UNCOUNTED => {
            Next::Uncounted(later(timing.ended_at, pause))
        }
        _ if attempt.counted + 1 >= attempt.retry.attempts => Next::None,
        _ => {
            let pause = attempt.retry.pause(attempt.counted + 1);
            Next::Counted(later(timing.ended_at, pause.mul_f64(1.0 + timing.jitter / 5.0)))
        }
    }
}

fn attempt_failed(attempt: &Attempt, failure: &Failure, timing: Timing, next: Next) -> RunEvent {
    RunEvent::AttemptFailed {
        step: attempt.step.clone(),
        attempt: attempt.number,
        input: Value::Object(attempt.input.clone()),
        started_at: timing.started_at,
        failure: failure.clone(),
        retry_at: next.at(),
        counts: next.counts(),
        wire: Wire::default(),
    }
}

#[cfg(test)]
mod tests {
    use highline_workflow::RetryPolicy;
    use serde_json::json;

    use super::*;

    fn attempt() -> Attempt {
        Attempt {
            run: highline_model::RunId::new(),
            workflow: "test".parse().unwrap(),
            step: "badge".into(),
            number: 1,
            operation: "credly.badges.issue".into(),
            connection: None,
            input: serde_json::Map::new(),
            timeout: Duration::from_secs(30),
            effect: highline_catalog::Effect::Write,
            repeat: Repeat::Unsafe,
            shared: false,
            cached: false,
            retry: RetryPolicy::default(),
            on_interrupt: OnInterrupt::Hold,
            verify: None,
            inquiry: None,
            handled: false,
            counted: 0,
            uncounted: 0,
        }
    }

    fn timing() -> Timing {
        let at = "2026-11-21T08:00:00Z".parse().unwrap();
        Timing { started_at: at, ended_at: at, jitter: 0.0 }
    }

    fn error(kind: ErrorKind, retry: Retry, done: Done) -> Result<Output, OperationError> {
        Err(OperationError { failure: Failure::new(kind, "no"), retry, done })
    }

    fn kinds(events: &[RunEvent]) -> Vec<&'static str> {
        events.iter().map(RunEvent::kind).collect()
    }

    fn retry_at(events: &[RunEvent]) -> (Option<String>, bool) {
        match &events[0] {
            RunEvent::AttemptFailed { retry_at, counts, .. } => (retry_at.map(|at| at.to_rfc3339()), *counts),
            other => panic!("not a failed attempt: {other:?}"),
        }
    }

    #[test]
    fn a_passing_fault_is_tried_again_with_growing_pauses() {
        let unavailable = || error(ErrorKind::Unavailable, Retry::Backoff, Done::No);
        let first = verdict(&attempt(), unavailable(), timing());
        assert_eq!(retry_at(&first), (Some("2026-11-21T08:00:02+00:00".into()), true));
        let third = verdict(&Attempt { counted: 2, ..attempt() }, unavailable(), timing());
        assert_eq!(retry_at(&third), (Some("2026-11-21T08:00:08+00:00".into()), true));
        let spent = verdict(&Attempt { counted: 3, ..attempt() }, unavailable(), timing());
        assert_eq!(kinds(&spent), ["attempt_failed", "step_failed"]);
    }

    #[test]
    fn a_rate_limit_costs_no_attempt() {
        let limited = error(ErrorKind::RateLimited, Retry::After(Duration::from_secs(7)), Done::No);
        let events = verdict(&Attempt { counted: 3, ..attempt() }, limited, timing());
        assert_eq!(retry_at(&events), (Some("2026-11-21T08:00:07+00:00".into()), false));
    }

    #[test]
    fn an_endless_rate_limit_ends_the_step() {
        let limited = error(ErrorKind::RateLimited, Retry::After(Duration::from_secs(7)), Done::No);
        let events =
            verdict(&Attempt { counted: 3, uncounted: MOST_UNCOUNTED, ..attempt() }, limited, timing());
        assert_eq!(kinds(&events), ["attempt_failed", "step_failed"]);
    }

    #[test]
    fn a_refusal_is_final() {
        let events = verdict(&attempt(), error(ErrorKind::Rejected, Retry::Never, Done::No), timing());
        assert_eq!(kinds(&events), ["attempt_failed", "step_failed"]);
    }

    #[test]
    fn an_unsafe_write_with_a_lost_answer_is_held_and_not_repeated() {
        let lost = || error(ErrorKind::Timeout, Retry::Backoff, Done::Unknown);
        assert_eq!(kinds(&verdict(&attempt(), lost(), timing())), ["attempt_failed", "interrupted"]);
        let skip = Attempt { on_interrupt: OnInterrupt::Skip, ..attempt() };
        assert_eq!(kinds(&verdict(&skip, lost(), timing())), ["attempt_failed", "step_skipped"]);
        let retry = Attempt { on_interrupt: OnInterrupt::Retry, ..attempt() };
        assert!(retry_at(&verdict(&retry, lost(), timing())).0.is_some());
        let safe = Attempt { repeat: Repeat::Safe, ..attempt() };
        assert!(retry_at(&verdict(&safe, lost(), timing())).0.is_some());
    }

    #[test]
    fn an_output_that_cannot_be_kept_is_no_success_and_an_unsafe_write_is_not_repeated_for_it() {
        let huge = || {
            Ok(Output { data: json!("x".repeat(crate::size::MOST_BYTES)), status: Some(200), requests: 1 })
        };
        assert_eq!(kinds(&verdict(&attempt(), huge(), timing())), ["attempt_failed", "interrupted"]);
        let safe = Attempt { repeat: Repeat::Safe, ..attempt() };
        assert_eq!(kinds(&verdict(&safe, huge(), timing())), ["attempt_failed", "step_failed"]);
    }

    #[test]
    fn a_result_keeps_its_input_and_status() {
        let output = Output { data: json!({"id": "1"}), status: Some(201), requests: 1 };
        let events = verdict(&attempt(), Ok(output), timing());
        assert!(matches!(&events[0], RunEvent::StepSucceeded { status: Some(201), .. }));
    }
}
