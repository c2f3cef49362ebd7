use std::collections::BTreeMap;

use highline_model::{LogEntry, RunId, Timestamp, WorkflowId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::runs::corrupt;
use crate::entity::{run, run_event};
use crate::sql::parts;
use crate::{Error, Sent, SentStep, Store, log};

/// The entries that tell what was sent and what came of it.
const KINDS: [&str; 6] =
    ["attempt_started", "attempt_failed", "step_succeeded", "step_failed", "verified", "resolved"];

impl Store {
    /// What runs have sent since a moment, step by step: of all that were not over by then.
    pub async fn sent_steps(&self, since: Timestamp) -> Result<Vec<SentStep>, Error> {
        let open =
            Condition::any().add(run::Column::FinishedAt.is_null()).add(run::Column::FinishedAt.gte(since));
        let runs: Vec<(Uuid, String, i32)> = run::Entity::find()
            .select_only()
            .columns([run::Column::Id, run::Column::WorkflowId, run::Column::Revision])
            .filter(run::Column::StartedAt.is_not_null())
            .filter(open)
            .into_tuple()
            .all(&self.read)
            .await?;
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
