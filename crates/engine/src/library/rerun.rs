//! Doing a run again.

use std::sync::Arc;

use highline_model::{EventId, Failure, LogEntry, RunEvent, RunId, RunState, StepPath, WorkflowId};
use highline_store::{Arrival, Error, NewRun, Packed, Replay, RevisionChoice, RunDetail, Start};
use highline_workflow::Workflow;
use serde_json::Value;

use super::Library;
use crate::event::{concurrency, trigger_scope};
use crate::replay::{Kept, Unfit, before, from_the_first, target};

/// How a run shall be done again.
#[derive(Debug, Clone)]
pub struct Rerun {
    /// A step's path, or its id, which inside a loop means the first turn; the first step when left out.
    pub from: Option<String>,
    /// In place of what the trigger found.
    pub input: Option<Value>,
    pub revision: RevisionChoice,
    /// Who wants it, for the log.
    pub by: String,
    /// Of all wishes with one key the first makes a run.
    pub key: Option<String>,
}

/// What came of doing a run again.
#[derive(Debug, Clone, PartialEq)]
pub enum Rerunning {
    Run {
        run: RunId,
        revision: i32,
        /// Unsafe steps that the older run had sent, and that the new one sends again if it comes to them.
        sent_again: Vec<StepPath>,
    },
    /// The run that the first wish with this key made; none when it has been removed.
    Known {
        run: Option<RunId>,
        revision: i32,
        sent_again: Vec<StepPath>,
    },
    /// The key was used before, for another wish.
    OtherWish,
    /// The workflow's `concurrency` has no place for it and drops what has none.
    Dropped,
    /// Only a run that is over is done again; this one is in another state.
    NotOver(RunState),
    Unfit(Unfit),
    /// The workflow's revision does not fit this node.
    Unusable(Failure),
    /// There is no such run.
    Unknown,
}

impl Library {
    /// Starts a new run, with an event of its own, that does run `id` again.
    pub async fn rerun(&self, id: RunId, wish: Rerun) -> Result<Rerunning, Error> {
        let Some(old) = self.store.run(id).await? else { return Ok(Rerunning::Unknown) };
        if !old.record.state.is_finished() {
            return Ok(Rerunning::NotOver(old.record.state));
        }
        let name = &old.record.workflow;
        let revision = match wish.revision {
            RevisionChoice::Saved => old.record.revision,
            RevisionChoice::Newest => {
                self.store.workflow(name).await?.map_or(old.record.revision, |record| record.revision)
            }
        };
        let workflow = match self.workflow(name, revision).await? {
            Ok(workflow) => workflow,
            Err(failure) => return Ok(Rerunning::Unusable(failure)),
        };
        let kept = match self.kept(&workflow, &old, wish.from.as_deref()).await? {
            Ok(kept) => kept,
            Err(unfit) => return Ok(Rerunning::Unfit(unfit)),
        };
        let sent_again = kept.sent_again.clone();
        let now = self.clock.now();
        let event = Arc::new(wish.input.unwrap_or(old.event));
        let data = Packed::of(&*event);
        let scope = trigger_scope(&workflow, Some(event), now);
        let new = NewRun {
            workflow: name.clone(),
            revision,
            timeout: workflow.timeout,
            arrival: Arrival::ByHand,
            by: Some(wish.by.clone()),
            key: Some(match &wish.key {
                Some(key) => format!("again:{id}:{key}"),
                None => format!("rerun:{}", EventId::new()),
            }),
            data,
            concurrency: concurrency(&workflow, &scope),
            // A person wants it again: what the workflow's own keys say of the event does not matter.
            once: None,
            holder: None,
            now,
        };
        let log = kept.into_log(id, &wish.by, now);
        let from = begins_at(&log);
        let saved = wish.revision == RevisionChoice::Saved;
        Ok(match self.store.rerun(new, Replay { of: id, log }).await? {
            Start::Made { run, .. } => Rerunning::Run { run, revision, sent_again },
            Start::Known { run } if self.is_same(run, (saved.then_some(revision), from)).await? => {
                Rerunning::Known { run, revision, sent_again }
            }
            Start::Known { .. } | Start::OtherData => Rerunning::OtherWish,
            Start::Dropped => Rerunning::Dropped,
            other => unreachable!("a run that is done again asks for neither switch nor revision: {other:?}"),
        })
    }

    /// Whether the run that a key made is of this revision, where only one was wanted, and began at this step.
    async fn is_same(
        &self,
        run: Option<RunId>,
        (revision, from): (Option<i32>, Option<StepPath>),
    ) -> Result<bool, Error> {
        let known = match run {
            Some(run) => self.store.run(run).await?,
            None => None,
        };
        Ok(known.is_none_or(|known| {
            revision.is_none_or(|revision| known.record.revision == revision) && begins_at(&known.log) == from
        }))
    }

    async fn kept(
        &self,
        workflow: &Workflow,
        old: &RunDetail,
        from: Option<&str>,
    ) -> Result<Result<Kept, Unfit>, Error> {
        let Some(from) = from else { return Ok(Ok(from_the_first(&old.log))) };
        let from = match target(workflow, from) {
            Ok(from) => from,
            Err(unfit) => return Ok(Err(unfit)),
        };
        let is_new = self.is_new(&old.record.workflow, old.record.revision, &from).await?;
        Ok(before(workflow, &old.log, from, is_new))
    }

    /// Whether a step is not in a revision that can still be read.
    async fn is_new(&self, id: &WorkflowId, revision: i32, step: &StepPath) -> Result<bool, Error> {
        let step = step.as_str().rsplit('.').next().unwrap_or_default();
        let saved = self.workflow(id, revision).await?;
        Ok(saved.is_ok_and(|saved| !highline_workflow::index(&saved.steps).contains_key(step)))
    }
}

/// The step that a run which does another again begins at; none for the first.
fn begins_at(log: &[LogEntry]) -> Option<StepPath> {
    let from = log.iter().rev().find_map(|entry| match &entry.event {
        RunEvent::Rerun { from, .. } => Some(from.clone()),
        _ => None,
    });
    from.flatten()
}
