//! The floor: the same requests by the same client and the same rows in the same tables, with nothing around them.
//! What the product needs beyond this is the price of being an engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::Args;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TransactionTrait, Value};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{bed, load, process};

/// What goes into one transaction, and the requests under way at a time.
const GROUP: u64 = 256;
/// Groups under way: while one is written, another is sent.
const LANES: usize = 2;

#[derive(Debug, Clone, Args)]
pub struct FloorArgs {
    /// A database with the product's tables
    #[arg(long)]
    database: String,
    /// Where each request goes
    #[arg(long)]
    target: String,
    #[arg(long)]
    runs: u64,
    /// The sizes in bytes of the log entries that are written before a run's request, such as 40,200,300
    #[arg(long, value_delimiter = ',')]
    before: Vec<usize>,
    /// Those that are written after it
    #[arg(long, value_delimiter = ',')]
    after: Vec<usize>,
}

/// What the floor took.
#[derive(Debug, Clone, Copy)]
pub struct Floor {
    pub wall: Duration,
    pub cpu: Duration,
}

/// Works, and prints two numbers in microseconds: time that passed and processor time.
pub async fn run(args: FloorArgs) -> anyhow::Result<()> {
    let database = bed::connect(&args.database, u32::try_from(LANES)?).await?;
    database.execute_unprepared(&workflow_row()).await?;
    let lane = Arc::new(Lane {
        database,
        client: reqwest::Client::builder().no_proxy().build()?,
        next: AtomicU64::new(0),
        args,
    });
    let (began, before) = (Instant::now(), process::cpu(std::process::id())?);
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        let lane = lane.clone();
        lanes.spawn(async move { lane.work().await });
    }
    while let Some(ended) = lanes.join_next().await {
        ended??;
    }
    let cpu = process::cpu(std::process::id())? - before;
    println!("{} {}", began.elapsed().as_micros(), cpu.as_micros());
    Ok(())
}

pub fn read(output: &[u8]) -> anyhow::Result<Floor> {
    let text = String::from_utf8_lossy(output);
    let mut numbers = text.split_whitespace().map(|word| word.parse().map(Duration::from_micros));
    let mut next = || anyhow::Ok(numbers.next().context("the floor printed too little")??);
    Ok(Floor { wall: next()?, cpu: next()? })
}

fn workflow_row() -> String {
    let now = Utc::now().to_rfc3339();
    format!(
        "INSERT INTO workflows (id, name, enabled, revision, origin, created_at, updated_at)
         VALUES ('floor', 'floor', true, 1, 'api', '{now}', '{now}')"
    )
}

struct Lane {
    database: DatabaseConnection,
    client: reqwest::Client,
    next: AtomicU64,
    args: FloorArgs,
}

/// A run of a group.
struct Run {
    id: Uuid,
    event: Uuid,
    number: u64,
}

impl Lane {
    async fn work(&self) -> anyhow::Result<()> {
        loop {
            let first = self.next.fetch_add(GROUP, Ordering::Relaxed);
            let size = GROUP.min(self.args.runs.saturating_sub(first));
            if size == 0 {
                return Ok(());
            }
            let make = |number| Run { id: Uuid::now_v7(), event: Uuid::now_v7(), number };
            let group: Vec<Run> = (first..first + size).map(make).collect();
            self.take_in(&group).await?;
            self.log(&group, "running", (1, &self.args.before)).await?;
            self.send(&group).await?;
            let written = i32::try_from(self.args.before.len())?;
            self.log(&group, "succeeded", (written + 1, &self.args.after)).await?;
        }
    }

    /// An event and a run for each.
    async fn take_in(&self, group: &[Run]) -> anyhow::Result<()> {
        let now = Utc::now();
        let event = |run: &Run| {
            let key = run.id.to_string();
            let fields: [Value; 6] = [
                run.event.into(),
                "floor".into(),
                key.into(),
                "run".into(),
                load::event(run.number).into(),
                now.into(),
            ];
            fields
        };
        let new = |run: &Run| {
            let fields: [Value; 10] = [
                run.id.into(),
                "floor".into(),
                1.into(),
                run.event.into(),
                "queued".into(),
                now.into(),
                0_i64.into(),
                0.into(),
                false.into(),
                now.into(),
            ];
            fields
        };
        let transaction = self.database.begin().await?;
        let events = "events (id, workflow_id, dedupe_key, outcome, data, created_at)";
        self.insert(&transaction, events, group.iter().flat_map(event).collect()).await?;
        let runs = "runs (id, workflow_id, revision, event_id, state, wake_at, fence, last_seq, cancel_requested, created_at)";
        self.insert(&transaction, runs, group.iter().flat_map(new).collect()).await?;
        Ok(transaction.commit().await?)
    }

