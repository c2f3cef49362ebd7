//! What happens, told to those who look on as it happens: numbered events, of which the last few thousand are kept, so that
//! who was cut off goes on where he was.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use highline_model::{RunId, RunState, Timestamp, WorkflowId};
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

mod feed;
mod stream;
mod told;

pub use feed::{feed, look_around};
pub use stream::{Interest, stream};
pub use told::{PollTold, RunTold, RunsTold, WorkflowTold};

/// Events that are kept.
const KEPT: usize = 4_096;

/// Runs of a batch that are told one by one; more are counted.
const ONE_BY_ONE: usize = 200;

/// Something is sent so often, so that proxies and the other end know that the connection is alive.
const ALIVE: Duration = Duration::from_secs(15);

/// Who was cut off so long ago looks at everything anew.
const REMEMBERED: Duration = Duration::from_secs(60);

/// What a node tells those who look on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Of this process: numbers of another one mean nothing here.
    epoch: String,
    /// The longest silence.
    alive: Duration,
    ring: Mutex<Ring>,
    /// The number of the newest event.
    newest: watch::Sender<u64>,
    over: watch::Sender<bool>,
    lookers: AtomicUsize,
    /// When the last one left.
    left: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Ring {
    events: VecDeque<Arc<Event>>,
    newest: u64,
    /// What came before the event after this number is not known.
    lost: u64,
}

/// Something that happened.
#[derive(Debug)]
pub struct Event {
    number: u64,
    kind: Kind,
    run: Option<RunId>,
    /// Blank: of more than one.
    workflow: String,
    data: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Run,
    /// Many runs, counted.
    Runs,
    Workflow,
    Poll,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Runs => "runs",
            Self::Workflow => "workflow",
            Self::Poll => "poll",
        }
    }
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Moved {
    pub workflow: WorkflowId,
    pub state: RunState,
}

/// What happened in a moment.
#[derive(Debug, Default)]
pub struct Batch {
    pub runs: BTreeMap<RunId, Moved>,
    /// More runs, by workflow.
    pub more: BTreeMap<WorkflowId, u64>,
    pub polls: BTreeMap<WorkflowId, Option<String>>,
    pub workflows: Vec<WorkflowId>,
}

impl Default for Live {
    fn default() -> Self {
        Self::with_a_sign_every(ALIVE)
    }
}

impl Live {
    fn with_a_sign_every(alive: Duration) -> Self {
        Self(Arc::new(Inner {
            alive,
            epoch: Uuid::new_v4().simple().to_string()[..12].to_owned(),
            ring: Mutex::default(),
            newest: watch::channel(0).0,
            over: watch::channel(false).0,
            lookers: AtomicUsize::new(0),
            left: Mutex::default(),
        }))
    }

    /// Tells all of a batch.
    pub fn tell(&self, mut batch: Batch, at: Timestamp) {
        while batch.runs.len() > ONE_BY_ONE {
            if let Some((_, moved)) = batch.runs.pop_first() {
                *batch.more.entry(moved.workflow).or_default() += 1;
            }
        }
        let mut ring = self.ring();
        for (run, Moved { workflow, state }) in batch.runs {
            let data = json!(RunTold { id: run, workflow: &workflow, state, at });
            ring.push(Kind::Run, (Some(run), workflow.as_str()), data);
        }
        if !batch.more.is_empty() {
            let runs: u64 = batch.more.values().sum();
            let workflow = match batch.more.keys().collect::<Vec<_>>().as_slice() {
                [only] => only.to_string(),
                _ => String::new(),
            };
            let data = json!(RunsTold { runs, workflows: &batch.more, at });
            ring.push(Kind::Runs, (None, &workflow), data);
        }
        for (workflow, error) in batch.polls {
            let data = json!(PollTold { workflow: &workflow, error: error.as_deref(), at });
            ring.push(Kind::Poll, (None, workflow.as_str()), data);
        }
        for workflow in batch.workflows {
            let data = json!(WorkflowTold { id: &workflow, at });
            ring.push(Kind::Workflow, (None, workflow.as_str()), data);
        }
        let newest = ring.newest;
        drop(ring);
        self.0.newest.send_replace(newest);
    }

    /// Something was missed: who looks on must look at everything anew.
    pub fn lose(&self) {
        let mut ring = self.ring();
        ring.newest += 1;
        ring.lost = ring.newest;
        ring.events.clear();
        let newest = ring.newest;
        drop(ring);
        self.0.newest.send_replace(newest);
    }

    /// Whether anybody looks on.
    pub fn is_looked_at(&self) -> bool {
        self.0.lookers.load(Ordering::Relaxed) > 0
    }

    /// Whether anybody looks on, or may come back soon and go on.
    fn is_remembered(&self) -> bool {
        let left = || *self.0.left.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_looked_at() || left().is_some_and(|left| left.elapsed() < REMEMBERED)
    }

    /// Ends all streams, so that the server can.
    pub fn close(&self) {
        self.0.over.send_replace(true);
    }

    /// The events after a number; none when some of them are not known.
    fn after(&self, number: u64) -> Option<Vec<Arc<Event>>> {
        let ring = self.ring();
        let known = number >= ring.lost && number <= ring.newest;
        known.then(|| ring.events.iter().filter(|event| event.number > number).cloned().collect())
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn push(&mut self, kind: Kind, (run, workflow): (Option<RunId>, &str), data: Value) {
        self.newest += 1;
        if self.events.len() >= KEPT {
            self.lost = self.events.pop_front().map_or(self.lost, |event| event.number);
        }
        let workflow = workflow.to_owned();
        self.events.push_back(Arc::new(Event { number: self.newest, kind, run, workflow, data }));
    }
}

#[cfg(test)]
mod tests;
