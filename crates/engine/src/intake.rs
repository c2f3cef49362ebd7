//! Where events come in that no poll found: a person's start, a request from outside.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::TimeDelta;
use highline_model::{Clock, RunId, RunState, Timestamp, WorkflowId};
use highline_store::{
    Arrival, ClaimedRun, Held, Holder, Journal, JournalError, NewRun, Packed, PollNow, Shout, Start,
};
use highline_workflow::Workflow;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;

use crate::event::{concurrency, once, refusal, trigger_scope};
use crate::hooks::Book;
use crate::library::{Library, Started};
use crate::notice::Notice;
use crate::opening::{Opened, opening};
use crate::plan::RunFacts;
use crate::shared::Shared;

/// Makes runs of events. A run is durable when `start` returns; many that come at the same time share a transaction.
/// With an engine behind it, and as long as the engine has room, a new run goes straight to work.
pub struct Intake {
    library: Arc<Library>,
    journal: Journal,
    clock: Clock,
    engine: OnceLock<Arc<Shared>>,
    book: Book,
}

/// How a run shall be started by hand.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Of all starts with one key the first makes a run, and the others get that run.
    pub key: Option<String>,
    /// Who wishes it.
    pub by: Option<String>,
}

/// An event for which a run shall be made.
pub(crate) struct Arriving {
    pub workflow: Arc<Workflow>,
    pub revision: i32,
    pub event: Arc<Value>,
    /// The same as it is kept.
    pub data: Packed,
    /// Of all with one key the first makes a run.
    pub key: Option<String>,
    /// Who starts it by hand.
    pub by: Option<String>,
    /// When the workflow was made at whose address it came, so that its switch and its `where` count.
    pub at_hook_of: Option<Timestamp>,
}

/// Room for a run that is still to be made.
struct Place {
    room: OwnedSemaphorePermit,
    opened: Option<Opened>,
}

/// Pauses before the database is asked again what became of a start.
const PAUSES_MS: [u64; 6] = [50, 500, 1_000, 2_000, 4_000, 8_000];

/// A run that was made with its lease, and the room that it takes.
pub(crate) struct Born {
    pub run: ClaimedRun,
    pub room: OwnedSemaphorePermit,
    /// Where it goes on, when its beginning was written with it.
    pub opened: Option<Opened>,
}

impl Intake {
    pub fn new(library: Arc<Library>, journal: Journal, clock: Clock) -> Self {
        Self { library, journal, clock, engine: OnceLock::new(), book: Book::default() }
    }

    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn book(&self) -> &Book {
        &self.book
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
        self.start_as(id, event, Wish::default()).await
    }

    /// The same, as somebody wishes it.
    pub async fn start_as(
        self: &Arc<Self>,
        id: &WorkflowId,
        event: Value,
        wish: Wish,
    ) -> Result<Started, JournalError> {
        let (intake, id) = (self.clone(), id.clone());
        // Who asked may hang up: a run that was made must still be handed over.
        match tokio::spawn(async move { intake.make(&id, event, wish).await }).await {
            Ok(started) => started,
            Err(_) => Err(JournalError::Closed),
        }
    }

    async fn make(&self, id: &WorkflowId, event: Value, wish: Wish) -> Result<Started, JournalError> {
        let data = Packed::of(&event);
        let event = Arc::new(event);
        loop {
            let Some(revision) = self.library.newest(id).await? else { return Ok(Started::Unknown) };
            let workflow = match self.library.workflow(id, revision).await? {
                Ok(workflow) => workflow,
                Err(failure) => return Ok(Started::Unusable(failure)),
            };
            let (event, data) = (event.clone(), data.clone());
            let Wish { key, by } = wish.clone();
            let arriving = Arriving { workflow, revision, event, data, key, by, at_hook_of: None };
            match self.take(arriving).await? {
                Start::Made { run, .. } => return Ok(Started::Run(run)),
                Start::Known { run } => return Ok(Started::Known(run)),
                Start::OtherData => return Ok(Started::OtherData),
                Start::Dropped => return Ok(Started::Dropped),
                Start::OtherRevision(newest) => self.library.saw_newest(id, Some(newest)),
                Start::Unknown => {
                    self.library.saw_newest(id, None);
                    return Ok(Started::Unknown);
                }
                Start::Filtered | Start::Off => {
                    unreachable!("a start by hand asks neither `where` nor the switch")
                }
            }
        }
    }

