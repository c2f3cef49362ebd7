//! Work that one node does for all, now and then. Who does it is settled anew each time; there is no leader.

use std::time::Duration;

use highline_model::{NodeId, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::json::{from_text, to_text};
use crate::sql::Sql;
use crate::{Error, Round, Store};

/// Deleting what is kept long enough.
const RETENTION: &str = "retention";

impl Store {
    /// Takes the chore of deleting until `now + lease`, if it is due; true if this node has it now. The node that has it
    /// takes it again and again to keep it.
    pub async fn take_retention(
        &self,
        node: &NodeId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<bool, Error> {
        let backend = self.write.get_database_backend();
        let take = Sql::new("INSERT INTO chores (name, owner, next_at) VALUES (")
            .value(RETENTION)
            .text(", ")
            .value(node.as_str())
            .text(", ")
            .value(now + lease)
            .text(
                ") ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, next_at = excluded.next_at \
                 WHERE chores.next_at <= ",
            )
            .value(now)
            .text(" OR chores.owner = excluded.owner");
        Ok(self.write.execute_raw(take.build(backend)).await?.rows_affected() == 1)
    }

    /// Whether the chore is due: asked before it is taken, so that a node with nothing to do writes nothing.
    pub async fn retention_is_due(&self, now: Timestamp) -> Result<bool, Error> {
        let row = self.chore().await?;
        Ok(row.is_none_or(|row| row.next_at <= now))
    }

    /// Gives the chore up until `next_at`, with what was done.
    pub async fn end_retention(&self, round: &Round, next_at: Timestamp) -> Result<(), Error> {
        let backend = self.write.get_database_backend();
        let end = Sql::new("UPDATE chores SET owner = NULL, next_at = ")
            .value(next_at)
            .text(", report = ")
            .value(to_text(round))
            .text(" WHERE name = ")
            .value(RETENTION)
            .text(" AND owner = ")
            .value(round.node.as_str());
        self.write.execute_raw(end.build(backend)).await?;
        Ok(())
    }

    /// The last round of deleting that came to its end.
    pub async fn last_retention(&self) -> Result<Option<Round>, Error> {
        let report = self.chore().await?.and_then(|chore| chore.report);
        report.map(|text| from_text(&text, || "the report of the last retention".to_owned())).transpose()
    }

    async fn chore(&self) -> Result<Option<Chore>, Error> {
        let backend = self.read.get_database_backend();
        let select = Sql::new("SELECT next_at, report FROM chores WHERE name = ").value(RETENTION);
        Ok(Chore::find_by_statement(select.build(backend)).one(&self.read).await?)
    }
}

#[derive(Debug, FromQueryResult)]
struct Chore {
    next_at: Timestamp,
    report: Option<String>,
}
