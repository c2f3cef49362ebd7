//! One run on this node, from its claim until it comes to rest.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use highline_catalog::{OperationError, Output, Repeat};
use highline_model::{Failure, LogEntry, RunEvent, RunState, StepPath, Timestamp};
use highline_store::{ClaimedRun, JournalError, RunCommit};
use highline_workflow::Workflow;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::history::History;
use crate::leases::Signal;
use crate::notice::Notice;
use crate::plan::{Attempt, Next, RunFacts, plan};
use crate::send::Sender;
use crate::shared::Shared;
use crate::verdict::{Timing, verdict};

/// An attempt that has its result.
struct Landed {
    attempt: Attempt,
    result: Result<Output, OperationError>,
    started_at: Timestamp,
}

type Flight = Pin<Box<dyn Future<Output = Landed> + Send>>;

/// How a run comes to rest.
struct Rest {
    state: RunState,
    wake_at: Option<Timestamp>,
    failure: Option<Failure>,
}

pub(crate) struct RunTask {
    shared: Arc<Shared>,
    run: ClaimedRun,
    history: History,
    /// Entries that the database does not have yet.
    unsaved: Vec<LogEntry>,
    in_flight: HashSet<StepPath>,
    flights: FuturesUnordered<Flight>,
    signal: watch::Receiver<Signal>,
    /// When a stopping node gives up waiting for what is in flight.
    deadline: Option<Instant>,
}

impl RunTask {
    pub fn new(shared: Arc<Shared>, mut run: ClaimedRun, signal: watch::Receiver<Signal>) -> Self {
        let history = History::of(&std::mem::take(&mut run.log));
        Self {
            shared,
            run,
            history,
            unsaved: Vec::new(),
            in_flight: HashSet::new(),
            flights: FuturesUnordered::new(),
            signal,
            deadline: None,
        }
    }

    /// Works on the run until it is over, waits, is held, or is no longer ours. A write that fails ends the work too:
    /// the lease runs out and the run goes on, here or elsewhere, from what the database has.
    pub async fn work(mut self) {
        if let Err(error) = self.advance().await {
            match error {
                JournalError::Refused(refusal) => tracing::info!(run = %self.run.id, %refusal, "run let go"),
                other => {
                    tracing::warn!(run = %self.run.id, error = %other, "run let go until its lease ends")
                }
            }
        }
        self.shared.leases.drop_run(self.run.id, self.run.fence);
    }

    async fn advance(&mut self) -> Result<(), JournalError> {
        if self.history.started().is_none() {
            let node = self.shared.node.clone();
            self.write(RunEvent::Started { node });
        }
        if self.run.cancel_requested {
            return self.finish(RunState::Cancelled, None).await;
        }
        let workflow = match self.shared.library.workflow(&self.run.workflow, self.run.revision).await {
            Ok(Ok(workflow)) => workflow,
            Ok(Err(failure)) => return self.finish(RunState::Failed, Some(failure)).await,
            Err(error) => return Err(JournalError::Store(error)),
        };
        loop {
            let next = self.plan(&workflow);
            let idle = self.in_flight.is_empty();
            match next {
                (Next::Finish { state, failure }, _) if idle => return self.finish(state, failure).await,
                (Next::Wait(at), _) => return self.rest(RunState::Waiting, Some(at), None).await,
                (Next::Hold, _) => {
                    let failure = self.history.interruption().cloned();
                    return self.rest(RunState::Interrupted, None, failure).await;
                }
                (_, attempts) if self.deadline.is_none() => self.launch(attempts).await?,
                _ if idle => return self.hand_back().await,
                _ => {}
            }
            if !self.wait_for_a_landing().await? {
                return Ok(());
            }
        }
    }

    fn plan(&mut self, workflow: &Workflow) -> (Next, Vec<Attempt>) {
        let facts =
            RunFacts { run: self.run.id, workflow, event: &self.run.event, created_at: self.run.created_at };
        let plan = plan(facts, &mut self.history, &self.in_flight, self.shared.clock.now());
        self.unsaved.extend(plan.record);
        (plan.next, plan.attempts)
    }

