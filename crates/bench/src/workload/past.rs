//! A long history, made inside the database: events, runs and two log entries for each.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::bed::{Bed, Kind};

/// The runs of so many days, spread evenly over so many workflows.
const DAYS: i64 = 30;
pub const WORKFLOWS: u64 = 20;
/// Runs in one transaction.
const PART: u64 = 250_000;

/// A history of `runs` runs that ends now.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    pub runs: u64,
    /// When its first run began, in milliseconds since 1970.
    pub began: i64,
    /// Between two runs, in milliseconds.
    pub gap: f64,
}

impl Past {
    pub fn new(runs: u64) -> Self {
        let length = DAYS * 24 * 3_600_000;
        Self { runs, began: Utc::now().timestamp_millis() - length, gap: length as f64 / runs as f64 }
    }

    fn millis(&self, run: u64) -> i64 {
        self.began + (run as f64 * self.gap) as i64
    }

    pub fn time(&self, run: u64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.millis(run)).unwrap_or_default()
    }

    /// The id of a run, as the statements below make it.
    pub fn id(&self, run: u64) -> Uuid {
        let millis = u128::try_from(self.millis(run)).unwrap_or_default();
        Uuid::from_u128(millis << 80 | 0x7000 << 64 | 0x8000 << 48 | u128::from(run))
    }

    pub async fn make(&self, bed: &Bed) -> anyhow::Result<()> {
        let questions = bed.connect().await?;
        let database = &questions.connection;
        let words = Words::of(bed.kind);
        database.execute_unprepared(words.hurry).await?;
        for sql in self.workflows(&words) {
            database.execute_unprepared(&sql).await?;
        }
        for from in (0..self.runs).step_by(PART as usize) {
            let to = (from + PART).min(self.runs);
            database.execute_unprepared("BEGIN").await?;
            for sql in self.part(&words, from, to) {
                database.execute_unprepared(&sql).await?;
            }
            database.execute_unprepared("COMMIT").await?;
        }
        database.execute_unprepared(words.settle).await?;
        questions.connection.close().await?;
        Ok(())
    }

    fn workflows(&self, words: &Words) -> [String; 3] {
        let rows = format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {})",
            WORKFLOWS - 1
        );
        let now = (words.time)("0", Utc::now().timestamp_millis(), 0.0);
        let per = self.runs / WORKFLOWS;
        let (failed, cancelled) = (per / 25, per / 100);
        [
            format!(
                "INSERT INTO workflows (id, name, enabled, revision, origin, created_at, updated_at)
                 {rows} SELECT 'past-' || i, 'Past', false, 1, 'api', {now}, {now} FROM n"
            ),
            format!(
                "INSERT INTO triggers (workflow_id, kind, fingerprint, fence, polls, failures)
                 {rows} SELECT 'past-' || i, 'manual', '', 0, 0, 0 FROM n"
            ),
            format!(
                "INSERT INTO run_stats (workflow_id, hour, shard, succeeded, failed, cancelled, queued_ms, took_ms,
                 took_100ms, took_1s, took_10s, took_1m, took_10m, took_1h, took_longer)
                 {rows} SELECT 'past-' || i, 0, 0, {}, {failed}, {cancelled}, 0, 0, {per}, 0, 0, 0, 0, 0, 0 FROM n",
                per - failed - cancelled
            ),
        ]
    }

    fn part(&self, words: &Words, from: u64, to: u64) -> [String; 3] {
        let rows = (words.rows)(from, to);
        let id = (words.id)("i", self.began, self.gap);
        let (at, later) =
            ((words.time)("i", self.began, self.gap), (words.time)("i", self.began + 40, self.gap));
        let workflow = format!("'past-' || (i % {WORKFLOWS})");
        [
            format!(
                "INSERT INTO events (id, workflow_id, dedupe_key, outcome, data, created_at)
                 SELECT {id}, {workflow}, 'manual:' || i, 'run', '{{\"number\":' || i || ',\"email\":\"mara@example.com\"}}', {at} FROM {rows}"
            ),
            format!(
                "INSERT INTO runs (id, workflow_id, revision, event_id, state, fence, last_seq, cancel_requested, created_at, started_at, finished_at)
                 SELECT {id}, {workflow}, 1, {id},
                 CASE WHEN (i / {WORKFLOWS}) % 100 = 7 THEN 'cancelled' WHEN (i / {WORKFLOWS}) % 25 = 3 THEN 'failed' ELSE 'succeeded' END,
                 1, 2, false, {at}, {at}, {later} FROM {rows}"
            ),
            format!(
                "INSERT INTO run_events (run_id, seq, at, kind, step, data)
                 SELECT {id}, e.seq, {later}, CASE WHEN e.seq = 1 THEN 'started' ELSE 'finished' END, NULL,
                 CASE WHEN e.seq = 1 THEN '{{\"type\":\"started\",\"node\":\"past\"}}' ELSE '{{\"type\":\"finished\",\"state\":\"succeeded\"}}' END
                 FROM {rows} CROSS JOIN (SELECT 1 AS seq UNION ALL SELECT 2) AS e"
            ),
        ]
    }
}

/// What the two databases say differently.
struct Words {
    hurry: &'static str,
    settle: &'static str,
    /// From a number of a run, the time of run 0 in milliseconds and the gap: the id.
    id: fn(&str, i64, f64) -> String,
    time: fn(&str, i64, f64) -> String,
    /// A source of rows with the numbers from the first up to the second.
    rows: fn(u64, u64) -> String,
}

impl Words {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self {
                hurry: "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000",
                settle: "PRAGMA wal_checkpoint(TRUNCATE)",
                id: |run, began, gap| {
                    format!(
                        "unhex(printf('%012x70008000%012x', {began} + CAST({run} * {gap:?} AS INTEGER), {run}))"
                    )
                },
                time: |run, began, gap| {
                    format!(
                        "strftime('%Y-%m-%dT%H:%M:%f', ({began} + CAST({run} * {gap:?} AS INTEGER)) / 1000.0, 'unixepoch') || '+00:00'"
                    )
                },
                rows: |from, to| {
                    format!(
                        "(WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to}) SELECT i FROM n)"
                    )
                },
            },
            Kind::Postgres => Self {
                hurry: "SET session_replication_role = replica; SET synchronous_commit = off",
                // What autovacuum would have done in those days.
                settle: "VACUUM ANALYZE",
                id: |run, began, gap| {
                    format!(
                        "CAST(lpad(to_hex({began} + trunc({run} * {gap:?}::float8)::bigint), 12, '0') || '70008000' || lpad(to_hex({run}), 12, '0') AS uuid)"
                    )
                },
                time: |run, began, gap| {
                    format!("to_timestamp(({began} + trunc({run} * {gap:?}::float8)) / 1000.0)")
                },
                rows: |from, to| format!("generate_series({from}::bigint, {to}::bigint - 1) AS n(i)"),
            },
        }
    }
}
