//! Workflows that people edit elsewhere than in their files. A text that comes from a file goes back into it, first of
//! all: the folder stays what its owner keeps in version control.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use highline_model::WorkflowId;
use highline_store::{Error, WorkflowRecord, WorkflowRemoved};
use highline_workflow::{Checked, DiagnosticView, Workflow, hash};
use highline_yaml::Source;
use tokio::sync::MutexGuard;

use super::desk;
use super::trigger::new_trigger;
use super::{Library, Saving, Text};

/// Where texts come from that have no file.
const API: &str = "api";

/// The number of the revision before the first.
const NONE_YET: i32 = 0;

/// A text that a person wants to be the workflow's.
#[derive(Debug, Clone)]
pub struct Edit {
    pub id: WorkflowId,
    pub text: String,
    /// Who.
    pub by: String,
    /// The revision that was edited, where only that one may be replaced.
    pub base: Option<i32>,
    /// Replace what is in the file also when it was changed there and is not in use.
    pub overwrite: bool,
}

/// What came of it.
#[derive(Debug)]
pub enum Edited {
    Saved {
        record: Box<WorkflowRecord>,
        warnings: Vec<DiagnosticView>,
        /// The file that has it now.
        written_to: Option<PathBuf>,
    },
    /// It is wrong; nothing was changed.
    Refused(Vec<DiagnosticView>),
    /// It would have undone what somebody else did, or cannot be kept; the text says why and what to do.
    Conflict(String),
    /// There is no such workflow.
    Unknown,
}

impl Library {
    /// Keeps the folder's texts and edits apart: whoever reads a file and saves it, or saves and writes it, holds this.
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// What is wrong with a text, and what it would be; nothing is kept.
    pub async fn check_text(
        &self,
        id: &WorkflowId,
        text: &str,
    ) -> Result<(Option<Arc<Workflow>>, Vec<DiagnosticView>), Error> {
        let source = Source::new(format!("{id}.yaml"), text);
        let checked = self.checked(id, &source).await?;
        Ok((checked.workflow, DiagnosticView::all(&source, &checked.diagnostics)))
    }

    /// Makes a workflow of a text, in a file where `file` says so.
    pub async fn create(&self, edit: Edit, file: bool) -> Result<Edited, Error> {
        let _turn = self.turn().await;
        let id = &edit.id;
        if self.store.workflow(id).await?.is_some() {
            return Ok(Edited::Conflict(format!("there is a workflow `{id}` already")));
        }
        let file = match self.desk.as_ref().filter(|_| file) {
            Some(desk) if !desk.is_writable() => {
                return Ok(Edited::Conflict("this node cannot write its workflows folder".to_owned()));
            }
            Some(desk) => match desk.new_file(id.as_str()) {
                Ok(file) => Some(file),
                Err(file) => {
                    let message = format!("the file {} is there already, and wrong: mend it", file.display());
                    return Ok(Edited::Conflict(message));
                }
            },
            None => None,
        };
        self.keep_edit(Edit { base: Some(NONE_YET), ..edit }, file, API).await
    }

    /// Makes a text the newest revision of its workflow, and puts it into the workflow's file.
    pub async fn replace(&self, edit: Edit) -> Result<Edited, Error> {
        let _turn = self.turn().await;
        let Some(record) = self.store.workflow(&edit.id).await? else { return Ok(Edited::Unknown) };
        if edit.base.is_some_and(|base| base != record.revision) {
            return Ok(Edited::Conflict(overtaken(&edit.id, Some(record.revision))));
        }
        let file = self.desk.as_ref().and_then(|desk| desk.place(&record.origin));
        if let Some(file) = &file
            && let Some(why) = self.in_the_way(&edit, &record, file).await?
        {
            return Ok(Edited::Conflict(why));
        }
        self.keep_edit(edit, file, &record.origin).await
    }

    /// The file of a workflow, where it is in this node's folder.
    pub fn file_of(&self, record: &WorkflowRecord) -> Option<PathBuf> {
        self.desk.as_ref()?.file(&record.origin)
    }

