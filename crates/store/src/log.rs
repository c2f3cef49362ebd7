//! Log entries as rows, and back.

use std::collections::HashMap;

use highline_model::{LogEntry, RunEvent, RunId, Timestamp};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Value};
use uuid::Uuid;

use crate::Error;
use crate::entity::run_event;
use crate::json::{from_text, without_nul};
use crate::pack::{Packed, unpacked};
use crate::sql::{Sql, lengths, parts};

/// A log entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedEntry {
    pub seq: i32,
    pub at: Timestamp,
    pub(crate) kind: &'static str,
    pub(crate) step: Option<String>,
    data: Packed,
}

impl From<&LogEntry> for PackedEntry {
    fn from(entry: &LogEntry) -> Self {
        let step = entry.event.step().map(|step| without_nul(step.as_str()).into_owned());
        let data = Packed::of(&entry.event);
        Self { seq: entry.seq, at: entry.at, kind: entry.event.kind(), step, data }
    }
}

/// The columns of a row.
pub(crate) type Row = [Value; 7];

pub(crate) fn row(run: RunId, entry: &PackedEntry) -> Row {
    let PackedEntry { seq, at, kind, step, data } = entry.clone();
    [run.0.into(), seq.into(), at.into(), kind.into(), step.into(), data.text.into(), data.bytes.into()]
}

pub(crate) async fn insert(connection: &impl ConnectionTrait, rows: Vec<Row>) -> Result<(), Error> {
    let (lengths, mut rows) = (lengths(rows.len()), rows.into_iter());
    for length in lengths {
        let insert = Sql::new("INSERT INTO run_events (run_id, seq, at, kind, step, data, packed) ")
            .values(rows.by_ref().take(length));
        connection.execute_raw(insert.build(connection.get_database_backend())).await?;
    }
    Ok(())
}

/// The log of one run, in order.
pub(crate) async fn of_run(connection: &impl ConnectionTrait, run: Uuid) -> Result<Vec<LogEntry>, Error> {
    load(connection, &[run]).await?.remove(&run).unwrap_or(Ok(Vec::new()))
}

/// The logs of some runs, each in order; a run without a log is left out, and one that cannot be read spoils no other.
pub(crate) async fn load(
    connection: &impl ConnectionTrait,
    runs: &[Uuid],
) -> Result<HashMap<Uuid, Result<Vec<LogEntry>, Error>>, Error> {
    let mut logs: HashMap<Uuid, Result<Vec<LogEntry>, Error>> = HashMap::new();
    for chunk in parts(runs) {
        let rows = run_event::Entity::find()
            .filter(run_event::COLUMN.run_id.is_in(chunk.iter().copied()))
            .order_by_asc(run_event::Column::RunId)
            .order_by_asc(run_event::Column::Seq)
            .all(connection)
            .await?;
        for row in rows {
            let log = logs.entry(row.run_id).or_insert_with(|| Ok(Vec::new()));
            match (&mut *log, read(row)) {
                (Ok(entries), Ok(entry)) => entries.push(entry),
                (Ok(_), Err(error)) => *log = Err(error),
                (Err(_), _) => {}
            }
        }
    }
    Ok(logs)
}

pub(crate) fn read(row: run_event::Model) -> Result<LogEntry, Error> {
    let what = || format!("log entry {} of run {}", row.seq, row.run_id);
    let event: RunEvent = from_text(&unpacked(&row.data, row.packed.as_deref(), what)?, what)?;
    Ok(LogEntry { seq: row.seq, at: row.at, event })
}
