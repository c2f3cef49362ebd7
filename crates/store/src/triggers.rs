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

    /// Moves the end of some leases of triggers to `until`; those that are lost stay lost. One that another transaction
    /// holds is passed over: mostly its poll is just being committed, which may take long, and nobody can claim it
    /// meanwhile.
    pub async fn extend_triggers(&self, held: &[(WorkflowId, i64)], until: Timestamp) -> Result<(), Error> {
        let backend = self.write.get_database_backend();
        for chunk in parts(held) {
            let rows = chunk.iter().map(|(workflow, fence)| [workflow.as_str().into(), (*fence).into()]);
            let update = Sql::new("WITH held AS MATERIALIZED (SELECT workflow_id FROM triggers JOIN ")
                .rows("v", rows)
                .text(" ON workflow_id = v.column1 AND fence = v.column2 WHERE lease_until IS NOT NULL")
                .text(" ORDER BY workflow_id")
                .on_postgres(backend, " FOR NO KEY UPDATE OF triggers SKIP LOCKED")
                .text(") UPDATE triggers SET lease_until = ")
                .value(until)
                .text(" WHERE workflow_id IN (SELECT workflow_id FROM held)");
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use highline_model::NodeId;
    use highline_testing::{TestDatabase, on_both_databases};

    use super::*;
    use crate::plans::at;
    use crate::{Backend, feeds};

    on_both_databases! { leases_are_kept_while_a_poll_is_being_committed }

    async fn deploy(store: &Store, names: [&str; 2]) {
        let backend = store.write.get_database_backend();
        let workflows = names.map(|name| [name.into(), name.into(), at(0).into(), at(0).into()]);
        let workflows = Sql::new(
            "INSERT INTO workflows (id, name, enabled, revision, origin, created_at, updated_at) \
             SELECT column1, column2, true, 1, 'api', column3, column4 FROM ",
        )
        .rows("v", workflows);
        let triggers = Sql::new(
            "INSERT INTO triggers (workflow_id, kind, fingerprint, next_at, fence, polls, failures) \
             SELECT column1, 'poll', '', column2, 0, 0, 0 FROM ",
        )
        .rows("v", names.map(|name| [name.into(), at(0).into()]));
        for insert in [workflows, triggers] {
            store.write.execute_raw(insert.build(backend)).await.unwrap();
        }
    }

    async fn leases_are_kept_while_a_poll_is_being_committed(database: TestDatabase) {
        let store = Store::open(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        deploy(&store, ["committed", "other"]).await;
        let node = NodeId::new("test");
        let claim = Claim { node: &node, now: at(0), lease: Duration::from_secs(10), limit: 10 };
        let claimed = store.claim_triggers(claim, None).await.unwrap();
        let held: Vec<_> = claimed.into_iter().map(|one| (one.workflow, one.fence)).collect();
        assert_eq!(held.len(), 2);

        // SQLite has one writer, and no row of it can be held while another writes.
        let commit = if store.backend() == Backend::Postgres {
            let commit = store.begin().await.unwrap();
            feeds::row(&commit, "committed").await.unwrap().unwrap();
            Some(commit)
        } else {
            None
        };
        let limit = Duration::from_secs(20);
        let kept = tokio::time::timeout(limit, store.extend_triggers(&held, at(300))).await;
        kept.expect("nobody waits for the commit").unwrap();
        if let Some(commit) = commit {
            commit.rollback().await.unwrap();
        }
        let claim = Claim { now: at(299), ..claim };
        let lost = store.claim_triggers(claim, None).await.unwrap();
        assert!(lost.iter().all(|one| one.workflow.as_str() != "other"), "{lost:?}");
    }
}
