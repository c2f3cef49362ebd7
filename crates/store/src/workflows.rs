//! Workflows, their revisions, and the switch.

use std::collections::BTreeSet;

use highline_model::{Timestamp, WorkflowId};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, IntoActiveModel,
    QuerySelect, TryInsertResult,
};

use crate::entity::{revision, trigger, workflow};
use crate::json::{to_text, without_nul};
use crate::retries::timeout_column;
use crate::sql::{ROW_LOCK, Sql};
use crate::{
    Error, Keep, NewRevision, NewTrigger, PollNow, RevisionHead, RevisionRecord, Store, TriggerKind,
    WorkflowRecord, feeds, hooks,
};

impl Store {
    /// Makes `new` the text of its workflow. The same hash as that of the current revision makes no new revision, but
    /// name, origin and trigger are kept in step. A changed fingerprint forgets the cursor, so that the next poll is a
    /// first poll, and takes the lease from a poll under way. The workflow's problem is over.
    pub async fn save_revision(&self, new: NewRevision) -> Result<WorkflowRecord, Error> {
        let saved = self.save(new, None).await?;
        Ok(saved.expect("without a condition it is saved"))
    }

    /// The same, where `base` is the newest revision, or 0 and there is no such workflow. `None`: it is another by now, and
    /// nothing was saved.
    pub async fn save_revision_over(
        &self,
        base: i32,
        new: NewRevision,
    ) -> Result<Option<WorkflowRecord>, Error> {
        self.save(new, Some(base)).await
    }

    async fn save(&self, new: NewRevision, base: Option<i32>) -> Result<Option<WorkflowRecord>, Error> {
        let transaction = self.begin().await?;
        let known = locked(&transaction, &new.workflow).await?;
        let newest = known.as_ref().map_or(0, |known| known.revision);
        if base.is_some_and(|base| base != newest) {
            return Ok(None);
        }
        let changed = match known {
            Some(known) => update(&transaction, known, &new).await?,
            None if insert(&transaction, &new).await? => true,
            // Another node has made it meanwhile.
            None if base.is_some() => return Ok(None),
            None => {
                let known = locked(&transaction, &new.workflow).await?;
                update(&transaction, known.ok_or_else(|| removed(&new.workflow))?, &new).await?
            }
        };
        transaction.commit().await?;
        let record = self.workflow(&new.workflow).await?.ok_or_else(|| removed(&new.workflow))?;
        Ok(Some(WorkflowRecord { changed, ..record }))
    }

