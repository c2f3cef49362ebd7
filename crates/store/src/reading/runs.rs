use highline_model::{NodeId, RunId, RunState, WorkflowId};
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{event, run};
use crate::json::from_text;
use crate::{Counts, Error, Page, RunDetail, RunFilter, RunPage, RunRecord, Store, log};

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

    /// Runs, newest first.
    pub async fn runs(&self, filter: &RunFilter, page: Page<RunId>) -> Result<RunPage, Error> {
        let mut select = run::Entity::find();
        if let Some(workflow) = &filter.workflow {
            select = select.filter(run::COLUMN.workflow_id.eq(workflow.as_str()));
        }
        if !filter.states.is_empty() {
            select = select.filter(run::COLUMN.state.is_in(filter.states.iter().map(|state| state.as_str())));
        }
        if let Some(since) = filter.since {
            select = select.filter(run::COLUMN.created_at.gte(since));
        }
        if let Some(until) = filter.until {
            select = select.filter(run::COLUMN.created_at.lt(until));
        }
        if let Some(after) = page.after {
            select = select.filter(run::COLUMN.id.lt(after.0));
        }
        let rows =
            select.order_by_desc(run::Column::Id).limit(u64::from(page.limit) + 1).all(&self.read).await?;
        let more = rows.len() > page.limit as usize;
        let rows = rows.into_iter().take(page.limit as usize);
        let runs = rows.map(RunRecord::try_from).collect::<Result<Vec<_>, _>>()?;
        let next = runs.last().filter(|_| more).map(|run| run.id);
        Ok(RunPage { runs, next })
    }

    /// How many runs there are in each state, of one workflow or of all.
    pub async fn counts(&self, workflow: Option<&WorkflowId>) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for row in counted(&self.read, workflow).await? {
            counts.add(row.state()?, row.runs());
        }
        Ok(counts)
    }
}

/// The runs of a workflow in one state.
#[derive(Debug, FromQueryResult)]
pub(super) struct Counted {
    pub(super) workflow_id: String,
    state: String,
    runs: i64,
}

impl Counted {
    pub(super) fn state(&self) -> Result<RunState, Error> {
        self.state.parse().map_err(|error| Error::Corrupt {
            what: format!("a run of {}", self.workflow_id),
            reason: format!("{error}"),
        })
    }

    pub(super) fn runs(&self) -> u64 {
        u64::try_from(self.runs).unwrap_or(0)
    }
}

pub(super) async fn counted(
    connection: &DatabaseConnection,
    workflow: Option<&WorkflowId>,
) -> Result<Vec<Counted>, Error> {
    let mut select = run::Entity::find()
        .select_only()
        .columns([run::Column::WorkflowId, run::Column::State])
        .column_as(Expr::cust("COUNT(*)"), "runs")
        .group_by(run::Column::WorkflowId)
        .group_by(run::Column::State);
    if let Some(workflow) = workflow {
        select = select.filter(run::COLUMN.workflow_id.eq(workflow.as_str()));
    }
    Ok(select.into_model::<Counted>().all(connection).await?)
}

fn corrupt(id: impl std::fmt::Display, reason: impl ToString) -> Error {
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
