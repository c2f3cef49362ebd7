use std::collections::{BTreeSet, HashMap};
use std::slice::from_ref;

use highline_model::{Timestamp, WorkflowId};
use sea_orm::{DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};

use super::counts::counted;
use crate::entity::{poll, trigger, workflow};
use crate::json::without_nul;
use crate::sql::Sql;
use crate::{Counts, Error, LastPoll, Page, PollRecord, SavedText, Store, WorkflowPage, WorkflowRecord};

#[derive(Debug, FromQueryResult)]
struct Id {
    id: String,
}

impl Store {
    /// A workflow as it stands.
    pub async fn workflow(&self, id: &WorkflowId) -> Result<Option<WorkflowRecord>, Error> {
        Ok(self.records(Some(from_ref(id))).await?.pop())
    }

    /// What is in use of all workflows, by id: one look where thousands of files must be compared.
    pub async fn saved_texts(&self) -> Result<HashMap<WorkflowId, SavedText>, Error> {
        let select = Sql::new(
            "SELECT w.id, w.revision, r.hash, w.origin, t.fingerprint, h.given_path AS hook_path, w.problem FROM workflows w \
             JOIN revisions r ON r.workflow_id = w.id AND r.number = w.revision \
             JOIN triggers t ON t.workflow_id = w.id \
             LEFT JOIN hooks h ON h.workflow_id = w.id",
        );
        let select = select.build(self.read.get_database_backend());
        let rows = SavedText::find_by_statement(select).all(&self.read).await?;
        rows.into_iter().map(|row| Ok((workflow_id(&row.workflow)?, row))).collect()
    }

    /// All workflows, by id.
    pub async fn workflows(&self) -> Result<Vec<WorkflowRecord>, Error> {
        self.records(None).await
    }

    /// Workflows by the bytes of their ids, from `after` on: a database may have another opinion about the order of dashes.
    pub async fn workflows_page(&self, page: Page<&str>) -> Result<WorkflowPage, Error> {
        let backend = self.read.get_database_backend();
        let id = match backend {
            DbBackend::Postgres => "id COLLATE \"C\"",
            _ => "id",
        };
        let mut select = Sql::new("SELECT id FROM workflows");
        if let Some(after) = page.after {
            select = select.text(" WHERE ").text(id).text(" > ").value(without_nul(after).into_owned());
        }
        let select = select.text(" ORDER BY ").text(id).text(" LIMIT ").value(i64::from(page.limit) + 1);
        let rows = Id::find_by_statement(select.build(backend)).all(&self.read).await?;
        let more = rows.len() > page.limit as usize;
        let ids = rows.into_iter().take(page.limit as usize).map(|row| workflow_id(&row.id));
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        if ids.is_empty() {
            return Ok(WorkflowPage::default());
        }
        let mut workflows = self.records(Some(&ids)).await?;
        workflows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(WorkflowPage { workflows, next: ids.into_iter().next_back().filter(|_| more) })
    }

    async fn records(&self, only: Option<&[WorkflowId]>) -> Result<Vec<WorkflowRecord>, Error> {
        let mut workflows = workflow::Entity::find().order_by_asc(workflow::Column::Id);
        let mut triggers = trigger::Entity::find();
        if let Some(only) = only {
            let ids = || only.iter().map(WorkflowId::as_str);
            workflows = workflows.filter(workflow::COLUMN.id.is_in(ids()));
            triggers = triggers.filter(trigger::COLUMN.workflow_id.is_in(ids()));
        }
        let workflows = workflows.all(&self.read).await?;
        let mut triggers = triggers.all(&self.read).await?;
        if only.is_some() {
            let leaders: BTreeSet<String> = triggers.iter().filter_map(|row| row.follows.clone()).collect();
            let leaders = trigger::Entity::find().filter(trigger::COLUMN.workflow_id.is_in(leaders));
            triggers.extend(leaders.all(&self.read).await?);
        }
        let due: HashMap<String, Timestamp> =
            triggers.iter().filter_map(|row| Some((row.workflow_id.clone(), row.next_at?))).collect();
        let mut triggers: HashMap<String, trigger::Model> =
            triggers.into_iter().map(|row| (row.workflow_id.clone(), row)).collect();
        let mut polls = self.last_polls(only).await?;
        let mut counts: HashMap<String, Counts> = HashMap::new();
        for row in counted(&self.read, only).await? {
            counts.entry(row.workflow_id.clone()).or_default().add(row.state()?, row.runs());
        }
        workflows
            .into_iter()
            .map(|row| {
                let trigger = triggers.remove(&row.id);
                let runs = counts.remove(&row.id).unwrap_or_default();
                let last_poll = polls.remove(&row.id);
                let record = record(row, trigger, runs)?;
                let leader = record.polled_with.as_ref().and_then(|leader| due.get(leader.as_str()));
                Ok(WorkflowRecord { last_poll, next_at: record.next_at.or(leader.copied()), ..record })
            })
            .collect()
    }

    async fn last_polls(&self, only: Option<&[WorkflowId]>) -> Result<HashMap<String, LastPoll>, Error> {
        let select = Sql::new(
            "SELECT * FROM polls WHERE id IN (SELECT (SELECT p.id FROM polls p WHERE p.workflow_id = w.id \
             ORDER BY p.id DESC LIMIT 1) FROM workflows w",
        );
        let select = select.only(" WHERE ", "w.id", only).text(")");
        let select = select.build(self.read.get_database_backend());
        let rows = poll::Model::find_by_statement(select).all(&self.read).await?;
        rows.into_iter()
            .map(|row| {
                let workflow = row.workflow_id.clone();
                let poll = PollRecord::try_from(row)?;
                Ok((
                    workflow,
                    LastPoll { finished_at: poll.finished_at, fresh: poll.fresh, error: poll.error },
                ))
            })
            .collect()
    }
}

fn workflow_id(text: &str) -> Result<WorkflowId, Error> {
    text.parse()
        .map_err(|error| Error::Corrupt { what: format!("workflow {text}"), reason: format!("{error}") })
}

fn record(
    row: workflow::Model,
    trigger: Option<trigger::Model>,
    runs: Counts,
) -> Result<WorkflowRecord, Error> {
    let corrupt = |reason: String| Error::Corrupt { what: format!("workflow {}", row.id), reason };
    let trigger = trigger.ok_or_else(|| corrupt("it has no trigger".to_owned()))?;
    Ok(WorkflowRecord {
        id: row.id.parse().map_err(|error| corrupt(format!("{error}")))?,
        name: row.name.clone(),
        enabled: row.enabled,
        revision: row.revision,
        origin: row.origin.clone(),
        problem: row.problem.clone(),
        trigger: trigger.kind.parse().map_err(corrupt)?,
        next_at: trigger.next_at,
        polled_with: trigger
            .follows
            .map(|id| id.parse().map_err(|error| corrupt(format!("{error}"))))
            .transpose()?,
        last_poll: None,
        runs,
        created_at: row.created_at,
        updated_at: row.updated_at,
        changed: false,
    })
}
