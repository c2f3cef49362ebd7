//! How many runs there are. Those that are over were counted when they ended; the open ones are counted here, in
//! indexes that hold no others.

use std::slice::from_ref;

use highline_model::{RunState, WorkflowId};
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::sql::Sql;
use crate::{Counts, Error, Store};

impl Store {
    /// How many runs there are in each state, of one workflow or of all.
    pub async fn counts(&self, workflow: Option<&WorkflowId>) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for row in counted(&self.read, workflow.map(from_ref)).await? {
            counts.add(row.state()?, row.runs());
        }
        Ok(counts)
    }
}

/// The runs of a workflow in one state.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Counted {
    pub(super) workflow_id: String,
    state: String,
    runs: i64,
}

impl Counted {
    pub(crate) fn state(&self) -> Result<RunState, Error> {
        self.state.parse().map_err(|error| Error::Corrupt {
            what: format!("a run of {}", self.workflow_id),
            reason: format!("{error}"),
        })
    }

    pub(crate) fn runs(&self) -> u64 {
        u64::try_from(self.runs).unwrap_or(0)
    }
}

pub(crate) async fn counted(
    connection: &impl ConnectionTrait,
    only: Option<&[WorkflowId]>,
) -> Result<Vec<Counted>, Error> {
    let backend = connection.get_database_backend();
    let rows = Counted::find_by_statement(counting(only).build(backend)).all(connection).await?;
    Ok(rows.into_iter().filter(|row| row.runs > 0).collect())
}

/// One statement, so that a run that ends meanwhile is counted once.
pub(crate) fn counting(only: Option<&[WorkflowId]>) -> Sql {
    let of = |sql: Sql, columns: &str, from: &str| {
        let sql = sql.text("SELECT workflow_id, ").text(columns).text(" AS runs FROM ").text(from);
        sql.only(" AND ", "workflow_id", only).text(" GROUP BY 1, 2")
    };
    let open = "runs WHERE finished_at IS NULL AND state <> 'running'";
    let mut sql = of(Sql::new(""), "state, COUNT(*)", open);
    sql = of(sql.text(" UNION ALL "), "state, COUNT(*)", "runs WHERE state = 'running'");
    for state in RunState::ALL.into_iter().filter(|state| state.is_finished()) {
        let state = state.as_str();
        let columns = format!("'{state}' AS state, CAST(SUM({state}) AS BIGINT)");
        sql = of(sql.text(" UNION ALL "), &columns, "run_stats WHERE hour = 0");
    }
    sql
}
