use highline_migrations::{Migrator, MigratorTrait};
use highline_store::{Backend, Store};
use highline_testing::{TestDatabase, on_both_databases};

on_both_databases! {
    a_second_migration_finds_nothing_to_do,
    nodes_that_start_together_migrate_once,
}

/// The names of all migrations.
fn all() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

async fn a_second_migration_finds_nothing_to_do(database: TestDatabase) {
    let store = Store::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
    assert_eq!(store.workflows().await.unwrap(), vec![]);
    let expected = if database.is_postgres() { Backend::Postgres } else { Backend::Sqlite };
    assert_eq!(store.backend(), expected);
    store.close().await;
}

async fn nodes_that_start_together_migrate_once(database: TestDatabase) {
    let nodes: Vec<Store> =
        [Store::open(database.url()).await.unwrap(), Store::open(database.url()).await.unwrap()].into();
    let (first, second) = tokio::join!(nodes[0].migrate(), nodes[1].migrate());
    let applied = first.unwrap().len() + second.unwrap().len();
    // The test database of PostgreSQL comes with its tables.
    assert_eq!(applied, if database.is_postgres() { 0 } else { all().len() });
}

#[tokio::test]
async fn a_new_file_gets_all_tables_and_its_folder() {
    let database = TestDatabase::sqlite();
    let store = Store::open(database.url()).await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), all());
}

#[tokio::test]
async fn a_database_without_tables_gets_all_of_them_on_postgres() {
    if let Some(database) = TestDatabase::empty_postgres().await {
        let store = Store::open(database.url()).await.unwrap();
        assert_eq!(store.migrate().await.unwrap(), all());
        assert_eq!(store.workflows().await.unwrap(), vec![]);
    }
}
