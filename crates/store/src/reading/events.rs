use chrono::DateTime;
use highline_model::id::first_at;
use highline_model::{EventId, Failure, RunId, RunState, Timestamp, WorkflowId};
use sea_orm::{EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::entity::{event, poll};
use crate::json::{from_text, without_nul};
use crate::pack::event_value;
use crate::page::page_of;
use crate::sql::Sql;
use crate::{Error, EventDetail, EventFilter, EventPage, EventRecord, Page, PollRecord, RunOfEvent, Store};

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    workflow_id: String,
    dedupe_key: String,
    outcome: String,
    created_at: Timestamp,
    run: Option<Uuid>,
    state: Option<String>,
    failure: Option<String>,
    wake_at: Option<Timestamp>,
}

#[derive(Debug, FromQueryResult)]
struct Found {
    id: Uuid,
}

/// In seconds: an event is written within so long after it came.
const SOON: i64 = 10;

impl Store {
    /// What triggers found, newest first.
    pub async fn events(&self, filter: &EventFilter<'_>, page: Page<EventId>) -> Result<EventPage, Error> {
        let select = finding(filter, page).build(self.read.get_database_backend());
        let rows = Row::find_by_statement(select).all(&self.read).await?;
        let (events, next) = page_of(rows, page.limit, |event: &EventRecord| event.id)?;
        Ok(EventPage { events, next })
    }

    /// One event, with its data.
    pub async fn event(&self, id: EventId) -> Result<Option<EventDetail>, Error> {
        let inner = Sql::new(SELECTED).text(COLUMNS).text(" FROM events WHERE id = ").value(id.0);
        let select = inner.text(WITH_RUNS).build(self.read.get_database_backend());
        let Some(row) = Row::find_by_statement(select).one(&self.read).await? else { return Ok(None) };
        let Some(kept) = event::Entity::find_by_id(id.0).one(&self.read).await? else { return Ok(None) };
        let what = || format!("event {}", id.0);
        let data = event_value(kept.data.as_deref(), kept.packed.as_deref(), what)?;
        Ok(Some(EventDetail { record: row.try_into()?, data }))
    }

    /// The event that has this key and was written soon after `id` was made.
    pub async fn event_soon_after(&self, id: EventId, key: &str) -> Result<Option<EventId>, Error> {
        let Some(end) = id.0.get_timestamp().and_then(|time| {
            let seconds = i64::try_from(time.to_unix().0).ok()?;
            DateTime::from_timestamp(seconds.checked_add(SOON)?, 0)
        }) else {
            return Ok(None);
        };
        let select = Sql::new("SELECT id FROM events WHERE id > ")
            .value(id.0)
            .text(" AND id < ")
            .value(first_at(end))
            .text(" AND dedupe_key = ")
            .value(key)
            .text(" ORDER BY id LIMIT 1");
        let select = select.build(self.read.get_database_backend());
        Ok(Found::find_by_statement(select).one(&self.read).await?.map(|found| EventId(found.id)))
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

const SELECTED: &str = "SELECT e.id, e.workflow_id, e.dedupe_key, e.outcome, e.created_at, \
                        r.id AS run, r.state, r.failure, r.wake_at FROM (";
const COLUMNS: &str = "SELECT id, workflow_id, dedupe_key, outcome, created_at";
const WITH_RUNS: &str = ") e LEFT JOIN runs r ON r.event_id = e.id ORDER BY e.id DESC";

/// One event more than the page has: a walk along the ids of all or of a workflow. Of a record each kind of key is looked
/// up by itself, along the index of the keys.
pub(crate) fn finding(filter: &EventFilter<'_>, page: Page<EventId>) -> Sql {
    let rows = i64::from(page.limit) + 1;
    let walk = |sql: Sql| {
        let sql = sql.text(COLUMNS).text(" FROM events WHERE ");
        let sql = match filter.workflow {
            Some(workflow) => sql.text("workflow_id = ").value(workflow.as_str()),
            None => sql.text("true"),
        };
        let sql = match filter.outcome {
            // The first condition is that of the index.
            Some(outcome) => sql.text(" AND outcome <> 'run' AND outcome = ").value(outcome),
            None => sql,
        };
        match page.after {
            Some(after) => sql.text(" AND id < ").value(after.0),
            None => sql,
        }
    };
    let sql = Sql::new(SELECTED);
    let Some(record) = filter.record else {
        return walk(sql).text(" ORDER BY id DESC LIMIT ").value(rows).text(WITH_RUNS);
    };
    let key = without_nul(record);
    let exact = walk(sql).text(" AND dedupe_key = ").value(&*key);
    // The characters that follow `@` and `#`: in the order of bytes what lies between begins with the mark.
    let marked = [("@", "A"), ("#", "$")].into_iter().fold(exact, |sql, (mark, next)| {
        let sql = walk(sql.text(" UNION ALL ")).text(" AND dedupe_key >= ").value(format!("{key}{mark}"));
        sql.text(" AND dedupe_key < ").value(format!("{key}{next}"))
    });
    marked.text(WITH_RUNS).text(" LIMIT ").value(rows)
}

impl TryFrom<Row> for EventRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
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
        Ok(Self {
            id: EventId(row.id),
            workflow: row.workflow_id.parse().map_err(corrupt)?,
            key: row.dedupe_key,
            outcome: row.outcome,
            created_at: row.created_at,
            run,
        })
    }
}
