//! One run on this node, from its claim until it comes to rest.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use highline_catalog::Admission;
use highline_model::{ErrorKind, Failure, LogEntry, RunEvent, RunState, StepPath, Timestamp};
use highline_store::{ClaimedRun, JournalError, PackedEntry, RunCommit};
use highline_workflow::Workflow;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use crate::cut::cut_inputs;
use crate::echo;
use crate::history::History;
use crate::intake::Born;
use crate::leases::Signal;
use crate::listening::Listening;
use crate::lookups::Lookups;
use crate::meter;
use crate::misfit::{Misfit, Remedy, said_by};
use crate::notice::Notice;
use crate::opening::{Opened, announce};
use crate::plan::{Attempt, Next, RunFacts, plan};
use crate::shared::Shared;
use crate::verdict::{Timing, verdict};
use crate::verify::with_others;

use self::flight::{Arrival, Landed, Manner};

mod flight;

/// How a run comes to rest.
struct Rest {
    state: RunState,
    wake_at: Option<Timestamp>,
    failure: Option<Failure>,
}

pub(crate) struct RunTask {
    shared: Arc<Shared>,
    run: ClaimedRun,
    /// Where a run that was made just now goes on.
    opened: Option<Opened>,
    history: History,
    /// Entries that the database does not have yet.
    unsaved: Vec<LogEntry>,
    /// The number of the last entry that it has.
    saved: i32,
    in_flight: HashSet<StepPath>,
    /// Those of them that wait for a rate budget and are not announced.
    queueing: HashMap<StepPath, AbortHandle>,
    /// Those in flight that can be sent now.
    admitted: Vec<(Attempt, Admission)>,
    lookups: Lookups,
    /// Each a task of its own: one that is in the middle of a write must get on while this one waits for its own.
    flights: JoinSet<Arrival>,
    signal: watch::Receiver<Signal>,
    /// When a stopping node gives up waiting for what is in flight.
    deadline: Option<Instant>,
    /// Given back to the node when the task is over.
    _room: OwnedSemaphorePermit,
}

impl RunTask {
    /// Takes up a run whose lease this node has just got.
    pub fn new(shared: Arc<Shared>, Born { mut run, room, mut opened }: Born) -> Self {
        let signal = shared.leases.hold_run(run.id, run.fence);
        let history = match &mut opened {
            Some(opened) => std::mem::take(&mut opened.history),
            None => History::of(&std::mem::take(&mut run.log)),
        };
        let saved = history.last_seq();
        Self {
            shared,
            run,
            opened,
            history,
            unsaved: Vec::new(),
            saved,
            in_flight: HashSet::new(),
            queueing: HashMap::new(),
            admitted: Vec::new(),
            lookups: Lookups::default(),
            flights: JoinSet::new(),
            signal,
            deadline: None,
            _room: room,
        }
    }

    /// Works on the run until it is over, waits, is held, or is no longer ours. A write that fails ends the work too:
    /// the lease runs out and the run goes on, here or elsewhere, from what the database has.
    pub async fn work(mut self) {
        self.tell_running();
        let worked = match AssertUnwindSafe(self.advance()).catch_unwind().await {
            Ok(worked) => worked,
            Err(_) => self.give_up().await,
        };
        match worked {
            Ok(()) => {}
            Err(JournalError::Refused(refusal)) => tracing::info!(run = %self.run.id, %refusal, "run let go"),
            Err(error) => tracing::warn!(run = %self.run.id, %error, "run let go until its lease ends"),
        }
        self.shared.leases.drop_run(self.run.id, self.run.fence);
    }

    /// That it goes on, to who looks at it.
    fn tell_running(&self) {
        let (run, workflow) = (self.run.id, self.run.workflow.clone());
        self.shared.tell(Notice::Moved { run, workflow, state: RunState::Running });
    }

