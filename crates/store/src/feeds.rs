//! Triggers that ask the same thing share one poll: one of them is the *leader*, which is polled, and the others *follow*
//! it.
//!
//! What holds it together: a follower that has been polled is always as far as its leader. So it gets from the shared
//! poll just what a poll of its own would have brought, and whoever leaves takes the cursor along and goes on alone.
//! One joins only where that holds: with an equal cursor, or before its first poll. Nothing is concluded from times.
//!
//! Who is in a feed changes under the lock of the feed, which is taken after the rows of workflows and before those of
//! triggers.

use std::collections::BTreeSet;

use highline_model::{Timestamp, WorkflowId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult, QuerySelect};

use crate::entity::trigger;
use crate::sql::{ROW_LOCK, Sql};
use crate::{Error, Follower, Store};

/// Triggers that share one poll: their events and runs are written in one transaction, which has to stay short.
const MOST: i64 = 200;

/// Keeps other transactions from changing who is in these feeds.
pub(crate) async fn lock(transaction: &DatabaseTransaction, feeds: &BTreeSet<&str>) -> Result<(), Error> {
    let backend = transaction.get_database_backend();
    if backend == DbBackend::Postgres {
        for feed in feeds {
            let lock = Sql::new("SELECT pg_advisory_xact_lock(hashtextextended(").value(*feed).text(", 72))");
            transaction.execute_raw(lock.build(backend)).await?;
        }
    }
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct Leader {
    workflow_id: String,
}

/// Lets a trigger that is due on its own, and its followers, follow another that asks the same and is as far. The feed
/// is locked. One that is being polled stays what it is until its commit.
pub(crate) async fn join(transaction: &DatabaseTransaction, feed: &str, workflow: &str) -> Result<(), Error> {
    let backend = transaction.get_database_backend();
    let others = Sql::new(
        "SELECT workflow_id FROM triggers WHERE follows IS NULL AND next_at IS NOT NULL AND feed = ",
    )
    .value(feed)
    .text(" AND workflow_id <> ")
    .value(workflow)
    .text(" LIMIT 1");
    // The most frequent answer, for the price of one look.
    if Leader::find_by_statement(others.build(backend)).one(transaction).await?.is_none() {
        return Ok(());
    }
    let Some(me) = row(transaction, workflow).await? else { return Ok(()) };
    let alone_first = me.backfill && me.polls == 0;
    let Some(next_at) = me.next_at else { return Ok(()) };
    if alone_first || me.owner.is_some() || me.follows.is_some() {
        return Ok(());
    }
    let Some(leader) = leader_for(transaction, &me, feed).await? else { return Ok(()) };
    let follow = Sql::new("UPDATE triggers SET cursor = NULL, next_at = NULL, fence = fence + 1, follows = ")
        .value(&*leader)
        .text(" WHERE workflow_id = ")
        .value(workflow)
        .text(" OR follows = ")
        .value(workflow);
    transaction.execute_raw(follow.build(backend)).await?;
    hasten(transaction, &leader, next_at).await
}

/// Whom `me` may follow: whoever is as far, or anyone before the first poll, as what that finds is taken as seen.
async fn leader_for(
    transaction: &DatabaseTransaction,
    me: &trigger::Model,
    feed: &str,
) -> Result<Option<String>, Error> {
    let backend = transaction.get_database_backend();
    let mine = followers_of(transaction, &me.workflow_id).await?;
    let select = Sql::new(
        "SELECT workflow_id FROM triggers WHERE follows IS NULL AND next_at IS NOT NULL AND feed = ",
    )
    .value(feed)
    .text(" AND workflow_id <> ")
    .value(me.workflow_id.as_str())
    .text(" AND (polls > 0 OR NOT backfill) AND ")
    .value(mine + 1)
    .text(" + (SELECT COUNT(*) FROM triggers f WHERE f.follows = triggers.workflow_id) < ")
    .value(MOST);
    let anyone = me.polls == 0 && me.cursor.is_none() && mine == 0;
    let select = if anyone {
        select
    } else {
        select
            .text(" AND owner IS NULL AND polls > 0 AND cursor IS NOT DISTINCT FROM ")
            .value(me.cursor.clone())
    };
    let select = select.text(" ORDER BY polls = 0, workflow_id LIMIT 1");
    let leader = Leader::find_by_statement(select.build(backend)).one(transaction).await?;
    Ok(leader.map(|leader| leader.workflow_id))
}

/// Takes a trigger out of its group. A follower gets the cursor that it shared and is due no more until it is told a
/// time; a leader leaves cursor, time and followers to one of them, and keeps its own. The feed is locked.
pub(crate) async fn leave(transaction: &DatabaseTransaction, workflow: &str) -> Result<(), Error> {
    let backend = transaction.get_database_backend();
    let Some(me) = row(transaction, workflow).await? else { return Ok(()) };
    if let Some(leader) = &me.follows {
        let update = Sql::new(
            "UPDATE triggers SET follows = NULL, fence = fence + 1, cursor = CASE WHEN polls > 0 THEN ",
        )
        .text("(SELECT l.cursor FROM triggers l WHERE l.workflow_id = ")
        .value(leader.as_str())
        .text(") END WHERE workflow_id = ")
        .value(workflow);
        transaction.execute_raw(update.build(backend)).await?;
        return Ok(());
    }
    let heir = Sql::new("SELECT workflow_id FROM triggers WHERE follows = ")
        .value(workflow)
        .text(" ORDER BY polls = 0, workflow_id LIMIT 1");
    let Some(heir) = Leader::find_by_statement(heir.build(backend)).one(transaction).await? else {
        return Ok(());
    };
    let heir = heir.workflow_id;
    let crown = Sql::new("UPDATE triggers SET follows = NULL, fence = fence + 1, cursor = ")
        .value(me.cursor)
        .text(", next_at = ")
        .value(me.next_at)
        .text(", failures = ")
        .value(me.failures)
        .text(" WHERE workflow_id = ")
        .value(&*heir);
    transaction.execute_raw(crown.build(backend)).await?;
    let follow = Sql::new("UPDATE triggers SET fence = fence + 1, follows = ")
        .value(&*heir)
        .text(" WHERE follows = ")
        .value(workflow);
    transaction.execute_raw(follow.build(backend)).await?;
    Ok(())
}

/// Makes a follower go on alone, at once, from where its group is. The feed is locked.
pub(crate) async fn part(
    transaction: &DatabaseTransaction,
    workflow: &str,
    now: Timestamp,
) -> Result<(), Error> {
    leave(transaction, workflow).await?;
    let update =
        Sql::new("UPDATE triggers SET next_at = ").value(now).text(" WHERE workflow_id = ").value(workflow);
    transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
    Ok(())
}

/// Moves the time of a trigger, or of the one that it follows, forward to `at`.
pub(crate) async fn hasten(
    transaction: &DatabaseTransaction,
    workflow: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let backend = transaction.get_database_backend();
    let update = Sql::new("UPDATE triggers SET next_at = ")
        .value(at)
        .text(" WHERE next_at > ")
        .value(at)
        .text(" AND workflow_id = COALESCE((SELECT t.follows FROM triggers t WHERE t.workflow_id = ")
        .value(workflow)
        .text("), ")
        .value(workflow)
        .text(")");
    transaction.execute_raw(update.build(backend)).await?;
    Ok(())
}

pub(crate) async fn row(
    transaction: &DatabaseTransaction,
    workflow: &str,
) -> Result<Option<trigger::Model>, Error> {
    Ok(trigger::Entity::find_by_id(workflow.to_owned()).lock(ROW_LOCK).one(transaction).await?)
}

async fn followers_of(transaction: &DatabaseTransaction, workflow: &str) -> Result<i64, Error> {
    #[derive(FromQueryResult)]
    struct Followers {
        count: i64,
    }
    let select = Sql::new("SELECT COUNT(*) AS count FROM triggers WHERE follows = ").value(workflow);
    let found = Followers::find_by_statement(select.build(transaction.get_database_backend()));
    Ok(found.one(transaction).await?.map_or(0, |followers| followers.count))
}

#[derive(Debug, FromQueryResult)]
struct Found {
    workflow_id: String,
    revision: i32,
    polls: i64,
    fence: i64,
}

impl Store {
    /// The triggers that share the poll of `leader`.
    pub async fn followers(&self, leader: &WorkflowId) -> Result<Vec<Follower>, Error> {
        let select = Sql::new(
            "SELECT t.workflow_id, w.revision, t.polls, t.fence FROM triggers t \
             JOIN workflows w ON w.id = t.workflow_id WHERE t.follows = ",
        )
        .value(leader.as_str())
        .text(" ORDER BY t.workflow_id");
        let found =
            Found::find_by_statement(select.build(self.read.get_database_backend())).all(&self.read).await?;
        found
            .into_iter()
            .map(|row| {
                let corrupt = |error: highline_model::id::InvalidId| Error::Corrupt {
                    what: format!("trigger of {}", row.workflow_id),
                    reason: error.to_string(),
                };
                Ok(Follower {
                    workflow: row.workflow_id.parse().map_err(corrupt)?,
                    revision: row.revision,
                    first: row.polls == 0,
                    fence: row.fence,
                })
            })
            .collect()
    }

    /// Leaves the followers of a claimed trigger to one of them: this node can do nothing for the trigger itself.
    pub async fn step_down(&self, claimed: &crate::ClaimedTrigger) -> Result<(), Error> {
        let Some(feed) = &claimed.feed else { return Ok(()) };
        let transaction = self.begin().await?;
        lock(&transaction, &[feed.as_str()].into()).await?;
        if row(&transaction, claimed.workflow.as_str()).await?.is_some_and(|row| row.fence == claimed.fence) {
            leave(&transaction, claimed.workflow.as_str()).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
