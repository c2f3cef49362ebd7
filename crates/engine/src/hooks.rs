//! Events that come to the addresses of workflows: which workflow is asked, and a durable run for each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use highline_catalog::{SecretPlace, UnreadableSecret};
use highline_model::{EventId, RunId, Timestamp, WorkflowId};
use highline_store::{EventDetail, HookRecord, JournalError, Packed, Start, Store};
use highline_workflow::{HookSecret, Trigger, WebhookTrigger, Workflow, is_hook_path};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::intake::{Arriving, Intake};
use crate::meter;

/// Paths that are remembered with the workflow that they lead to.
const MOST: usize = 10_000;
/// A secret is looked up again after this, so that one that is changed where it is kept counts soon; and what is wrong with an
/// address is told again.
const LASTS: TimeDelta = TimeDelta::seconds(10);
/// The keys of events that came to an address begin so.
pub(crate) const RECEIVED: &str = "hook:";
/// Shorter ones can be guessed.
const SHORTEST_SECRET: usize = 16;

/// A workflow that takes requests in, as it is now.
#[derive(Debug, Clone)]
pub struct Hook {
    pub workflow: Arc<Workflow>,
    pub revision: i32,
    path: String,
    since: Timestamp,
}

/// What is at a path.
#[derive(Debug, Clone)]
pub enum Address {
    Open(Hook),
    /// Its workflow does not fit this node; the log says why.
    Unusable,
    /// No workflow that is switched on.
    Nothing,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    Run {
        event: EventId,
        run: RunId,
    },
    /// The workflow's `dedupe` knows it: this is the run of the first one, unless it has been removed.
    Duplicate {
        event: EventId,
        run: Option<RunId>,
    },
    /// The workflow's `where` is false for it.
    Filtered {
        event: EventId,
    },
    /// The workflow's `concurrency` has no place for it and drops what has none.
    Dropped {
        event: EventId,
    },
    /// The workflow is another one now, or switched off: look the address up again.
    Moved,
}

/// What this node remembers of addresses.
#[derive(Default)]
pub(crate) struct Book {
    paths: Mutex<HashMap<String, Known>>,
    secrets: Mutex<HashMap<WorkflowId, ReadSecret>>,
    /// When it was last told that an address takes nothing in.
    told: Mutex<HashMap<WorkflowId, Timestamp>>,
}

/// Whose path it is, and whether the text gives it: else it is the workflow's own.
#[derive(Clone)]
struct Known {
    workflow: WorkflowId,
    given: bool,
    since: Timestamp,
}

struct ReadSecret {
    place: SecretPlace,
    at: Timestamp,
    secret: Result<SecretString, UnreadableSecret>,
}

impl Hook {
    pub fn trigger(&self) -> &WebhookTrigger {
        webhook(&self.workflow).expect("an address is of a workflow that is started at one")
    }
}

fn webhook(workflow: &Workflow) -> Option<&WebhookTrigger> {
    match &workflow.trigger {
        Trigger::Webhook(webhook) => Some(webhook),
        _ => None,
    }
}

impl Book {
    fn paths(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn secrets(&self) -> MutexGuard<'_, HashMap<WorkflowId, ReadSecret>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_news(&self, id: &WorkflowId, now: Timestamp) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let before = told.get(id).is_some_and(|at| (TimeDelta::zero()..LASTS).contains(&(now - *at)));
        if !before {
            told.insert(id.clone(), now);
        }
        !before
    }
}

impl Intake {
    /// What is at a path, `acme/new-lead`, as far as this node knows; what is received there is looked at again.
    pub async fn hook(&self, path: &str) -> Result<Address, highline_store::Error> {
        let library = self.library();
        if !is_hook_path(path) {
            return Ok(Address::Nothing);
        }
        // What was remembered may have moved; what the database has just said has not.
        for _ in 0..2 {
            let remembered = self.book().paths().get(path).cloned();
            let known = match remembered {
                Some(known) => known,
                None => match library.store().in_time(library.store().hook_at(path)).await? {
                    Some(HookRecord { workflow, given, since, enabled: true, .. }) => {
                        Known { workflow, given, since }
                    }
                    _ => return Ok(Address::Nothing),
                },
            };
            if let Some(revision) = library.newest(&known.workflow).await? {
                let workflow = match library.workflow(&known.workflow, revision).await? {
                    Ok(workflow) => workflow,
                    Err(failure) => {
                        self.warn(&known.workflow, &failure);
                        return Ok(Address::Unusable);
                    }
                };
                if webhook(&workflow).is_some_and(|webhook| known.fits(webhook, path)) {
                    let since = known.since;
                    self.remember(path, known);
                    return Ok(Address::Open(Hook { workflow, revision, path: path.to_owned(), since }));
                }
            }
            self.forget(path, &known.workflow);
        }
        Ok(Address::Nothing)
    }

