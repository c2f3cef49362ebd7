//! The store: one database, and the connections to it.

use std::time::{Duration, Instant};

use highline_model::{Clock, Timestamp};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, FromQueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::{Error, connect};

/// How long the end of a connection to PostgreSQL may take.
const GOODBYE: Duration = Duration::from_secs(3);

/// A database with Highline's tables. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    /// All writes go here. On SQLite it is one single connection, so that writers of this process wait in a fair
    /// queue and not in SQLite's own, which is not fair.
    pub(crate) write: DatabaseConnection,
    /// Reads that need not be part of a write. Those of PostgreSQL plan each statement for its values.
    pub(crate) read: DatabaseConnection,
}

#[derive(FromQueryResult)]
struct Now {
    now: Timestamp,
}

/// Which database is behind a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

impl Store {
    /// Opens `sqlite:///absolute/file.db`, `sqlite://relative/file.db` (file and folder are made where missing) or
    /// `postgres://user:password@host/database`. The tables are there only after [`Store::migrate`].
    pub async fn open(url: &str) -> Result<Self, Error> {
        let (write, read) = connect::open(url).await?;
        Ok(Self { write, read })
    }

    pub fn backend(&self) -> Backend {
        match self.write.get_database_backend() {
            DbBackend::Postgres => Backend::Postgres,
            _ => Backend::Sqlite,
        }
    }

    /// Brings the tables up to date and returns the names of the migrations that were missing. Nodes that start at the
    /// same time wait for each other.
    pub async fn migrate(&self) -> Result<Vec<String>, Error> {
        let transaction = self.begin().await?;
        if self.backend() == Backend::Postgres {
            transaction
                .execute_unprepared("SELECT pg_advisory_xact_lock(hashtext('highline migrations'))")
                .await?;
        }
        let applied = highline_migrations::apply(&transaction).await?;
        transaction.commit().await?;
        Ok(applied)
    }

    /// Sets `clock` by the database's, which is the same for all nodes, whatever their own clocks say. On SQLite the
    /// machine's clock is the only one, and nothing is done.
    pub async fn steer(&self, clock: &Clock) -> Result<(), Error> {
        if self.backend() == Backend::Sqlite {
            return Ok(());
        }
        let asked = Instant::now();
        let select = Statement::from_string(DbBackend::Postgres, "SELECT clock_timestamp() AS now");
        // Not among those that people read with: the clock decides about leases, which are written.
        let answer = Now::find_by_statement(select).one(&self.write).await?;
        let on_the_way = chrono::Duration::from_std(asked.elapsed() / 2).unwrap_or_default();
        if let Some(answer) = answer {
            clock.steer(answer.now + on_the_way);
        }
        Ok(())
    }

    /// Waits for the statements under way and closes the connections, those of all clones. One that has fallen silent
    /// hears no goodbye, and is not waited for.
    pub async fn close(self) {
        for connection in [self.read.clone(), self.write.clone()] {
            let goodbye = async { Ok(connection.close().await?) };
            if let Err(error) = self.within(GOODBYE, goodbye).await {
                tracing::warn!(%error, "the database did not close cleanly");
            }
        }
    }

    /// A transaction that may write. On SQLite it takes the write lock at once: one that reads first and asks for the
    /// lock later fails when another process wrote in between.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, Error> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.write.begin_with_options(options).await?)
    }
}

#[cfg(test)]
mod tests {
    use highline_testing::{TestDatabase, on_both_databases};

    use super::*;

    on_both_databases! { the_clock_is_compared_while_people_read_over_all_connections }

    async fn the_clock_is_compared_while_people_read_over_all_connections(database: TestDatabase) {
        let store = Store::open(database.url()).await.unwrap();
        let mut people = Vec::new();
        if store.backend() == Backend::Postgres {
            for _ in 0..connect::POSTGRES_READERS {
                people.push(store.read.begin().await.unwrap());
            }
        }
        store.steer(&Clock::system()).await.unwrap();
    }
}
