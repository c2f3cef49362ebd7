//! Where events come in that no poll found: a person's start, a request from outside.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use highline_model::{Clock, RunState, Timestamp, WorkflowId};
use highline_store::{ClaimedRun, Holder, Journal, JournalError, NewRun, PollNow, Shout, Start};
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;

use crate::event::{concurrency, once, trigger_scope};
use crate::library::{Library, Started};
use crate::notice::Notice;
use crate::shared::Shared;

/// Makes runs of events. A run is durable when `start` returns; many that come at the same time share a transaction.
/// With an engine behind it, and as long as the engine has room, a new run goes straight to work.
pub struct Intake {
    library: Arc<Library>,
    journal: Journal,
    clock: Clock,
    engine: OnceLock<Arc<Shared>>,
}

/// A run that was made with its lease, and the room that it takes.
pub(crate) struct Born {
    pub run: ClaimedRun,
    pub room: OwnedSemaphorePermit,
}

impl Intake {
    pub fn new(library: Arc<Library>, journal: Journal, clock: Clock) -> Self {
        Self { library, journal, clock, engine: OnceLock::new() }
    }

    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Makes a polling workflow due, and lets the engine look at once; where it has no room, others do.
    pub async fn poll_now(&self, id: &WorkflowId) -> Result<PollNow, JournalError> {
        let store = self.library.store();
        let came = store.poll_now(id, self.clock.now()).await?;
        if came == PollNow::Due {
            if let Some(engine) = self.engine.get() {
                engine.nudge.notify_one();
            }
            store.shout(Shout::Work).await?;
        }
        Ok(came)
    }

    /// From now on runs go to this engine.
    pub(crate) fn open(&self, engine: Arc<Shared>) {
        // An intake belongs to one node: a second engine would find its runs in the queue.
        self.engine.set(engine).ok();
    }

    /// Starts a run of the workflow's newest revision. The switch does not matter here.
    pub async fn start(self: &Arc<Self>, id: &WorkflowId, event: Value) -> Result<Started, JournalError> {
        self.start_once(id, event, None).await
    }

    /// The same; of all starts with one `key` the first makes a run, and the others get that run.
    pub async fn start_once(
        self: &Arc<Self>,
        id: &WorkflowId,
        event: Value,
        key: Option<String>,
    ) -> Result<Started, JournalError> {
        let (intake, id) = (self.clone(), id.clone());
        // Who asked may hang up: a run that was made must still be handed over.
        match tokio::spawn(async move { intake.make(&id, event, key).await }).await {
            Ok(started) => started,
            Err(_) => Err(JournalError::Closed),
        }
    }

    async fn make(
        &self,
        id: &WorkflowId,
        event: Value,
        key: Option<String>,
    ) -> Result<Started, JournalError> {
        loop {
            let Some(revision) = self.library.newest(id).await? else { return Ok(Started::Unknown) };
            let workflow = match self.library.workflow(id, revision).await? {
                Ok(workflow) => workflow,
                Err(failure) => return Ok(Started::Unusable(failure)),
            };
            let now = self.clock.now();
            let room = self.engine.get().and_then(|engine| engine.room.clone().try_acquire_owned().ok());
            let scope = trigger_scope(&workflow, Some(Arc::new(event.clone())), now);
            let new = NewRun {
                workflow: id.clone(),
                revision,
                timeout: workflow.timeout,
                key: key.clone(),
                concurrency: concurrency(&workflow, &scope),
                once: once(&workflow, &scope, now),
                holder: self.engine.get().filter(|_| room.is_some()).map(holder),
                data: event.clone(),
                now,
            };
            match self.journal.start(new).await? {
                Start::Made { run, held } => {
                    let claimed = ClaimedRun {
                        id: run,
                        workflow: id.clone(),
                        revision,
                        event,
                        log: Vec::new(),
                        fence: Start::FENCE,
                        created_at: now,
                        started_at: None,
                        cancel_requested: false,
                    };
                    let room = room.filter(|_| held && self.is_fresh(now));
                    self.hand_over(claimed, room);
                    return Ok(Started::Run(run));
                }
                Start::Known { run } => return Ok(Started::Known(run)),
                Start::OtherData => return Ok(Started::OtherData),
                Start::Dropped => return Ok(Started::Dropped),
                Start::OtherRevision(newest) => self.library.saw_newest(id, Some(newest)),
                Start::Unknown => {
                    self.library.saw_newest(id, None);
                    return Ok(Started::Unknown);
                }
            }
        }
    }

    /// Whether a lease that began after `asked` surely goes on. One that does not may be with somebody else.
    fn is_fresh(&self, asked: Timestamp) -> bool {
        let lease = self.engine.get().map_or(Duration::ZERO, |engine| engine.settings.lease);
        (self.clock.now() - asked).to_std().is_ok_and(|waited| waited < lease)
    }

    /// Gives a run to the engine, or lets it look for one that is queued. An engine that has ended takes nothing: the
    /// lease runs out, and another takes the run up.
    fn hand_over(&self, run: ClaimedRun, room: Option<OwnedSemaphorePermit>) {
        let Some(engine) = self.engine.get() else { return };
        match room {
            Some(room) => {
                engine.born.send(Born { run, room }).ok();
            }
            None => {
                let state = RunState::Queued;
                engine.tell(Notice::Moved { run: run.id, workflow: run.workflow, state });
                engine.nudge.notify_one();
            }
        }
    }
}

fn holder(engine: &Arc<Shared>) -> Holder {
    Holder { node: engine.node.clone(), lease: engine.settings.lease, clock: engine.clock.clone() }
}
