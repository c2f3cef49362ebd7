//! Runs that are over, counted when they end: in the transaction that ends them, so that the numbers are always right
//! and never need a walk over the runs.
//!
//! A row of `run_stats` counts what one shard saw of a workflow in one hour; the row of the hour 0 is the total of the
//! runs that are still kept. A run that is sent back is taken off both, one that is deleted off the total alone.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use highline_model::{RunState, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Value};
use uuid::Uuid;

use crate::Error;
use crate::entity::run;
use crate::sql::{Sql, parts};

/// Nodes that count at the same time do so in different rows, mostly: else each would wait for the other's commit.
const SHARDS: u8 = 64;

pub(crate) const MILLIS_PER_HOUR: i64 = 3_600_000;

/// The row of a workflow that counts the runs that are kept.
const TOTAL: i64 = 0;

/// Upper ends of the classes of durations, in milliseconds; the last class has none.
const CLASSES: [i64; 6] = [100, 1_000, 10_000, 60_000, 600_000, 3_600_000];

/// What a row counts; their sums are read under the same names.
pub(crate) const COLUMNS: [&str; 12] = [
    "succeeded",
    "failed",
    "cancelled",
    "queued_ms",
    "took_ms",
    "took_100ms",
    "took_1s",
    "took_10s",
    "took_1m",
    "took_10m",
    "took_1h",
    "took_longer",
];

/// The first of the columns that count durations by class.
const FIRST_CLASS: usize = 5;

/// Where this process counts; each of its lanes has a shard of its own.
static SHARD: LazyLock<i16> = LazyLock::new(|| i16::from(Uuid::new_v4().as_bytes()[0] % SHARDS));

/// A run that is over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Over<'a> {
    pub workflow: &'a str,
    pub state: &'a str,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Timestamp,
}

impl<'a> Over<'a> {
    /// None for a run that is not over.
    pub(crate) fn of(row: &'a run::Model) -> Option<Self> {
        Some(Self {
            workflow: &row.workflow_id,
            state: &row.state,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at?,
        })
    }
}

/// What one transaction adds to the counters.
#[derive(Debug, Default)]
pub(crate) struct Counted(BTreeMap<(String, i64), [i64; COLUMNS.len()]>);

impl Counted {
    pub(crate) fn add(&mut self, run: Over<'_>) {
        self.put(run, TOTAL, 1);
        self.put(run, hour_of(run.finished_at), 1);
    }

    /// A run that was over goes on.
    pub(crate) fn take_back(&mut self, run: Over<'_>) {
        self.put(run, TOTAL, -1);
        self.put(run, hour_of(run.finished_at), -1);
    }

    /// A run that was over is deleted; what it did in its hour is history.
    pub(crate) fn delete(&mut self, run: Over<'_>) {
        self.put(run, TOTAL, -1);
    }

    fn put(&mut self, run: Over<'_>, hour: i64, by: i64) {
        let counts = self.0.entry((run.workflow.to_owned(), hour)).or_default();
        let state = [RunState::Succeeded, RunState::Failed, RunState::Cancelled]
            .iter()
            .position(|state| state.as_str() == run.state);
        if let Some(state) = state {
            counts[state] += by;
        }
        let started_at = run.started_at.unwrap_or(run.finished_at);
        let took = (run.finished_at - started_at).num_milliseconds();
        counts[3] += by * run.started_at.map_or(0, |at| (at - run.created_at).num_milliseconds());
        counts[4] += by * took;
        let class = CLASSES.iter().position(|end| took < *end).unwrap_or(CLASSES.len());
        counts[FIRST_CLASS + class] += by;
    }

    /// Adds everything, in the order of the keys. The last thing before the commit: locks on counters come after those
    /// on runs.
    pub(crate) async fn write(self, transaction: &DatabaseTransaction, lane: usize) -> Result<(), Error> {
        let backend = transaction.get_database_backend();
        // SQLite has one writer at a time, so no one ever waits for a row.
        let shard =
            if backend == DbBackend::Postgres { (*SHARD + lane as i16) % i16::from(SHARDS) } else { 0 };
        let rows: Vec<_> = self.0.into_iter().collect();
        let columns = COLUMNS.join(", ");
        let sums = COLUMNS.map(|column| format!("{column} = run_stats.{column} + excluded.{column}"));
        for chunk in parts(&rows) {
            let values = chunk.iter().map(|((workflow, hour), counts)| {
                let mut row: [Value; 15] = std::array::from_fn(|_| Value::from(shard));
                row[0] = workflow.as_str().into();
                row[1] = (*hour).into();
                row[3..].iter_mut().zip(counts).for_each(|(value, count)| *value = (*count).into());
                row
            });
            let upsert = Sql::new("INSERT INTO run_stats (workflow_id, hour, shard, ")
                .text(&columns)
                .text(") SELECT * FROM ")
                .rows("v", values)
                .text(" WHERE true ON CONFLICT (workflow_id, hour, shard) DO UPDATE SET ")
                .text(&sums.join(", "));
            transaction.execute_raw(upsert.build(backend)).await?;
        }
        Ok(())
    }
}

pub(crate) fn hour_of(time: Timestamp) -> i64 {
    time.timestamp_millis() / MILLIS_PER_HOUR
}
