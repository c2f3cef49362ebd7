use highline_store::{Backend, Store};
use highline_testing::{TestDatabase, on_both_databases};

const ALL: [&str; 3] = ["m0001_workflows", "m0002_runs", "m0007_memory"];

on_both_databases! {
    a_second_migration_finds_nothing_to_do,
    nodes_that_start_together_migrate_once,
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
    assert_eq!(applied, if database.is_postgres() { 0 } else { ALL.len() });
}

#[tokio::test]
async fn a_new_file_gets_all_tables_and_its_folder() {
    let database = TestDatabase::sqlite();
    let store = Store::open(database.url()).await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), ALL);
}

#[tokio::test]
async fn a_database_without_tables_gets_all_of_them_on_postgres() {
    if let Some(database) = TestDatabase::empty_postgres().await {
        let store = Store::open(database.url()).await.unwrap();
        assert_eq!(store.migrate().await.unwrap(), ALL);
        assert_eq!(store.workflows().await.unwrap(), vec![]);
    }
}
