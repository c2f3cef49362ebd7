//! Keys that a workflow gives its events: of the events with one key, the first starts a run and the others start none.

use std::collections::{BTreeMap, HashSet};

use highline_model::{RunId, Timestamp, WorkflowId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use uuid::Uuid;

use crate::insert::{Numbered, RunsOf};
use crate::json::without_nul;
use crate::sql::{Sql, parts};
use crate::{Error, KnownKey, Store};

#[derive(FromQueryResult)]
struct Key {
    key: String,
}

#[derive(FromQueryResult)]
struct Row {
    key: String,
    run: Option<Uuid>,
    first_at: Timestamp,
    last_at: Timestamp,
    duplicates: i64,
    expires_at: Option<Timestamp>,
}

/// Leaves the events that are the first of their key, or have none. The others stay as duplicates; how many there are.
///
/// Keys are taken in their order, so that two transactions never wait for each other.
pub(crate) async fn firsts<'a>(
    transaction: &DatabaseTransaction,
    of: &RunsOf<'_>,
    events: Vec<Numbered<'a>>,
) -> Result<(Vec<Numbered<'a>>, usize), Error> {
    let mut wanted: BTreeMap<String, &Numbered<'_>> = BTreeMap::new();
    for event in &events {
        if let Some(once) = &event.event.once {
            wanted.entry(without_nul(&once.key).into_owned()).or_insert(event);
        }
    }
    if wanted.is_empty() {
        return Ok((events, 0));
    }
    let taken = take(transaction, of, &wanted).await?;
    let (mut again, mut repeated) = (Vec::new(), BTreeMap::new());
    let mut first = |event: &Numbered<'_>| {
        let Some(once) = &event.event.once else { return true };
        let key = without_nul(&once.key);
        if taken.contains(&*key) && wanted.get(&*key).is_some_and(|first| first.id == event.id) {
            return true;
        }
        again.push(event.id);
        *repeated.entry(key.into_owned()).or_insert(0_i64) += 1;
        false
    };
    let left: Vec<Numbered<'a>> = events.iter().filter(|event| first(event)).copied().collect();
    count(transaction, of, &repeated).await?;
    for part in parts(&again) {
        let update = Sql::new("UPDATE events SET outcome = 'duplicate' FROM ")
            .rows("v", part.iter().map(|id| [(*id).into()]))
            .text(" WHERE events.id = v.column1");
        transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
    }
    Ok((left, again.len()))
}

/// The keys that were free.
async fn take(
    transaction: &DatabaseTransaction,
    of: &RunsOf<'_>,
    wanted: &BTreeMap<String, &Numbered<'_>>,
) -> Result<HashSet<String>, Error> {
    let mut taken = HashSet::new();
    for part in parts(&wanted.iter().collect::<Vec<_>>()) {
        let rows = part.iter().map(|(key, event)| {
            let until = event.event.once.as_ref().and_then(|once| once.until);
            let (workflow, key, now) = (of.workflow.as_str(), key.as_str(), of.now);
            [workflow.into(), key.into(), event.id.into(), until.into(), now.into(), now.into(), 0_i64.into()]
        });
        let insert = Sql::new(
            "INSERT INTO dedupe_keys (workflow_id, key, event_id, expires_at, first_at, last_at, duplicates) ",
        )
        .values(rows)
        .text(
            " ON CONFLICT (workflow_id, key) DO UPDATE SET event_id = excluded.event_id, \
             expires_at = excluded.expires_at, first_at = excluded.first_at, last_at = excluded.last_at, \
             duplicates = 0 WHERE dedupe_keys.expires_at <= ",
        )
        .value(of.now)
        .text(" RETURNING key");
        let keys = Key::find_by_statement(insert.build(transaction.get_database_backend()));
        taken.extend(keys.all(transaction).await?.into_iter().map(|row| row.key));
    }
    Ok(taken)
}

