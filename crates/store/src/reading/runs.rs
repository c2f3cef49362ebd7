use highline_model::{NodeId, RunId, RunState};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::entity::{event, run};
use crate::json::from_text;
use crate::pack::event_value;
use crate::{Error, RunDetail, RunRecord, Store, log, turns};

impl Store {
    /// A run with its event and its whole log.
    pub async fn run(&self, id: RunId) -> Result<Option<RunDetail>, Error> {
        let Some(row) = run::Entity::find_by_id(id.0).one(&self.read).await? else {
            return Ok(None);
        };
        let event = event::Entity::find_by_id(row.event_id).one(&self.read).await?;
        let event = event.ok_or_else(|| corrupt(id, "its event is gone"))?;
        let log = log::of_run(&self.read, row.id).await?;
        let (ahead, reruns) = (self.ahead(&row).await?, self.reruns(id).await?);
        Ok(Some(RunDetail {
            ahead,
            reruns,
            record: row.try_into()?,
            event: event_value(event.data.as_deref(), event.packed.as_deref(), || {
                format!("event {} of run {id}", event.id)
            })?,
            event_key: event.dedupe_key,
            log,
        }))
    }

    /// The runs that have their turn while this one is behind them.
    async fn ahead(&self, row: &run::Model) -> Result<Vec<RunId>, Error> {
        match &row.concurrency_key {
            Some(key) if row.state == RunState::Queued.as_str() && row.wake_at.is_none() => {
                turns::in_turn(&self.read, &row.workflow_id, key).await
            }
            _ => Ok(Vec::new()),
        }
    }

    async fn reruns(&self, of: RunId) -> Result<Vec<RunId>, Error> {
        let ids: Vec<Uuid> = run::Entity::find()
            .select_only()
            .column(run::Column::Id)
            .filter(run::COLUMN.rerun_of.eq(of.0))
            .order_by_asc(run::Column::Id)
            .into_tuple()
            .all(&self.read)
            .await?;
        Ok(ids.into_iter().map(RunId).collect())
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
            concurrency_key: row.concurrency_key,
            ends_at: row.ends_at,
            rerun_of: row.rerun_of.map(RunId),
            started_by: row.started_by,
        })
    }
}
