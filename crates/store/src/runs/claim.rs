use std::collections::HashMap;
use std::sync::Arc;

use highline_model::{LogEntry, RunId, RunState};
use sea_orm::{EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::entity::{event, run};
use crate::pack::event_value;
use crate::sql::{Sql, parts};
use crate::{Claim, ClaimedRun, Error, Held, Store, log};

impl Store {
    /// Leases runs that may go on to a node, the longest due first: queued ones whose turn it is, waiting ones whose
    /// time has come, running ones whose lease has run out. No two nodes get the same run. One that this version cannot
    /// read is reported in the log of the process, put down again, and ended if it shall end.
    pub async fn claim_runs(&self, claim: Claim<'_>) -> Result<Vec<ClaimedRun>, Error> {
        let backend = self.write.get_database_backend();
        let update = Sql::new("WITH due AS MATERIALIZED (SELECT id FROM runs WHERE wake_at <= ")
            .value(claim.now)
            .text(" ORDER BY wake_at, id LIMIT ")
            .value(i64::from(claim.limit))
            .on_postgres(backend, " FOR NO KEY UPDATE SKIP LOCKED")
            .text(") UPDATE runs SET fence = fence + 1, state = ")
            .value(RunState::Running.as_str())
            .text(", owner = ")
            .value(claim.node.as_str())
            .text(", wake_at = ")
            .value(claim.now + claim.lease)
            .text(" WHERE id IN (SELECT id FROM due) RETURNING *");
        let mut rows = run::Model::find_by_statement(update.build(backend)).all(&self.write).await?;
        self.put_back_what_is_too_much(&mut rows, claim).await?;
        rows.sort_by_key(|row| row.id);
        let begun: Vec<Uuid> = rows.iter().filter(|row| row.last_seq > 0).map(|row| row.id).collect();
        let mut logs = log::load(&self.read, &begun).await?;
        let events: Vec<Uuid> = rows.iter().map(|row| row.event_id).collect();
        let events = self.event_data(&events).await?;
        let mut unreadable = Vec::new();
        let claimed = rows.into_iter().filter_map(|row| {
            let lease = Held { run: RunId(row.id), fence: row.fence };
            let event = events.get(&row.event_id);
            let log = logs.remove(&row.id).unwrap_or(Ok(Vec::new()));
            claimed(row, event, log)
                .inspect_err(|error| {
                    tracing::error!(run = %lease.run, %error, "a claimed run is put down again");
                    unreadable.push(lease);
                })
                .ok()
        });
        let claimed = claimed.collect();
        if !unreadable.is_empty()
            && let Err(error) = self.put_down_unreadable(&unreadable, claim.now).await
        {
            tracing::warn!(%error, "runs that cannot be read stay claimed until their leases run out");
        }
        Ok(claimed)
    }

    async fn event_data(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, EventData>, Error> {
        let mut data = HashMap::with_capacity(ids.len());
        for chunk in parts(ids) {
            let rows = event::Entity::find()
                .select_only()
                .columns([event::Column::Id, event::Column::Data, event::Column::Packed])
                .filter(event::COLUMN.id.is_in(chunk.iter().copied()))
                .into_tuple::<(Uuid, Option<String>, Option<Vec<u8>>)>()
                .all(&self.read)
                .await?;
            data.extend(rows.into_iter().map(|(id, data, packed)| (id, (data, packed))));
        }
        Ok(data)
    }
}

/// The two columns of an event's data.
type EventData = (Option<String>, Option<Vec<u8>>);

fn claimed(
    row: run::Model,
    event: Option<&EventData>,
    log: Result<Vec<LogEntry>, Error>,
) -> Result<ClaimedRun, Error> {
    let what = || format!("event {} of run {}", row.event_id, row.id);
    let event = match event {
        Some((data, packed)) => event_value(data.as_deref(), packed.as_deref(), what)?,
        None => Value::Null,
    };
    let workflow = row
        .workflow_id
        .parse()
        .map_err(|error| Error::Corrupt { what: format!("run {}", row.id), reason: format!("{error}") })?;
    Ok(ClaimedRun {
        id: RunId(row.id),
        workflow,
        revision: row.revision,
        event: Arc::new(event),
        log: log?,
        fence: row.fence,
        created_at: row.created_at,
        started_at: row.started_at,
        cancel_requested: row.cancel_requested,
        in_turn: row.concurrency_key.is_some(),
    })
}
