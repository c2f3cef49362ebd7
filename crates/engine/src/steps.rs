//! The log of a run as people read it: step by step, each with its attempts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use highline_model::{Decision, Failure, LogEntry, RunEvent, StepPath, Timestamp, Wire};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// One step of a run, in the order in which steps were first touched.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StepView {
    pub step: StepPath,
    /// `running`, `retrying`, `waiting`, `looping`, `branched`, `succeeded`, `failed`, `skipped`, `interrupted`, `verifying`, `ready`
    pub state: &'static str,
    pub started_at: DateTime<Utc>,
    /// When it came to its state, for a step that is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// When it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<DateTime<Utc>>,
    /// For an `if`: which way it went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<&'static str>,
    /// For a loop: how many turns it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turns: Option<usize>,
    /// For a step whose outcome was unknown and is looked up: `pending`, `done` or `not_done`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<&'static str>,
    pub attempts: Vec<AttemptView>,
    /// It failed and the workflow went on.
    #[serde(skip)]
    handled: bool,
}

/// One try of a step.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AttemptView {
    pub number: u32,
    pub started_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// The HTTP status, where there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<DateTime<Utc>>,
    /// Nothing was sent: an equal read of the run had the answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// What it sent and got.
    #[serde(flatten)]
    pub wire: Wire,
}

/// The steps of a log.
pub fn steps(log: &[LogEntry]) -> Vec<StepView> {
    let mut views: Vec<StepView> = Vec::new();
    let mut places: HashMap<&StepPath, usize> = HashMap::new();
    for entry in log {
        if let Some(path) = entry.event.step() {
            let at = *places.entry(path).or_insert_with(|| {
                views.push(StepView::new(path.clone(), entry.at));
                views.len() - 1
            });
            views[at].take(entry);
        } else if matches!(entry.event, RunEvent::Retried { .. }) {
            let back = |view: &&mut StepView| !view.handled && matches!(view.state, "failed" | "retrying");
            for view in views.iter_mut().filter(back) {
                view.reopen();
            }
        }
    }
    views
}

impl StepView {
    fn new(step: StepPath, at: Timestamp) -> Self {
        Self {
            step,
            state: "ready",
            started_at: at,
            finished_at: None,
            input: None,
            output: None,
            failure: None,
            wake_at: None,
            branch: None,
            turns: None,
            verified: None,
            attempts: Vec::new(),
            handled: false,
        }
    }

    fn take(&mut self, entry: &LogEntry) {
        let at = entry.at;
        match &entry.event {
            RunEvent::AttemptStarted { attempt, input, .. } => {
                self.state = "running";
                self.input = Some(input.clone());
                self.attempt(*attempt, at);
            }
            RunEvent::AttemptFailed { attempt, input, started_at, failure, retry_at, wire, .. } => {
                if self.state != "verifying" {
                    self.state = if retry_at.is_some() { "retrying" } else { "failed" };
                    self.wake_at = *retry_at;
                }
                self.input = Some(input.clone());
                self.began(*started_at);
                let tried = self.attempt(*attempt, *started_at);
                tried.ended_at = Some(at);
                tried.status = failure.status;
                tried.failure = Some(failure.clone());
                tried.retry_at = *retry_at;
                tried.wire = wire.clone();
            }
            RunEvent::StepSucceeded { attempt, input, output, started_at, status, cached, wire, .. } => {
                self.end("succeeded", at);
                self.failure = None;
                self.output = Some(output.clone());
                if !input.is_null() {
                    self.input = Some(input.clone());
                    self.began(*started_at);
                    let tried = self.attempt(*attempt, *started_at);
                    tried.ended_at = Some(at);
                    tried.status = *status;
                    tried.cached = *cached;
                    tried.wire = wire.clone();
                }
            }
            RunEvent::StepFailed { failure, handled, .. } => {
                self.end("failed", at);
                self.handled = *handled;
                self.failure = Some(failure.clone());
            }
            RunEvent::StepSkipped { .. } => self.end("skipped", at),
            RunEvent::BranchTaken { then, .. } => {
                self.state = "branched";
                self.branch = Some(if *then { "then" } else { "else" });
            }
            RunEvent::LoopStarted { items, .. } => {
                self.state = "looping";
                self.turns = Some(items.len());
            }
            RunEvent::WaitStarted { until, .. } => {
                self.state = "waiting";
                self.wake_at = Some(*until);
            }
            RunEvent::Interrupted { failure, .. } => {
                self.state = "interrupted";
                self.failure = Some(failure.clone());
                self.verified = None;
                self.wake_at = None;
            }
            RunEvent::VerifyStarted { failure, look_at, .. } => self.verify(failure, *look_at),
            RunEvent::VerifyFailed { failure, look_at, .. } => self.verify(failure, *look_at),
            RunEvent::Verified { output: Some(output), .. } => {
                self.end("succeeded", at);
                self.failure = None;
                self.output = Some(output.clone());
                self.verified = Some("done");
            }
            RunEvent::Verified { .. } => {
                self.reopen();
                self.verified = Some("not_done");
            }
            RunEvent::Resolved { decision, .. } => self.resolve(decision, at),
            RunEvent::Started { .. }
            | RunEvent::Retried { .. }
            | RunEvent::PutBack { .. }
            | RunEvent::Rerun { .. }
            | RunEvent::Finished { .. } => {}
        }
    }