    /// Makes a run, and hands it to the engine where that has room.
    pub(crate) async fn take(&self, arriving: Arriving) -> Result<Start, JournalError> {
        let Arriving { workflow, revision, event, data, key, by, at_hook_of } = arriving;
        let now = self.clock.now();
        let scope = trigger_scope(&workflow, Some(event.clone()), now);
        let filtered = at_hook_of.is_some() && refusal(&workflow, &scope).is_some();
        let place = if filtered { None } else { self.place(&workflow, &event, now) };
        let (place, holder) = place.unzip();
        let concurrency = if filtered { None } else { concurrency(&workflow, &scope) };
        let in_turn = concurrency.is_some();
        let new = NewRun {
            workflow: workflow.id.clone(),
            revision,
            timeout: workflow.timeout,
            by,
            arrival: at_hook_of.map_or(Arrival::ByHand, |since| Arrival::AtHook { filtered, since }),
            key,
            concurrency,
            once: once(&workflow, &scope, now),
            holder,
            data,
            now,
        };
        let start = self.write(new, place.as_ref()).await?;
        if let Start::Made { run, held } = start {
            let claimed = ClaimedRun {
                id: run,
                workflow: workflow.id.clone(),
                revision,
                event,
                log: Vec::new(),
                fence: Start::FENCE,
                created_at: now,
                started_at: None,
                cancel_requested: false,
                in_turn,
            };
            let ours = held && (self.is_fresh(now) || self.keeps(run).await);
            self.hand_over(claimed, place.filter(|_| ours));
        }
        Ok(start)
    }

    /// Room for a run in the engine, and what it does first; none when the engine is full.
    fn place(&self, workflow: &Arc<Workflow>, event: &Arc<Value>, now: Timestamp) -> Option<(Place, Holder)> {
        let engine = self.engine.get()?;
        let room = engine.room.clone().try_acquire_owned().ok()?;
        let facts = RunFacts { run: RunId::at(now), workflow, event, created_at: now };
        let (opening, opened) = opening(engine, workflow, facts).unzip();
        let (node, lease, clock) = (engine.node.clone(), engine.settings.lease, engine.clock.clone());
        Some((Place { room, opened }, Holder { node, lease, clock, opening }))
    }

    /// When the answer of the database is lost, it alone knows whether there is a run. One that has announced an attempt
    /// is looked for: left to the end of its lease, it would be held for an attempt that was never sent.
    async fn write(&self, new: NewRun, place: Option<&Place>) -> Result<Start, JournalError> {
        let opening = new.holder.as_ref().and_then(|holder| holder.opening.as_ref());
        let run = opening.map(|opening| opening.run);
        let error = match self.journal.start(new).await {
            Err(JournalError::Store(error)) => error,
            answered => return answered,
        };
        let (Some(run), Some(engine), Some(_)) = (run, self.engine.get(), place) else {
            return Err(error.into());
        };
        let lease = Held { run, fence: Start::FENCE };
        for pause in PAUSES_MS {
            match engine.store.in_time(engine.store.is_held(&lease)).await {
                Ok(true) => return Ok(Start::Made { run, held: true }),
                Ok(false) => break,
                Err(_) => tokio::time::sleep(Duration::from_millis(pause)).await,
            }
        }
        Err(error.into())
    }

    /// Keeps the lease of a run that was long in the making, unless another has taken it.
    async fn keeps(&self, run: RunId) -> bool {
        let Some(engine) = self.engine.get() else { return false };
        let (lease, until) = (Held { run, fence: Start::FENCE }, self.clock.now() + engine.settings.lease);
        let kept = engine.store.in_time(engine.store.extend_leases(&[lease], until)).await;
        kept.is_ok_and(|kept| kept.lost.is_empty())
    }

    fn is_fresh(&self, asked: Timestamp) -> bool {
        let lease = self.engine.get().map_or(Duration::ZERO, |engine| engine.settings.lease);
        surely_goes_on(lease, self.clock.now() - asked)
    }

    /// Gives a run to the engine, or lets it look for one that is queued. An engine that has ended takes nothing: the
    /// lease runs out, and another takes the run up.
    fn hand_over(&self, run: ClaimedRun, place: Option<Place>) {
        let Some(engine) = self.engine.get() else { return };
        match place {
            Some(Place { room, opened }) => {
                engine.born.send(Born { run, room, opened }).ok();
            }
            None => {
                let state = RunState::Queued;
                engine.tell(Notice::Moved { run: run.id, workflow: run.workflow, state });
                engine.nudge.notify_one();
            }
        }
    }
}

/// Whether a lease that began within `elapsed` surely goes on. One that does not may be with somebody else.
fn surely_goes_on(lease: Duration, elapsed: TimeDelta) -> bool {
    // A clock that was set back meanwhile shows less than nothing.
    elapsed.to_std().unwrap_or_default() < lease
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_was_just_made_goes_to_work_also_when_the_clock_was_set_back_meanwhile() {
        let lease = Duration::from_secs(10);
        for (elapsed_ms, goes_on) in [(-60_000, true), (-1, true), (0, true), (9_999, true), (10_000, false)]
        {
            assert_eq!(
                surely_goes_on(lease, TimeDelta::milliseconds(elapsed_ms)),
                goes_on,
                "{elapsed_ms} ms"
            );
        }
    }
}
