//! Due triggers: who polls which one now, and when the next is due.

use std::collections::HashSet;

use highline_model::{Timestamp, WorkflowId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};

use crate::entity::event;
use crate::json::{from_text, without_nul};
use crate::sql::{Sql, parts};
use crate::{Claim, ClaimedTrigger, Error, Store};

#[derive(Debug, FromQueryResult)]
struct Claimed {
    workflow_id: String,
    kind: String,
    cursor: Option<String>,
    next_at: Timestamp,
    fence: i64,
    polls: i64,
    failures: i32,
    revision: i32,
    feed: Option<String>,
    source: Option<String>,
    followers: i64,
}

impl Store {
    /// Leases due triggers of enabled workflows to a node, the longest due first. A lease that has run out is given
    /// again, with a higher fence. A trigger that this version cannot read is reported and left out.
    /// Those of the source `without` are left for later.
    pub async fn claim_triggers(
        &self,
        claim: Claim<'_>,
        without: Option<&str>,
    ) -> Result<Vec<ClaimedTrigger>, Error> {
        let backend = self.write.get_database_backend();
        let others = |select: Sql| match without {
            None => select,
            Some(source) => select.text(" AND (source IS NULL OR source <> ").value(source).text(")"),
        };
        let due = Sql::new("WITH due AS MATERIALIZED (SELECT workflow_id FROM triggers WHERE next_at <= ")
            .value(claim.now)
            .text(" AND (lease_until IS NULL OR lease_until <= ")
            .value(claim.now)
            .text(")");
        let update = others(due)
            .text(" ORDER BY next_at, workflow_id LIMIT ")
            .value(i64::from(claim.limit))
            .on_postgres(backend, " FOR NO KEY UPDATE SKIP LOCKED")
            .text(") UPDATE triggers SET fence = fence + 1, owner = ")
            .value(claim.node.as_str())
            .text(", lease_until = ")
            .value(claim.now + claim.lease)
            .text(
                " WHERE workflow_id IN (SELECT workflow_id FROM due) RETURNING workflow_id, kind, cursor, next_at, \
                 fence, polls, failures, feed, source, \
                 (SELECT revision FROM workflows WHERE workflows.id = triggers.workflow_id) AS revision, \
                 (SELECT COUNT(*) FROM triggers f WHERE f.follows = triggers.workflow_id) AS followers",
            );
        let claimed = Claimed::find_by_statement(update.build(backend)).all(&self.write).await?;
        let claimed = claimed.into_iter().filter_map(|row| {
            ClaimedTrigger::try_from(row)
                .inspect_err(|error| tracing::error!(%error, "a claimed trigger is left alone"))
                .ok()
        });
        let mut claimed: Vec<_> = claimed.collect();
        claimed.sort_by(|a, b| (a.due_at, &a.workflow).cmp(&(b.due_at, &b.workflow)));
        Ok(claimed)
    }

    /// Moves the end of some leases of triggers to `until`; those that are lost stay lost.
    pub async fn extend_triggers(&self, held: &[(WorkflowId, i64)], until: Timestamp) -> Result<(), Error> {
        let backend = self.write.get_database_backend();
        for chunk in parts(held) {
            let rows = chunk.iter().map(|(workflow, fence)| [workflow.as_str().into(), (*fence).into()]);
            let update = Sql::new("UPDATE triggers SET lease_until = ")
                .value(until)
                .text(" FROM ")
                .rows("v", rows)
                .text(" WHERE workflow_id = v.column1 AND fence = v.column2 AND lease_until IS NOT NULL");
            self.write.execute_raw(update.build(backend)).await?;
        }
        Ok(())
    }

    /// Which of `keys` the workflow's events have already.
    pub async fn known_keys(&self, workflow: &WorkflowId, keys: &[&str]) -> Result<HashSet<String>, Error> {
        let mut known = HashSet::new();
        for chunk in parts(keys) {
            let stored: HashSet<String> = event::Entity::find()
                .select_only()
                .column(event::Column::DedupeKey)
                .filter(event::COLUMN.workflow_id.eq(workflow.as_str()))
                .filter(event::Column::DedupeKey.is_in(chunk.iter().map(|key| without_nul(key))))
                .into_tuple::<String>()
                .all(&self.read)
                .await?
                .into_iter()
                .collect();
            known.extend(
                chunk.iter().filter(|key| stored.contains(&*without_nul(key))).map(|key| (*key).to_owned()),
            );
        }
        Ok(known)
    }

    /// When there is something to claim next: a run, a trigger, or a lease that runs out. May lie in the past.
    pub async fn next_wake(&self) -> Result<Option<Timestamp>, Error> {
        #[derive(FromQueryResult)]
        struct Earliest {
            at: Option<Timestamp>,
        }
        let backend = self.read.get_database_backend();
        let mut earliest = None;
        for select in [
            "SELECT MIN(wake_at) AS at FROM runs WHERE wake_at IS NOT NULL",
            "SELECT MIN(next_at) AS at FROM triggers WHERE next_at IS NOT NULL AND lease_until IS NULL",
            "SELECT MIN(CASE WHEN lease_until > next_at THEN lease_until ELSE next_at END) AS at FROM triggers \
             WHERE next_at IS NOT NULL AND lease_until IS NOT NULL",
        ] {
            let found = Earliest::find_by_statement(Sql::new(select).build(backend)).one(&self.read).await?;
            let at = found.and_then(|found| found.at);
            earliest = [earliest, at].into_iter().flatten().min();
        }
        Ok(earliest)
    }
}

impl TryFrom<Claimed> for ClaimedTrigger {
    type Error = Error;

    fn try_from(row: Claimed) -> Result<Self, Error> {
        let what =
            |reason: String| Error::Corrupt { what: format!("trigger of {}", row.workflow_id), reason };
        let workflow: WorkflowId = row.workflow_id.parse().map_err(|error| what(format!("{error}")))?;
        let cursor = row.cursor.as_deref().map(|text| from_text(text, || format!("cursor of {workflow}")));
        Ok(Self {
            revision: row.revision,
            kind: row.kind.parse().map_err(what)?,
            cursor: cursor.transpose()?,
            first: row.polls == 0,
            fence: row.fence,
            due_at: row.next_at,
            failures: u32::try_from(row.failures).unwrap_or(0),
            feed: row.feed,
            source: row.source,
            followers: u32::try_from(row.followers).unwrap_or(0),
            workflow,
        })
    }
}
