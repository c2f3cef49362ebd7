//! Which runs are listed, beyond what the indexes know.

use std::collections::HashSet;

use highline_engine::Library;
use highline_model::{RunId, WorkflowId};
use highline_store::{Page, RunFilter, RunPage, RunRecord, Store};

use crate::error::Error;

/// What is searched for.
pub struct Search {
    pub text: Option<String>,
    pub connection: Option<String>,
}

impl Search {
    /// Whether it narrows nothing.
    pub fn is_blank(&self) -> bool {
        self.wanted().is_none() && self.connection.is_none()
    }

    fn wanted(&self) -> Option<String> {
        self.text.as_ref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty())
    }

    /// A page of the runs that fit the filter and what is searched for.
    pub async fn page(
        &self,
        store: &Store,
        library: &Library,
        (mut filter, page): (RunFilter, Page<RunId>),
    ) -> Result<RunPage, Error> {
        let users = match &self.connection {
            None => None,
            Some(connection) => Some(users(store, library, connection).await?),
        };
        let text = self.wanted();
        if text.is_none() && users.is_none() {
            return Ok(store.runs(&filter, page).await?);
        }
        // One workflow has an index of its own.
        if let (Some(users), None) = (&users, &filter.workflow)
            && let [only] = users.iter().collect::<Vec<_>>().as_slice()
        {
            filter.workflow = Some((*only).clone());
        }
        if users.as_ref().is_some_and(HashSet::is_empty) {
            return Ok(RunPage { runs: Vec::new(), next: None });
        }
        let fits = |run: &RunRecord| {
            users.as_ref().is_none_or(|users| users.contains(&run.workflow))
                && text.as_ref().is_none_or(|text| has(run, text))
        };
        Ok(store.runs_where(&filter, page, fits).await?)
    }
}

/// `text` is in lower case.
fn has(run: &RunRecord, text: &str) -> bool {
    run.id.to_string().starts_with(text)
        || run.workflow.as_str().contains(text)
        || run.failure.as_ref().is_some_and(|failure| failure.to_string().to_lowercase().contains(text))
}

async fn users(store: &Store, library: &Library, connection: &str) -> Result<HashSet<WorkflowId>, Error> {
    let mut users = HashSet::new();
    for workflow in store.workflows().await? {
        if library.look(&workflow).await?.connections.contains(connection) {
            users.insert(workflow.id);
        }
    }
    Ok(users)
}
