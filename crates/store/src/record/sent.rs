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

impl Sent {
    /// The steps of a log, or of its end, that have been tried, in the order in which they first were.
    pub fn steps(log: &[LogEntry]) -> Vec<(StepPath, Self)> {
        let mut steps: Vec<(StepPath, Self)> = Vec::new();
        for event in log.iter().map(|entry| &entry.event) {
            let Some(path) = event.step() else { continue };
            let known = steps.iter().position(|(step, _)| step == path);
            match (known, Self::default().after(event)) {
                (Some(at), _) => {
                    let before = std::mem::take(&mut steps[at].1);
                    steps[at].1 = before.after(event);
                }
                (None, sent) if sent != Self::default() => steps.push((path.clone(), sent)),
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
                self.input = input.clone();
            }
            RunEvent::StepSucceeded { input, output, .. } => {
                self = Self { input: input.clone(), output: Some(output.clone()), open: false };
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
}
