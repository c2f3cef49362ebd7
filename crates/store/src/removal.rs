//! Deleting a workflow with all that belongs to it: its runs, events and polls in small steps, then the rest at once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use highline_model::{RunState, Timestamp, WorkflowId};
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::entity::trigger;
use crate::sql::Sql;
use crate::workflows::locked;
use crate::{Bound, Error, Keys, OldRuns, StateScope, Store, WorkflowRemoved, feeds};

/// Rows in one step.
const ROWS: i64 = 500;

/// Later than any event.
const FAR: Duration = Duration::from_secs(366 * 86_400);

impl Store {
    /// Deletes a workflow and all that is known of it, as far as `patience` allows. One with runs that are not over stays as
    /// it is. It should be switched off before, so that nothing new comes.
    pub async fn remove_workflow(
        &self,
        id: &WorkflowId,
        now: Timestamp,
        patience: Duration,
    ) -> Result<WorkflowRemoved, Error> {
        if self.newest_revision(id).await?.is_none() {
            return Ok(WorkflowRemoved::Unknown);
        }
        let open = self.open_runs(id).await?;
        if open > 0 {
            return Ok(WorkflowRemoved::Open(open));
        }
        let began = Instant::now();
        while self.remove_some(id, now).await? > 0 {
            if began.elapsed() > patience {
                return Ok(WorkflowRemoved::More);
            }
        }
        self.remove_rest(id).await
    }

    /// How many runs of a workflow are not over.
    pub async fn open_runs(&self, id: &WorkflowId) -> Result<u64, Error> {
        let counts = self.counts(Some(id)).await?;
        Ok(RunState::ALL.into_iter().filter(|state| !state.is_finished()).map(|state| counts.of(state)).sum())
    }

    async fn remove_some(&self, id: &WorkflowId, now: Timestamp) -> Result<u64, Error> {
        for state in RunState::ALL.into_iter().filter(|state| state.is_finished()) {
            let keys = Keys::GoBefore(now + FAR);
            let all = OldRuns { workflow: id, state, bound: Bound::Newest(0), keys, after: None };
            let (deleted, _) = self.delete_old_runs(all).await?;
            if deleted.runs > 0 {
                return Ok(deleted.runs);
            }
        }
        for table in ["events", "polls"] {
            let delete =
                format!("DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE workflow_id = ");
            let delete = Sql::new(&delete).value(id.as_str()).text(" LIMIT ").value(ROWS).text(")");
            let delete = delete.build(self.write.get_database_backend());
            let deleted = self.write.execute_raw(delete).await?.rows_affected();
            if deleted > 0 {
                return Ok(deleted);
            }
        }
        Ok(0)
    }

    async fn remove_rest(&self, id: &WorkflowId) -> Result<WorkflowRemoved, Error> {
        let transaction = self.begin().await?;
        let backend = transaction.get_database_backend();
        let Some(known) = locked(&transaction, id).await? else { return Ok(WorkflowRemoved::Unknown) };
        let trigger = trigger::Entity::find_by_id(id.to_string()).one(&transaction).await?;
        let feed = trigger.as_ref().and_then(|trigger| trigger.feed.as_deref());
        feeds::lock(&transaction, &BTreeSet::from_iter(feed)).await?;
        feeds::leave(&transaction, id.as_str()).await?;
        let number = Sql::new("INSERT INTO removed_workflows (id, revision) ")
            .values([[known.id.clone().into(), known.revision.into()]])
            .text(" ON CONFLICT (id) DO UPDATE SET revision = excluded.revision");
        let scope = StateScope::Workflow(id.clone());
        let state = Sql::new("DELETE FROM state_entries WHERE scope = ").value(scope.as_text());
        let workflow = Sql::new("DELETE FROM workflows WHERE id = ").value(id.as_str());
        for statement in [number, state, workflow] {
            transaction.execute_raw(statement.build(backend)).await?;
        }
        transaction.commit().await?;
        Ok(WorkflowRemoved::Done)
    }
}
