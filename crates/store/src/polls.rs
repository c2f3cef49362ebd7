//! What a poll found becomes events and runs, all in one transaction.

use highline_model::id::id_at;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QuerySelect};

use crate::entity::{poll, workflow};
use crate::insert::{RunsOf, concurrency, insert_events};
use crate::json::to_text;
use crate::sql::Sql;
use crate::{Committed, Error, PollCommit, Store, turns};

impl Store {
    /// Writes the outcome of a poll: its events, a queued run for each new one that starts a run, the cursor, the next
    /// time, the poll log. The lease is given up. With a stale fence nothing is written.
    pub async fn commit_poll(&self, poll: PollCommit) -> Result<Committed, Error> {
        let transaction = self.begin().await?;
        let of = RunsOf { workflow: &poll.workflow, revision: poll.revision, now: poll.now };
        if poll.report.error.is_none() && poll.events.iter().any(|event| concurrency(event).is_some()) {
            turns::lock(&transaction, poll.workflow.as_str()).await?;
        }
        if !settle_trigger(&transaction, &poll).await? {
            return Err(Error::StaleLease { fence: poll.fence });
        }
        let (made, duplicate) = match poll.report.error {
            Some(_) => (Vec::new(), 0),
            None => insert_events(&transaction, &of, &poll.events, &[]).await?,
        };
        let committed = Committed {
            fresh: count(made.len()),
            duplicate: poll.report.duplicate + count(duplicate),
            runs: made.into_iter().map(|made| made.run).collect(),
        };
        log_poll(&transaction, &poll, &committed).await?;
        transaction.commit().await?;
        Ok(committed)
    }
}

/// Gives the trigger's lease up; false if it is held by someone else. A failed poll counts as a failure and leaves the
/// cursor; a workflow that was disabled in the meantime stays without a next time.
async fn settle_trigger(transaction: &DatabaseTransaction, poll: &PollCommit) -> Result<bool, Error> {
    let backend = transaction.get_database_backend();
    // Kept as it is until the end, and before the trigger, as whoever turns the switch does: a statement that only
    // looks at it may see how it stood before it waited for the trigger.
    let switch = workflow::Entity::find_by_id(poll.workflow.to_string()).lock(LockType::Share);
    let enabled = switch.one(transaction).await?.is_some_and(|workflow| workflow.enabled);
    let update = Sql::new("UPDATE triggers SET owner = NULL, lease_until = NULL, next_at = ")
        .value(poll.next_at.filter(|_| enabled));
    let update = if poll.report.error.is_some() {
        update.text(", failures = failures + 1")
    } else {
        update.text(", failures = 0, polls = polls + 1, cursor = ").value(poll.cursor.as_ref().map(to_text))
    };
    let update = update
        .text(" WHERE owner IS NOT NULL AND workflow_id = ")
        .value(poll.workflow.as_str())
        .text(" AND fence = ")
        .value(poll.fence);
    let result = transaction.execute_raw(update.build(backend)).await?;
    Ok(result.rows_affected() == 1)
}

async fn log_poll(
    transaction: &DatabaseTransaction,
    poll: &PollCommit,
    done: &Committed,
) -> Result<(), Error> {
    let report = &poll.report;
    let row = poll::ActiveModel {
        id: Set(id_at(poll.now)),
        workflow_id: Set(poll.workflow.to_string()),
        node: Set(poll.node.to_string()),
        started_at: Set(report.started_at),
        finished_at: Set(report.finished_at),
        seen: Set(column(report.seen)),
        fresh: Set(column(done.fresh)),
        duplicate: Set(column(done.duplicate)),
        filtered: Set(column(report.filtered)),
        requests: Set(column(report.requests)),
        error: Set(report.error.as_ref().map(to_text)),
    };
    poll::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn column(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
