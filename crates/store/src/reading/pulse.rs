//! What has changed lately, asked often and cheaply by whoever looks on.

use std::collections::BTreeMap;

use highline_model::Timestamp;
use sea_orm::FromQueryResult;

use crate::sql::Sql;
use crate::stats::hour_of;
use crate::{Error, Pulse, Store};

#[derive(Debug, FromQueryResult)]
struct Changed {
    id: String,
    updated_at: Timestamp,
}

#[derive(Debug, FromQueryResult)]
struct Ended {
    workflow_id: String,
    ended: i64,
}

impl Store {
    /// Workflows that were changed since then, and how many runs of each workflow have ended in the hours from then on.
    pub async fn pulse(&self, since: Timestamp) -> Result<Pulse, Error> {
        let backend = self.read.get_database_backend();
        let changed = Sql::new("SELECT id, updated_at FROM workflows WHERE updated_at >= ").value(since);
        let changed = Changed::find_by_statement(changed.build(backend)).all(&self.read).await?;
        let ended = Sql::new(
            "SELECT workflow_id, CAST(SUM(succeeded + failed + cancelled) AS BIGINT) AS ended FROM run_stats \
             WHERE hour <> 0 AND hour >= ",
        );
        let ended = ended.value(hour_of(since)).text(" GROUP BY workflow_id");
        let ended = Ended::find_by_statement(ended.build(backend)).all(&self.read).await?;
        Ok(Pulse {
            changed: changed.into_iter().map(|row| (row.id, row.updated_at)).collect(),
            ended: ended.into_iter().map(|row| (row.workflow_id, row.ended)).collect::<BTreeMap<_, _>>(),
        })
    }
}
