//! What workflows remember between runs, under keys. An entry whose end has come is invisible at once, whether or not
//! it has been removed yet.

use highline_model::{RunId, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::json::{from_text, to_text, without_nul};
use crate::sql::Sql;
use crate::{Error, NewState, StateClaim, StateEntry, StateFilter, StatePage, StateScope, Store};

#[derive(FromQueryResult)]
struct Row {
    key: String,
    value: String,
    expires_at: Option<Timestamp>,
    created_by_run: Option<Uuid>,
    created_by_step: Option<String>,
    written_by_run: Option<Uuid>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str =
    "key, value, expires_at, created_by_run, created_by_step, written_by_run, created_at, updated_at";

impl Store {
    /// The entry of a key.
    pub async fn state(
        &self,
        scope: &StateScope,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<StateEntry>, Error> {
        find(&self.read, scope, key, now).await?.map(StateEntry::try_from).transpose()
    }

    /// Writes an entry, over the one that is there. An entry that goes on stays that of the step that made it.
    pub async fn put_state(&self, new: NewState<'_>) -> Result<(), Error> {
        let backend = self.write.get_database_backend();
        let mut sql = insert(&new).text(
            " ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, \
             written_by_run = excluded.written_by_run, updated_at = excluded.updated_at",
        );
        for column in ["created_by_run", "created_by_step", "created_at"] {
            sql = sql
                .text(&format!(", {column} = CASE WHEN state_entries.expires_at <= "))
                .value(new.now)
                .text(&format!(" THEN excluded.{column} ELSE state_entries.{column} END"));
        }
        self.write.execute_raw(sql.build(backend)).await?;
        Ok(())
    }

    /// Writes an entry where there is none. The same step asking again, as it does after a crash, gets the same answer.
    pub async fn claim_state(&self, new: NewState<'_>) -> Result<StateClaim, Error> {
        let transaction = self.begin().await?;
        let backend = transaction.get_database_backend();
        let sql = insert(&new)
            .text(
                " ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, \
                 expires_at = excluded.expires_at, created_by_run = excluded.created_by_run, \
                 created_by_step = excluded.created_by_step, written_by_run = excluded.written_by_run, \
                 created_at = excluded.created_at, updated_at = excluded.updated_at \
                 WHERE state_entries.expires_at <= ",
            )
            .value(new.now);
        let written = transaction.execute_raw(sql.build(backend)).await?.rows_affected() == 1;
        let found = find(&transaction, new.scope, new.key, new.now).await?;
        transaction.commit().await?;
        let row = match found {
            Some(row) if !written => row,
            // Written just now, with an end that has come already.
            _ => return Ok(StateClaim::Ours { expires_at: new.expires_at }),
        };
        let maker = row.created_by_run.zip(row.created_by_step.as_deref());
        if new.by.is_some() && maker == new.by.map(|(run, step)| (run.0, step.as_str())) {
            return Ok(StateClaim::Ours { expires_at: row.expires_at });
        }
        Ok(StateClaim::Theirs(row.try_into()?))
    }

    /// Removes an entry; whether there was one.
    pub async fn delete_state(&self, scope: &StateScope, key: &str, now: Timestamp) -> Result<bool, Error> {
        let backend = self.write.get_database_backend();
        let delete = of_key(Sql::new("DELETE FROM state_entries"), scope, key)
            .text(" AND (expires_at IS NULL OR expires_at > ")
            .value(now)
            .text(")");
        Ok(self.write.execute_raw(delete.build(backend)).await?.rows_affected() > 0)
    }

    /// Entries in the order of their keys, after the key `after`.
    pub async fn states(
        &self,
        filter: StateFilter<'_>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<StatePage, Error> {
        let backend = self.read.get_database_backend();
        let mut select = Sql::new("SELECT ")
            .text(COLUMNS)
            .text(" FROM state_entries WHERE scope = ")
            .value(filter.scope.as_text())
            .text(" AND (expires_at IS NULL OR expires_at > ")
            .value(filter.now)
            .text(")");
        if !filter.prefix.is_empty() {
            let length = i64::try_from(filter.prefix.chars().count()).unwrap_or(i64::MAX);
            select = select
                .text(" AND substr(key, 1, CAST(")
                .value(length)
                .text(" AS integer)) = ")
                .value(without_nul(filter.prefix).into_owned());
        }
        if let Some(after) = after {
            select = select.text(" AND key > ").value(without_nul(after).into_owned());
        }
        let select = select.text(" ORDER BY key LIMIT ").value(i64::from(limit) + 1);
        let rows = Row::find_by_statement(select.build(backend)).all(&self.read).await?;
        let more = rows.len() > limit as usize;
        let rows = rows.into_iter().take(limit as usize);
        let entries = rows.map(StateEntry::try_from).collect::<Result<Vec<_>, _>>()?;
        let next = entries.last().filter(|_| more).map(|entry| entry.key.clone());
        Ok(StatePage { entries, next })
    }

    /// Removes at most `limit` entries whose end has come; how many there were. Less than `limit`: none is left.
    pub async fn remove_ended_state(&self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        let backend = self.write.get_database_backend();
        // The end is looked at twice: an entry that is written anew in between must stay.
        let delete = Sql::new(
            "DELETE FROM state_entries WHERE (scope, key) IN (SELECT scope, key FROM state_entries \
             WHERE expires_at <= ",
        )
        .value(now)
        .text(" ORDER BY expires_at LIMIT ")
        .value(i64::from(limit))
        .text(") AND expires_at <= ")
        .value(now);
        Ok(self.write.execute_raw(delete.build(backend)).await?.rows_affected())
    }
}

fn insert(new: &NewState<'_>) -> Sql {
    let run = new.by.map(|(run, _)| run.0);
    Sql::new(
        "INSERT INTO state_entries (scope, key, value, expires_at, created_by_run, created_by_step, \
         written_by_run, created_at, updated_at) VALUES (",
    )
    .value(new.scope.as_text())
    .text(", ")
    .value(without_nul(new.key).into_owned())
    .text(", ")
    .value(to_text(new.value))
    .text(", ")
    .value(new.expires_at)
    .text(", ")
    .value(run)
    .text(", ")
    .value(new.by.map(|(_, step)| without_nul(step.as_str()).into_owned()))
    .text(", ")
    .value(run)
    .text(", ")
    .value(new.now)
    .text(", ")
    .value(new.now)
    .text(")")
}

fn of_key(sql: Sql, scope: &StateScope, key: &str) -> Sql {
    sql.text(" WHERE scope = ")
        .value(scope.as_text())
        .text(" AND key = ")
        .value(without_nul(key).into_owned())
}

async fn find(
    connection: &impl ConnectionTrait,
    scope: &StateScope,
    key: &str,
    now: Timestamp,
) -> Result<Option<Row>, Error> {
    let select = of_key(Sql::new("SELECT ").text(COLUMNS).text(" FROM state_entries"), scope, key)
        .text(" AND (expires_at IS NULL OR expires_at > ")
        .value(now)
        .text(")");
    Ok(Row::find_by_statement(select.build(connection.get_database_backend())).one(connection).await?)
}

impl TryFrom<Row> for StateEntry {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            value: from_text(&row.value, || format!("the value of the state entry {}", row.key))?,
            key: row.key,
            expires_at: row.expires_at,
            written_by_run: row.written_by_run.map(RunId),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
