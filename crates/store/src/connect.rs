//! From a database URL to connection pools.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sea_orm::sqlx::{self, Connection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::Error;

/// How long SQLite waits for another process's write before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const SQLITE_READERS: u32 = 4;
/// Statements that a SQLite connection keeps prepared: each kind of write comes with many numbers of rows.
const SQLITE_STATEMENTS: usize = 512;
const POSTGRES_WRITERS: u32 = 10;
pub(crate) const POSTGRES_READERS: u32 = 6;
/// How statements that write are planned: once, and along indexes. A transaction whose node stands still, or is gone
/// without a word, is ended by the database: others wait for the rows that it holds.
const FOR_WRITING: [(&str, &str); 5] = [
    ("idle_in_transaction_session_timeout", "10s"),
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];
/// A PostgreSQL connection idle for longer is tried out before use: a proxy may have dropped it.
const TRUST_IDLE_FOR: Duration = Duration::from_secs(5);
/// A connection that takes longer for nothing at all is dead: its other end may be gone without a word.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// The pool for writing and the pool for reading.
pub(crate) async fn open(url: &str) -> Result<(DatabaseConnection, DatabaseConnection), Error> {
    if url.starts_with("sqlite:") {
        open_sqlite(url).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        open_postgres(url).await
    } else {
        Err(unreachable(url, "the URL must begin with `sqlite://` or `postgres://`"))
    }
}

async fn open_sqlite(url: &str) -> Result<(DatabaseConnection, DatabaseConnection), Error> {
    let options: SqliteConnectOptions = url.parse().map_err(|error| unreachable(url, error))?;
    let file = options.get_filename().to_owned();
    if file.as_os_str().is_empty() || url.contains(":memory:") || url.contains("mode=memory") {
        return Err(unreachable(url, "Highline keeps its data in a file, not in memory"));
    }
    make_folder_of(&file).map_err(|error| unreachable(url, error))?;

    let write = sqlite_pool(url, 1, |options| {
        options
            .create_if_missing(true)
            // For new files: what is deleted can be given back bit by bit.
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .statement_cache_capacity(SQLITE_STATEMENTS)
            .busy_timeout(BUSY_TIMEOUT)
    });
    let write = write.await.map_err(|error| unreachable(url, error))?;
    let read = sqlite_pool(url, SQLITE_READERS, |options| {
        options.busy_timeout(BUSY_TIMEOUT).pragma("query_only", "on")
    });
    let read = read.await.map_err(|error| unreachable(url, error))?;
    Ok((write, read))
}

fn make_folder_of(file: &Path) -> std::io::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

async fn sqlite_pool<F>(
    url: &str,
    connections: u32,
    settings: F,
) -> Result<DatabaseConnection, sea_orm::DbErr>
where
    F: Fn(SqliteConnectOptions) -> SqliteConnectOptions + Send + Sync + 'static,
{
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(settings)
        .map_sqlx_sqlite_pool_opts(|pool| {
            pool.before_acquire(|connection, _| Box::pin(async { Ok(is_at_rest(connection)) }))
        });
    Database::connect(options).await
}

/// Whether no transaction is left on a connection; one that has something left is closed, and another takes its place.
///
/// When the disk is full, SQLite rolls a transaction back by itself. The driver's own rollback then finds none and
/// fails, and the driver goes on counting a transaction that is not there: what it takes for a commit from then on is
/// the release of a savepoint, which is acknowledged and, after one more failure, never durable.
fn is_at_rest(connection: &SqliteConnection) -> bool {
    !connection.is_in_transaction()
}

/// Two pools, because statements are planned differently. What writes finds single rows by their keys: one plan that
/// follows the indexes is made once, and stays right while a table grows from nothing. What reads is planned for the
/// values at hand.
async fn open_postgres(url: &str) -> Result<(DatabaseConnection, DatabaseConnection), Error> {
    let write = postgres_pool(url, POSTGRES_WRITERS, |options| options.options(FOR_WRITING));
    let write = write.await.map_err(|error| unreachable(url, error))?;
    let read = postgres_pool(url, POSTGRES_READERS, |options| options);
    let read = read.await.map_err(|error| unreachable(url, error))?;
    Ok((write, read))
}

async fn postgres_pool<F>(
    url: &str,
    connections: u32,
    settings: F,
) -> Result<DatabaseConnection, sea_orm::DbErr>
where
    F: Fn(PgConnectOptions) -> PgConnectOptions + Send + Sync + 'static,
{
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .map_sqlx_postgres_opts(settings)
        .acquire_timeout(BUSY_TIMEOUT)
        .test_before_acquire(false)
        .map_sqlx_postgres_before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for < TRUST_IDLE_FOR { Ok(true) } else { is_alive(connection).await }
            })
        })
        // The driver asks too, when a connection comes back, and would wait for ever.
        .map_sqlx_postgres_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(is_alive(connection)))
        })
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .set_application_name("highline");
    Database::connect(options).await
}

/// Whether the other end answers; with an error the driver drops the connection without a goodbye that nobody may hear.
async fn is_alive(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let answer = tokio::time::timeout(SIGN_OF_LIFE, connection.ping()).await;
    answer.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
}

fn unreachable(url: &str, reason: impl ToString) -> Error {
    Error::Unreachable { url: without_password(url), reason: reason.to_string() }
}

/// The URL as it may be shown: the password, wherever it stands, is replaced.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (address, query) =
        rest.split_once('?').map_or((rest, None), |(address, query)| (address, Some(query)));
    let address = match address.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split_once(':').map_or(user.to_owned(), |(name, _)| format!("{name}:***"));
            format!("{user}@{host}")
        }
        None => address.to_owned(),
    };
    let query = query.map(|query| {
        let parts = query.split('&').map(|part| match part.split_once('=') {
            Some((name, _)) if name.contains("password") => format!("{name}=***"),
            _ => part.to_owned(),
        });
        format!("?{}", parts.collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}://{address}{}", query.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://ann:s3:c@ret@db:5432/highline", "postgres://ann:***@db:5432/highline"),
            (
                "postgres://ann@db/highline?password=secret&sslmode=require",
                "postgres://ann@db/highline?password=***&sslmode=require",
            ),
            ("postgres://db/highline", "postgres://db/highline"),
            ("sqlite://data/highline.db", "sqlite://data/highline.db"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }

    #[tokio::test]
    async fn a_wrong_url_is_refused_with_a_reason() {
        for (url, reason) in [
            ("mysql://root@db/highline", "must begin with"),
            ("sqlite::memory:", "in a file"),
            (
                "postgres://ann:secret@db/highline?sslmode=maybe",
                "cannot reach the database postgres://ann:***@db/highline",
            ),
        ] {
            let error = open(url).await.unwrap_err().to_string();
            assert!(error.contains(reason) && !error.contains("secret"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_transaction_that_sqlite_rolled_back_by_itself_leaves_no_trace_on_the_next() {
        use sea_orm::{ConnectionTrait, TransactionTrait};
        let database = highline_testing::TestDatabase::sqlite();
        let (write, read) = open(database.url()).await.unwrap();
        let rolled_back = write.begin().await.unwrap();
        rolled_back.execute_unprepared("ROLLBACK").await.unwrap();
        drop(rolled_back);
        drop(write.begin().await.unwrap());
        let good = write.begin().await.unwrap();
        good.execute_unprepared("CREATE TABLE kept (id INTEGER)").await.unwrap();
        good.commit().await.unwrap();
        read.execute_unprepared("SELECT id FROM kept").await.expect("what was acknowledged is durable");
    }
}
