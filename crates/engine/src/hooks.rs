//! Events that come to the addresses of workflows: which workflow is asked, and a durable run for each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use highline_catalog::UnreadableSecret;
use highline_model::{EventId, Failure, RunId, Timestamp, WorkflowId};
use highline_store::{JournalError, Packed, Start};
use highline_workflow::{HookSecret, Trigger, WebhookTrigger, Workflow, is_hook_path};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::intake::{Arriving, Intake};
use crate::meter;

/// Paths that are remembered with the workflow that they lead to.
const MOST: usize = 10_000;
/// A secret is looked up again after this, so that one that is changed where it is kept counts soon.
const SECRET_LASTS: TimeDelta = TimeDelta::seconds(10);
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
}

/// What is at a path.
#[derive(Debug, Clone)]
pub enum Address {
    Open(Hook),
    /// Its workflow does not fit this node.
    Unusable(Failure),
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
}

/// Whose path it is, and whether the text gives it: else it is the workflow's own.
#[derive(Clone)]
struct Known {
    workflow: WorkflowId,
    given: bool,
}

struct ReadSecret {
    revision: i32,
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
                    Some(hook) if hook.enabled => Known { workflow: hook.workflow, given: hook.given },
                    _ => return Ok(Address::Nothing),
                },
            };
            if let Some(revision) = library.newest(&known.workflow).await? {
                let workflow = match library.workflow(&known.workflow, revision).await? {
                    Ok(workflow) => workflow,
                    Err(failure) => return Ok(Address::Unusable(failure)),
                };
                if webhook(&workflow).is_some_and(|webhook| known.fits(webhook, path)) {
                    self.remember(path, known);
                    return Ok(Address::Open(Hook { workflow, revision, path: path.to_owned() }));
                }
            }
            self.forget(path, &known.workflow);
        }
        Ok(Address::Nothing)
    }

    /// Makes a run of an event that came at an address. It is durable when this returns.
    pub async fn receive(self: &Arc<Self>, hook: &Hook, data: Value) -> Result<Received, JournalError> {
        let (intake, hook) = (self.clone(), hook.clone());
        // Who asked may hang up: a run that was made must still be handed over.
        match tokio::spawn(async move { intake.take_in(&hook, data).await }).await {
            Ok(received) => received,
            Err(_) => Err(JournalError::Closed),
        }
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
                at_hook: true,
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

    /// The secret that a request to this address must bring, where it needs one.
    pub fn secret_of(&self, hook: &Hook) -> Option<Result<SecretString, UnreadableSecret>> {
        let wanted = hook.trigger().secret.as_ref()?;
        let (id, revision, now) = (&hook.workflow.id, hook.revision, self.clock().now());
        let mut secrets = self.book().secrets();
        if let Some(known) = secrets.get(id)
            && known.revision == revision
            && (TimeDelta::zero()..SECRET_LASTS).contains(&(now - known.at))
        {
            return Some(known.secret.clone());
        }
        let secret = read(wanted);
        secrets.insert(id.clone(), ReadSecret { revision, at: now, secret: secret.clone() });
        Some(secret)
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

/// The secret of an address as it is kept now.
pub(crate) fn read(wanted: &HookSecret) -> Result<SecretString, UnreadableSecret> {
    let secret = wanted.place.read()?;
    match secret.expose_secret().len() {
        SHORTEST_SECRET.. => Ok(secret),
        short => Err(UnreadableSecret::too_short(&wanted.place, short, SHORTEST_SECRET)),
    }
}
