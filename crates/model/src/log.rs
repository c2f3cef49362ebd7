//! The log of a run: append-only, numbered, the truth from which everything else is derived.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Failure, NodeId, RunId, RunState, StepPath, Wire};

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LogEntry {
    /// 1 for the first entry of a run, without gaps.
    pub seq: i32,
    /// When it happened, by the clock of the node that wrote it.
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub event: RunEvent,
}

/// What happened in a run. Only the holder of the run's lease writes these; a person's `Retried` and `Resolved` are
/// written when no node holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RunEvent {
    /// A node took the run for the first time.
    Started { node: NodeId },
    /// An attempt is about to be sent. Written ahead, and durable before the request leaves, only for unsafe
    /// operations: an entry without a result after a crash means "outcome unknown".
    AttemptStarted { step: StepPath, attempt: u32, input: Value },
    /// An attempt failed. `retry_at` is when the next one starts; without it the step is spent.
    AttemptFailed {
        step: StepPath,
        attempt: u32,
        input: Value,
        started_at: DateTime<Utc>,
        failure: Failure,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<DateTime<Utc>>,
        /// False where the failure does not count against `retry.attempts`: a rate limit that was honoured.
        counts: bool,
        #[serde(default, skip_serializing_if = "Wire::is_empty")]
        wire: Wire,
    },
    /// A step is done and will never run again.
    StepSucceeded {
        step: StepPath,
        attempt: u32,
        input: Value,
        output: Value,
        started_at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Nothing was sent: an equal read of this run has the answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cached: bool,
        #[serde(default, skip_serializing_if = "Wire::is_empty")]
        wire: Wire,
    },
    /// A step failed for good. `handled`: the workflow goes on, by `on_error` of the step or of a loop around it.
    StepFailed { step: StepPath, failure: Failure, handled: bool },
    /// The step's `if` was false, or a person chose to skip it.
    StepSkipped { step: StepPath },
    /// An `if` step chose: `true` is `then`.
    BranchTaken { step: StepPath, then: bool },
    /// A `for_each` step has its list, which is fixed from here on.
    LoopStarted { step: StepPath, items: Vec<Value> },
    /// A `wait` step has its end, which is fixed from here on.
    WaitStarted { step: StepPath, until: DateTime<Utc> },
    /// Whether an unsafe attempt was done is unknown, and `on_interrupt` says `hold`; or a verification could not tell.
    Interrupted { step: StepPath, attempt: u32, failure: Failure },
    /// Whether an unsafe attempt was done is unknown, and `on_interrupt` says `verify`: from `look_at` on the app is asked
    /// for what the attempt would have made. `failure` is what left it unknown.
    VerifyStarted { step: StepPath, attempt: u32, failure: Failure, look_at: DateTime<Utc> },
    /// The app could not be asked and is asked again at `look_at`.
    VerifyFailed {
        step: StepPath,
        attempt: u32,
        failure: Failure,
        look_at: DateTime<Utc>,
        /// False where the failure does not count against the attempts at reading: a rate limit that was honoured.
        counts: bool,
    },
    /// The app was asked whether an unsafe attempt was done. With `output`, the record that it made, the step is done and
    /// will never run again; without, it was not done and the step may be tried again.
    Verified {
        step: StepPath,
        attempt: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<Value>,
    },
    /// A person decided about an interrupted step.
    Resolved { step: StepPath, decision: Decision, by: String },
    /// A person sent a failed or cancelled run back: it goes on at the steps that failed. `revision` is the one that it
    /// goes on with; left out in logs of versions that knew only the saved one.
    Retried {
        by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<i32>,
    },
    /// A person had run `of` done again, from step `from` or from the first: the entries before this one are copies of
    /// what that run had done before.
    Rerun {
        of: RunId,
        by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<StepPath>,
    },
    /// A node cannot do this workflow and left the run to others.
    PutBack { node: NodeId, failure: Failure },
    /// The run is over.
    Finished {
        state: RunState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
}

/// What becomes of a step whose outcome is unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Send it again.
    Retry,
    /// Go on without it.
    Skip,
    /// It was done: go on with this output.
    Done(Value),
}

impl Decision {
    /// Without the output.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Skip => "skip",
            Self::Done(_) => "done",
        }
    }
}

