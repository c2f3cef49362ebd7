//! What a run has read already: an equal read gives the same answer without asking again, until the run writes
//! something in that app or is put down.

use std::collections::HashMap;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use highline_catalog::{Effect, OperationError, Output};
use highline_model::StepPath;
use serde_json::Value;

use crate::history::{History, StepState};
use crate::plan::Attempt;

pub(crate) type Reply = Result<Output, OperationError>;
/// A read on its way, for all steps that wait for it.
pub(crate) type Flight = Shared<BoxFuture<'static, Reply>>;

#[derive(Default)]
pub(crate) struct Lookups(HashMap<Key, Known>);

/// Operation, connection and input: equal ones ask the same thing.
type Key = (String, Option<String>, String);

enum Known {
    Flying {
        by: StepPath,
        flight: Flight,
    },
    /// The answer is the output of this step.
    Landed(StepPath),
}

impl Lookups {
    /// Joins `attempt` to an equal read, or begins one with `send` for others to join. None: it is no read that may be
    /// shared, and is sent on its own.
    pub fn share(
        &mut self,
        attempt: &mut Attempt,
        history: &History,
        send: impl FnOnce(Attempt) -> BoxFuture<'static, Reply>,
    ) -> Option<Flight> {
        if attempt.effect == Effect::Write {
            self.forget(attempt);
        }
        if !attempt.shared {
            return None;
        }
        let key = key(attempt);
        let known = self.0.get(&key).and_then(|known| match known {
            Known::Flying { flight, .. } => Some(flight.clone()),
            Known::Landed(step) => {
                answer(history, step).map(|reply| futures::future::ready(reply).boxed().shared())
            }
        });
        attempt.cached = known.is_some();
        if known.is_some() {
            return known;
        }
        let flight = send(attempt.clone()).shared();
        self.0.insert(key, Known::Flying { by: attempt.step.clone(), flight: flight.clone() });
        Some(flight)
    }

    /// Takes notice of a result. What was read while something was being written may be older than that.
    pub fn landed(&mut self, attempt: &Attempt, fine: bool) {
        if attempt.effect == Effect::Write {
            self.forget(attempt);
        }
        if !attempt.shared || attempt.cached {
            return;
        }
        let key = key(attempt);
        if !matches!(self.0.get(&key), Some(Known::Flying { by, .. }) if *by == attempt.step) {
            return;
        }
        if fine {
            self.0.insert(key, Known::Landed(attempt.step.clone()));
        } else {
            self.0.remove(&key);
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Two connections may lead to the same records, so all of the app are meant.
    fn forget(&mut self, written: &Attempt) {
        self.0.retain(|(operation, ..), _| app(operation) != app(&written.operation));
    }
}

fn answer(history: &History, step: &StepPath) -> Option<Reply> {
    match &history.step(step)?.state {
        StepState::Succeeded(output) => {
            Some(Ok(Output { data: output.as_ref().clone(), status: None, requests: 0 }))
        }
        _ => None,
    }
}

fn key(attempt: &Attempt) -> Key {
    let mut fields: Vec<(&String, &Value)> = attempt.input.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    let input = serde_json::to_string(&fields).expect("JSON values have text keys");
    (attempt.operation.clone(), attempt.connection.clone(), input)
}

fn app(operation: &str) -> &str {
    operation.split('.').next().unwrap_or(operation)
}
