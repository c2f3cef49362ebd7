//! What goes over the wire of an attempt: heard while it is under way, and kept with its entry in the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use highline_catalog::{Operation, Tape};
use highline_model::{KeepExchanges, RunEvent, Wire};

use crate::plan::Attempt;
use crate::send::Sender;

/// Bytes of a body that are kept.
const MOST_BYTES: usize = 16 * 1024;

/// An ear at one attempt. Its clones hear for the same one.
#[derive(Clone)]
pub(crate) struct Listening {
    /// None: nobody wants to know.
    tape: Option<Arc<Tape>>,
    heard: Arc<Mutex<Wire>>,
    keep: KeepExchanges,
    /// What the attempt gives has all that came, when it goes well.
    whole: bool,
}

impl Listening {
    pub fn to(attempt: &Attempt, sender: &Sender, keep: KeepExchanges) -> Self {
        let operation = sender.operation(attempt).ok();
        let whole = operation.is_some_and(Operation::gives_whole_answer);
        let heard = Arc::new(Mutex::new(Wire::default()));
        let wanted = keep != KeepExchanges::None && attempt.inquiry.is_none();
        let connection = operation.filter(|_| wanted).and_then(|one| sender.connection(attempt, one).ok());
        let tape = connection.map(|connection| {
            let told = heard.clone();
            let listener = Box::new(move |heard| lock(&told).push(heard));
            Arc::new(Tape { connection, most_bytes: MOST_BYTES, faults_only: whole, listener })
        });
        Self { tape, heard, keep, whole }
    }

    pub async fn around<F: Future>(self, doing: F) -> F::Output {
        match self.tape {
            Some(tape) => tape.around(doing).await,
            None => doing.await,
        }
    }

    /// Puts what was heard into the entry of the attempt.
    pub fn put_into(self, events: &mut [RunEvent]) {
        for event in events {
            match event {
                RunEvent::AttemptFailed { wire, .. } => *wire = self.of(KeepExchanges::Failed),
                RunEvent::StepSucceeded { wire, cached: false, .. } if !self.whole => {
                    *wire = self.of(KeepExchanges::All);
                }
                _ => {}
            }
        }
    }

    /// What is kept where at least `needed` must be said for it.
    fn of(&self, needed: KeepExchanges) -> Wire {
        match self.keep {
            KeepExchanges::None => Wire { not_kept: true, ..Wire::default() },
            KeepExchanges::Failed if needed == KeepExchanges::All => {
                Wire { not_kept: !lock(&self.heard).is_empty(), ..Wire::default() }
            }
            _ => std::mem::take(&mut *lock(&self.heard)),
        }
    }
}

fn lock(heard: &Mutex<Wire>) -> MutexGuard<'_, Wire> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
