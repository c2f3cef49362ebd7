//! Workflows on this node: their texts become revisions, their revisions become plans.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use self::desk::Desk;
use self::save::{Saving, Text};
use self::shelf::{Compiled, Shelf};
use self::trigger::{first_at, new_trigger};
use crate::echo::guard;
use highline_catalog::{Catalog, Connections};
use highline_model::{Clock, ErrorKind, Failure, RunId, Timestamp, WorkflowId};
use highline_store::{SavedText, Store, WorkflowRecord};
use highline_workflow::{Checked, Environment, Trigger, Workflow, check, hash};
use highline_yaml::{Diagnostic, Source};

mod address;
mod desk;
mod edit;
mod look;
mod rerun;
mod save;
mod shelf;
mod trigger;

pub use edit::{Edit, Edited};
pub use look::Look;
pub use rerun::{Rerun, Rerunning};

/// Well within the patience of those who ask.
const DELETES_FOR: Duration = Duration::from_secs(8);

/// Checks, saves and remembers workflows.
pub struct Library {
    store: Store,
    catalog: Arc<Catalog>,
    /// None: not known here, so their names are not checked.
    connections: Option<Arc<Connections>>,
    clock: Clock,
    enable_new: bool,
    compiled: Mutex<Shelf>,
    /// The newest revision of a workflow, where it was asked for. Other nodes make newer ones, so what is written with
    /// it is checked against the database.
    newest: Mutex<HashMap<WorkflowId, i32>>,
    /// What workflows are made of, by revision, where it was asked for.
    looks: Mutex<HashMap<WorkflowId, (i32, Arc<Look>)>>,
    /// Where the files of this node's workflows are.
    desk: Option<Desk>,
    turn: tokio::sync::Mutex<()>,
    /// How long a deletion goes on before it is continued with the next wish.
    deletes_for: Duration,
}

/// What became of a workflow's text.
#[derive(Debug)]
pub enum Deployed {
    /// It is the workflow's revision now; `changed` in the record says whether it is a new one. Warnings are shown.
    Saved { record: Box<WorkflowRecord>, warnings: Vec<Diagnostic> },
    /// It was in use already, and so was all that belongs to it.
    Unchanged { warnings: Vec<Diagnostic> },
    /// It is wrong. The last good revision goes on, if there is one.
    Refused { diagnostics: Vec<Diagnostic> },
}

/// What came of switching a workflow on or off.
#[derive(Debug, Clone, PartialEq)]
pub enum Switched {
    Done(Box<WorkflowRecord>),
    /// The workflow's revision does not fit this node.
    Unusable(Failure),
    /// There is no such workflow.
    Unknown,
}

/// What came of starting a run by hand.
#[derive(Debug, Clone, PartialEq)]
pub enum Started {
    Run(RunId),
    /// The event is known, by its key or by the workflow's `dedupe`: this is the run of the first one, unless it has been
    /// removed.
    Known(Option<RunId>),
    /// The key was used before, for another event.
    OtherData,
    /// The workflow's `concurrency` has no place for it and drops what has none; the event is kept.
    Dropped,
    /// The workflow's revision does not fit this node.
    Unusable(Failure),
    /// There is no such workflow.
    Unknown,
}

impl Library {
    pub fn new(
        store: Store,
        catalog: Arc<Catalog>,
        connections: Option<Arc<Connections>>,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            catalog,
            connections,
            clock,
            enable_new: false,
            compiled: Mutex::default(),
            newest: Mutex::default(),
            looks: Mutex::default(),
            desk: None,
            turn: tokio::sync::Mutex::default(),
            deletes_for: DELETES_FOR,
        }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Switches on what is seen for the first time, whatever its text says: for a demonstration.
    pub fn enabling_new(self, enable_new: bool) -> Self {
        Self { enable_new, ..self }
    }

    /// Texts that come from files of this folder go back there when they are edited elsewhere.
    pub fn with_folder(self, folder: PathBuf) -> Self {
        Self { desk: Some(Desk::new(folder)), ..self }
    }

    /// A workflow with much that is known of it is deleted in parts; each takes so long, and the step that is under way then.
    pub fn deleting_for(self, deletes_for: Duration) -> Self {
        Self { deletes_for, ..self }
    }

    pub fn check(&self, id: &WorkflowId, source: &Source) -> Checked {
        check(id, source, &Environment { catalog: &self.catalog, connections: self.connections.as_deref() })
    }

    /// Checks a text and makes it the workflow's revision, or notes beside the last good one what is wrong with it.
    /// `origin` is the path of its file, or `api`.
    pub async fn deploy(
        &self,
        id: &WorkflowId,
        source: &Source,
        origin: &str,
    ) -> Result<Deployed, highline_store::Error> {
        self.deploy_over(None, id, (source, origin)).await
    }

    /// The same, and cheaper where `saved`, which is in use, says that there is nothing to do.
    pub async fn deploy_over(
        &self,
        saved: Option<&SavedText>,
        id: &WorkflowId,
        (source, origin): (&Source, &str),
    ) -> Result<Deployed, highline_store::Error> {
        let Checked { workflow, diagnostics } = self.checked(id, source).await?;
        let now = self.clock.now();
        let Some(workflow) = workflow else { return self.refuse(id, source, diagnostics).await };
        let text = Text { source, origin, by: None };
        let hash = hash(&source.text);
        let trigger = new_trigger(&workflow, self.connections.as_deref(), now);
        let same = |saved: &&SavedText| {
            let before = (&saved.hash, saved.origin.as_str(), &saved.fingerprint, &saved.problem);
            let path = trigger.hook.as_ref().and_then(|hook| hook.path.as_ref());
            before == (&hash, origin, &trigger.fingerprint, &None) && saved.hook_path.as_ref() == path
        };
        if let Some(saved) = saved.filter(same) {
            self.in_use(workflow, saved.revision).await?;
            return Ok(Deployed::Unchanged { warnings: diagnostics });
        }
        let new = self.revision_of(&workflow, trigger, text);
        let record = match self.save(&workflow, new, None).await? {
            Saving::Done(record) => record,
            Saving::Taken(taken) => return self.refuse(id, source, vec![taken]).await,
            Saving::Overtaken => unreachable!("it is saved over whatever there is"),
        };
        Ok(Deployed::Saved { record: Box::new(record), warnings: diagnostics })
    }

