//! Log entries as rows, and back.

use std::collections::HashMap;

use highline_model::{LogEntry, RunEvent, RunId};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Value};
use uuid::Uuid;

use crate::Error;
use crate::entity::run_event;
use crate::json::{from_text, to_text, without_nul};
use crate::pack::{packed, unpacked};
use crate::sql::{Sql, lengths, parts};

/// A row of the log, ready to be written.
pub(crate) type Row = [Value; 7];

pub(crate) fn row(run: RunId, entry: &LogEntry) -> Row {
    let (data, packed) = packed(to_text(&entry.event));
    let step = entry.event.step().map(|step| without_nul(step.as_str()).into_owned());
    [
        run.0.into(),
        entry.seq.into(),
        entry.at.into(),
        entry.event.kind().into(),
        step.into(),
        data.into(),
        packed.into(),
    ]
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
