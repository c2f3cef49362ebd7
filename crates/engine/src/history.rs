//! What the log of a run says, folded into something that can be asked.

use std::collections::HashMap;
use std::sync::Arc;

use highline_model::{Decision, Failure, LogEntry, RunEvent, StepPath, Timestamp};
use highline_store::is_cut;
use serde_json::{Map, Value};

/// Where a step stands.
#[derive(Debug, Clone, PartialEq)]
pub enum StepState {
    /// An attempt was announced and has no result: in flight, or its node died.
    Open,
    /// Tried in vain; the next attempt starts at this moment.
    Retrying(Timestamp),
    /// May be tried now: a person sent it back.
    Ready,
    /// The last attempt failed without a next one, and the verdict is still to be written.
    Spent(Failure),
    /// Whether the last attempt was done is unknown, and the app will be asked.
    Verifying(Verifying),
    /// A person must say whether the last attempt was done.
    Interrupted(Failure),
    Succeeded(Arc<Value>),
    /// Failed for good; `handled` when the workflow goes on.
    Failed {
        failure: Failure,
        handled: bool,
    },
    Skipped,
    /// An `if` that has chosen.
    Branched {
        then: bool,
    },
    /// A `for_each` with its fixed list.
    Looping(Arc<[Arc<Value>]>),
    /// A `wait` with its fixed end.
    Waiting(Timestamp),
}

/// A step whose last attempt is looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Verifying {
    pub look_at: Timestamp,
    /// What left the outcome unknown.
    pub failure: Failure,
    /// Failed readings that count against the attempts at reading.
    pub counted: u32,
    /// Failed readings that do not.
    pub uncounted: u32,
}

/// What may have been sent of a step that has no result.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// When the first of its attempts began: what it made was not made earlier.
    pub since: Timestamp,
    /// The input of the last one.
    pub input: Arc<Map<String, Value>>,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct StepHistory {
    pub state: StepState,
    /// The number of the last attempt; 0 before the first.
    pub attempt: u32,
    /// Failed attempts that count against the retry policy.
    pub counted: u32,
    /// Failed attempts that do not: rate limits that were honoured.
    pub uncounted: u32,
    /// What was sent without a result; none before the first attempt and once the step is over.
    pub sent: Option<Sent>,
    /// The run was sent back since the step came to its state.
    pub sent_back: bool,
}

/// The turns of a loop that are known to be over. Found by planning and kept, so that a long loop is not walked from
/// its beginning at each plan; never more than the log says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns {
    /// By turn: none while it is open, else whether it failed.
    ended: Vec<Option<bool>>,
    /// All turns before this one are over.
    pub first_open: usize,
    pub failed: usize,
}

impl Turns {
    pub fn has_ended(&self, index: usize) -> bool {
        self.ended.get(index).copied().flatten().is_some()
    }

    pub fn end(&mut self, index: usize, failed: bool) {
        if self.ended.len() <= index {
            self.ended.resize(index + 1, None);
        }
        self.ended[index] = Some(failed);
        self.failed += usize::from(failed);
        while self.has_ended(self.first_open) {
            self.first_open += 1;
        }
    }
}

/// The state of a run, derived from its log and from nothing else.
#[derive(Debug, Clone, Default)]
pub struct History {
    steps: HashMap<StepPath, StepHistory>,
    turns: HashMap<StepPath, Turns>,
    last_seq: i32,
    started: Option<Timestamp>,
    finished: bool,
    /// Since when nodes have only put it back, and how often.
    put_back: Option<(Timestamp, u32)>,
}

impl History {
    pub fn of(log: &[LogEntry]) -> Self {
        let mut history = Self::default();
        for entry in log {
            history.apply(entry);
        }
        history
    }

    pub fn step(&self, path: &StepPath) -> Option<&StepHistory> {
        self.steps.get(path)
    }

    /// The number of the last entry; the next is one more.
    pub fn last_seq(&self) -> i32 {
        self.last_seq
    }

    /// When the run was first taken by a node.
    pub fn started(&self) -> Option<Timestamp> {
        self.started
    }