impl RunEvent {
    /// The word that names the kind of this entry in the database: the `type` of its JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::AttemptStarted { .. } => "attempt_started",
            Self::AttemptFailed { .. } => "attempt_failed",
            Self::StepSucceeded { .. } => "step_succeeded",
            Self::StepFailed { .. } => "step_failed",
            Self::StepSkipped { .. } => "step_skipped",
            Self::BranchTaken { .. } => "branch_taken",
            Self::LoopStarted { .. } => "loop_started",
            Self::WaitStarted { .. } => "wait_started",
            Self::Interrupted { .. } => "interrupted",
            Self::VerifyStarted { .. } => "verify_started",
            Self::VerifyFailed { .. } => "verify_failed",
            Self::Verified { .. } => "verified",
            Self::Resolved { .. } => "resolved",
            Self::Retried { .. } => "retried",
            Self::PutBack { .. } => "put_back",
            Self::Rerun { .. } => "rerun",
            Self::Finished { .. } => "finished",
        }
    }

    /// What its attempt sent and got, taken out.
    pub fn take_wire(&mut self) -> Wire {
        match self {
            Self::AttemptFailed { wire, .. } | Self::StepSucceeded { wire, .. } => std::mem::take(wire),
            _ => Wire::default(),
        }
    }

    /// The step it is about, where it is about one.
    pub fn step(&self) -> Option<&StepPath> {
        match self {
            Self::Started { .. }
            | Self::Retried { .. }
            | Self::Rerun { .. }
            | Self::PutBack { .. }
            | Self::Finished { .. } => None,
            Self::AttemptStarted { step, .. }
            | Self::AttemptFailed { step, .. }
            | Self::StepSucceeded { step, .. }
            | Self::StepFailed { step, .. }
            | Self::StepSkipped { step }
            | Self::BranchTaken { step, .. }
            | Self::LoopStarted { step, .. }
            | Self::WaitStarted { step, .. }
            | Self::Interrupted { step, .. }
            | Self::VerifyStarted { step, .. }
            | Self::VerifyFailed { step, .. }
            | Self::Verified { step, .. }
            | Self::Resolved { step, .. } => Some(step),
        }
    }
}

/// The steps of a log whose last attempt was announced and has no result, or is held for a person: whether they were
/// done, the log does not say.
pub fn unknown_outcomes(log: &[LogEntry]) -> Vec<StepPath> {
    let mut unknown: Vec<StepPath> = Vec::new();
    for event in log.iter().map(|entry| &entry.event) {
        let Some(step) = event.step() else { continue };
        match event {
            RunEvent::AttemptStarted { .. }
            | RunEvent::VerifyStarted { .. }
            | RunEvent::VerifyFailed { .. }
            | RunEvent::Interrupted { .. } => {
                if !unknown.contains(step) {
                    unknown.push(step.clone());
                }
            }
            _ => unknown.retain(|other| other != step),
        }
    }
    unknown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn only_what_was_announced_and_has_no_result_is_unknown() {
        let at: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let announced =
            |step: &str| RunEvent::AttemptStarted { step: step.into(), attempt: 1, input: Value::Null };
        let failure = || Failure::new(crate::ErrorKind::Timeout, "no answer");
        let events = [
            announced("a"),
            RunEvent::StepSkipped { step: "a".into() },
            announced("b"),
            RunEvent::Interrupted { step: "c".into(), attempt: 1, failure: failure() },
            RunEvent::Interrupted { step: "d".into(), attempt: 1, failure: failure() },
            RunEvent::Resolved { step: "d".into(), decision: Decision::Retry, by: "ann".into() },
        ];
        let log: Vec<LogEntry> = (1..).zip(events).map(|(seq, event)| LogEntry { seq, at, event }).collect();
        assert_eq!(unknown_outcomes(&log), ["b".into(), "c".into()]);
    }

    #[test]
    fn a_retry_of_an_older_version_is_still_read() {
        let old: RunEvent = serde_json::from_str(r#"{"type":"retried","by":"cli"}"#).unwrap();
        assert_eq!(old, RunEvent::Retried { by: "cli".into(), revision: None });
    }

    #[test]
    fn an_entry_is_one_flat_json_object_with_its_kind_as_type() {
        let entry = LogEntry {
            seq: 2,
            at: "2026-11-21T08:00:00Z".parse().unwrap(),
            event: RunEvent::BranchTaken { step: "vip".into(), then: true },
        };
        let json = serde_json::to_value(&entry).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"seq": 2, "at": "2026-11-21T08:00:00Z", "type": "branch_taken", "step": "vip", "then": true})
        );
        assert_eq!(json["type"], entry.event.kind());
        assert_eq!(serde_json::from_value::<LogEntry>(json).unwrap(), entry);
    }
}
