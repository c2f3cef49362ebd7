use highline_model::{Timestamp, WorkflowId};
use sea_orm::FromQueryResult;

use crate::sql::Sql;
use crate::{Error, Page, RevisionHead, RevisionPage, Store};

#[derive(Debug, FromQueryResult)]
struct Row {
    number: i32,
    hash: String,
    created_at: Timestamp,
    saved_by: Option<String>,
}

impl Store {
    /// The revisions of a workflow without their texts, newest first.
    pub async fn revisions(&self, workflow: &WorkflowId, page: Page<i32>) -> Result<RevisionPage, Error> {
        let select =
            Sql::new("SELECT number, hash, created_at, saved_by FROM revisions WHERE workflow_id = ")
                .value(workflow.as_str())
                .text(" AND number < ")
                .value(page.after.unwrap_or(i32::MAX))
                .text(" ORDER BY number DESC LIMIT ")
                .value(i64::from(page.limit) + 1);
        let select = select.build(self.read.get_database_backend());
        let rows = Row::find_by_statement(select).all(&self.read).await?;
        let more = rows.len() > page.limit as usize;
        let head = |row: Row| RevisionHead {
            workflow: workflow.clone(),
            number: row.number,
            hash: row.hash,
            created_at: row.created_at,
            by: row.saved_by,
        };
        let revisions: Vec<RevisionHead> = rows.into_iter().take(page.limit as usize).map(head).collect();
        let next = revisions.last().filter(|_| more).map(|last| last.number);
        Ok(RevisionPage { revisions, next })
    }
}
