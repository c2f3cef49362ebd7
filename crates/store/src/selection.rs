//! Choosing runs: by the beginning of an id, and many by a filter, in batches that hold nothing for long.

use std::time::Instant;

use chrono::TimeDelta;
use highline_model::{RunId, RunPrefix, RunState, Timestamp};
use sea_orm::{EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::entity::run;
use crate::reading::{OPEN, OVER, failures_of};
use crate::sql::Sql;
use crate::{Bulk, Error, Found, RunFilter, Selection, Store};

/// Runs that are changed in one transaction.
const BATCH: u64 = 100;

/// Runs that are named when the beginning of an id fits several.
const NAMED: u64 = 5;

impl Store {
    /// The run whose id begins so. A whole id is taken as it is, whether there is such a run or not.
    pub async fn find_run(&self, prefix: &RunPrefix) -> Result<Found, Error> {
        if let Some(id) = prefix.whole() {
            return Ok(Found::One(id));
        }
        let found: Vec<Uuid> = run::Entity::find()
            .select_only()
            .column(run::Column::Id)
            .filter(run::COLUMN.id.gte(prefix.first().0))
            .filter(run::COLUMN.id.lte(prefix.last().0))
            .order_by_asc(run::Column::Id)
            .limit(NAMED)
            .into_tuple()
            .all(&self.read)
            .await?;
        Ok(match found.as_slice() {
            [] => Found::Nothing,
            [one] => Found::One(RunId(*one)),
            several => Found::Several(several.iter().copied().map(RunId).collect()),
        })
    }
}

/// A selection, batch by batch: state by state, in each the oldest first. None that is made after the beginning comes, so
/// that there is an end.
pub(crate) struct Batches {
    filter: RunFilter,
    /// The states that are still to come; the last one is under way.
    states: Vec<RunState>,
    after: Uuid,
    left: Option<u64>,
    ends: Option<Instant>,
    pub(crate) done: Bulk,
}

impl Batches {
    /// The filter must name its states.
    pub(crate) fn of(selection: &Selection, now: Timestamp) -> Self {
        let end = now + TimeDelta::milliseconds(1);
        let until = selection.filter.until.map_or(end, |until| until.min(end));
        let filter = RunFilter { until: Some(until), ..selection.filter.clone() };
        let states = filter.states.iter().rev().copied().collect();
        let ends = selection.patience.map(|patience| Instant::now() + patience);
        Self { filter, states, after: Uuid::nil(), left: selection.limit, ends, done: Bulk::default() }
    }

    pub(crate) async fn next(&mut self, store: &Store) -> Result<Option<Vec<Uuid>>, Error> {
        let is_late = self.ends.is_some_and(|ends| Instant::now() >= ends);
        let wanted = if is_late { 0 } else { self.left.map_or(BATCH, |left| left.min(BATCH)) };
        while let Some(state) = self.states.last().copied() {
            let ids = self.ids(store, state, wanted.max(1)).await?;
            let Some(last) = ids.last().copied() else {
                self.states.pop();
                self.after = Uuid::nil();
                continue;
            };
            if wanted == 0 {
                self.done.more = true;
                return Ok(None);
            }
            self.after = last;
            let count = u64::try_from(ids.len()).unwrap_or(u64::MAX);
            self.left = self.left.map(|left| left.saturating_sub(count));
            self.done.matched += count;
            return Ok(Some(ids));
        }
        Ok(None)
    }

    async fn ids(&self, store: &Store, state: RunState, limit: u64) -> Result<Vec<Uuid>, Error> {
        let statement = self.select(state, limit).build(store.read.get_database_backend());
        let found = Id::find_by_statement(statement).all(&store.read).await?;
        Ok(found.into_iter().map(|run| run.id).collect())
    }

    pub(crate) fn select(&self, state: RunState, limit: u64) -> Sql {
        let mut sql = match state {
            RunState::Running => self.running(),
            _ => self.along(state),
        };
        if let Some(since) = self.filter.since {
            sql = sql.text(" AND created_at >= ").value(since);
        }
        if let Some(until) = self.filter.until {
            sql = sql.text(" AND created_at < ").value(until);
        }
        if let Some(kind) = self.filter.error_kind {
            sql = sql.text(" AND failure LIKE ").value(failures_of(kind));
        }
        let order = match (state, &self.filter.workflow) {
            (RunState::Running, _) => "id",
            (_, Some(_)) => "workflow_id, state, id",
            (_, None) => "state, id",
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        sql.text(" ORDER BY ").text(order).text(" LIMIT ").value(limit)
    }

    /// There are never many of them: all are looked at.
    fn running(&self) -> Sql {
        let sql = Sql::new(
            "WITH running AS MATERIALIZED (SELECT id, workflow_id, created_at, failure FROM runs \
             WHERE state = 'running') SELECT id FROM running WHERE id > ",
        );
        let sql = sql.value(self.after);
        match &self.filter.workflow {
            Some(workflow) => sql.text(" AND workflow_id = ").value(workflow.as_str()),
            None => sql,
        }
    }

    /// Along the index of a state, as a range of it: see the list of runs.
    fn along(&self, state: RunState) -> Sql {
        let index = if state.is_finished() { OVER } else { OPEN };
        let key = if self.filter.workflow.is_some() { "(workflow_id, state, id)" } else { "(state, id)" };
        let sql = Sql::new("SELECT id FROM runs WHERE ").text(index).text(" AND ").text(key).text(" > (");
        let sql = self.bound(sql, state, self.after).text(" AND ").text(key).text(" <= (");
        self.bound(sql, state, Uuid::max())
    }

    fn bound(&self, sql: Sql, state: RunState, id: Uuid) -> Sql {
        let sql = match &self.filter.workflow {
            Some(workflow) => sql.value(workflow.as_str()).text(", "),
            None => sql,
        };
        sql.value(state.as_str()).text(", ").value(id).text(")")
    }
}

#[derive(Debug, FromQueryResult)]
struct Id {
    id: Uuid,
}