    async fn advance(&mut self) -> Result<(), JournalError> {
        let starts = self.history.started().is_none();
        if starts || self.opened.is_some() {
            let delay = self.shared.clock.now() - self.run.created_at;
            meter::begun(delay.to_std().unwrap_or_default());
        }
        if starts {
            let node = self.shared.node.clone();
            self.write(RunEvent::Started { node });
        }
        if self.run.cancel_requested {
            return self.end_early().await;
        }
        let workflow = match self.opened.take() {
            Some(Opened { workflow, attempts, .. }) => {
                // They were announced with the run's birth, because they need not wait for a rate budget.
                self.in_flight.extend(attempts.iter().map(|attempt| attempt.step.clone()));
                let ready = attempts.into_iter().map(|attempt| (attempt, Admission::free())).collect();
                self.launch(ready, self.manner(&workflow));
                if !self.wait_for_a_landing().await? {
                    return Ok(());
                }
                workflow
            }
            None => match self.shared.library.workflow(&self.run.workflow, self.run.revision).await {
                Ok(Ok(workflow)) => workflow,
                Ok(Err(failure)) => return self.put_back(failure).await,
                Err(error) => return Err(JournalError::Store(error)),
            },
        };
        loop {
            let next = self.plan(&workflow);
            let idle = self.in_flight.is_empty();
            match next {
                (Next::Finish { state, failure }, _) if idle => {
                    self.finish(state, failure).await?;
                    if workflow.concurrency.is_some() {
                        // The next one of its key may go now.
                        self.shared.nudge.notify_one();
                    }
                    return Ok(());
                }
                (Next::Wait(at), _) => return self.rest(RunState::Waiting, Some(at), None).await,
                (Next::Hold, _) => {
                    let failure = self.history.interruption().cloned();
                    return self.rest(RunState::Interrupted, None, failure).await;
                }
                (_, attempts) if self.deadline.is_none() => {
                    let manner = self.manner(&workflow);
                    let ready = self.admit(attempts, manner);
                    if self.prepare(&ready).await? {
                        return self.end_early().await;
                    }
                    self.launch(ready, manner);
                }
                _ if idle => return self.hand_back().await,
                _ => {}
            }
            if !self.wait_for_a_landing().await? {
                return Ok(());
            }
        }
    }

    fn plan(&mut self, workflow: &Workflow) -> (Next, Vec<Attempt>) {
        let event = self.run.event.clone();
        let facts = RunFacts { run: self.run.id, workflow, event: &event, created_at: self.run.created_at };
        loop {
            let plan = plan(facts, &mut self.history, &self.in_flight, self.shared.clock.now());
            self.unsaved.extend(plan.record);
            // What is not sent any more is not waited for either.
            if !self.withdraw(&plan.given_up) {
                return (plan.next, plan.attempts);
            }
        }
    }

    /// Makes durable what must be so before attempts are sent: the decisions that led to them, and an announcement of
    /// each unsafe one, so that a crash leaves a trace. True when a person wants the run to end.
    async fn prepare(&mut self, ready: &[(Attempt, Admission)]) -> Result<bool, JournalError> {
        let attempts = ready.iter().map(|(attempt, _)| attempt);
        self.unsaved.extend(announce(&mut self.history, attempts, self.shared.clock.now()));
        let begun_only = self.unsaved.iter().all(|entry| matches!(entry.event, RunEvent::Started { .. }));
        if ready.is_empty() || begun_only { Ok(false) } else { self.save().await }
    }

    fn launch(&mut self, ready: Vec<(Attempt, Admission)>, manner: Manner) {
        for (mut attempt, admission) in ready {
            let sender = self.sender();
            let listening = Listening::to(&attempt, &sender, manner.exchanges);
            let (own, ear) = (sender.clone(), listening.clone());
            let shared = self.lookups.share(&mut attempt, &self.history, |attempt| {
                async move { ear.around(own.send(&attempt, manner.priority)).await }.boxed()
            });
            let node = self.shared.clone();
            self.flights.spawn(async move {
                let started_at = node.clock.now();
                echo::wrote(&node, &attempt, None).await;
                let ear = listening.clone();
                let result = match shared {
                    Some(flight) => flight.await,
                    None => ear.around(sender.send_admitted(&attempt, manner.priority, &admission)).await,
                };
                echo::wrote(&node, &attempt, Some(&result)).await;
                let result = with_others(&node, &mut attempt, result).await;
                echo::verified(&node, &attempt, &result).await;
                Arrival::Landed(Landed { attempt, result, started_at, listening })
            });
        }
    }