    fn verify(&mut self, failure: &Failure, look_at: Timestamp) {
        self.state = "verifying";
        self.verified = Some("pending");
        self.finished_at = None;
        self.failure = Some(failure.clone());
        self.wake_at = Some(look_at);
    }

    fn resolve(&mut self, decision: &Decision, at: Timestamp) {
        match decision {
            Decision::Retry => self.reopen(),
            Decision::Skip => self.end("skipped", at),
            Decision::Done(output) => {
                self.end("succeeded", at);
                self.failure = None;
                self.output = Some(output.clone());
            }
        }
    }

    fn reopen(&mut self) {
        self.state = "ready";
        self.finished_at = None;
        self.failure = None;
        self.wake_at = None;
    }

    fn end(&mut self, state: &'static str, at: Timestamp) {
        self.state = state;
        self.finished_at = Some(at);
        self.wake_at = None;
    }

    /// The first attempt began before its entry was written.
    fn began(&mut self, at: Timestamp) {
        self.started_at = self.started_at.min(at);
    }

    fn attempt(&mut self, number: u32, started_at: Timestamp) -> &mut AttemptView {
        let known = self.attempts.iter().position(|attempt| attempt.number == number);
        let at = known.unwrap_or_else(|| {
            self.attempts.push(AttemptView {
                number,
                started_at,
                ended_at: None,
                status: None,
                failure: None,
                retry_at: None,
                cached: false,
                wire: Wire::default(),
            });
            self.attempts.len() - 1
        });
        &mut self.attempts[at]
    }
}

#[cfg(test)]
mod tests {
    use highline_model::{ErrorKind, Heard, Preview};
    use serde_json::json;

    use super::*;

    fn entry(seq: i32, event: RunEvent) -> LogEntry {
        let start: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        LogEntry { seq, at: start + chrono::Duration::seconds(seq.into()), event }
    }

    fn heard() -> Heard {
        let error = Some("no connection: refused".into());
        Heard { request: Preview::default(), response: None, error, first_byte_ms: None, took_ms: 3 }
    }

    #[test]
    fn a_step_shows_all_its_attempts_and_its_last_word() {
        let step: StepPath = "badge".into();
        let started_at = entry(0, RunEvent::Retried { by: String::new(), revision: None }).at;
        let log = [
            entry(1, RunEvent::AttemptStarted { step: step.clone(), attempt: 1, input: json!({"a": 1}) }),
            entry(
                2,
                RunEvent::AttemptFailed {
                    step: step.clone(),
                    attempt: 1,
                    input: json!({"a": 1}),
                    started_at,
                    failure: Failure { status: Some(503), ..Failure::new(ErrorKind::Unavailable, "down") },
                    retry_at: Some(started_at),
                    counts: true,
                    wire: Wire { exchanges: vec![heard()], ..Wire::default() },
                },
            ),
            entry(
                3,
                RunEvent::StepSucceeded {
                    step,
                    attempt: 2,
                    input: json!({"a": 1}),
                    output: json!({"id": 7}),
                    started_at,
                    status: Some(201),
                    cached: false,
                    wire: Wire::default(),
                },
            ),
        ];
        let views = steps(&log);
        assert_eq!(views.len(), 1);
        assert_eq!((views[0].state, views[0].output.clone()), ("succeeded", Some(json!({"id": 7}))));
        let statuses: Vec<_> = views[0].attempts.iter().map(|a| (a.number, a.status)).collect();
        assert_eq!(statuses, [(1, Some(503)), (2, Some(201))]);
        assert_eq!(views[0].wake_at, None);
        assert_eq!(views[0].attempts[0].wire.exchanges, [heard()]);
        assert!(views[0].attempts[1].wire.is_empty());
    }

    #[test]
    fn a_step_that_is_looked_up_shows_how_it_stands() {
        let (step, input) = (StepPath::from("note"), json!({"body": "x"}));
        let failure = Failure::new(ErrorKind::Interrupted, "the node stopped during attempt 1");
        let look_at = entry(12, RunEvent::Retried { by: String::new(), revision: None }).at;
        let log = [
            entry(1, RunEvent::AttemptStarted { step: step.clone(), attempt: 1, input }),
            entry(2, RunEvent::VerifyStarted { step: step.clone(), attempt: 1, failure, look_at }),
            entry(3, RunEvent::Verified { step, attempt: 1, output: Some(json!({"id": "n1"})) }),
        ];
        let pending = steps(&log[..2]).remove(0);
        assert_eq!(
            (pending.state, pending.verified, pending.wake_at),
            ("verifying", Some("pending"), Some(look_at))
        );
        let done = steps(&log).remove(0);
        assert_eq!((done.state, done.verified, done.failure), ("succeeded", Some("done"), None));
        assert_eq!(done.output, Some(json!({"id": "n1"})));
    }
}
