//! The walk through the steps, in the order of the text, up to what is still open.

use std::collections::HashSet;

use highline_model::{ErrorKind, Failure, LogEntry, RunEvent, RunState, StepPath, Timestamp};
use highline_workflow::{OnError, OnInterrupt, Step, StepKind, index};
use serde_json::Value;

use super::scope::{Frame, Scopes};
use super::{Attempt, Next, Plan, RunFacts};
use crate::history::{History, StepState};

/// How far a block of steps has come.
pub(super) enum Flow {
    Done,
    /// Something in it is in flight, waits, or is held.
    Pending,
    Failed(Failure),
    /// A `stop` step ended the run.
    Ended {
        failed: bool,
        reason: String,
    },
}

pub(super) struct Planner<'a> {
    pub facts: RunFacts<'a>,
    pub history: &'a mut History,
    pub in_flight: &'a HashSet<StepPath>,
    pub now: Timestamp,
    pub scopes: Scopes<'a>,
    pub record: Vec<LogEntry>,
    pub attempts: Vec<Attempt>,
    pub given_up: Vec<String>,
    wake: Option<Timestamp>,
    held: bool,
}

impl<'a> Planner<'a> {
    pub fn new(
        facts: RunFacts<'a>,
        history: &'a mut History,
        in_flight: &'a HashSet<StepPath>,
        now: Timestamp,
    ) -> Self {
        let ids = index(&facts.workflow.steps).keys().copied().collect();
        Self {
            facts,
            history,
            in_flight,
            now,
            scopes: Scopes::new(ids),
            record: Vec::new(),
            attempts: Vec::new(),
            given_up: Vec::new(),
            wake: None,
            held: false,
        }
    }

    pub fn run(mut self) -> Plan {
        let flow = match self.start_problem() {
            Some(failure) => Flow::Failed(failure),
            None => self.block(&self.facts.workflow.steps, &Frame::root()),
        };
        let flow = if matches!(flow, Flow::Pending) { flow } else { self.settled(flow) };
        let next = match flow {
            Flow::Done => Next::Finish { state: RunState::Succeeded, failure: None },
            Flow::Failed(failure) => Next::Finish { state: RunState::Failed, failure: Some(failure) },
            Flow::Ended { failed: false, .. } => Next::Finish { state: RunState::Succeeded, failure: None },
            Flow::Ended { failed: true, reason } => Next::Finish {
                state: RunState::Failed,
                failure: Some(Failure::new(ErrorKind::Stopped, reason)),
            },
            Flow::Pending => self.pending(),
        };
        Plan { record: self.record, attempts: self.attempts, given_up: self.given_up, next }
    }

    /// Nothing more is begun, but a run is not over while it is unknown whether a write was done: what a failed turn or a
    /// `stop` has left behind is looked up or held as ever.
    fn settled(&mut self, flow: Flow) -> Flow {
        self.attempts.clear();
        self.given_up.push(String::new());
        (self.wake, self.held) = (None, false);
        let unknown = self.history.unknown_outcomes();
        if unknown.is_empty() {
            return flow;
        }
        let steps = index(&self.facts.workflow.steps);
        let mut pending = false;
        // Those in flight are settled by their results.
        for path in unknown.into_iter().filter(|path| !self.in_flight.contains(path)) {
            let leaf = path.as_str().rsplit('.').next().unwrap_or_default();
            let (Some(step), Some(history)) = (steps.get(leaf), self.history.step(&path)) else { continue };
            let StepKind::Use(action) = &step.kind else { continue };
            let state = history.state.clone();
            // What may be done twice by the workflow's own word need not be done again now.
            if matches!(state, StepState::Open) && action.on_interrupt == OnInterrupt::Retry {
                continue;
            }
            pending |= matches!(self.unsettled(step, path, &Frame::root(), state), Flow::Pending);
        }
        if pending { Flow::Pending } else { flow }
    }

    fn pending(&self) -> Next {
        if !self.attempts.is_empty() || !self.in_flight.is_empty() {
            return Next::Work;
        }
        match self.wake {
            Some(at) => Next::Wait(at),
            None => {
                debug_assert!(self.held, "a block is pending for a reason");
                Next::Hold
            }
        }
    }

    /// A `where`, `concurrency.key` or `dedupe.key` that could not be worked out when the event came: the poller lets such an event
    /// through, so that it is seen as a failed run and not lost.
    fn start_problem(&mut self) -> Option<Failure> {
        if self.history.has_begun() || !self.in_flight.is_empty() {
            return None;
        }
        let workflow = self.facts.workflow;
        let filter = workflow.filter.as_ref().map(|expr| ("where", expr));
        let key = workflow.concurrency.as_ref().map(|c| ("concurrency.key", &c.key));
        let once = workflow.dedupe.as_ref().map(|dedupe| ("dedupe.key", &dedupe.key));
        for (name, expr) in filter.into_iter().chain(key).chain(once) {
            let scope = self.scopes.of(self.facts, self.history, &Frame::root(), self.now);
            if let Err(error) = expr.evaluate(scope) {
                return Some(Failure::new(ErrorKind::Template, format!("{name}: {error}")));
            }
        }
        None
    }

    pub fn block(&mut self, steps: &'a [Step], frame: &Frame<'a>) -> Flow {
        for step in steps {
            match self.step(step, frame) {
                Flow::Done => {}
                other => return other,
            }
        }
        Flow::Done
    }