    /// Whether an edit can be put into the file.
    pub fn may_write(&self, file: &Path) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.may_write(file))
    }

    /// Whether new workflows can get files.
    pub fn has_writable_folder(&self) -> bool {
        self.desk.as_ref().is_some_and(desk::Desk::is_writable)
    }

    /// Deletes a workflow and its file, with its runs, when they are over. The file goes last: until it is sure that the
    /// workflow goes, it is its text.
    pub async fn remove(&self, id: &WorkflowId) -> Result<Result<WorkflowRemoved, String>, Error> {
        let _turn = self.turn().await;
        let Some(record) = self.store.workflow(id).await? else { return Ok(Ok(WorkflowRemoved::Unknown)) };
        let file = self.file_of(&record);
        if let Some(file) = file.as_ref().filter(|file| !self.may_write(file)) {
            return Ok(Err(format!(
                "its file {} cannot be removed by this node: remove it there",
                file.display()
            )));
        }
        let open = self.store.open_runs(id).await?;
        if open > 0 {
            return Ok(Ok(WorkflowRemoved::Open(open)));
        }
        self.store.set_enabled(id, false, None, self.clock.now()).await?;
        let removed = self.store.remove_workflow(id, self.deletes_for).await?;
        if removed == WorkflowRemoved::Done {
            self.saw_newest(id, None);
            if let Some(file) = &file
                && let Err(error) = std::fs::remove_file(file)
                && error.kind() != ErrorKind::NotFound
            {
                return Ok(Err(format!(
                    "it was deleted, but its file {} cannot be removed: {error}; remove it there, or the workflow comes back",
                    file.display()
                )));
            }
        }
        Ok(Ok(removed))
    }

    /// Why the workflow's file must not be replaced.
    async fn in_the_way(
        &self,
        edit: &Edit,
        record: &WorkflowRecord,
        file: &Path,
    ) -> Result<Option<String>, Error> {
        if !self.may_write(file) {
            let message = format!(
                "`{}` comes from {}, which this node cannot write: change it there",
                edit.id,
                file.display()
            );
            return Ok(Some(message));
        }
        let saved = self.store.revision(&edit.id, record.revision).await?;
        let changed = |text: &String| saved.is_none_or(|saved| saved.head.hash != hash(text));
        let other = std::fs::read_to_string(file).ok().is_some_and(|text| changed(&text));
        Ok((other && !edit.overwrite).then(|| {
            format!(
                "{} was changed and is not in use yet, or is wrong: look at it, or save with `overwrite`",
                file.display()
            )
        }))
    }

    /// The file comes first: if the process ends in between, it is taken over at the next start.
    async fn keep_edit(&self, edit: Edit, file: Option<PathBuf>, origin: &str) -> Result<Edited, Error> {
        let Edit { id, text, by, base, .. } = edit;
        let name = file.as_ref().map_or_else(|| format!("{id}.yaml"), |file| file.display().to_string());
        let source = Source::new(&name, text);
        let Checked { workflow, diagnostics } = self.checked(&id, &source).await?;
        let Some(workflow) = workflow else {
            return Ok(Edited::Refused(DiagnosticView::all(&source, &diagnostics)));
        };
        if let Some(file) = &file
            && let Err(error) = desk::write(file, &source.text)
        {
            return Ok(Edited::Conflict(format!("{} cannot be written: {error}", file.display())));
        }
        let origin = if file.is_some() { &name } else { origin };
        let trigger = new_trigger(&workflow, self.connections.as_deref(), self.clock.now());
        let new = self.revision_of(&workflow, trigger, Text { source: &source, origin, by: Some(&by) });
        let refused = match self.save(&workflow, new, base).await? {
            Saving::Done(record) => {
                let warnings = DiagnosticView::all(&source, &diagnostics);
                return Ok(Edited::Saved { record: Box::new(record), warnings, written_to: file });
            }
            Saving::Taken(taken) => Edited::Refused(DiagnosticView::all(&source, &[taken])),
            Saving::Overtaken => Edited::Conflict(overtaken(&id, self.store.newest_revision(&id).await?)),
        };
        if let (Some(file), Some(newest)) = (&file, self.store.newest_revision(&id).await?) {
            let in_use = self.store.revision(&id, newest).await?.map(|revision| revision.source);
            desk::take_back(file, &source.text, in_use.as_deref());
        }
        Ok(refused)
    }
}

/// Why an edit of an older revision is not taken.
fn overtaken(id: &WorkflowId, newest: Option<i32>) -> String {
    match newest {
        Some(newest) => format!("`{id}` has the revision {newest} by now: somebody has saved it meanwhile"),
        None => format!("`{id}` is gone: somebody has deleted it meanwhile"),
    }
}
