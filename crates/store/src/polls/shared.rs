//! The triggers of a poll at its commit: the one that was claimed, and those that share it.

use std::collections::HashMap;

use highline_model::Timestamp;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

use crate::entity::workflow;
use crate::json::to_text;
use crate::sql::{Sql, parts};
use crate::{Error, PollCommit, feeds};

#[derive(Debug, FromQueryResult)]
struct Sharing {
    workflow_id: String,
    polls: i64,
    fence: i64,
}

/// Gives the trigger's lease up, and moves it and those that share its poll on; `None` if it is held by someone else.
/// Says of each follower of the commit whether it still shares the poll. A failed poll counts as a failure and leaves
/// the cursor.
pub(super) async fn settle(
    transaction: &DatabaseTransaction,
    poll: &PollCommit,
) -> Result<Option<Vec<bool>>, Error> {
    let enabled = is_enabled(transaction, poll).await?;
    let mut next_at = poll.next_at;
    let mut served = Vec::new();
    if let Some(feed) = &poll.feed {
        feeds::lock(transaction, &[feed.as_str()].into()).await?;
        let sharing = sharing(transaction, poll).await?;
        served = served_of(poll, &sharing);
        if part_from(transaction, poll, &sharing).await? {
            next_at = next_at.min(Some(poll.now));
        }
    }
    if !settle_leader(transaction, poll, next_at.filter(|_| enabled)).await? {
        return Ok(None);
    }
    settle_followers(transaction, poll, &served).await?;
    Ok(Some(served))
}

/// Kept as it is until the end, and before the triggers, as whoever turns the switch does: a statement that only looks
/// at it may see how it stood before it waited for the trigger.
async fn is_enabled(transaction: &DatabaseTransaction, poll: &PollCommit) -> Result<bool, Error> {
    let followers = poll.followers.iter().map(|follower| follower.follower.workflow.to_string());
    let all = followers.chain([poll.workflow.to_string()]);
    let switches = workflow::Entity::find()
        .filter(workflow::COLUMN.id.is_in(all))
        .order_by_asc(workflow::Column::Id)
        .lock(LockType::Share)
        .all(transaction)
        .await?;
    Ok(switches.iter().any(|row| row.id == poll.workflow.as_str() && row.enabled))
}

async fn sharing(transaction: &DatabaseTransaction, poll: &PollCommit) -> Result<Vec<Sharing>, Error> {
    let backend = transaction.get_database_backend();
    let select = Sql::new("SELECT workflow_id, polls, fence FROM triggers WHERE follows = ")
        .value(poll.workflow.as_str())
        .text(" ORDER BY workflow_id")
        .on_postgres(backend, " FOR NO KEY UPDATE");
    Ok(Sharing::find_by_statement(select.build(backend)).all(transaction).await?)
}

fn served_of(poll: &PollCommit, sharing: &[Sharing]) -> Vec<bool> {
    let fences: HashMap<&str, i64> = sharing.iter().map(|row| (&*row.workflow_id, row.fence)).collect();
    let followers = poll.followers.iter().map(|poll| &poll.follower);
    followers.map(|known| fences.get(known.workflow.as_str()) == Some(&known.fence)).collect()
}

/// Whoever shares the poll and gets nothing of it, because it came while the poll was under way or cannot be served
/// here, goes on alone from where the poll began. True when one has come that was never polled: it has nothing to lose,
/// and the group is due at once for it.
async fn part_from(
    transaction: &DatabaseTransaction,
    poll: &PollCommit,
    sharing: &[Sharing],
) -> Result<bool, Error> {
    let failed = poll.report.error.is_some();
    let mut newcomer = false;
    for row in sharing {
        let known = |poll: &&crate::FollowerPoll| {
            poll.follower.workflow.as_str() == row.workflow_id && poll.follower.fence == row.fence
        };
        let unfit = poll.unfit.iter().any(|unfit| unfit.as_str() == row.workflow_id);
        if unfit || (!failed && row.polls > 0 && !poll.followers.iter().any(|poll| known(&poll))) {
            feeds::part(transaction, &row.workflow_id, poll.now).await?;
        } else if row.polls == 0 && !poll.followers.iter().any(|poll| known(&poll)) {
            newcomer = true;
        }
    }
    Ok(newcomer)
}

async fn settle_leader(
    transaction: &DatabaseTransaction,
    poll: &PollCommit,
    next_at: Option<Timestamp>,
) -> Result<bool, Error> {
    let update = Sql::new("UPDATE triggers SET owner = NULL, lease_until = NULL, next_at = ").value(next_at);
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
    let result = transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
    Ok(result.rows_affected() == 1)
}

async fn settle_followers(
    transaction: &DatabaseTransaction,
    poll: &PollCommit,
    served: &[bool],
) -> Result<(), Error> {
    let rows = poll.followers.iter().zip(served).filter(|(_, served)| **served);
    let rows: Vec<&str> = rows.map(|(poll, _)| poll.follower.workflow.as_str()).collect();
    for part in parts(&rows) {
        let update = if poll.report.error.is_some() {
            Sql::new("UPDATE triggers SET failures = failures + 1 FROM ")
        } else {
            Sql::new("UPDATE triggers SET failures = 0, polls = polls + 1 FROM ")
        };
        let update = update
            .rows("v", part.iter().map(|workflow| [(*workflow).into()]))
            .text(" WHERE workflow_id = v.column1");
        transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
    }
    Ok(())
}
