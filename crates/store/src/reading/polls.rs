use highline_model::id::InvalidId;
use highline_model::{NodeId, WorkflowId};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::entity::poll;
use crate::json::from_text;
use crate::page::page_of;
use crate::{Error, Page, PollPage, PollRecord, Store};

impl Store {
    /// The poll log of one workflow or of all, newest first.
    pub async fn polls(&self, workflow: Option<&WorkflowId>, page: Page<Uuid>) -> Result<PollPage, Error> {
        let mut select = poll::Entity::find();
        if let Some(workflow) = workflow {
            select = select.filter(poll::COLUMN.workflow_id.eq(workflow.as_str()));
        }
        if let Some(after) = page.after {
            select = select.filter(poll::COLUMN.id.lt(after));
        }
        let rows =
            select.order_by_desc(poll::Column::Id).limit(u64::from(page.limit) + 1).all(&self.read).await?;
        let (polls, next) = page_of(rows, page.limit, |poll: &PollRecord| poll.id)?;
        Ok(PollPage { polls, next })
    }
}

impl TryFrom<poll::Model> for PollRecord {
    type Error = Error;

    fn try_from(row: poll::Model) -> Result<Self, Error> {
        let what = || format!("poll {}", row.id);
        let error = row.error.as_deref().map(|text| from_text(text, what)).transpose()?;
        let others = row.others.as_deref().map(|text| from_text(text, what)).transpose()?;
        let sample = row.sample.as_deref().map(|text| from_text(text, what)).transpose()?;
        let corrupt = |error: InvalidId| Error::Corrupt { what: what(), reason: error.to_string() };
        let count = |column: i32| u32::try_from(column).unwrap_or(0);
        Ok(Self {
            id: row.id,
            workflow: row.workflow_id.parse().map_err(corrupt)?,
            node: NodeId::from(row.node),
            started_at: row.started_at,
            finished_at: row.finished_at,
            seen: count(row.seen),
            fresh: count(row.fresh),
            duplicate: count(row.duplicate),
            filtered: count(row.filtered),
            dropped: count(row.dropped),
            requests: count(row.requests),
            others: others.unwrap_or_default(),
            made_by: row.made_by.map(|id| id.parse().map_err(corrupt)).transpose()?,
            sample: sample.unwrap_or_default(),
            error,
        })
    }
}