    /// Says why the newest text of a workflow is not in use, or that all is well again. Nothing happens to a workflow
    /// that was never saved.
    pub async fn set_problem(
        &self,
        id: &WorkflowId,
        problem: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let transaction = self.begin().await?;
        if let Some(known) = locked(&transaction, id).await? {
            let problem = problem.map(|problem| without_nul(problem).into_owned());
            let row = workflow::ActiveModel {
                problem: Set(problem),
                updated_at: Set(now),
                ..known.into_active_model()
            };
            row.update(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Turns the switch. A workflow that was off is due at `next_at`; one that was on already keeps its time. `None`
    /// when there is no such workflow.
    pub async fn set_enabled(
        &self,
        id: &WorkflowId,
        enabled: bool,
        next_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<WorkflowRecord>, Error> {
        let transaction = self.begin().await?;
        let Some(known) = locked(&transaction, id).await? else {
            return Ok(None);
        };
        if known.enabled != enabled {
            let row = workflow::ActiveModel {
                enabled: Set(enabled),
                updated_at: Set(now),
                ..known.into_active_model()
            };
            row.update(&transaction).await?;
            switch_trigger(&transaction, id, next_at.filter(|_| enabled)).await?;
        }
        transaction.commit().await?;
        self.workflow(id).await
    }

    /// Makes a polling trigger due at once.
    pub async fn poll_now(&self, id: &WorkflowId, now: Timestamp) -> Result<PollNow, Error> {
        let transaction = self.begin().await?;
        let Some(known) = locked(&transaction, id).await? else { return Ok(PollNow::Unknown) };
        let feed = feed_of(&transaction, id).await?;
        feeds::lock(&transaction, &feed.as_deref().into_iter().collect()).await?;
        let Some(trigger) = feeds::row(&transaction, id.as_str()).await? else { return Ok(PollNow::Unknown) };
        if trigger.kind != TriggerKind::Poll.as_str() {
            return Ok(PollNow::NoPoll);
        }
        if !known.enabled {
            return Ok(PollNow::Off);
        }
        feeds::hasten(&transaction, id.as_str(), now).await?;
        transaction.commit().await?;
        Ok(PollNow::Due)
    }

    /// The number of a workflow's newest revision.
    pub async fn newest_revision(&self, id: &WorkflowId) -> Result<Option<i32>, Error> {
        let newest = workflow::Entity::find_by_id(id.to_string())
            .select_only()
            .column(workflow::Column::Revision)
            .into_tuple::<i32>();
        Ok(newest.one(&self.read).await?)
    }

    /// A saved text.
    pub async fn revision(
        &self,
        workflow: &WorkflowId,
        number: i32,
    ) -> Result<Option<RevisionRecord>, Error> {
        let found = revision::Entity::find_by_id((workflow.to_string(), number)).one(&self.read).await?;
        Ok(found.map(|row| RevisionRecord {
            source: row.source,
            head: RevisionHead {
                workflow: workflow.clone(),
                number: row.number,
                hash: row.hash,
                created_at: row.created_at,
                by: row.saved_by,
            },
        }))
    }
}

/// A revision's number means one text for ever, on all nodes: a workflow that was deleted and comes back goes on counting.
async fn first_number(transaction: &DatabaseTransaction, id: &WorkflowId) -> Result<i32, Error> {
    #[derive(FromQueryResult)]
    struct Removed {
        revision: i32,
    }
    let select = Sql::new("SELECT revision FROM removed_workflows WHERE id = ").value(id.as_str());
    let select = select.build(transaction.get_database_backend());
    let removed = Removed::find_by_statement(select).one(transaction).await?;
    Ok(removed.map_or(0, |removed| removed.revision) + 1)
}

/// Makes a trigger due at `next_at`, or never, and lets it share the polls of others accordingly.
async fn switch_trigger(
    transaction: &DatabaseTransaction,
    id: &WorkflowId,
    next_at: Option<Timestamp>,
) -> Result<(), Error> {
    let feed = feed_of(transaction, id).await?;
    feeds::lock(transaction, &feed.as_deref().into_iter().collect()).await?;
    feeds::leave(transaction, id.as_str()).await?;
    let row = trigger::ActiveModel {
        workflow_id: Set(id.to_string()),
        next_at: Set(next_at),
        ..Default::default()
    };
    row.update(transaction).await?;
    match feed {
        Some(feed) => feeds::join(transaction, &feed, id.as_str()).await,
        None => Ok(()),
    }
}

/// What a workflow's trigger asks. The workflow is locked, so no one else changes it.
async fn feed_of(transaction: &DatabaseTransaction, id: &WorkflowId) -> Result<Option<String>, Error> {
    Ok(trigger::Entity::find_by_id(id.to_string()).one(transaction).await?.and_then(|row| row.feed))
}

/// The row of a workflow, kept for this transaction.
pub(crate) async fn locked(
    transaction: &DatabaseTransaction,
    id: &WorkflowId,
) -> Result<Option<workflow::Model>, Error> {
    Ok(workflow::Entity::find_by_id(id.to_string()).lock(ROW_LOCK).one(transaction).await?)
}

fn removed(id: &WorkflowId) -> Error {
    let reason = "it was removed while it was saved".to_owned();
    Error::Corrupt { what: format!("workflow {id}"), reason }
}

/// Makes a workflow, if there is none.
async fn insert(transaction: &DatabaseTransaction, new: &NewRevision) -> Result<bool, Error> {
    let number = first_number(transaction, &new.workflow).await?;
    let row = workflow::ActiveModel {
        id: Set(new.workflow.to_string()),
        name: Set(without_nul(&new.name).into_owned()),
        enabled: Set(new.enabled_at_first_sight),
        revision: Set(number),
        origin: Set(new.origin.clone()),
        problem: Set(None),
        keep: Set(keep_text(new)),
        created_at: Set(new.now),
        updated_at: Set(new.now),
    };
    let row = workflow::Entity::insert(row).on_conflict_do_nothing();
    if !matches!(row.exec_without_returning(transaction).await?, TryInsertResult::Inserted(1..)) {
        return Ok(false);
    }
    insert_text(transaction, new, number).await?;
    hooks::keep(transaction, new).await?;
    let feed = new.trigger.feed.as_ref();
    feeds::lock(transaction, &feed.map(|feed| feed.id.as_str()).into_iter().collect()).await?;
    let trigger = trigger::ActiveModel {
        workflow_id: Set(new.workflow.to_string()),
        kind: Set(new.trigger.kind.to_string()),
        fingerprint: Set(new.trigger.fingerprint.clone()),
        cursor: Set(None),
        next_at: Set(new.trigger.first_at.filter(|_| new.enabled_at_first_sight)),
        owner: Set(None),
        lease_until: Set(None),
        fence: Set(0),
        polls: Set(0),
        failures: Set(0),
        feed: Set(feed.map(|feed| feed.id.clone())),
        follows: Set(None),
        backfill: Set(feed.is_some_and(|feed| feed.backfill)),
        source: Set(new.trigger.source.clone()),
    };
    trigger.insert(transaction).await?;
    if let Some(feed) = feed {
        feeds::join(transaction, &feed.id, new.workflow.as_str()).await?;
    }
    Ok(true)
}

/// `NULL` where the workflow says nothing.
fn keep_text(new: &NewRevision) -> Option<String> {
    (new.keep != Keep::default()).then(|| to_text(&new.keep))
}

/// Whether a new revision was made.
async fn update(
    transaction: &DatabaseTransaction,
    known: workflow::Model,
    new: &NewRevision,
) -> Result<bool, Error> {
    let current = revision::Entity::find_by_id((known.id.clone(), known.revision)).one(transaction).await?;
    let changed = current.is_none_or(|current| current.hash != new.hash);
    let (number, enabled) = (known.revision + i32::from(changed), known.enabled);
    let name = without_nul(&new.name).into_owned();
    let keep = keep_text(new);
    if changed
        || known.name != name
        || known.origin != new.origin
        || known.keep != keep
        || known.problem.is_some()
    {
        let row = workflow::ActiveModel {
            name: Set(name),
            revision: Set(number),
            origin: Set(new.origin.clone()),
            problem: Set(None),
            keep: Set(keep),
            updated_at: Set(new.now),
            ..known.into_active_model()
        };
        row.update(transaction).await?;
    }
    if changed {
        insert_text(transaction, new, number).await?;
    }
    hooks::keep(transaction, new).await?;
    update_trigger(transaction, new, enabled).await?;
    Ok(changed)
}

async fn insert_text(transaction: &DatabaseTransaction, new: &NewRevision, number: i32) -> Result<(), Error> {
    let row = revision::ActiveModel {
        workflow_id: Set(new.workflow.to_string()),
        number: Set(number),
        source: Set(new.source.clone()),
        hash: Set(new.hash.clone()),
        created_at: Set(new.now),
        run_timeout_ms: Set(timeout_column(new.run_timeout)),
        saved_by: Set(new.by.as_deref().map(|by| without_nul(by).into_owned())),
    };
    row.insert(transaction).await?;
    Ok(())
}

/// Keeps the trigger in step with its text. What is polled has changed: all is begun anew. What others must ask to share
/// the poll has changed: the cursor is kept.
async fn update_trigger(
    transaction: &DatabaseTransaction,
    new: &NewRevision,
    enabled: bool,
) -> Result<(), Error> {
    let id = new.workflow.as_str();
    let NewTrigger { kind, fingerprint, first_at, latest_at, feed, source, .. } = &new.trigger;
    let (feed, backfill) =
        (feed.as_ref().map(|feed| &*feed.id), feed.as_ref().is_some_and(|feed| feed.backfill));
    // The workflow is locked, so no one else changes its feed.
    let before = trigger::Entity::find_by_id(id.to_owned()).one(transaction).await?;
    let before = before.as_ref().and_then(|row| row.feed.as_deref());
    feeds::lock(transaction, &BTreeSet::from_iter(before.into_iter().chain(feed))).await?;
    let known = present(transaction, id).await?;
    let same = known.kind == kind.as_str() && known.fingerprint == *fingerprint;
    // Who emits what exists is polled alone first.
    let alone_first = backfill && known.polls == 0 && known.follows.is_some();
    if same && known.feed.as_deref() == feed && !alone_first {
        if known.backfill != backfill || known.source != *source {
            let row = trigger::ActiveModel {
                backfill: Set(backfill),
                source: Set(source.clone()),
                ..known.into_active_model()
            };
            row.update(transaction).await?;
        }
        return match latest_at {
            Some(latest_at) => feeds::hasten(transaction, id, *latest_at).await,
            None => Ok(()),
        };
    }
    feeds::leave(transaction, id).await?;
    let known = present(transaction, id).await?;
    let row = trigger::ActiveModel {
        kind: Set(kind.to_string()),
        fingerprint: Set(fingerprint.clone()),
        cursor: Set(known.cursor.clone().filter(|_| same)),
        next_at: Set(if same { known.next_at.or(*first_at) } else { *first_at }.filter(|_| enabled)),
        owner: Set(None),
        lease_until: Set(None),
        fence: Set(known.fence + 1),
        polls: Set(if same { known.polls } else { 0 }),
        failures: Set(if same { known.failures } else { 0 }),
        feed: Set(feed.map(str::to_owned)),
        backfill: Set(backfill),
        source: Set(source.clone()),
        ..known.into_active_model()
    };
    row.update(transaction).await?;
    match feed {
        Some(feed) => feeds::join(transaction, feed, id).await,
        None => Ok(()),
    }
}

async fn present(transaction: &DatabaseTransaction, id: &str) -> Result<trigger::Model, Error> {
    feeds::row(transaction, id).await?.ok_or_else(|| Error::Corrupt {
        what: format!("workflow {id}"),
        reason: "it has no trigger".to_owned(),
    })
}