    /// Waits for a result or a signal, and saves what came. False: the run has come to rest.
    async fn wait_for_a_landing(&mut self) -> Result<bool, JournalError> {
        let overdue = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(joined) = self.flights.join_next() => self.arrive(joined),
            Ok(()) = self.signal.changed() => {}
            () = overdue => {
                self.hand_back().await?;
                return Ok(false);
            }
        }
        while let Some(joined) = self.flights.try_join_next() {
            self.arrive(joined);
        }
        let signal = *self.signal.borrow_and_update();
        match signal {
            Signal::Lost => return Ok(false),
            Signal::Cancel => {
                self.end_early().await?;
                return Ok(false);
            }
            Signal::Stop if self.deadline.is_none() => {
                self.deadline = Some(Instant::now() + self.shared.settings.grace);
                for (attempt, _) in self.admitted.drain(..) {
                    self.in_flight.remove(&attempt.step);
                }
            }
            Signal::Stop | Signal::Go => {}
        }
        if self.save().await? {
            self.end_early().await?;
            return Ok(false);
        }
        Ok(true)
    }

    fn land(&mut self, landed: Landed) {
        self.in_flight.remove(&landed.attempt.step);
        self.lookups.landed(&landed.attempt, landed.result.is_ok());
        let ended_at = self.shared.clock.now();
        let took = (ended_at - landed.started_at).to_std().unwrap_or_default();
        meter::attempted(&landed.attempt.operation, landed.result.is_ok(), took);
        let timing = Timing { started_at: landed.started_at, ended_at, jitter: rand::random() };
        let mut events = verdict(&landed.attempt, landed.result, timing);
        landed.listening.put_into(&mut events);
        for event in events {
            self.write(event);
        }
    }

    fn write(&mut self, event: RunEvent) {
        let entry = self.history.append(event, self.shared.clock.now());
        self.unsaved.push(entry);
    }

    /// Makes the log so far durable. True when a person wants the run to end.
    async fn save(&mut self) -> Result<bool, JournalError> {
        if self.unsaved.is_empty() {
            return Ok(false);
        }
        // The keeper moves the end of the lease; a row whose indexed columns stay as they are is cheap to change.
        let rest = Rest { state: RunState::Running, wake_at: None, failure: None };
        let cancelled = self.commit(rest, false).await?;
        self.tell_running();
        Ok(cancelled)
    }

    async fn finish(&mut self, state: RunState, failure: Option<Failure>) -> Result<(), JournalError> {
        self.write(RunEvent::Finished { state, failure: failure.clone() });
        self.rest(state, None, failure).await
    }

    /// This node cannot do the workflow: leaves the run to others, or ends it when there are none that could.
    async fn put_back(&mut self, failure: Failure) -> Result<(), JournalError> {
        let shared = self.shared.clone();
        let (node, now) = (shared.node.clone(), shared.clock.now());
        let failure = said_by(&node, failure);
        let (since, times) = self.history.put_back().unwrap_or((now, 0));
        let misfit = Misfit {
            others: shared.has_others().await?,
            times,
            waited: (now - since).to_std().unwrap_or_default(),
            limit: shared.settings.misfits_last,
        };
        match misfit.remedy() {
            Remedy::Fail => self.finish(RunState::Failed, Some(failure)).await,
            Remedy::PutBack(pause) => {
                self.write(RunEvent::PutBack { node, failure: failure.clone() });
                self.rest(RunState::Waiting, Some(now + pause), Some(failure)).await
            }
        }
    }

    /// Ends the run as someone asked for. What is in flight is dropped: the outcome of an unsafe attempt stays unknown.
    async fn end_early(&mut self) -> Result<(), JournalError> {
        let end = self.shared.store.in_time(self.shared.store.asked_end(self.run.id)).await?;
        let failure = end.failure.leaving_unknown(&self.history.unknown_outcomes());
        self.finish(end.state, Some(failure)).await
    }

    /// Puts the run down so that any node can take it up at once.
    async fn hand_back(&mut self) -> Result<(), JournalError> {
        let now = self.shared.clock.now();
        self.rest(RunState::Waiting, Some(now), None).await
    }

    /// Ends a run that made this node panic: the next node would panic too, and the run would go round for ever. What
    /// the history has beyond the entries at hand was never recorded.
    async fn give_up(&mut self) -> Result<(), JournalError> {
        tracing::error!(run = %self.run.id, "a run panicked and is ended as failed");
        let failure =
            Failure::new(ErrorKind::Internal, "the node panicked over this run; its log says where");
        let (state, seq) = (RunState::Failed, self.unsaved.last().map_or(self.saved, |entry| entry.seq) + 1);
        let event = RunEvent::Finished { state, failure: Some(failure.clone()) };
        self.unsaved.push(LogEntry { seq, at: self.shared.clock.now(), event });
        self.rest(state, None, Some(failure)).await
    }

    async fn rest(
        &mut self,
        state: RunState,
        wake_at: Option<Timestamp>,
        failure: Option<Failure>,
    ) -> Result<(), JournalError> {
        self.commit(Rest { state, wake_at, failure: failure.clone() }, true).await?;
        if let Some(at) = wake_at {
            self.shared.alarm.set(at);
        }
        let age = (self.shared.clock.now() - self.run.created_at).to_std().unwrap_or(Duration::ZERO);
        if state.is_finished() {
            meter::ended(&self.run.workflow, state, age);
        }
        self.shared.tell(Notice::Rested {
            run: self.run.id,
            workflow: self.run.workflow.clone(),
            state,
            failure,
            age,
        });
        Ok(())
    }

    async fn commit(&mut self, rest: Rest, release: bool) -> Result<bool, JournalError> {
        let saved = self.unsaved.last().map_or(self.saved, |entry| entry.seq);
        let mut entries = std::mem::take(&mut self.unsaved);
        cut_inputs(&mut entries, self.shared.settings.keep_input);
        let entries = entries.iter().map(PackedEntry::from).collect();
        let commit = RunCommit {
            run: self.run.id,
            fence: self.run.fence,
            entries,
            state: rest.state,
            wake_at: rest.wake_at,
            failure: rest.failure,
            release,
            in_turn: self.run.in_turn,
        };
        let ack = self.shared.journal.commit(commit).await?;
        self.saved = saved;
        Ok(ack.cancel_requested)
    }
}