    /// Whether anything is known of any step.
    pub fn has_begun(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Since when nodes have only put it back, and how often; none when something else happened last.
    pub fn put_back(&self) -> Option<(Timestamp, u32)> {
        self.put_back
    }

    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Why the run is held, when it is.
    pub fn interruption(&self) -> Option<&Failure> {
        self.steps.values().find_map(|step| match &step.state {
            StepState::Interrupted(failure) => Some(failure),
            _ => None,
        })
    }

    /// Steps whose last attempt was announced and has no result.
    pub(crate) fn unknown_outcomes(&self) -> Vec<StepPath> {
        let open = |step: &StepHistory| {
            matches!(step.state, StepState::Open | StepState::Verifying(_) | StepState::Interrupted(_))
        };
        let mut steps: Vec<StepPath> =
            self.steps.iter().filter(|(_, step)| open(step)).map(|(path, _)| path.clone()).collect();
        steps.sort();
        steps
    }

    pub(crate) fn states(&self) -> impl Iterator<Item = (&StepPath, &StepState)> {
        self.steps.iter().map(|(path, step)| (path, &step.state))
    }

    pub(crate) fn turns(&mut self, path: &StepPath) -> &mut Turns {
        self.turns.entry(path.clone()).or_default()
    }

    /// Numbers `event` as the next entry of the log and takes it in.
    pub fn append(&mut self, event: RunEvent, at: Timestamp) -> LogEntry {
        let entry = LogEntry { seq: self.last_seq + 1, at, event };
        self.apply(&entry);
        entry
    }

    pub fn apply(&mut self, entry: &LogEntry) {
        self.last_seq = entry.seq;
        if !matches!(entry.event, RunEvent::Started { .. } | RunEvent::PutBack { .. }) {
            self.put_back = None;
        }
        match &entry.event {
            RunEvent::Started { .. } => self.started = Some(entry.at),
            RunEvent::AttemptStarted { step, attempt, input } => {
                let history = self.entry(step);
                history.attempt = *attempt;
                history.state = StepState::Open;
                history.sent(input, entry.at);
            }
            RunEvent::AttemptFailed {
                step, attempt, input, started_at, retry_at, counts, failure, ..
            } => {
                let history = self.entry(step);
                history.attempt = *attempt;
                history.sent(input, *started_at);
                if *counts {
                    history.counted += 1;
                } else {
                    history.uncounted += 1;
                }
                if !matches!(history.state, StepState::Verifying(_)) {
                    history.state =
                        retry_at.map_or_else(|| StepState::Spent(failure.clone()), StepState::Retrying);
                }
            }
            RunEvent::StepSucceeded { step, attempt, output, .. } => {
                let history = self.entry(step);
                history.attempt = *attempt;
                history.state = StepState::Succeeded(Arc::new(output.clone()));
                history.sent = None;
            }
            RunEvent::VerifyStarted { .. } | RunEvent::VerifyFailed { .. } | RunEvent::Verified { .. } => {
                self.verify(&entry.event);
            }
            RunEvent::StepFailed { step, failure, handled } => {
                self.entry(step).state = StepState::Failed { failure: failure.clone(), handled: *handled };
            }
            RunEvent::StepSkipped { step } => self.entry(step).state = StepState::Skipped,
            RunEvent::BranchTaken { step, then } => {
                self.entry(step).state = StepState::Branched { then: *then }
            }
            RunEvent::LoopStarted { step, items } => {
                let items = items.iter().map(|item| Arc::new(item.clone())).collect();
                self.entry(step).state = StepState::Looping(items);
            }
            RunEvent::WaitStarted { step, until } => self.entry(step).state = StepState::Waiting(*until),
            RunEvent::Interrupted { step, failure, .. } => {
                self.entry(step).state = StepState::Interrupted(failure.clone());
            }
            RunEvent::Resolved { step, decision, .. } => {
                self.entry(step).state = match decision {
                    Decision::Retry => StepState::Ready,
                    Decision::Skip => StepState::Skipped,
                    Decision::Done(output) => StepState::Succeeded(Arc::new(output.clone())),
                };
            }
            RunEvent::PutBack { .. } => {
                let (since, times) = self.put_back.unwrap_or((entry.at, 0));
                self.put_back = Some((since, times + 1));
            }
            RunEvent::Retried { .. } => self.send_back(),
            RunEvent::Rerun { .. } => {}
            RunEvent::Finished { .. } => self.finished = true,
        }
    }

    fn verify(&mut self, event: &RunEvent) {
        match event {
            RunEvent::VerifyStarted { step, attempt, failure, look_at } => {
                let history = self.entry(step);
                history.attempt = *attempt;
                let (look_at, failure) = (*look_at, failure.clone());
                history.state =
                    StepState::Verifying(Verifying { look_at, failure, counted: 0, uncounted: 0 });
            }
            RunEvent::VerifyFailed { step, look_at, counts, .. } => {
                if let StepState::Verifying(verifying) = &mut self.entry(step).state {
                    verifying.look_at = *look_at;
                    verifying.counted += u32::from(*counts);
                    verifying.uncounted += u32::from(!*counts);
                }
            }
            RunEvent::Verified { step, output: Some(output), .. } => {
                let history = self.entry(step);
                history.state = StepState::Succeeded(Arc::new(output.clone()));
                history.sent = None;
            }
            RunEvent::Verified { step, .. } => self.entry(step).state = StepState::Ready,
            _ => {}
        }
    }

    fn entry(&mut self, step: &StepPath) -> &mut StepHistory {
        let history = self.steps.entry(step.clone()).or_insert(StepHistory {
            state: StepState::Ready,
            attempt: 0,
            counted: 0,
            uncounted: 0,
            sent: None,
            sent_back: false,
        });
        history.sent_back = false;
        history
    }

    /// Steps that failed the run, or that it was waiting to try again, may be tried now, with all their attempts; finished
    /// ones stay finished.
    fn send_back(&mut self) {
        self.finished = false;
        self.turns.clear();
        for step in self.steps.values_mut() {
            step.sent_back = true;
            if matches!(
                step.state,
                StepState::Failed { handled: false, .. } | StepState::Spent(_) | StepState::Retrying(_)
            ) {
                step.state = StepState::Ready;
                step.counted = 0;
                step.uncounted = 0;
                step.sent = None;
            }
        }
    }
}

impl StepHistory {
    fn sent(&mut self, input: &Value, at: Timestamp) {
        let since = self.sent.as_ref().map_or(at, |sent| sent.since);
        if let Some(sent) = self.sent.as_ref().filter(|_| is_cut(input)) {
            // It was announced before, whole.
            self.sent = Some(Sent { since, input: sent.input.clone() });
            return;
        }
        let input = Arc::new(input.as_object().cloned().unwrap_or_default());
        self.sent = Some(Sent { since, input });
    }
}
