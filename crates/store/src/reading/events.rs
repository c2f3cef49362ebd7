use highline_model::{EventId, Failure, RunId, RunState, Timestamp, WorkflowId};
use sea_orm::{EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::entity::poll;
use crate::json::{from_text, without_nul};
use crate::sql::Sql;
use crate::{Error, EventRecord, PollRecord, RunOfEvent, Store};

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    dedupe_key: String,
    outcome: String,
    created_at: Timestamp,
    run: Option<Uuid>,
    state: Option<String>,
    failure: Option<String>,
    wake_at: Option<Timestamp>,
}

impl Store {
    /// What a workflow knows of one record, newest first: its events with the key `record`, and those with a mark of
    /// change behind it, `record@…` or `record#…`.
    pub async fn events_of(
        &self,
        workflow: &WorkflowId,
        record: &str,
        limit: u32,
    ) -> Result<Vec<EventRecord>, Error> {
        let select = finding(workflow, record, limit);
        let rows =
            Row::find_by_statement(select.build(self.read.get_database_backend())).all(&self.read).await?;
        rows.into_iter().map(|row| record_of(workflow, row)).collect()
    }

    /// The poll that found an event; none where it was removed, or the event came another way.
    pub async fn poll_of(&self, workflow: &WorkflowId, event: EventId) -> Result<Option<PollRecord>, Error> {
        // A poll is written after its events, in one transaction; ids are in the order in which they are made.
        let row = poll::Entity::find()
            .filter(poll::COLUMN.workflow_id.eq(workflow.as_str()))
            .filter(poll::COLUMN.id.gt(event.0))
            .order_by_asc(poll::Column::Id)
            .one(&self.read)
            .await?;
        row.map(PollRecord::try_from).transpose()
    }
}

/// Each kind of key is looked up by itself, so that each is a walk along the index of the keys.
pub(crate) fn finding(workflow: &WorkflowId, record: &str, limit: u32) -> Sql {
    let key = without_nul(record);
    let of = |sql: Sql| {
        sql.text("SELECT id, dedupe_key, outcome, created_at FROM events WHERE workflow_id = ")
            .value(workflow.as_str())
    };
    let exact = of(Sql::new(
        "SELECT e.id, e.dedupe_key, e.outcome, e.created_at, r.id AS run, r.state, r.failure, r.wake_at FROM (",
    ))
    .text(" AND dedupe_key = ")
    .value(&*key);
    // The characters that follow `@` and `#`: in the order of bytes what lies between begins with the mark.
    let marked = [("@", "A"), ("#", "$")].into_iter().fold(exact, |sql, (mark, next)| {
        let sql = of(sql.text(" UNION ALL ")).text(" AND dedupe_key >= ").value(format!("{key}{mark}"));
        sql.text(" AND dedupe_key < ").value(format!("{key}{next}"))
    });
    marked
        .text(") e LEFT JOIN runs r ON r.event_id = e.id ORDER BY e.id DESC, r.id DESC LIMIT ")
        .value(i64::from(limit))
}

fn record_of(workflow: &WorkflowId, row: Row) -> Result<EventRecord, Error> {
    let what = || format!("event {}", row.id);
    let corrupt =
        |error: highline_model::id::InvalidId| Error::Corrupt { what: what(), reason: error.to_string() };
    let run = match (row.run, &row.state) {
        (Some(run), Some(state)) => Some(RunOfEvent {
            id: RunId(run),
            state: state.parse::<RunState>().map_err(corrupt)?,
            failure: row.failure.as_deref().map(|text| from_text::<Failure>(text, what)).transpose()?,
            wake_at: row.wake_at,
        }),
        _ => None,
    };
    Ok(EventRecord {
        id: EventId(row.id),
        workflow: workflow.clone(),
        key: row.dedupe_key,
        outcome: row.outcome,
        created_at: row.created_at,
        run,
    })
}
