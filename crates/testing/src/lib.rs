#![doc = include_str!("../README.md")]

mod app;
mod faults;
mod postgres;
mod waiting;

pub use app::FakeApp;
pub use faults::{Chance, Tally, short_or_full};
pub use waiting::{eventually, until, within};

use postgres::Tables;
use tempfile::TempDir;

/// An empty database of its own for one test; gone when it is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    postgres: Option<postgres::Database>,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// A file in a new folder. Neither file nor tables are there yet.
    pub fn sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let url = format!("sqlite://{}", folder.path().join("data/highline.db").display());
        Self { url, postgres: None, _folder: Some(folder) }
    }

    /// A database with all tables, on the server that `HIGHLINE_TEST_POSTGRES_URL` names. `None` only if
    /// `HIGHLINE_TEST_POSTGRES=skip`.
    ///
    /// # Panics
    /// If there is no such server: a test that silently did not run is worse than one that fails.
    pub async fn postgres() -> Option<Self> {
        Self::on_postgres(Tables::Migrated).await
    }

    /// As [`TestDatabase::postgres`], without tables.
    pub async fn empty_postgres() -> Option<Self> {
        Self::on_postgres(Tables::None).await
    }

    async fn on_postgres(tables: Tables) -> Option<Self> {
        let database = postgres::create(tables).await?;
        Some(Self { url: database.url.clone(), postgres: Some(database), _folder: None })
    }

    /// What `DATABASE_URL` would be.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }
}

/// One database of each kind, SQLite first; PostgreSQL is missing only if the environment says to skip it.
pub async fn databases() -> Vec<TestDatabase> {
    let mut databases = vec![TestDatabase::sqlite()];
    databases.extend(TestDatabase::postgres().await);
    databases
}

/// Makes two tests of each `async fn name(database: TestDatabase)`: `sqlite::name` and `postgres::name`.
///
/// A function that is not listed is reported by the compiler as never used.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::TestDatabase::sqlite()).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    if let Some(database) = $crate::TestDatabase::postgres().await {
                        super::$name(database).await;
                    }
                }
            )+
        }
    };
}
