//! What a run has in flight, and what an unsafe attempt waits for before it is announced.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;

use futures::FutureExt;
use highline_catalog::{Admission, OperationError, Output, Repeat};
use highline_model::{KeepExchanges, Priority, StepPath, Timestamp};
use highline_workflow::Workflow;
use tokio::task::JoinError;

use super::RunTask;
use crate::listening::Listening;
use crate::plan::Attempt;
use crate::priority;
use crate::send::Sender;

/// An attempt that has its result.
pub(super) struct Landed {
    pub attempt: Attempt,
    pub result: Result<Output, OperationError>,
    pub started_at: Timestamp,
    pub listening: Listening,
}

/// How the attempts of a run are sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub priority: Priority,
    pub exchanges: KeepExchanges,
}

/// What a flight brings back.
pub(super) enum Arrival {
    /// An unsafe attempt that can be sent now: next it is announced.
    Admitted(Attempt, Admission),
    Landed(Landed),
}

type Flight = Pin<Box<dyn Future<Output = Arrival> + Send>>;

impl RunTask {
    pub(super) fn manner(&self, workflow: &Workflow) -> Manner {
        let exchanges = workflow.keep.as_ref().and_then(|keep| keep.exchanges);
        Manner {
            priority: priority::of_run(workflow),
            exchanges: exchanges.unwrap_or(self.shared.settings.keep_exchanges),
        }
    }

    /// The attempts that can be sent now: safe ones, and unsafe ones that need not wait for a rate budget, or have waited.
    /// The others wait in flight. What waits is not announced: a crash then leaves nothing in doubt.
    pub(super) fn admit(&mut self, attempts: Vec<Attempt>, manner: Manner) -> Vec<(Attempt, Admission)> {
        let mut ready = std::mem::take(&mut self.admitted);
        for attempt in attempts {
            self.in_flight.insert(attempt.step.clone());
            if attempt.repeat == Repeat::Safe {
                ready.push((attempt, Admission::free()));
                continue;
            }
            let step = attempt.step.clone();
            let (sender, clock) = (self.sender(), self.shared.clock.clone());
            let mut flight: Flight = Box::pin(async move {
                let started_at = clock.now();
                let listening = Listening::to(&attempt, &sender, manner.exchanges);
                match listening.clone().around(sender.admit(&attempt, manner.priority)).await {
                    Ok(admission) => Arrival::Admitted(attempt, admission),
                    Err(error) => {
                        Arrival::Landed(Landed { attempt, result: Err(error), started_at, listening })
                    }
                }
            });
            match (&mut flight).now_or_never() {
                Some(Arrival::Admitted(attempt, admission)) => ready.push((attempt, admission)),
                Some(landed) => drop(self.flights.spawn(std::future::ready(landed))),
                None => {
                    let handle = self.flights.spawn(flight);
                    self.queueing.insert(step, handle);
                }
            }
        }
        ready
    }

    pub(super) fn sender(&self) -> Sender {
        Sender { catalog: self.shared.catalog.clone(), connections: self.shared.connections.clone() }
    }

    pub(super) fn arrive(&mut self, joined: Result<Arrival, JoinError>) {
        let arrival = match joined {
            Ok(arrival) => arrival,
            Err(error) if error.is_cancelled() => return,
            Err(error) => resume_unwind(error.into_panic()),
        };
        match arrival {
            Arrival::Landed(landed) => {
                self.queueing.remove(&landed.attempt.step);
                self.land(landed);
            }
            Arrival::Admitted(attempt, admission) => match self.queueing.remove(&attempt.step) {
                Some(_) if self.deadline.is_none() => self.admitted.push((attempt, admission)),
                // A node that stops begins nothing any more.
                Some(_) => drop(self.in_flight.remove(&attempt.step)),
                // It was withdrawn in the last moment.
                None => {}
            },
        }
    }

    /// Takes back what waits for a rate budget, or has waited, and shall not be sent any more; whether there was anything.
    pub(super) fn withdraw(&mut self, beginnings: &[String]) -> bool {
        let given_up = |step: &StepPath| beginnings.iter().any(|start| step.as_str().starts_with(start));
        let before = self.in_flight.len();
        for (step, queueing) in self.queueing.extract_if(|step, _| given_up(step)) {
            queueing.abort();
            self.in_flight.remove(&step);
        }
        for (attempt, _) in self.admitted.extract_if(.., |(attempt, _)| given_up(&attempt.step)) {
            self.in_flight.remove(&attempt.step);
        }
        self.in_flight.len() < before
    }
}
