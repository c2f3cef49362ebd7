//! Deleting a workflow with all that belongs to it: its runs, events and polls in small steps, then the rest at once.

use std::collections::BTreeSet;
use std::slice::from_ref;
use std::time::{Duration, Instant};

use highline_model::{RunState, WorkflowId};
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use crate::entity::{trigger, workflow};
use crate::reading::counted;
use crate::sql::Sql;
use crate::{Bound, Error, Keys, OldRuns, StateScope, Store, WorkflowRemoved, feeds};

/// Rows in one step.
const ROWS: i64 = 500;

impl Store {
    /// Deletes a workflow and all that is known of it, as far as `patience` allows. One with runs that are not over stays, and
    /// so does a run that was made while older ones were being deleted. It should be switched off before, so that its trigger
    /// finds nothing new.
    pub async fn remove_workflow(
        &self,
        id: &WorkflowId,
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
        while self.remove_some(id).await? > 0 {
            if began.elapsed() > patience {
                return Ok(WorkflowRemoved::More);
            }
        }
        self.remove_rest(id).await
    }

    /// How many runs of a workflow are not over.
    pub async fn open_runs(&self, id: &WorkflowId) -> Result<u64, Error> {
        open_runs(&self.read, id).await
    }

    async fn remove_some(&self, id: &WorkflowId) -> Result<u64, Error> {
        for state in RunState::ALL.into_iter().filter(|state| state.is_finished()) {
            let (bound, keys) = (Bound::Newest(0), Keys::Go);
            let all = OldRuns { workflow: id, state, bound, keys, after: None };
            let (deleted, _) = self.delete_old_runs(all).await?;
            if deleted.runs > 0 {
                return Ok(deleted.runs);
            }
        }
        // An event takes its run along.
        let idle = " AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.event_id = events.id)";
        for (table, which) in [("events", idle), ("polls", "")] {
            let delete =
                format!("DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE workflow_id = ");
            let delete = Sql::new(&delete).value(id.as_str()).text(which);
            let delete =
                delete.text(" LIMIT ").value(ROWS).text(")").build(self.write.get_database_backend());
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
        // Whoever makes a run keeps the workflow's key until it is written: who is at it is waited for, and who comes now waits.
        let known =
            workflow::Entity::find_by_id(id.to_string()).lock(LockType::Update).one(&transaction).await?;
        let Some(known) = known else { return Ok(WorkflowRemoved::Unknown) };
        let open = open_runs(&transaction, id).await?;
        if open > 0 {
            transaction.rollback().await?;
            return Ok(WorkflowRemoved::Open(open));
        }
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

/// Runs of a workflow that are not over.
async fn open_runs(connection: &impl ConnectionTrait, id: &WorkflowId) -> Result<u64, Error> {
    let mut open = 0;
    for counted in counted(connection, Some(from_ref(id))).await? {
        open += if counted.state()?.is_finished() { 0 } else { counted.runs() };
    }
    Ok(open)
}

#[cfg(test)]
mod tests {
    use highline_testing::{TestDatabase, on_both_databases};

    use super::*;
    use crate::plans::crowded;

    on_both_databases! { a_run_that_was_made_meanwhile_keeps_its_workflow }

    async fn a_run_that_was_made_meanwhile_keeps_its_workflow(database: TestDatabase) {
        let store = crowded(&database).await;
        let id: WorkflowId = "b".parse().unwrap();
        let open = store.open_runs(&id).await.unwrap();
        assert!(open > 0);
        while store.remove_some(&id).await.unwrap() > 0 {}
        assert_eq!(store.remove_rest(&id).await.unwrap(), WorkflowRemoved::Open(open));
        assert_eq!(store.open_runs(&id).await.unwrap(), open, "no run went with its event");
    }
}