    /// Log entries and the new state of each.
    async fn log(&self, group: &[Run], state: &str, entries: (i32, &[usize])) -> anyhow::Result<()> {
        let now = Utc::now();
        let (first, sizes) = entries;
        let entry = |run: &Run| {
            let texts = sizes.iter().zip(first..).map(|(size, seq)| (seq, text(*size, run.id)));
            let id = run.id;
            let rows = texts.flat_map(move |(seq, text)| {
                let fields: [Value; 6] =
                    [id.into(), seq.into(), now.into(), "entry".into(), "step".into(), text.into()];
                fields
            });
            rows.collect::<Vec<_>>()
        };
        let transaction = self.database.begin().await?;
        let log = "run_events (run_id, seq, at, kind, step, data)";
        self.insert(&transaction, log, group.iter().flat_map(entry).collect()).await?;
        self.set_state(&transaction, group, (state, now)).await?;
        Ok(transaction.commit().await?)
    }

    async fn send(&self, group: &[Run]) -> anyhow::Result<()> {
        let mut requests = JoinSet::new();
        for run in group {
            let body = json!({ "email": format!("mara.{}@example.com", run.number), "name": "Mara Lindqvist",
                "city": "Berlin", "source": "landing page", "number": run.number });
            let request = self.client.post(&self.args.target).json(&body);
            requests
                .spawn(async move { anyhow::Ok(request.send().await?.error_for_status()?.bytes().await?) });
        }
        while let Some(ended) = requests.join_next().await {
            ended??;
        }
        Ok(())
    }

    async fn insert(&self, on: &impl ConnectionTrait, into: &str, values: Vec<Value>) -> anyhow::Result<()> {
        let columns = into.matches(',').count() + 1;
        // SQLite takes 32,766 values in a statement.
        for part in values.chunks(32_000 / columns * columns) {
            let rows: Vec<String> = (0..part.len() / columns).map(|row| row_of(columns, row)).collect();
            let sql = format!("INSERT INTO {into} VALUES {}", rows.join(", "));
            let backend = self.database.get_database_backend();
            on.execute_raw(Statement::from_sql_and_values(backend, sql, part.to_vec())).await?;
        }
        Ok(())
    }

    async fn set_state(
        &self,
        on: &impl ConnectionTrait,
        group: &[Run],
        state: (&str, DateTime<Utc>),
    ) -> anyhow::Result<()> {
        let places: Vec<String> = (0..group.len()).map(|run| format!("${}", run + 4)).collect();
        let sql = format!(
            "UPDATE runs SET state = $1, wake_at = $2, finished_at = $3, last_seq = last_seq + 1, fence = fence + 1 WHERE id IN ({})",
            places.join(", ")
        );
        let (state, now) = state;
        let over = state == "succeeded";
        let mut values: Vec<Value> =
            vec![state.into(), (!over).then_some(now).into(), over.then_some(now).into()];
        values.extend(group.iter().map(|run| Value::from(run.id)));
        let backend = self.database.get_database_backend();
        on.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        Ok(())
    }
}

/// `($7, $8, $9)`
fn row_of(columns: usize, row: usize) -> String {
    let places: Vec<String> = (1..=columns).map(|place| format!("${}", row * columns + place)).collect();
    format!("({})", places.join(", "))
}

/// So many bytes of JSON that do not repeat from run to run.
fn text(size: usize, run: Uuid) -> String {
    let id = run.to_string();
    let mut text = format!("{{\"id\":\"{id}\",\"text\":\"");
    while text.len() + 2 < size {
        text.push_str("some text ");
    }
    text.truncate(size.saturating_sub(2).max(49));
    text.push_str("\"}");
    text
}
