use highline_model::{NodeId, RunId};
use sea_orm::EntityTrait;

use crate::entity::{event, run};
use crate::json::from_text;
use crate::{Error, RunDetail, RunRecord, Store, log};

impl Store {
    /// A run with its event and its whole log.
    pub async fn run(&self, id: RunId) -> Result<Option<RunDetail>, Error> {
        let Some(row) = run::Entity::find_by_id(id.0).one(&self.read).await? else {
            return Ok(None);
        };
        let event = event::Entity::find_by_id(row.event_id).one(&self.read).await?;
        let event = event.ok_or_else(|| corrupt(id, "its event is gone"))?;
        let log = log::of_run(&self.read, row.id).await?;
        Ok(Some(RunDetail {
            record: row.try_into()?,
            event: from_text(event.data.as_deref().unwrap_or("null"), || {
                format!("event {} of run {id}", event.id)
            })?,
            event_key: event.dedupe_key,
            log,
        }))
    }
}

pub(super) fn corrupt(id: impl std::fmt::Display, reason: impl ToString) -> Error {
    Error::Corrupt { what: format!("run {id}"), reason: reason.to_string() }
}

impl TryFrom<run::Model> for RunRecord {
    type Error = Error;

    fn try_from(row: run::Model) -> Result<Self, Error> {
        let failure =
            row.failure.as_deref().map(|text| from_text(text, || format!("failure of run {}", row.id)));
        Ok(Self {
            id: RunId(row.id),
            workflow: row.workflow_id.parse().map_err(|error| corrupt(row.id, error))?,
            revision: row.revision,
            state: row.state.parse().map_err(|error| corrupt(row.id, error))?,
            failure: failure.transpose()?,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            wake_at: row.wake_at,
            owner: row.owner.map(NodeId::from),
            cancel_requested: row.cancel_requested,
            last_seq: row.last_seq,
        })
    }
}
