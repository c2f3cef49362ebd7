use std::collections::{BTreeMap, BTreeSet};

use highline_model::{LogEntry, RunId, StepPath, Timestamp, WorkflowId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::entity::run_event;
use crate::sql::{Sql, parts};
use crate::{Error, Senders, Sent, SentStep, Store, log};

/// The entries that tell what was sent and what came of it.
const KINDS: [&str; 6] =
    ["attempt_started", "attempt_failed", "step_succeeded", "step_failed", "verified", "resolved"];

#[derive(FromQueryResult)]
struct Revision {
    workflow_id: String,
    revision: i32,
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// Runs that are not over and have begun, each along the index of its kind.
pub(crate) fn going(columns: &str, of: impl Fn(Sql) -> Sql) -> Sql {
    let idle = " FROM runs WHERE finished_at IS NULL AND state <> 'running' AND started_at IS NOT NULL";
    let sql = of(Sql::new("SELECT ").text(columns).text(idle)).text(" UNION SELECT ").text(columns);
    of(sql.text(" FROM runs WHERE state = 'running' AND started_at IS NOT NULL"))
}

pub(crate) fn over_since(columns: &str, since: Timestamp) -> Sql {
    Sql::new("SELECT ")
        .text(columns)
        .text(" FROM runs WHERE finished_at IS NOT NULL AND finished_at >= ")
        .value(since)
        .text(" AND started_at IS NOT NULL")
}

impl Store {
    /// The revisions of workflows that have runs which may have sent something since a moment.
    pub async fn sending(&self, since: Timestamp) -> Result<Vec<(WorkflowId, i32)>, Error> {
        const COLUMNS: &str = "workflow_id, revision";
        let over = over_since(COLUMNS, since).text(" GROUP BY workflow_id, revision");
        let mut found = BTreeSet::new();
        // One that ends or begins between two questions is found by one of them.
        for select in [going(COLUMNS, |sql| sql), over] {
            let select = select.build(self.read.get_database_backend());
            let rows = Revision::find_by_statement(select).all(&self.read).await?;
            found.extend(rows.into_iter().map(|row| (row.workflow_id, row.revision)));
        }
        found
            .into_iter()
            .map(|(workflow, revision)| {
                let corrupt = |error| Error::Corrupt {
                    what: format!("the workflow `{workflow}` of a run"),
                    reason: format!("{error}"),
                };
                let id: Result<WorkflowId, highline_model::id::InvalidId> = workflow.parse();
                Ok((id.map_err(corrupt)?, revision))
            })
            .collect()
    }

    /// What the runs of a revision have sent of some of its steps since a moment: of all that were not over by then.
    pub async fn sent_steps(&self, senders: &Senders, since: Timestamp) -> Result<Vec<SentStep>, Error> {
        let of = |sql: Sql| {
            sql.text(" AND workflow_id = ")
                .value(senders.workflow.as_str())
                .text(" AND revision = ")
                .value(senders.revision)
        };
        let mut runs = BTreeSet::new();
        for select in [going("id", of), of(over_since("id", since))] {
            let select = select.build(self.read.get_database_backend());
            let rows = Id::find_by_statement(select).all(&self.read).await?;
            runs.extend(rows.into_iter().map(|row| row.id));
        }
        let runs: Vec<Uuid> = runs.into_iter().collect();
        let mut steps = Vec::new();
        for chunk in parts(&runs) {
            let mut logs: BTreeMap<Uuid, Vec<LogEntry>> = BTreeMap::new();
            let rows = run_event::Entity::find()
                .filter(run_event::Column::RunId.is_in(chunk.iter().copied()))
                .filter(run_event::Column::At.gte(since))
                .filter(run_event::Column::Kind.is_in(KINDS))
                .filter(senders.steps())
                .order_by_asc(run_event::Column::RunId)
                .order_by_asc(run_event::Column::Seq)
                .all(&self.read)
                .await?;
            for row in rows {
                logs.entry(row.run_id).or_default().push(log::read(row)?);
            }
            for (run, log) in logs {
                let sent = Sent::steps(&log).into_iter().filter(|(step, _)| senders.include(step));
                steps.extend(sent.map(|(step, sent)| SentStep {
                    run: RunId(run),
                    workflow: senders.workflow.clone(),
                    revision: senders.revision,
                    step,
                    sent,
                }));
            }
        }
        Ok(steps)
    }
}

impl Senders {
    fn include(&self, step: &StepPath) -> bool {
        let id = step.as_str().rsplit('.').next().unwrap_or_default();
        self.steps.as_ref().is_none_or(|steps| steps.iter().any(|step| step == id))
    }

    /// Entries of the steps, within loops too, whose paths end with them: `each[3].note`. There may be others among them.
    fn steps(&self) -> Condition {
        let Some(steps) = &self.steps else { return Condition::all() };
        let step = run_event::Column::Step;
        let either = steps.iter().fold(Condition::any(), |any, id| any.add(step.ends_with(format!(".{id}"))));
        either.add(step.is_in(steps))
    }
}