    fn step(&mut self, step: &'a Step, frame: &Frame<'a>) -> Flow {
        let path = frame.path(&step.id);
        if self.in_flight.contains(&path) {
            return Flow::Pending;
        }
        let Some(history) = self.history.step(&path) else { return self.begin(step, path, frame) };
        if is_of_another_kind(&history.state, &step.kind) {
            return self.begin(step, path, frame);
        }
        let (state, sent_back) = (history.state.clone(), history.sent_back);
        match state {
            StepState::Ready => self.begin(step, path, frame),
            StepState::Retrying(at) if at <= self.now => self.begin(step, path, frame),
            StepState::Retrying(at) => self.wake_at(at),
            StepState::Open | StepState::Interrupted(_) | StepState::Verifying(_) => {
                self.unsettled(step, path, frame, state)
            }
            StepState::Spent(failure) => self.fail(step, path, frame, failure),
            // The stop that failed the run is what a retry goes on at.
            StepState::Succeeded(_) if matches!(step.kind, StepKind::Stop { .. }) && sent_back => {
                self.begin(step, path, frame)
            }
            StepState::Succeeded(output) if matches!(step.kind, StepKind::Stop { .. }) => ended(&output),
            StepState::Succeeded(_) | StepState::Skipped => Flow::Done,
            StepState::Failed { failure, .. } => self.after_failure(step, frame, failure),
            StepState::Branched { then } => self.branch(step, then, frame),
            StepState::Looping(items) => self.turns(step, &path, &items, frame),
            StepState::Waiting(until) if until <= self.now => self.wait_over(path, until),
            StepState::Waiting(until) => self.wake_at(until),
        }
    }

    pub fn branch(&mut self, step: &'a Step, taken: bool, frame: &Frame<'a>) -> Flow {
        match &step.kind {
            StepKind::If { then, otherwise, .. } => self.block(if taken { then } else { otherwise }, frame),
            _ => Flow::Done,
        }
    }

    /// Whether the step was done is unknown.
    fn unsettled(&mut self, step: &'a Step, path: StepPath, frame: &Frame<'a>, state: StepState) -> Flow {
        match state {
            StepState::Verifying(verifying) if verifying.look_at <= self.now => {
                self.inquire(step, path, frame, &verifying)
            }
            StepState::Verifying(verifying) => self.wake_at(verifying.look_at),
            StepState::Interrupted(_) => self.hold(),
            _ => self.unknown(step, path, frame),
        }
    }

    /// An attempt was announced and its node died before the result was written.
    fn unknown(&mut self, step: &'a Step, path: StepPath, frame: &Frame<'a>) -> Flow {
        let StepKind::Use(action) = &step.kind else { return self.begin(step, path, frame) };
        match action.on_interrupt {
            OnInterrupt::Retry => self.begin(step, path, frame),
            OnInterrupt::Skip => {
                self.write(RunEvent::StepSkipped { step: path });
                Flow::Done
            }
            OnInterrupt::Hold => {
                let (attempt, failure) = self.stopped_during(&path, &action.operation);
                self.interrupt(path, attempt, failure)
            }
            OnInterrupt::Verify => {
                let (attempt, failure) = self.stopped_during(&path, &action.operation);
                match &action.verify {
                    Some(verify) => self.start_verifying(verify, path, attempt, failure),
                    None => self.interrupt(path, attempt, failure),
                }
            }
        }
    }

    fn stopped_during(&self, path: &StepPath, operation: &str) -> (u32, Failure) {
        let attempt = self.history.step(path).map_or(1, |h| h.attempt);
        let message =
            format!("the node stopped during attempt {attempt}: whether {operation} was done is unknown");
        (attempt, Failure::new(ErrorKind::Interrupted, message))
    }

    pub fn interrupt(&mut self, step: StepPath, attempt: u32, failure: Failure) -> Flow {
        self.write(RunEvent::Interrupted { step, attempt, failure });
        self.hold()
    }

    pub fn fail(&mut self, step: &'a Step, path: StepPath, frame: &Frame<'a>, failure: Failure) -> Flow {
        let handled = frame.handles(step);
        self.write(RunEvent::StepFailed { step: path, failure: failure.clone(), handled });
        self.after_failure(step, frame, failure)
    }

    fn after_failure(&mut self, step: &'a Step, frame: &Frame<'a>, failure: Failure) -> Flow {
        match &step.on_error {
            OnError::Stop => Flow::Failed(failure),
            OnError::Continue => Flow::Done,
            OnError::Steps(handler) => self.block(handler, frame),
        }
    }

    pub fn wake_at(&mut self, at: Timestamp) -> Flow {
        self.wake = Some(self.wake.map_or(at, |earlier| earlier.min(at)));
        Flow::Pending
    }

    fn hold(&mut self) -> Flow {
        self.held = true;
        Flow::Pending
    }

    pub fn write(&mut self, event: RunEvent) {
        self.scopes.forget();
        let entry = self.history.append(event, self.now);
        self.record.push(entry);
    }
}

/// Whether a step has come to its state as a step of another kind: the run goes on with a newer text, in which the id is
/// that of a branch, a loop or a wait no more.
fn is_of_another_kind(state: &StepState, kind: &StepKind) -> bool {
    match state {
        StepState::Branched { .. } => !matches!(kind, StepKind::If { .. }),
        StepState::Looping(_) => !matches!(kind, StepKind::ForEach { .. }),
        StepState::Waiting(_) => !matches!(kind, StepKind::Wait(_)),
        _ => false,
    }
}

fn ended(output: &Value) -> Flow {
    Flow::Ended {
        failed: output["result"] == "failed",
        reason: output["reason"].as_str().unwrap_or_default().to_owned(),
    }
}