/// Lets go of the keys that these events have taken in this transaction: they start no run, so the next one with such a
/// key may.
pub(crate) async fn release(
    transaction: &DatabaseTransaction,
    of: &RunsOf<'_>,
    events: &[&Numbered<'_>],
) -> Result<(), Error> {
    for event in events {
        let Some(once) = &event.event.once else { continue };
        let delete = Sql::new("DELETE FROM dedupe_keys WHERE workflow_id = ")
            .value(of.workflow.as_str())
            .text(" AND key = ")
            .value(without_nul(&once.key).into_owned())
            .text(" AND event_id = ")
            .value(event.id);
        transaction.execute_raw(delete.build(transaction.get_database_backend())).await?;
    }
    Ok(())
}

async fn count(
    transaction: &DatabaseTransaction,
    of: &RunsOf<'_>,
    repeated: &BTreeMap<String, i64>,
) -> Result<(), Error> {
    for (key, times) in repeated {
        let update = Sql::new("UPDATE dedupe_keys SET duplicates = duplicates + ")
            .value(*times)
            .text(", last_at = ")
            .value(of.now)
            .text(" WHERE workflow_id = ")
            .value(of.workflow.as_str())
            .text(" AND key = ")
            .value(key.as_str());
        transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
    }
    Ok(())
}

fn select() -> Sql {
    Sql::new(
        "SELECT key, (SELECT id FROM runs WHERE runs.event_id = dedupe_keys.event_id) AS run, first_at, last_at, \
         duplicates, expires_at FROM dedupe_keys WHERE workflow_id = ",
    )
}

/// The run that the first event with this key started.
pub(crate) async fn run_of(
    transaction: &DatabaseTransaction,
    workflow: &WorkflowId,
    key: &str,
) -> Result<Option<RunId>, Error> {
    let select = select().value(workflow.as_str()).text(" AND key = ").value(without_nul(key).into_owned());
    let row =
        Row::find_by_statement(select.build(transaction.get_database_backend())).one(transaction).await?;
    Ok(row.and_then(|row| row.run).map(RunId))
}

impl Store {
    /// What is known of a key of a workflow's events.
    pub async fn known_key(
        &self,
        workflow: &WorkflowId,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<KnownKey>, Error> {
        let select = select()
            .value(workflow.as_str())
            .text(" AND key = ")
            .value(without_nul(key).into_owned())
            .text(" AND (expires_at IS NULL OR expires_at > ")
            .value(now)
            .text(")");
        let row =
            Row::find_by_statement(select.build(self.read.get_database_backend())).one(&self.read).await?;
        Ok(row.map(|row| KnownKey {
            key: row.key,
            run: row.run.map(RunId),
            first_at: row.first_at,
            last_at: row.last_at,
            duplicates: u64::try_from(row.duplicates).unwrap_or(0),
            expires_at: row.expires_at,
        }))
    }

    /// Forgets a key, so that the next event with it starts a run; whether it was known.
    pub async fn forget_key(&self, workflow: &WorkflowId, key: &str) -> Result<bool, Error> {
        let delete = Sql::new("DELETE FROM dedupe_keys WHERE workflow_id = ")
            .value(workflow.as_str())
            .text(" AND key = ")
            .value(without_nul(key).into_owned());
        let deleted = self.write.execute_raw(delete.build(self.write.get_database_backend())).await?;
        Ok(deleted.rows_affected() > 0)
    }

    /// Removes at most `limit` keys whose end has come; how many there were.
    pub async fn remove_ended_keys(&self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        let delete = Sql::new(
            "DELETE FROM dedupe_keys WHERE (workflow_id, key) IN (SELECT workflow_id, key FROM dedupe_keys \
             WHERE expires_at <= ",
        )
        .value(now)
        .text(" ORDER BY expires_at LIMIT ")
        .value(i64::from(limit))
        .text(") AND expires_at <= ")
        .value(now);
        Ok(self.write.execute_raw(delete.build(self.write.get_database_backend())).await?.rows_affected())
    }
}
