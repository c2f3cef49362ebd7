//! The folders of other nodes with the same path: a file that is missing here may be there.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use highline_model::{Clock, WorkflowId};
use highline_store::{FolderRecord, Store};

/// A file that a node had so lately is waited for: it may be starting anew.
const REMEMBERED: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// This node's folder among those of others.
pub struct Beside {
    store: Store,
    clock: Clock,
    /// The machine and the folder's real place there: who starts again takes the place of who was there before.
    id: String,
    path: String,
}

impl Beside {
    pub fn new(store: Store, clock: Clock, (host, folder): (&str, &Path)) -> Self {
        let place = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let id = format!("{host}:{}", place.display());
        Self { store, clock, id, path: folder.display().to_string() }
    }

    /// Tells the others what is here.
    pub async fn tell(&self, workflows: &BTreeSet<WorkflowId>) -> Result<(), highline_store::Error> {
        let (id, path, workflows) = (self.id.clone(), self.path.clone(), workflows.clone());
        self.store.keep_folder(&FolderRecord { id, path, workflows }, self.clock.now()).await
    }

    /// Tells them that nothing has changed.
    pub async fn go_on(&self) -> Result<(), highline_store::Error> {
        self.store.see_folder(&self.id, self.clock.now()).await
    }

    /// Where the files of others are.
    pub async fn holders(&self) -> Result<HashMap<WorkflowId, String>, highline_store::Error> {
        let since = self.clock.now() - REMEMBERED;
        let folders = self.store.folders_beside(&self.id, &self.path, since).await?;
        let files =
            |folder: FolderRecord| folder.workflows.into_iter().map(move |id| (id, folder.id.clone()));
        Ok(folders.into_iter().flat_map(files).collect())
    }
}
