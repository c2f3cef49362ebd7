//! A place for one measurement: a folder, an empty database, and the binary that works on them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr, QueryResult, Statement};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use crate::process;

/// Names the PostgreSQL server in which databases may be made.
const SERVER: &str = "HIGHLINE_TEST_POSTGRES_URL";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

pub struct Bed {
    pub kind: Kind,
    pub url: String,
    folder: TempDir,
    binary: PathBuf,
    /// The first process of the PostgreSQL server, where it is on this machine.
    postmaster: Option<u32>,
}

impl Bed {
    /// With the tables of this version in the database.
    pub async fn make(kind: Kind, binary: &Path) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("highline-bench.")?;
        for name in ["workflows", "connectors", "data"] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        let (url, postmaster) = match kind {
            Kind::Sqlite => (format!("sqlite://{}", folder.path().join("data/highline.db").display()), None),
            Kind::Postgres => new_postgres().await?,
        };
        let bed = Self { kind, url, folder, binary: binary.to_owned(), postmaster };
        let migrated = bed.command(&["migrate"]).stdout(Stdio::null()).status();
        ensure!(migrated.context("cannot start the binary")?.success(), "the tables could not be made");
        Ok(bed)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        std::fs::write(self.path(name), text).with_context(|| format!("cannot write {name}"))
    }

    /// The binary in this folder, with an environment in which nothing else changes what it does.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("HIGHLINE_") || text.starts_with("DATABASE_URL") {
                command.env_remove(name);
            }
        }
        if self.kind == Kind::Postgres {
            command.env("DATABASE_URL", &self.url);
        }
        command.env("NO_PROXY", "127.0.0.1,localhost").env("HIGHLINE_API_TOKEN", crate::wire::TOKEN);
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    pub async fn connect(&self) -> Result<Questions, DbErr> {
        Ok(Questions { connection: connect(&self.url, 1).await? })
    }

    /// Processor time of the database's own processes so far: none for SQLite, which works inside the node.
    pub fn database_cpu(&self) -> anyhow::Result<std::time::Duration> {
        self.postmaster.map_or(Ok(std::time::Duration::ZERO), process::cpu_of_family)
    }

    pub async fn server_version(&self) -> anyhow::Result<String> {
        let sql = match self.kind {
            Kind::Sqlite => "SELECT sqlite_version()",
            Kind::Postgres => "SHOW server_version",
        };
        let rows = self.connect().await?.rows(sql).await?;
        Ok(rows.first().context("a database has a version")?.try_get_by_index(0)?)
    }

    /// Takes the database away; the folder goes by itself.
    pub async fn remove(self) -> anyhow::Result<()> {
        if self.kind == Kind::Postgres {
            let name = Url::parse(&self.url)?.path().trim_start_matches('/').to_owned();
            let server = connect(&server()?, 1).await?;
            server.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        }
        Ok(())
    }
}

/// One connection for looking at what a node has done.
pub struct Questions {
    pub connection: DatabaseConnection,
}

impl Questions {
    pub async fn rows(&self, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
        let backend = self.connection.get_database_backend();
        self.connection.query_all_raw(Statement::from_string(backend, sql)).await
    }

    /// The first column of the first row.
    pub async fn number(&self, sql: &str) -> anyhow::Result<i64> {
        let rows = self.rows(sql).await?;
        let row = rows.first().with_context(|| format!("no row from: {sql}"))?;
        Ok(row.try_get_by_index(0)?)
    }
}

/// A pool that settles for nothing less than the durability that the product has.
pub async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false).test_before_acquire(false);
    options.map_sqlx_sqlite_opts(|options| {
        options.pragma("synchronous", "full").busy_timeout(std::time::Duration::from_secs(60))
    });
    sea_orm::Database::connect(options).await
}

fn server() -> anyhow::Result<String> {
    std::env::var(SERVER).with_context(|| {
        format!("{SERVER} names no server: start this with scripts/with-postgres.sh, or with --only sqlite")
    })
}

async fn new_postgres() -> anyhow::Result<(String, Option<u32>)> {
    let server = server()?;
    let questions = Questions { connection: connect(&server, 1).await? };
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let rows = questions.rows(&format!("SHOW {setting}")).await?;
        let value: String = rows.first().context("a setting has a value")?.try_get_by_index(0)?;
        if value != "on" {
            bail!(
                "the server's {setting} is {value}: set HIGHLINE_POSTGRES_DURABLE=1 for scripts/with-postgres.sh"
            );
        }
    }
    let name = format!("highline_bench_{}", Uuid::new_v4().simple());
    questions.connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    let backend = u32::try_from(questions.number("SELECT pg_backend_pid()::bigint").await?)?;
    let local = Url::parse(&server)?.host_str() == Some("127.0.0.1");
    let mut url = Url::parse(&server)?;
    url.set_path(&name);
    Ok((url.into(), if local { process::parent(backend) } else { None }))
}