    /// The compiled revision. The inner error: its text does not fit this node's catalog or connections. That may be
    /// otherwise on another node, or when this one has been given what it lacks.
    pub async fn workflow(&self, id: &WorkflowId, revision: i32) -> Result<Compiled, highline_store::Error> {
        if let Some(known) = self.compiled().get(id, revision, self.clock.now()) {
            return Ok(known);
        }
        let compiled = match self.store.in_time(self.store.revision(id, revision)).await? {
            None => Err(Failure::new(
                ErrorKind::Configuration,
                format!("revision {revision} of workflow `{id}` is not in the database"),
            )),
            Some(record) => {
                let source = Source::new(format!("{id}.yaml"), record.source);
                let Checked { workflow, diagnostics } = self.check(id, &source);
                workflow.ok_or_else(|| unusable(id, revision, &source, &diagnostics))
            }
        };
        self.remember(id, revision, compiled.clone());
        Ok(compiled)
    }

    /// Switches a workflow on or off. On: a poll is due at once, a schedule at its next time. One that cannot be run
    /// here is not switched on.
    pub async fn set_enabled(
        &self,
        id: &WorkflowId,
        enabled: bool,
    ) -> Result<Switched, highline_store::Error> {
        let Some(record) = self.store.workflow(id).await? else { return Ok(Switched::Unknown) };
        let now = self.clock.now();
        let next_at = match self.workflow(id, record.revision).await? {
            _ if !enabled => None,
            Ok(workflow) => match self.retake(&workflow).await? {
                Ok(()) => first_at(&workflow.trigger, now),
                Err(failure) => return Ok(Switched::Unusable(failure)),
            },
            Err(failure) => return Ok(Switched::Unusable(failure)),
        };
        let switched = self.store.set_enabled(id, enabled, next_at, now).await?;
        Ok(switched.map_or(Switched::Unknown, |record| Switched::Done(Box::new(record))))
    }

    /// The number of the workflow's revision, as far as this node knows; none when there is no such workflow.
    pub(crate) async fn newest(&self, id: &WorkflowId) -> Result<Option<i32>, highline_store::Error> {
        if let Some(newest) = self.revisions().get(id) {
            return Ok(Some(*newest));
        }
        let newest = self.store.in_time(self.store.newest_revision(id)).await?;
        self.saw_newest(id, newest);
        Ok(newest)
    }

    /// What the database says of a workflow's newest revision.
    pub(crate) fn saw_newest(&self, id: &WorkflowId, newest: Option<i32>) {
        match newest {
            Some(newest) => self.revisions().insert(id.clone(), newest),
            None => self.revisions().remove(id),
        };
    }

    /// Lets all nodes know of a trigger that ignores what was written here.
    async fn guard(&self, workflow: &Workflow, now: Timestamp) -> Result<(), highline_store::Error> {
        let Trigger::Poll(poll) = &workflow.trigger else { return Ok(()) };
        let connection = self.connections.as_deref().zip(poll.connection.as_ref());
        match (connection.and_then(|(all, name)| all.get(name)), poll.ignore_own_writes) {
            (Some(connection), Some(lasts)) => guard(&self.store, connection, lasts, now).await,
            _ => Ok(()),
        }
    }

    fn remember(&self, id: &WorkflowId, revision: i32, compiled: Compiled) {
        self.compiled().put((id, revision), compiled, self.clock.now());
    }

    fn compiled(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.compiled.lock().expect("no one panics while holding the compiled workflows")
    }

    fn looks(&self) -> std::sync::MutexGuard<'_, HashMap<WorkflowId, (i32, Arc<Look>)>> {
        self.looks.lock().expect("no one panics while holding what workflows are made of")
    }

    fn revisions(&self) -> std::sync::MutexGuard<'_, HashMap<WorkflowId, i32>> {
        self.newest.lock().expect("no one panics while holding the numbers of revisions")
    }
}

fn unusable(id: &WorkflowId, revision: i32, source: &Source, diagnostics: &[Diagnostic]) -> Failure {
    let first = diagnostics.iter().find(|d| d.is_error()).map(|d| one_line(source, d)).unwrap_or_default();
    Failure::new(
        ErrorKind::Configuration,
        format!("revision {revision} of workflow `{id}` does not fit this node: {first}"),
    )
}

/// What is wrong with a text, on one line: the first problem, and how many more there are.
pub fn problem(source: &Source, diagnostics: &[Diagnostic]) -> String {
    let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let first = errors.next().map(|first| one_line(source, first)).unwrap_or_default();
    match errors.count() {
        0 => first,
        more => format!("{first} (and {more} more)"),
    }
}

/// `workflows/badge.yaml:4:8: unknown operation …`
fn one_line(source: &Source, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.span;
    format!("{}:{}:{}: {}", source.name, span.line, span.column, diagnostic.message)
}
