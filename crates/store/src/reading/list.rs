//! Pages of runs. Whatever the filter, each page is a walk along indexes from where the last one ended: it costs the
//! same with a hundred runs and with ten million.

use std::time::Duration;

use highline_model::id::first_at;
use highline_model::{ErrorKind, RunId, RunState};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::entity::run;
use crate::page::page_of;
use crate::sql::Sql;
use crate::{Error, Page, RunFilter, RunPage, RunRecord, Store};

/// The conditions of the indexes, in their words.
pub(crate) const OVER: &str = "finished_at IS NOT NULL";
pub(crate) const OPEN: &str = "finished_at IS NULL AND state <> 'running'";

/// How far the time in an id and the time of its run may be apart: a clock that goes back does not turn ids round.
const APART: Duration = Duration::from_secs(1);

impl Store {
    /// Runs, newest first.
    pub async fn runs(&self, filter: &RunFilter, page: Page<RunId>) -> Result<RunPage, Error> {
        let backend = self.read.get_database_backend();
        let select = listing(filter, page).build(backend);
        let rows = run::Model::find_by_statement(select).all(&self.read).await?;
        let (runs, next) = page_of(rows, page.limit, |run: &RunRecord| run.id)?;
        Ok(RunPage { runs, next })
    }
}

/// Runs that are looked at for a page of a search.
const LOOKED_AT: u32 = 10_000;

/// Runs that are read at once in a search.
const AT_ONCE: u32 = 500;

impl Store {
    /// Runs for which `fits` holds too, newest first. Some thousand runs are looked at for a page: it may have fewer than
    /// its limit, or none, and say where to go on.
    pub async fn runs_where(
        &self,
        filter: &RunFilter,
        page: Page<RunId>,
        fits: impl Fn(&RunRecord) -> bool,
    ) -> Result<RunPage, Error> {
        let (mut runs, mut after) = (Vec::new(), page.after);
        for _ in 0..LOOKED_AT / AT_ONCE {
            let part = self.runs(filter, Page { after, limit: AT_ONCE }).await?;
            for run in part.runs {
                after = Some(run.id);
                if fits(&run) {
                    runs.push(run);
                }
                if runs.len() >= page.limit as usize {
                    return Ok(RunPage { runs, next: after });
                }
            }
            if part.next.is_none() {
                return Ok(RunPage { runs, next: None });
            }
        }
        Ok(RunPage { runs, next: after })
    }
}

/// One run more than the page has. Each state has its place in an index, so the page is put together from the walks of
/// its states; first the ids alone.
pub(crate) fn listing(filter: &RunFilter, page: Page<RunId>) -> Sql {
    let all = filter.workflow.is_some() || filter.error_kind.is_some();
    let mut states = match filter.each_state() {
        none if none.is_empty() && all => RunState::ALL.to_vec(),
        states => states,
    };
    if filter.error_kind.is_some() {
        // What runs has not failed; nor has what succeeded, which is asked for where nothing else is left.
        states.retain(|state| *state != RunState::Running);
        if states.is_empty() {
            states.push(RunState::Succeeded);
        }
    }
    let walk = Walk::new(filter, page);
    let mut sql = Sql::new("");
    if states.contains(&RunState::Running) {
        sql = sql.text(RUNNING);
    }
    sql = sql.text("SELECT runs.* FROM (SELECT id FROM (");
    if states.is_empty() {
        sql = walk.along_all(sql);
    }
    for (index, state) in states.iter().enumerate() {
        sql = if index > 0 { sql.text(" UNION ALL ") } else { sql };
        sql = if *state == RunState::Running { walk.running(sql) } else { walk.along(sql, *state) };
    }
    // The order of a cross join is kept by SQLite, so that it begins with the few ids.
    sql.text(") AS found ORDER BY id DESC LIMIT ")
        .value(walk.rows)
        .text(") AS page CROSS JOIN runs WHERE runs.id = page.id ORDER BY runs.id DESC")
}

/// There are never many of them: all are looked at.
const RUNNING: &str = "WITH running AS MATERIALIZED \
                       (SELECT id, workflow_id, created_at FROM runs WHERE state = 'running') ";

/// A pattern for the JSON of failures of one kind, which is its first field.
pub(crate) fn failures_of(kind: ErrorKind) -> String {
    format!("{{\"kind\":\"{kind}\"%")
}

struct Walk<'a> {
    filter: &'a RunFilter,
    rows: i64,
    /// The part of the ids that the page and the times of the filter leave: the first, and the end.
    from: Uuid,
    to: Uuid,
}

impl<'a> Walk<'a> {
    fn new(filter: &'a RunFilter, page: Page<RunId>) -> Self {
        let until = filter.until.map_or(Uuid::max(), |until| first_at(until + APART));
        Self {
            filter,
            rows: i64::from(page.limit) + 1,
            from: filter.since.map_or(Uuid::nil(), |since| first_at(since - APART)),
            to: page.after.map_or(until, |after| until.min(after.0)),
        }
    }

    fn along_all(&self, sql: Sql) -> Sql {
        let sql = sql.text("SELECT * FROM (SELECT id FROM runs WHERE id >= ").value(self.from);
        self.end(sql.text(" AND id < ").value(self.to), "id DESC")
    }

    fn running(&self, sql: Sql) -> Sql {
        let sql = sql.text("SELECT * FROM (SELECT id FROM running WHERE id >= ").value(self.from);
        let sql = sql.text(" AND id < ").value(self.to);
        let sql = match &self.filter.workflow {
            Some(workflow) => sql.text(" AND workflow_id = ").value(workflow.as_str()),
            None => sql,
        };
        self.end(sql, "id DESC")
    }

    /// The newest ids in one state. Said as a range, not as `state = … ORDER BY id`: that could be had from the primary
    /// key too, and a database whose picture of the states is old would go through all runs in search of one.
    fn along(&self, sql: Sql, state: RunState) -> Sql {
        let index = if state.is_finished() { OVER } else { OPEN };
        let (key, order) = match self.filter.workflow {
            Some(_) => ("(workflow_id, state, id)", "workflow_id DESC, state DESC, id DESC"),
            None => ("(state, id)", "state DESC, id DESC"),
        };
        let sql = sql.text("SELECT * FROM (SELECT id FROM runs WHERE ").text(index);
        let sql = self.bound(sql.text(" AND ").text(key).text(" >= ("), state, self.from);
        let sql = self.bound(sql.text(" AND ").text(key).text(" < ("), state, self.to);
        self.end(sql, order)
    }

    fn bound(&self, sql: Sql, state: RunState, id: Uuid) -> Sql {
        let sql = match &self.filter.workflow {
            Some(workflow) => sql.value(workflow.as_str()).text(", "),
            None => sql,
        };
        sql.value(state.as_str()).text(", ").value(id).text(")")
    }

    fn end(&self, mut sql: Sql, order: &str) -> Sql {
        if let Some(since) = self.filter.since {
            sql = sql.text(" AND created_at >= ").value(since);
        }
        if let Some(until) = self.filter.until {
            sql = sql.text(" AND created_at < ").value(until);
        }
        if let Some(kind) = self.filter.error_kind {
            sql = sql.text(" AND failure LIKE ").value(failures_of(kind));
        }
        sql.text(" ORDER BY ").text(order).text(" LIMIT ").value(self.rows).text(") AS one")
    }
}
