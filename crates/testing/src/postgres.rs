//! One PostgreSQL database per test, copied from a template that is migrated once.

use std::env;
use std::hash::{DefaultHasher, Hash, Hasher};

use highline_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait};
use url::Url;
use uuid::Uuid;

const SERVER: &str = "HIGHLINE_TEST_POSTGRES_URL";
const SWITCH: &str = "HIGHLINE_TEST_POSTGRES";
/// Held while the template is made, so that tests in other processes wait for it.
const TEMPLATE_LOCK: &str = "hashtext('highline test template')";

/// A database that is dropped with this value.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) url: String,
    name: String,
    server: Url,
}

/// What is in a new database.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tables {
    None,
    Migrated,
}

pub(crate) async fn create(tables: Tables) -> Option<Database> {
    let Ok(server) = env::var(SERVER) else {
        if env::var(SWITCH).is_ok_and(|value| value == "skip") {
            eprintln!("skipped on PostgreSQL, because {SWITCH}=skip");
            return None;
        }
        panic!(
            "{SERVER} is not set: run the tests with `make test`, which starts a PostgreSQL of its own, or set it to \
             the URL of a server where databases may be made; {SWITCH}=skip leaves PostgreSQL out"
        );
    };
    let server = Url::parse(&server).unwrap_or_else(|error| panic!("{SERVER} is not a URL: {error}"));
    match new_database(server, tables).await {
        Ok(database) => Some(database),
        Err(error) => panic!("no test database on the server of {SERVER}: {error}"),
    }
}

async fn new_database(server: Url, tables: Tables) -> Result<Database, DbErr> {
    let admin = connect(&server).await?;
    let template = match tables {
        Tables::None => "template0".to_owned(),
        Tables::Migrated => template(&admin, &server).await?,
    };
    let name = format!("highline_test_{}", Uuid::new_v4().simple());
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
    admin.close().await?;
    Ok(Database { url: of_database(&server, &name).into(), name, server })
}

/// The name of the migrated template. It tells the migrations in it, so that a server that outlives a change of them
/// gets a new one.
async fn template(admin: &DatabaseConnection, server: &Url) -> Result<String, DbErr> {
    let mut hasher = DefaultHasher::new();
    for migration in Migrator::migrations() {
        migration.name().hash(&mut hasher);
    }
    let name = format!("highline_template_{:016x}", hasher.finish());

    let lock = admin.begin().await?;
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({TEMPLATE_LOCK})")).await?;
    let exists =
        admin.execute_unprepared(&format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")).await?;
    if exists.rows_affected() == 0 {
        // It gets its name only when it is complete: a test that is killed half way leaves no broken template.
        let draft = format!("highline_draft_{}", Uuid::new_v4().simple());
        admin.execute_unprepared(&format!("CREATE DATABASE {draft}")).await?;
        let database = connect(&of_database(server, &draft)).await?;
        let transaction = database.begin().await?;
        highline_migrations::apply(&transaction).await?;
        transaction.commit().await?;
        database.close().await?;
        admin.execute_unprepared(&format!("ALTER DATABASE {draft} RENAME TO {name}")).await?;
    }
    lock.commit().await?;
    Ok(name)
}

async fn connect(url: &Url) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url.as_str());
    options.max_connections(2).sqlx_logging(false);
    sea_orm::Database::connect(options).await
}

fn of_database(server: &Url, name: &str) -> Url {
    let mut url = server.clone();
    url.set_path(name);
    url
}

impl Drop for Database {
    /// Best effort, on a thread of its own, because the test's runtime may be on its way out.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            let dropped = runtime.block_on(async {
                let admin = connect(&server).await?;
                admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
                admin.close().await
            });
            if let Err(error) = dropped {
                eprintln!("the test database {name} stays behind: {error}");
            }
        });
        dropping.join().ok();
    }
}
