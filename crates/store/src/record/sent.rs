use std::collections::HashMap;

use highline_model::{Decision, LogEntry, RunEvent, RunId, StepPath, WorkflowId};
use serde_json::Value;

/// A step of some run that has been tried.
#[derive(Debug, Clone, PartialEq)]
pub struct SentStep {
    pub run: RunId,
    pub workflow: WorkflowId,
    pub revision: i32,
    pub step: StepPath,
    pub sent: Sent,
}

/// Steps of one revision of a workflow whose attempts are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Senders {
    pub workflow: WorkflowId,
    pub revision: i32,
    /// Their ids in the text; `None` where that is not known, for all.
    pub steps: Option<Vec<String>>,
}

/// What was sent of a step, and what came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sent {
    /// That of the last attempt.
    pub input: Value,
    /// The step's result.
    pub output: Option<Value>,
    /// It may have been done, or may be under way: nothing says that it was not.
    pub open: bool,
}

/// What a recorded input that was cut has in place of its fields.
pub const CUT: &str = "$cut";

/// Whether a recorded input was cut: it is not what was sent.
pub fn is_cut(input: &Value) -> bool {
    input.as_object().is_some_and(|fields| fields.len() == 1 && fields.contains_key(CUT))
}

impl Sent {
    /// The steps of a log, or of its end, that have been tried, in the order in which they first were.
    pub fn steps(log: &[LogEntry]) -> Vec<(StepPath, Self)> {
        let mut steps: Vec<(StepPath, Self)> = Vec::new();
        let mut places: HashMap<&StepPath, usize> = HashMap::new();
        for event in log.iter().map(|entry| &entry.event) {
            let Some(path) = event.step() else { continue };
            match (places.get(path), Self::default().after(event)) {
                (Some(&at), _) => {
                    let before = std::mem::take(&mut steps[at].1);
                    steps[at].1 = before.after(event);
                }
                (None, sent) if sent != Self::default() => {
                    places.insert(path, steps.len());
                    steps.push((path.clone(), sent));
                }
                (None, _) => {}
            }
        }
        steps
    }

    fn after(mut self, event: &RunEvent) -> Self {
        match event {
            RunEvent::AttemptStarted { input, .. } => {
                self.open = true;
                self.input = input.clone();
            }
            RunEvent::AttemptFailed { input, retry_at, .. } => {
                self.open = retry_at.is_none();
                self.take(input);
            }
            RunEvent::StepSucceeded { input, output, .. } => {
                self.take(input);
                self.output = Some(output.clone());
                self.open = false;
            }
            RunEvent::StepFailed { .. } | RunEvent::Verified { output: None, .. } => self.open = false,
            RunEvent::Verified { output: Some(output), .. }
            | RunEvent::Resolved { decision: Decision::Done(output), .. } => {
                self.open = false;
                self.output = Some(output.clone());
            }
            _ => {}
        }
        self
    }

    /// An input that was cut was announced before, whole.
    fn take(&mut self, input: &Value) {
        if !is_cut(input) || self.input.is_null() {
            self.input = input.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use highline_model::{ErrorKind, Failure, Wire};
    use serde_json::json;

    use super::*;

    #[test]
    fn an_input_that_was_cut_is_that_of_the_announcement() {
        let at = "2026-11-21T08:00:00Z".parse().unwrap();
        let whole = json!({ "body": "long" });
        let started = RunEvent::AttemptStarted { step: "a".into(), attempt: 1, input: whole.clone() };
        let failed = RunEvent::AttemptFailed {
            step: "a".into(),
            attempt: 1,
            input: json!({ CUT: { "bytes": 4, "kept": {} } }),
            started_at: at,
            failure: Failure::new(ErrorKind::Timeout, "no"),
            retry_at: None,
            counts: true,
            wire: Wire::default(),
        };
        let log: Vec<LogEntry> =
            (1..).zip([started, failed]).map(|(seq, event)| LogEntry { seq, at, event }).collect();
        assert_eq!(Sent::steps(&log)[0].1, Sent { input: whole, output: None, open: true });
        assert!(is_cut(&Sent::steps(&log[1..])[0].1.input), "without it, it is known to be cut");
    }
}