    /// Sends attempts. An unsafe one is announced in the log first, durably, so that a crash leaves a trace.
    async fn launch(&mut self, attempts: Vec<Attempt>) -> Result<(), JournalError> {
        let mut announced = false;
        for attempt in attempts.iter().filter(|a| a.repeat == Repeat::Unsafe) {
            announced = true;
            self.write(RunEvent::AttemptStarted {
                step: attempt.step.clone(),
                attempt: attempt.number,
                input: Value::Object(attempt.input.clone()),
            });
        }
        if announced {
            self.save().await?;
        }
        for attempt in attempts {
            self.in_flight.insert(attempt.step.clone());
            let clock = self.shared.clock.clone();
            let sender =
                Sender { catalog: self.shared.catalog.clone(), connections: self.shared.connections.clone() };
            self.flights.push(Box::pin(async move {
                let started_at = clock.now();
                let result = sender.send(&attempt).await;
                Landed { attempt, result, started_at }
            }));
        }
        Ok(())
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
            Some(landed) = self.flights.next() => self.land(landed),
            Ok(()) = self.signal.changed() => {}
            () = overdue => {
                self.hand_back().await?;
                return Ok(false);
            }
        }
        while let Some(Some(landed)) = futures::FutureExt::now_or_never(self.flights.next()) {
            self.land(landed);
        }
        let signal = *self.signal.borrow_and_update();
        match signal {
            Signal::Lost => return Ok(false),
            Signal::Cancel => {
                self.finish(RunState::Cancelled, None).await?;
                return Ok(false);
            }
            Signal::Stop if self.deadline.is_none() => {
                self.deadline = Some(Instant::now() + self.shared.settings.grace);
            }
            Signal::Stop | Signal::Go => {}
        }
        if self.save().await? {
            self.finish(RunState::Cancelled, None).await?;
            return Ok(false);
        }
        Ok(true)
    }

    fn land(&mut self, landed: Landed) {
        self.in_flight.remove(&landed.attempt.step);
        let ended_at = self.shared.clock.now();
        let timing = Timing { started_at: landed.started_at, ended_at, jitter: rand::random() };
        for event in verdict(&landed.attempt, landed.result, timing) {
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
        let lease_ends = self.shared.clock.now() + self.shared.settings.lease;
        let rest = Rest { state: RunState::Running, wake_at: Some(lease_ends), failure: None };
        self.commit(rest, false).await
    }

    async fn finish(&mut self, state: RunState, failure: Option<Failure>) -> Result<(), JournalError> {
        self.write(RunEvent::Finished { state, failure: failure.clone() });
        self.rest(state, None, failure).await
    }

    /// Puts the run down so that any node can take it up at once.
    async fn hand_back(&mut self) -> Result<(), JournalError> {
        let now = self.shared.clock.now();
        self.rest(RunState::Waiting, Some(now), None).await
    }

    async fn rest(
        &mut self,
        state: RunState,
        wake_at: Option<Timestamp>,
        failure: Option<Failure>,
    ) -> Result<(), JournalError> {
        self.commit(Rest { state, wake_at, failure: failure.clone() }, true).await?;
        let age = self.shared.clock.now() - self.run.created_at;
        self.shared.tell(Notice::Rested {
            run: self.run.id,
            workflow: self.run.workflow.clone(),
            state,
            failure,
            age: age.to_std().unwrap_or(Duration::ZERO),
        });
        Ok(())
    }

    async fn commit(&mut self, rest: Rest, release: bool) -> Result<bool, JournalError> {
        let commit = RunCommit {
            run: self.run.id,
            fence: self.run.fence,
            entries: std::mem::take(&mut self.unsaved),
            state: rest.state,
            wake_at: rest.wake_at,
            failure: rest.failure,
            release,
        };
        Ok(self.shared.journal.commit(commit).await?.cancel_requested)
    }
}
