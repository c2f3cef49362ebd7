#![doc = include_str!("../README.md")]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseTransaction;

mod m0001_workflows;
mod m0002_runs;
mod m0003_nodes;
mod m0004_budgets;
mod m0005_feeds;
mod m0006_replay;
mod m0007_memory;
mod m0008_keeping;
mod m0008_retention;
mod m0009_endings;
mod m0010_logins;
mod m0011_looking;
mod m0012_folders;
mod m0012_hooks;
mod m0013_sessions;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_workflows::Migration),
            Box::new(m0002_runs::Migration),
            Box::new(m0003_nodes::Migration),
            Box::new(m0004_budgets::Migration),
            Box::new(m0005_feeds::Migration),
            Box::new(m0006_replay::Migration),
            Box::new(m0007_memory::Migration),
            Box::new(m0008_keeping::Migration),
            Box::new(m0008_retention::Migration),
            Box::new(m0009_endings::Migration),
            Box::new(m0010_logins::Migration),
            Box::new(m0011_looking::Migration),
            Box::new(m0012_folders::Migration),
            Box::new(m0012_hooks::Migration),
            Box::new(m0013_sessions::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "migrations".into_iden()
    }
}

/// Brings the database at `connection` up to date and returns the names of the migrations that it lacked.
///
/// Give it a transaction that keeps other nodes out (an immediate one on SQLite, one with an advisory lock on
/// PostgreSQL): then several nodes may start at once, and a migration that fails leaves nothing behind.
pub async fn apply(connection: &DatabaseTransaction) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations(connection).await?;
    let names = pending.iter().map(|migration| migration.name().to_owned()).collect();
    Migrator::up(connection, None).await?;
    Ok(names)
}
