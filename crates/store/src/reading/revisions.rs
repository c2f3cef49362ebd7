use std::collections::HashMap;

use highline_model::{Timestamp, WorkflowId};
use sea_orm::FromQueryResult;

use crate::sql::Sql;
use crate::{Error, ListedRevision, Page, RevisionHead, RevisionPage, Store};

/// Runs of a revision that are not over, in two parts, because each has an index of its own.
#[derive(Debug, FromQueryResult)]
struct Active {
    revision: i32,
    runs: i64,
}

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
        let active = self.active_runs(workflow).await?;
        let listed = |row: Row| ListedRevision {
            active_runs: active.get(&row.number).copied().unwrap_or(0),
            head: RevisionHead {
                workflow: workflow.clone(),
                number: row.number,
                hash: row.hash,
                created_at: row.created_at,
                by: row.saved_by,
            },
        };
        let revisions: Vec<ListedRevision> = rows.into_iter().take(page.limit as usize).map(listed).collect();
        let next = revisions.last().filter(|_| more).map(|last| last.head.number);
        Ok(RevisionPage { revisions, next })
    }

    /// How many runs of each revision are not over.
    async fn active_runs(&self, workflow: &WorkflowId) -> Result<HashMap<i32, u64>, Error> {
        let of = |sql: Sql, which: &str| {
            sql.text("SELECT revision, COUNT(*) AS runs FROM runs WHERE ")
                .text(which)
                .text(" AND workflow_id = ")
                .value(workflow.as_str())
                .text(" GROUP BY revision")
        };
        let select = of(Sql::new(""), "finished_at IS NULL AND state <> 'running'").text(" UNION ALL ");
        let select = of(select, "state = 'running'").build(self.read.get_database_backend());
        let mut active = HashMap::new();
        for row in Active::find_by_statement(select).all(&self.read).await? {
            *active.entry(row.revision).or_insert(0) += u64::try_from(row.runs).unwrap_or(0);
        }
        Ok(active)
    }
}
