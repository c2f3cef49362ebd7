//! What workflows have done lately: for each its last run, and what ended in a day.

use std::collections::HashMap;

use highline_model::{RunId, RunState, Timestamp, WorkflowId};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::list::{OPEN, OVER};
use super::runs::corrupt;
use crate::sql::Sql;
use crate::stats::hour_of;
use crate::{Activity, Error, LastRun, RecentRuns, Store};

const DAY: i64 = 24;

#[derive(Debug, FromQueryResult)]
struct Last {
    id: Uuid,
    workflow_id: String,
    state: String,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
}

#[derive(Debug, FromQueryResult)]
struct Recent {
    workflow_id: String,
    succeeded: i64,
    failed: i64,
    cancelled: i64,
}

impl Store {
    /// What some workflows, or all, have done lately. One that has done nothing is not among them.
    pub async fn activity(
        &self,
        only: Option<&[WorkflowId]>,
        now: Timestamp,
    ) -> Result<HashMap<String, Activity>, Error> {
        let backend = self.read.get_database_backend();
        let mut activity: HashMap<String, Activity> = HashMap::new();
        for row in Last::find_by_statement(last_runs(only).build(backend)).all(&self.read).await? {
            let of = activity.entry(row.workflow_id).or_default();
            if of.last_run.as_ref().is_none_or(|last| last.id.0 < row.id) {
                of.last_run = Some(LastRun {
                    id: RunId(row.id),
                    state: row.state.parse().map_err(|error| corrupt(row.id, error))?,
                    at: row.finished_at.unwrap_or(row.created_at),
                });
            }
        }
        for row in Recent::find_by_statement(recent(only, now).build(backend)).all(&self.read).await? {
            let counts = row.counts();
            activity.entry(row.workflow_id).or_default().runs_24h = counts;
        }
        Ok(activity)
    }

    /// What ended in the last 24 hours in all workflows, as whole hours count them.
    pub async fn recent_runs(&self, now: Timestamp) -> Result<RecentRuns, Error> {
        let select = recent(None, now).build(self.read.get_database_backend());
        let mut all = RecentRuns::default();
        for row in Recent::find_by_statement(select).all(&self.read).await? {
            let one = row.counts();
            all.total += one.total;
            all.succeeded += one.succeeded;
            all.failed += one.failed;
        }
        Ok(all)
    }
}

impl Recent {
    fn counts(&self) -> RecentRuns {
        let count = |runs: i64| u64::try_from(runs).unwrap_or(0);
        let (succeeded, failed) = (count(self.succeeded), count(self.failed));
        RecentRuns { total: succeeded + failed + count(self.cancelled), succeeded, failed }
    }
}

/// The newest run of each workflow in each state: a look into an index for each.
pub(crate) fn last_runs(only: Option<&[WorkflowId]>) -> Sql {
    let mut sql =
        Sql::new("SELECT runs.id, runs.workflow_id, runs.state, runs.created_at, runs.finished_at FROM (");
    for (index, state) in RunState::ALL.into_iter().enumerate() {
        let part = match state {
            RunState::Running => "state = 'running'",
            state if state.is_finished() => OVER,
            _ => OPEN,
        };
        sql = if index > 0 { sql.text(" UNION ALL ") } else { sql };
        sql = sql.text("SELECT (SELECT id FROM runs WHERE ").text(part);
        sql = match state {
            RunState::Running => sql.text(" AND workflow_id = w.id ORDER BY workflow_id DESC, id DESC"),
            state => {
                let bound = |sql: Sql, id: Uuid| sql.text(state.as_str()).text("', ").value(id).text(")");
                let sql = bound(sql.text(" AND (workflow_id, state, id) >= (w.id, '"), Uuid::nil());
                let sql = bound(sql.text(" AND (workflow_id, state, id) <= (w.id, '"), Uuid::max());
                sql.text(" ORDER BY workflow_id DESC, state DESC, id DESC")
            }
        };
        sql = sql.text(" LIMIT 1) AS id FROM workflows w").only(" WHERE ", "w.id", only);
    }
    sql.text(") AS found CROSS JOIN runs WHERE runs.id = found.id")
}

/// What ended in the hours of a day, by workflow.
fn recent(only: Option<&[WorkflowId]>, now: Timestamp) -> Sql {
    let sum = |column: &str| format!("CAST(SUM({column}) AS BIGINT) AS {column}");
    let columns = ["succeeded", "failed", "cancelled"].map(sum).join(", ");
    let sql =
        Sql::new("SELECT workflow_id, ").text(&columns).text(" FROM run_stats WHERE hour <> 0 AND hour > ");
    sql.value(hour_of(now) - DAY).only(" AND ", "workflow_id", only).text(" GROUP BY workflow_id")
}