    /// Makes a run of an event that came at an address. It is durable when this returns. `room`, which the event takes up, is
    /// free again when that is known, also where nobody waits for it any more.
    pub async fn receive(
        self: &Arc<Self>,
        hook: &Hook,
        data: Value,
        room: impl Send + 'static,
    ) -> Result<Received, JournalError> {
        let (intake, hook) = (self.clone(), hook.clone());
        // Who asked may hang up: a run that was made must still be handed over.
        let taking = async move {
            let received = intake.take_in(&hook, data).await;
            drop(room);
            received
        };
        tokio::spawn(taking).await.unwrap_or(Err(JournalError::Closed))
    }

    async fn take_in(&self, hook: &Hook, data: Value) -> Result<Received, JournalError> {
        let event = EventId::at(self.clock().now());
        let id = &hook.workflow.id;
        let packed = Packed::of(&data);
        let start = self
            .take(Arriving {
                workflow: hook.workflow.clone(),
                revision: hook.revision,
                event: Arc::new(data),
                data: packed,
                key: Some(format!("{RECEIVED}{event}")),
                by: None,
                at_hook_of: Some(hook.since),
            })
            .await?;
        let (outcome, received) = match start {
            Start::Made { run, .. } => ("run", Received::Run { event, run }),
            Start::Known { run } => ("duplicate", Received::Duplicate { event, run }),
            Start::Filtered => ("filtered", Received::Filtered { event }),
            Start::Dropped => ("dropped", Received::Dropped { event }),
            Start::OtherRevision(newest) => {
                self.library().saw_newest(id, Some(newest));
                return Ok(Received::Moved);
            }
            Start::Off | Start::Unknown => {
                self.forget(&hook.path, id);
                return Ok(Received::Moved);
            }
            Start::OtherData => unreachable!("the key of an event that was received is its own"),
        };
        meter::received(id, outcome);
        Ok(received)
    }

    /// The secret that a request to this address must bring, where it needs one; where it is not there, the log says why.
    pub fn secret_of(&self, hook: &Hook) -> Option<Result<SecretString, UnreadableSecret>> {
        let wanted = hook.trigger().secret.as_ref()?;
        let (id, now) = (&hook.workflow.id, self.clock().now());
        let mut secrets = self.book().secrets();
        if let Some(known) = secrets.get(id)
            && known.place == wanted.place
            && (TimeDelta::zero()..LASTS).contains(&(now - known.at))
        {
            return Some(known.secret.clone());
        }
        let secret = read(wanted);
        let known = ReadSecret { place: wanted.place.clone(), at: now, secret: secret.clone() };
        secrets.insert(id.clone(), known);
        drop(secrets);
        if let Err(error) = &secret {
            self.warn(id, error);
        }
        Some(secret)
    }

    /// A request to an address brought another secret than the wanted one, or none.
    pub fn refused(&self, hook: &Hook) {
        meter::refused(&hook.workflow.id);
    }

    /// Says why an address takes nothing in, once in a while: whoever asks could fill the log.
    fn warn(&self, id: &WorkflowId, why: &dyn std::fmt::Display) {
        let now = self.clock().now();
        if self.book().is_news(id, now) {
            tracing::warn!(workflow = %id, "its address takes nothing in: {why}");
        }
    }

    fn remember(&self, path: &str, known: Known) {
        let mut paths = self.book().paths();
        if paths.len() >= MOST {
            paths.clear();
        }
        paths.insert(path.to_owned(), known);
    }

    /// The next one who comes looks into the database.
    fn forget(&self, path: &str, id: &WorkflowId) {
        self.book().paths().remove(path);
        self.library().saw_newest(id, None);
    }
}

impl Known {
    /// Whether the workflow, as it is now, still has the path. Its own one never changes.
    fn fits(&self, webhook: &WebhookTrigger, path: &str) -> bool {
        match &webhook.path {
            Some(given) => self.given && given.text == path,
            None => !self.given,
        }
    }
}

/// An event with its data, by its id or by the one that the answer to a request from outside gave.
pub async fn find_event(store: &Store, id: EventId) -> Result<Option<EventDetail>, highline_store::Error> {
    if let Some(event) = store.event(id).await? {
        return Ok(Some(event));
    }
    match store.event_soon_after(id, &format!("{RECEIVED}{id}")).await? {
        Some(id) => store.event(id).await,
        None => Ok(None),
    }
}

/// The secret of an address as it is kept now.
pub(crate) fn read(wanted: &HookSecret) -> Result<SecretString, UnreadableSecret> {
    let secret = wanted.place.read()?;
    match secret.expose_secret().chars().count() {
        SHORTEST_SECRET.. => Ok(secret),
        short => Err(UnreadableSecret::too_short(&wanted.place, short, SHORTEST_SECRET)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_an_address_takes_nothing_in_is_told_once_in_a_while() {
        let (book, now) = (Book::default(), "2026-11-21T08:00:00Z".parse::<Timestamp>().unwrap());
        let [leads, orders]: [WorkflowId; 2] = ["leads", "orders"].map(|id| id.parse().unwrap());
        let is_news = |id, seconds| book.is_news(id, now + TimeDelta::seconds(seconds));
        assert!(is_news(&leads, 0) && is_news(&orders, 0));
        assert!(!is_news(&leads, 9) && is_news(&leads, 10) && !is_news(&leads, 11));
        assert!(is_news(&leads, -60), "also when the clock is set back");
    }
}
