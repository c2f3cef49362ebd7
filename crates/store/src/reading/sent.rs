use std::collections::BTreeMap;

use highline_model::{LogEntry, RunId, Timestamp, WorkflowId};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::runs::corrupt;
use crate::entity::run_event;
use crate::sql::{Sql, parts};
use crate::{Error, Sent, SentStep, Store, log};

/// The entries that tell what was sent and what came of it.
const KINDS: [&str; 6] =
    ["attempt_started", "attempt_failed", "step_succeeded", "step_failed", "verified", "resolved"];

#[derive(FromQueryResult)]
struct Candidate {
    id: Uuid,
    workflow_id: String,
    revision: i32,
}

/// Runs that are not over and have begun, each along the index of its kind.
pub(crate) fn going() -> Sql {
    Sql::new(
        "SELECT id, workflow_id, revision FROM runs WHERE finished_at IS NULL AND state <> 'running' AND started_at IS NOT NULL \
         UNION ALL SELECT id, workflow_id, revision FROM runs WHERE state = 'running' AND started_at IS NOT NULL",
    )
}

pub(crate) fn over_since(since: Timestamp) -> Sql {
    Sql::new("SELECT id, workflow_id, revision FROM runs WHERE finished_at IS NOT NULL AND finished_at >= ")
        .value(since)
        .text(" AND started_at IS NOT NULL")
}

impl Store {
    /// What runs have sent since a moment, step by step: of all that were not over by then.
    pub async fn sent_steps(&self, since: Timestamp) -> Result<Vec<SentStep>, Error> {
        // One that ends or begins between two questions is found by one of them.
        let mut runs: BTreeMap<Uuid, (String, i32)> = BTreeMap::new();
        for select in [going(), over_since(since)] {
            let select = select.build(self.read.get_database_backend());
            let rows = Candidate::find_by_statement(select).all(&self.read).await?;
            runs.extend(rows.into_iter().map(|row| (row.id, (row.workflow_id, row.revision))));
        }
        let runs: Vec<(Uuid, String, i32)> =
            runs.into_iter().map(|(id, (workflow, revision))| (id, workflow, revision)).collect();
        let mut steps = Vec::new();
        for chunk in parts(&runs) {
            let rows = run_event::Entity::find()
                .filter(run_event::Column::RunId.is_in(chunk.iter().map(|(id, ..)| *id)))
                .filter(run_event::Column::At.gte(since))
                .filter(run_event::Column::Kind.is_in(KINDS))
                .order_by_asc(run_event::Column::RunId)
                .order_by_asc(run_event::Column::Seq)
                .all(&self.read)
                .await?;
            let mut logs: BTreeMap<Uuid, Vec<LogEntry>> = BTreeMap::new();
            for row in rows {
                logs.entry(row.run_id).or_default().push(log::read(row)?);
            }
            for (id, workflow, revision) in chunk {
                let Some(entries) = logs.remove(id) else { continue };
                let run = RunId(*id);
                let workflow: WorkflowId = workflow.parse().map_err(|error| corrupt(run, error))?;
                let revision = *revision;
                steps.extend(Sent::steps(&entries).into_iter().map(|(step, sent)| SentStep {
                    run,
                    workflow: workflow.clone(),
                    revision,
                    step,
                    sent,
                }));
            }
        }
        Ok(steps)
    }
}
