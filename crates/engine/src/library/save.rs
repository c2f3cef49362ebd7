//! How a text that has passed the check becomes the newest revision of its workflow.

use std::sync::Arc;

use highline_model::WorkflowId;
use highline_store::{Error, Keep, NewRevision, NewTrigger, WorkflowRecord};
use highline_workflow::{Workflow, hash};
use highline_yaml::{Diagnostic, Source};

use super::{Deployed, Library, problem};

/// A text that shall be in use.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub source: &'a Source,
    /// The path of its file, or `api`.
    pub origin: &'a str,
    pub by: Option<&'a str>,
}

/// What came of saving a revision.
pub(super) enum Saving {
    Done(WorkflowRecord),
    /// The path that its trigger gives is another workflow's.
    Taken(Diagnostic),
    /// The newest revision is another than was thought.
    Overtaken,
}

impl Library {
    /// Notes beside the last good revision what is wrong with a text.
    pub(super) async fn refuse(
        &self,
        id: &WorkflowId,
        source: &Source,
        diagnostics: Vec<Diagnostic>,
    ) -> Result<Deployed, Error> {
        self.store.set_problem(id, Some(&problem(source, &diagnostics)), self.clock.now()).await?;
        Ok(Deployed::Refused { diagnostics })
    }

    pub(super) fn revision_of(
        &self,
        workflow: &Workflow,
        trigger: NewTrigger,
        text: Text<'_>,
    ) -> NewRevision {
        NewRevision {
            workflow: workflow.id.clone(),
            name: workflow.name.clone(),
            source: text.source.text.clone(),
            hash: hash(&text.source.text),
            origin: text.origin.to_owned(),
            by: text.by.map(str::to_owned),
            enabled_at_first_sight: workflow.enabled || self.enable_new,
            keep: workflow.keep.clone().map_or_else(Keep::default, keep),
            trigger,
            run_timeout: workflow.timeout,
            now: self.clock.now(),
        }
    }

    /// Makes it the newest revision; over `base` alone, where there is one.
    pub(super) async fn save(
        &self,
        workflow: &Arc<Workflow>,
        new: NewRevision,
        base: Option<i32>,
    ) -> Result<Saving, Error> {
        let saved = match base {
            Some(base) => self.store.save_revision_over(base, new).await,
            None => self.store.save_revision(new).await.map(Some),
        };
        let record = match saved {
            Ok(Some(record)) => record,
            Ok(None) => return Ok(Saving::Overtaken),
            // Another node may have given its path away since it was looked up.
            Err(error) => return self.taken(workflow).await?.map(Saving::Taken).ok_or(error),
        };
        self.in_use(workflow.clone(), record.revision).await?;
        Ok(Saving::Done(record))
    }

    /// A revision is the newest one of its workflow.
    pub(super) async fn in_use(&self, workflow: Arc<Workflow>, revision: i32) -> Result<(), Error> {
        self.guard(&workflow, self.clock.now()).await?;
        let id = workflow.id.clone();
        self.remember(&id, revision, Ok(workflow));
        self.saw_newest(&id, Some(revision));
        Ok(())
    }
}

fn keep(wanted: highline_workflow::Keep) -> Keep {
    Keep { age: wanted.age, failed_age: wanted.failed_age, runs: wanted.runs }
}
