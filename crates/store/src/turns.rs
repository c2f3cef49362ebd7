//! Whose turn it is among the runs of one workflow with the same concurrency key.
//!
//! A run that is not in turn is *behind*: queued, without a wake time, so that no claim ever looks at it. Runs come in
//! turn in the order of their ids, whenever a place is free: when they are made, and when one in turn is over. Both
//! happen under a lock on the workflow, or a run that is made while the last one before it ends would stay behind.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use highline_model::{RunId, Timestamp};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use crate::Error;
use crate::entity::run;
use crate::sql::{Sql, parts};

/// The conditions of the two partial indexes, in their words.
const IN_TURN: &str =
    "concurrency_key IS NOT NULL AND finished_at IS NULL AND (wake_at IS NOT NULL OR state <> 'queued')";
const BEHIND: &str = "concurrency_key IS NOT NULL AND wake_at IS NULL AND state = 'queued'";

/// Concurrency keys by workflow.
pub(crate) type Keys = BTreeMap<String, BTreeSet<String>>;

/// How many runs of one key are in turn, and which one is next.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Place {
    key: String,
    busy: i64,
    next: Option<Uuid>,
    next_limit: Option<i32>,
}

impl Place {
    /// Takes a place for a run that is made now; false if it must stay behind.
    pub(crate) fn take(&mut self, limit: u32) -> bool {
        let free = self.next.is_none() && self.busy < i64::from(limit.max(1));
        self.busy += i64::from(free);
        free
    }

    fn next_may_go(&self) -> Option<Uuid> {
        self.next.filter(|_| self.busy < i64::from(self.next_limit.unwrap_or(1).max(1)))
    }
}

/// Keeps other transactions from changing turns in `workflow` until this one ends. Take it before any row lock, and
/// for several workflows in the order of their ids.
pub(crate) async fn lock(transaction: &DatabaseTransaction, workflow: &str) -> Result<(), Error> {
    let backend = transaction.get_database_backend();
    if backend == DbBackend::Postgres {
        let lock = Sql::new("SELECT pg_advisory_xact_lock(hashtextextended(").value(workflow).text(", 71))");
        transaction.execute_raw(lock.build(backend)).await?;
    }
    Ok(())
}

/// Does so for `workflows`, and for those of some runs as far as the runs have concurrency keys.
pub(crate) async fn lock_all(
    transaction: &DatabaseTransaction,
    mut workflows: BTreeSet<String>,
    runs: &[Uuid],
) -> Result<(), Error> {
    if transaction.get_database_backend() == DbBackend::Sqlite {
        return Ok(());
    }
    for chunk in parts(runs) {
        let found = run::Entity::find()
            .select_only()
            .column(run::Column::WorkflowId)
            .distinct()
            .filter(run::COLUMN.id.is_in(chunk.iter().copied()))
            .filter(run::Column::ConcurrencyKey.is_not_null())
            .into_tuple::<String>()
            .all(transaction)
            .await?;
        workflows.extend(found);
    }
    for workflow in workflows {
        lock(transaction, &workflow).await?;
    }
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct Id {
    id: Uuid,
}

/// The runs of a key that have their turn.
pub(crate) async fn in_turn(
    connection: &impl ConnectionTrait,
    workflow: &str,
    key: &str,
) -> Result<Vec<RunId>, Error> {
    let select = Sql::new("SELECT id").of(workflow, key, IN_TURN).text(" ORDER BY id");
    let found =
        Id::find_by_statement(select.build(connection.get_database_backend())).all(connection).await?;
    Ok(found.into_iter().map(|run| RunId(run.id)).collect())
}

/// The runs of a key that are not over. In two parts, because each has an index of its own.
pub(crate) async fn unfinished(
    transaction: &DatabaseTransaction,
    workflow: &str,
    key: &str,
) -> Result<Vec<Uuid>, Error> {
    let select = Sql::new("SELECT id").of(workflow, key, IN_TURN);
    let select = select.text(" UNION ALL SELECT id").of(workflow, key, BEHIND);
    let statement = select.build(transaction.get_database_backend());
    let found = Id::find_by_statement(statement).all(transaction).await?;
    Ok(found.into_iter().map(|run| run.id).collect())
}

/// How things stand for each of `keys`.
pub(crate) async fn places(
    transaction: &DatabaseTransaction,
    workflow: &str,
    keys: &BTreeSet<String>,
) -> Result<HashMap<String, Place>, Error> {
    let backend = transaction.get_database_backend();
    let mut places = HashMap::with_capacity(keys.len());
    let keys: Vec<&String> = keys.iter().collect();
    for chunk in parts(&keys) {
        let select = Sql::new("SELECT v.column1 AS key, (SELECT COUNT(*)")
            .of_key(workflow, IN_TURN)
            .text(") AS busy, (SELECT id")
            .of_key(workflow, BEHIND)
            .text(" ORDER BY id LIMIT 1) AS next, (SELECT concurrency_limit")
            .of_key(workflow, BEHIND)
            .text(" ORDER BY id LIMIT 1) AS next_limit FROM ")
            .rows("v", chunk.iter().map(|key| [key.as_str().into()]));
        let found = Place::find_by_statement(select.build(backend)).all(transaction).await?;
        places.extend(found.into_iter().map(|place| (place.key.clone(), place)));
    }
    Ok(places)
}

impl Sql {
    fn of(self, workflow: &str, key: &str, condition: &str) -> Self {
        self.text(" FROM runs WHERE workflow_id = ")
            .value(workflow)
            .text(" AND concurrency_key = ")
            .value(key)
            .text(" AND ")
            .text(condition)
    }

    fn of_key(self, workflow: &str, condition: &str) -> Self {
        self.text(" FROM runs WHERE workflow_id = ")
            .value(workflow)
            .text(" AND concurrency_key = v.column1 AND ")
            .text(condition)
    }
}

/// Gives each free place of `keys` to the run that is next. The workflows must be locked.
pub(crate) async fn go_on(
    transaction: &DatabaseTransaction,
    keys: Keys,
    now: Timestamp,
) -> Result<(), Error> {
    for (workflow, mut keys) in keys {
        while !keys.is_empty() {
            let places = places(transaction, &workflow, &keys).await?;
            let next: Vec<(&String, Uuid)> =
                places.iter().filter_map(|(key, place)| Some((key, place.next_may_go()?))).collect();
            wake(transaction, next.iter().map(|(_, run)| *run), now).await?;
            keys = next.into_iter().map(|(key, _)| key.clone()).collect();
        }
    }
    Ok(())
}

async fn wake(
    transaction: &DatabaseTransaction,
    runs: impl ExactSizeIterator<Item = Uuid>,
    now: Timestamp,
) -> Result<(), Error> {
    if runs.len() == 0 {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let update = Sql::new("UPDATE runs SET wake_at = ")
        .value(now)
        .text(" FROM ")
        .rows("v", runs.map(|run| [run.into()]))
        .text(" WHERE runs.id = v.column1");
    transaction.execute_raw(update.build(backend)).await?;
    Ok(())
}
