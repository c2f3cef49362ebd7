//! The keys of what polls have found, read in their order and deleted one by one.

use highline_model::{EventId, Timestamp, WorkflowId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value;
use uuid::Uuid;

use crate::json::from_text;
use crate::sql::{Sql, parts};
use crate::{Error, PolledKey, Store};

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    dedupe_key: String,
    outcome: String,
    created_at: Timestamp,
}

#[derive(FromQueryResult)]
struct Cursor {
    cursor: Option<String>,
}

impl Store {
    /// Where the polls of a workflow have got to; of one that shares the polls of another, that one's.
    pub async fn poll_cursor(&self, workflow: &WorkflowId) -> Result<Option<Value>, Error> {
        let select = Sql::new(
            "SELECT COALESCE((SELECT leader.cursor FROM triggers leader WHERE leader.workflow_id = triggers.follows), \
             cursor) AS cursor FROM triggers WHERE workflow_id = ",
        )
        .value(workflow.as_str());
        let select = select.build(self.read.get_database_backend());
        let row = Cursor::find_by_statement(select).one(&self.read).await?;
        let text = row.and_then(|row| row.cursor);
        text.map(|text| from_text(&text, || format!("cursor of {workflow}"))).transpose()
    }

    /// The keys of a workflow's events after `after`, in the order of their bytes, so that those of one record are together.
    pub async fn polled_keys(
        &self,
        workflow: &WorkflowId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<PolledKey>, Error> {
        let select = Sql::new("SELECT id, dedupe_key, outcome, created_at FROM events WHERE workflow_id = ")
            .value(workflow.as_str())
            .text(" AND dedupe_key > ")
            .value(after)
            .text(" ORDER BY dedupe_key LIMIT ")
            .value(i64::from(limit));
        let rows =
            Row::find_by_statement(select.build(self.read.get_database_backend())).all(&self.read).await?;
        let key = |row: Row| PolledKey {
            event: EventId(row.id),
            key: row.dedupe_key,
            // Where there is a run, the event is its input; what is filtered or dropped becomes `past` in its time.
            idle: matches!(row.outcome.as_str(), super::PAST | "seen"),
            found_at: row.created_at,
        };
        Ok(rows.into_iter().map(key).collect())
    }

    /// Deletes events of which only the keys were kept; how many there were.
    pub async fn forget_polled(&self, events: &[EventId]) -> Result<u64, Error> {
        let mut forgotten = 0;
        for part in parts(events) {
            let delete = Sql::new(
                "DELETE FROM events WHERE outcome IN ('past', 'seen') AND id IN (SELECT column1 FROM ",
            )
            .rows("v", part.iter().map(|id| [id.0.into()]))
            .text(")");
            let done = self.write.execute_raw(delete.build(self.write.get_database_backend())).await?;
            forgotten += done.rows_affected();
        }
        Ok(forgotten)
    }
}
