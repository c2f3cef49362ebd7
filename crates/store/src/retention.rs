//! Deleting what was kept long enough: in steps of some hundred rows, each a transaction that leaves nothing half.

use highline_model::id::first_at;
use highline_model::{RunId, RunState, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult};
use uuid::Uuid;

use self::events::{EMPTIED, Of};
use crate::entity::run;
use crate::json::from_text;
use crate::sql::Sql;
use crate::stats::{Counted, Over};
use crate::{Bound, Deleted, Error, KeptWorkflow, Keys, OldRuns, RunDeleted, Store, TriggerKind};

mod events;
mod forgetting;

/// Runs in one step.
const RUNS: i64 = 200;
/// Log entries in one step; a run that has more is a step of its own.
const ENTRIES: i64 = 2_000;
/// Events or polls in one step.
const ROWS: i64 = 500;

/// The outcome of an event of which the key alone is kept.
pub(crate) const PAST: &str = "past";

/// How far the time in an id and the time of its run may be apart.
const APART: std::time::Duration = std::time::Duration::from_secs(1);

#[derive(Debug, FromQueryResult)]
struct Candidate {
    id: Uuid,
    last_seq: i32,
}

#[derive(Debug, FromQueryResult)]
struct Id {
    id: Uuid,
}

impl Store {
    /// All workflows with what they want kept.
    pub async fn kept_workflows(&self) -> Result<Vec<KeptWorkflow>, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            id: String,
            keep: Option<String>,
            kind: String,
        }
        let select = Sql::new(
            "SELECT id, keep, kind FROM workflows JOIN triggers ON triggers.workflow_id = workflows.id ORDER BY id",
        );
        let rows =
            Row::find_by_statement(select.build(self.read.get_database_backend())).all(&self.read).await?;
        rows.into_iter()
            .map(|row| {
                let corrupt =
                    |reason: String| Error::Corrupt { what: format!("workflow {}", row.id), reason };
                let keep = row.keep.as_deref().map(|text| from_text(text, || format!("keep of {}", row.id)));
                Ok(KeptWorkflow {
                    id: row.id.parse().map_err(|error| corrupt(format!("{error}")))?,
                    trigger: row.kind.parse().map_err(corrupt)?,
                    keep: keep.transpose()?.unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Deletes some runs that may go, with their logs, and says after which one to go on; `None` when no more are left.
    /// Runs that are not over are never among them. What someone else works on is passed over.
    pub async fn delete_old_runs(&self, old: OldRuns<'_>) -> Result<(Deleted, Option<Uuid>), Error> {
        let Some((select, ended)) = self.candidates(&old).await? else {
            return Ok((Deleted::default(), None));
        };
        let backend = self.read.get_database_backend();
        let found = Candidate::find_by_statement(select.build(backend)).all(&self.read).await?;
        let mut entries = 0;
        let step: Vec<Uuid> = found
            .iter()
            .take_while(|run| {
                let first = entries == 0;
                entries += i64::from(run.last_seq).max(1);
                first || entries <= ENTRIES
            })
            .map(|run| run.id)
            .collect();
        let Some(last) = step.last().copied() else { return Ok((Deleted::default(), None)) };
        let transaction = self.begin().await?;
        let mut select = Sql::new("SELECT * FROM runs WHERE finished_at IS NOT NULL AND id IN (");
        select = ids(select, &step).text(")");
        if let Some(ended) = ended {
            select = select.text(" AND finished_at < ").value(ended);
        }
        let select = select.text(" ORDER BY id").on_postgres(backend, " FOR UPDATE SKIP LOCKED");
        let rows = run::Model::find_by_statement(select.build(backend)).all(&transaction).await?;
        let deleted = delete(&transaction, &rows, old.keys).await?;
        transaction.commit().await?;
        Ok((deleted, Some(last)))
    }

    /// What finds the next candidates, and the time before which they must have ended. `None`: there are none.
    async fn candidates(&self, old: &OldRuns<'_>) -> Result<Option<(Sql, Option<Timestamp>)>, Error> {
        let (end, ended) = match old.bound {
            Bound::Ended(time) => (first_at(time + APART), Some(time)),
            Bound::Newest(runs) => match self.newest(old, runs).await? {
                Some(id) => (id, None),
                None => return Ok(None),
            },
        };
        let bound = |sql: Sql, id: Uuid| {
            sql.value(old.workflow.as_str())
                .text(", ")
                .value(old.state.as_str())
                .text(", ")
                .value(id)
                .text(")")
        };
        let sql = Sql::new(
            "SELECT id, last_seq FROM runs WHERE finished_at IS NOT NULL AND (workflow_id, state, id) > (",
        );
        let sql = bound(sql, old.after.unwrap_or(Uuid::nil())).text(" AND (workflow_id, state, id) < (");
        let mut sql = bound(sql, end);
        if let Some(ended) = ended {
            sql = sql.text(" AND finished_at < ").value(ended);
        }
        Ok(Some((sql.text(" ORDER BY workflow_id, state, id LIMIT ").value(RUNS), ended)))
    }

    /// The oldest of the newest `runs` runs.
    async fn newest(&self, old: &OldRuns<'_>, runs: u64) -> Result<Option<Uuid>, Error> {
        let Some(offset) = runs.checked_sub(1) else { return Ok(Some(Uuid::max())) };
        let sql = Sql::new("SELECT id FROM runs WHERE finished_at IS NOT NULL AND workflow_id = ")
            .value(old.workflow.as_str())
            .text(" AND state = ")
            .value(old.state.as_str())
            .text(" ORDER BY workflow_id DESC, state DESC, id DESC LIMIT 1 OFFSET ")
            .value(i64::try_from(offset).unwrap_or(i64::MAX));
        let found =
            Id::find_by_statement(sql.build(self.read.get_database_backend())).one(&self.read).await?;
        Ok(found.map(|found| found.id))
    }

    /// Deletes one run that is over.
    pub async fn delete_run(&self, id: RunId, now: Timestamp) -> Result<RunDeleted, Error> {
        let transaction = self.begin().await?;
        let backend = transaction.get_database_backend();
        let select =
            Sql::new("SELECT * FROM runs WHERE id = ").value(id.0).on_postgres(backend, " FOR UPDATE");
        let Some(row) = run::Model::find_by_statement(select.build(backend)).one(&transaction).await? else {
            return Ok(RunDeleted::Unknown);
        };
        if row.finished_at.is_none() {
            let state: RunState = row
                .state
                .parse()
                .map_err(|error| Error::Corrupt { what: format!("run {id}"), reason: format!("{error}") })?;
            // A claim must not pass it over until the connection is looked after.
            transaction.rollback().await?;
            return Ok(RunDeleted::NotFinished(state));
        }
        let keys = self.keys_of(&transaction, &row.workflow_id, now).await?;
        delete(&transaction, &[row], keys).await?;
        transaction.commit().await?;
        Ok(RunDeleted::Done)
    }

    async fn keys_of(
        &self,
        transaction: &DatabaseTransaction,
        workflow: &str,
        now: Timestamp,
    ) -> Result<Keys, Error> {
        let trigger =
            crate::entity::trigger::Entity::find_by_id(workflow.to_owned()).one(transaction).await?;
        let kind = trigger.and_then(|trigger| trigger.kind.parse().ok()).unwrap_or(TriggerKind::Poll);
        Ok(Keys::of(kind, now))
    }

    /// Deletes some old rows of the poll log; the last of each workflow stays.
    pub async fn delete_old_polls(&self, before: Timestamp) -> Result<u64, Error> {
        let backend = self.write.get_database_backend();
        let sql = Sql::new("DELETE FROM polls WHERE id IN (SELECT id FROM polls WHERE id < ")
            .value(first_at(before))
            .text(
                " AND id <> (SELECT last.id FROM polls last WHERE last.workflow_id = polls.workflow_id \
                 ORDER BY last.id DESC LIMIT 1) ORDER BY id LIMIT ",
            )
            .value(ROWS)
            .on_postgres(backend, " FOR UPDATE SKIP LOCKED")
            .text(")");
        Ok(self.write.execute_raw(sql.build(backend)).await?.rows_affected())
    }
}

impl Keys {
    /// A poll may bring any record of its list again, for as long as the list has it. Times do not come again, and what a
    /// person or another system starts under a key comes again soon or never.
    pub fn of(trigger: TriggerKind, now: Timestamp) -> Self {
        const SOON: std::time::Duration = std::time::Duration::from_secs(7 * 86_400);
        match trigger {
            TriggerKind::Poll => Self::Stay,
            _ => Self::GoBefore(now - SOON),
        }
    }
}

fn ids(mut sql: Sql, ids: &[Uuid]) -> Sql {
    for (index, id) in ids.iter().enumerate() {
        sql = if index > 0 { sql.text(", ") } else { sql };
        sql = sql.value(*id);
    }
    sql
}

/// Deletes runs that are over and locked, with their logs and events, and takes them off the totals.
async fn delete(
    transaction: &DatabaseTransaction,
    rows: &[run::Model],
    keys: Keys,
) -> Result<Deleted, Error> {
    if rows.is_empty() {
        return Ok(Deleted::default());
    }
    let backend = transaction.get_database_backend();
    let runs: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let events: Vec<Uuid> = rows.iter().map(|row| row.event_id).collect();
    let run = |sql: Sql| transaction.execute_raw(sql.build(backend));
    let log_entries = run(ids(Sql::new("DELETE FROM run_events WHERE run_id IN ("), &runs).text(")")).await?;
    run(ids(Sql::new("DELETE FROM runs WHERE id IN ("), &runs).text(")")).await?;
    let gone = ids(Sql::new("DELETE FROM events WHERE id IN ("), &events).text(")");
    let gone = match keys {
        Keys::Stay => gone.text(" AND dedupe_key LIKE 'manual:%'"),
        Keys::GoBefore(time) => {
            let others = Of::Others.condition();
            gone.text(&others).text(" AND (created_at < ").value(time).text(" OR dedupe_key LIKE 'manual:%')")
        }
        Keys::Go => gone,
    };
    run(gone).await?;
    run(ids(Sql::new(EMPTIED).text(" WHERE id IN ("), &events).text(")")).await?;
    let mut counted = Counted::default();
    rows.iter().filter_map(Over::of).for_each(|over| counted.delete(over));
    counted.write(transaction, 0).await?;
    Ok(Deleted { runs: runs.len() as u64, log_entries: log_entries.rows_affected(), ..Deleted::default() })
}

#[cfg(test)]
mod tests {
    use highline_model::WorkflowId;
    use highline_testing::{TestDatabase, on_both_databases};

    use super::*;
    use crate::plans::{at, crowded};
    use crate::{Page, RunFilter};

    on_both_databases! {
        a_step_that_is_cut_off_leaves_nothing_half,
        what_may_go_is_found_along_an_index,
    }

    async fn a_step_that_is_cut_off_leaves_nothing_half(database: TestDatabase) {
        let store = crowded(&database).await;
        let filter = RunFilter { states: vec![RunState::Succeeded], ..RunFilter::default() };
        let before = store.runs(&filter, Page { after: None, limit: 50 }).await.unwrap();
        let select = Sql::new("SELECT * FROM runs WHERE state = 'succeeded' ORDER BY id DESC LIMIT 50");
        let rows = run::Model::find_by_statement(select.build(store.read.get_database_backend()));
        let rows = rows.all(&store.read).await.unwrap();
        let transaction = store.begin().await.unwrap();
        let deleted = delete(&transaction, &rows, Keys::Go).await.unwrap();
        assert_eq!(deleted.runs, 50);
        drop(transaction);
        let after = store.runs(&filter, Page { after: None, limit: 50 }).await.unwrap();
        assert_eq!(after, before);
        assert!(store.run(after.runs[0].id).await.unwrap().is_some(), "its event is there too");
    }

    async fn what_may_go_is_found_along_an_index(database: TestDatabase) {
        let store = crowded(&database).await;
        let workflow: WorkflowId = "b".parse().unwrap();
        for bound in [Bound::Ended(at(12_000)), Bound::Newest(10)] {
            for state in [RunState::Succeeded, RunState::Failed] {
                let old = OldRuns { workflow: &workflow, state, bound, keys: Keys::Stay, after: None };
                let (select, _) = store.candidates(&old).await.unwrap().unwrap();
                let plan = crate::plans::plan(&store, select).await;
                crate::plans::assert_walk(&plan, &format!("{bound:?} {state}"));
            }
        }
    }
}
