//! How the databases find what they are asked for, among many runs: a walk along an index, never through the table.

use std::slice::from_ref;

use highline_migrations::{Migrator, MigratorTrait};
use highline_model::id::{first_at, id_at};
use highline_model::{EventId, RunId, RunState, Timestamp, WorkflowId};
use highline_testing::{TestDatabase, on_both_databases};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};

use crate::reading::{counting, finding, going, last_runs, listing, over_since};
use crate::selection::Batches;
use crate::sql::Sql;
use crate::{EventFilter, Page, RunFilter, Selection, Store};

on_both_databases! {
    every_page_of_runs_is_a_walk_along_an_index,
    every_batch_of_a_selection_is_a_walk_along_an_index,
    counting_looks_at_open_runs_alone,
    the_last_run_of_each_workflow_is_found_at_the_end_of_an_index,
    events_of_a_record_are_found_by_how_their_keys_begin,
    a_page_of_events_is_a_walk_along_an_index,
    what_is_due_next_is_found_at_the_end_of_an_index,
    what_was_sent_lately_is_found_along_indexes,
    runs_that_ended_before_there_were_counters_are_counted,
}

const RUNS: i64 = 20_000;

pub(crate) fn at(seconds: i64) -> Timestamp {
    "2026-11-21T08:00:00Z".parse::<Timestamp>().unwrap() + chrono::Duration::seconds(seconds)
}

/// Runs of three workflows, a second apart. Of the first half all are `succeeded`, of the second nearly all are `failed`:
/// a plan that counts on what is usual goes wrong. The database has looked at the first half only.
pub(crate) async fn crowded(database: &TestDatabase) -> Store {
    let store = Store::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    for name in ["a", "b", "c"] {
        let workflow = Sql::new(
            "INSERT INTO workflows (id, name, enabled, revision, origin, created_at, updated_at) VALUES (",
        )
        .value(name)
        .text(", 'n', true, 1, 'api', ")
        .value(at(0))
        .text(", ")
        .value(at(0))
        .text(")");
        store.write.execute_raw(workflow.build(store.write.get_database_backend())).await.unwrap();
    }
    fill(&store, 0, |_| "succeeded").await;
    store.write.execute_unprepared("ANALYZE").await.unwrap();
    fill(&store, RUNS / 2, |number| match number % 1_000 {
        0 => "interrupted",
        1 => "running",
        2 => "waiting",
        3 => "queued",
        4 => "cancelled",
        _ => "failed",
    })
    .await;
    store
}

async fn fill(store: &Store, first: i64, state: impl Fn(i64) -> &'static str) {
    let backend = store.write.get_database_backend();
    let transaction = store.begin().await.unwrap();
    let numbers: Vec<i64> = (first..first + RUNS / 2).collect();
    for chunk in numbers.chunks(1_000) {
        let rows: Vec<_> = chunk.iter().map(|number| (id_at(at(*number)), number)).collect();
        let events = rows.iter().map(|(id, number)| {
            let workflow = ["a", "b", "c"][(**number % 3) as usize];
            [(*id).into(), workflow.into(), number.to_string().into(), at(**number).into()]
        });
        let insert = Sql::new("INSERT INTO events (id, workflow_id, dedupe_key, outcome, created_at) SELECT column1, column2, column3, 'run', column4 FROM ").rows("v", events);
        transaction.execute_raw(insert.build(backend)).await.unwrap();
        let runs = rows.iter().map(|(id, number)| {
            let state: RunState = state(**number).parse().unwrap();
            let over = state.is_finished().then(|| at(**number));
            let wake = (!state.is_finished() && state != RunState::Interrupted).then(|| at(**number));
            let workflow = ["a", "b", "c"][(**number % 3) as usize];
            [
                (*id).into(),
                workflow.into(),
                state.as_str().into(),
                over.into(),
                wake.into(),
                at(**number).into(),
            ]
        });
        let insert = Sql::new(
            "INSERT INTO runs (id, workflow_id, revision, event_id, state, finished_at, wake_at, created_at, fence, \
             last_seq, cancel_requested) SELECT column1, column2, 1, column1, column3, column4, column5, column6, 1, 0, \
             false FROM ",
        )
        .rows("v", runs);
        transaction.execute_raw(insert.build(backend)).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

#[derive(Debug, FromQueryResult)]
struct SqliteLine {
    detail: String,
}

#[derive(Debug, FromQueryResult)]
struct PostgresLine {
    #[sea_orm(from_alias = "QUERY PLAN")]
    plan: String,
}

/// The plan, a line for each part. PostgreSQL carries it out too, and tells what that took.
pub(crate) async fn plan(store: &Store, sql: Sql) -> Vec<String> {
    let backend = store.read.get_database_backend();
    let mut statement = sql.build(backend);
    if backend == DbBackend::Postgres {
        statement.sql = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {}", statement.sql);
        let lines = PostgresLine::find_by_statement(statement).all(&store.read).await.unwrap();
        return lines.into_iter().map(|line| line.plan).collect();
    }
    statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let lines = SqliteLine::find_by_statement(statement).all(&store.read).await.unwrap();
    lines.into_iter().map(|line| line.detail).collect()
}

/// No line that goes through a table or throws away more than a few rows.
pub(crate) fn assert_walk(plan: &[String], what: &str) {
    for line in plan {
        let thrown: usize =
            line.split_once("Rows Removed by Filter: ").map_or(0, |(_, rows)| rows.trim().parse().unwrap());
        let all_of = |table: &str| {
            line.contains(&format!("Seq Scan on {table}"))
                || (line.contains(&format!("SCAN {table}")) && !line.contains("INDEX"))
        };
        let through = all_of("runs") || all_of("events");
        assert!(!through && thrown <= 100, "{what}: {line}\nin\n{}", plan.join("\n"));
    }
}

async fn every_page_of_runs_is_a_walk_along_an_index(database: TestDatabase) {
    let store = crowded(&database).await;
    let workflow: WorkflowId = "b".parse().unwrap();
    let mut states: Vec<Vec<RunState>> = RunState::ALL.iter().map(|state| vec![*state]).collect();
    states.extend([vec![], vec![RunState::Succeeded, RunState::Interrupted], RunState::ALL.to_vec()]);
    let times = [(None, None), (Some(at(9_000)), Some(at(11_000))), (None, Some(at(10_500)))];
    let ends = [None, Some(RunId(first_at(at(RUNS / 3)))), Some(RunId(first_at(at(RUNS - 10))))];
    for workflow in [None, Some(workflow)] {
        for states in &states {
            for (since, until) in times {
                for after in ends {
                    let filter = RunFilter {
                        workflow: workflow.clone(),
                        states: states.clone(),
                        since,
                        until,
                        error_kind: None,
                    };
                    let plan = plan(&store, listing(&filter, Page { after, limit: 50 })).await;
                    assert_walk(&plan, &format!("{filter:?} after {after:?}"));
                }
            }
        }
    }
}

async fn every_batch_of_a_selection_is_a_walk_along_an_index(database: TestDatabase) {
    let store = crowded(&database).await;
    for workflow in [None, Some("b".parse().unwrap())] {
        let filter = RunFilter { workflow, states: RunState::ALL.to_vec(), ..RunFilter::default() };
        let selection = Selection { filter, ..Selection::default() };
        let batches = Batches::of(&selection, at(RUNS));
        for state in RunState::ALL {
            let plan = plan(&store, batches.select(state, 100)).await;
            assert_walk(&plan, &format!("{selection:?} in {state}"));
        }
    }
}

async fn counting_looks_at_open_runs_alone(database: TestDatabase) {
    let store = crowded(&database).await;
    let workflow: WorkflowId = "b".parse().unwrap();
    for only in [None, Some(from_ref(&workflow)), Some(&["a".parse().unwrap(), workflow.clone()][..])] {
        let plan = plan(&store, counting(only)).await;
        assert_walk(&plan, &format!("{workflow:?}"));
        assert!(!plan.iter().any(|line| line.contains("runs_over")), "{plan:#?}");
    }
}

async fn the_last_run_of_each_workflow_is_found_at_the_end_of_an_index(database: TestDatabase) {
    let store = crowded(&database).await;
    let workflow: WorkflowId = "b".parse().unwrap();
    for only in [None, Some(from_ref(&workflow)), Some(&["a".parse().unwrap(), workflow.clone()][..])] {
        let plan = plan(&store, last_runs(only)).await;
        assert_walk(&plan, &format!("{only:?}"));
    }
}

async fn events_of_a_record_are_found_by_how_their_keys_begin(database: TestDatabase) {
    let store = crowded(&database).await;
    let workflow: WorkflowId = "b".parse().unwrap();
    let of_record = EventFilter { workflow: Some(&workflow), record: Some("4"), ..EventFilter::default() };
    let plan = plan(&store, finding(&of_record, Page { after: None, limit: 10 })).await;
    assert_walk(&plan, "events of a record");
    assert_eq!(plan.iter().filter(|line| line.contains("events_by_key")).count(), 3, "{plan:#?}");
}

async fn a_page_of_events_is_a_walk_along_an_index(database: TestDatabase) {
    let store = crowded(&database).await;
    let workflow: WorkflowId = "b".parse().unwrap();
    let within = EventFilter { workflow: Some(&workflow), ..EventFilter::default() };
    let filtered = EventFilter { outcome: Some("filtered"), ..within.clone() };
    for filter in [EventFilter::default(), within, filtered] {
        for after in [None, Some(EventId(id_at(at(RUNS / 2))))] {
            let plan = plan(&store, finding(&filter, Page { after, limit: 50 })).await;
            assert_walk(&plan, &format!("{filter:?} after {after:?}"));
        }
    }
}

async fn what_is_due_next_is_found_at_the_end_of_an_index(database: TestDatabase) {
    let store = crowded(&database).await;
    let next = "SELECT MIN(wake_at) AS at FROM runs WHERE wake_at IS NOT NULL";
    let due = Sql::new("SELECT id FROM runs WHERE wake_at <= ")
        .value(at(0))
        .text(" ORDER BY wake_at, id LIMIT 256");
    for (what, sql) in [("next", Sql::new(next)), ("due", due)] {
        let plan = plan(&store, sql).await;
        assert_walk(&plan, what);
        assert!(plan.iter().any(|line| line.contains("runs_by_wake_time")), "{plan:#?}");
    }
}

async fn what_was_sent_lately_is_found_along_indexes(database: TestDatabase) {
    let store = crowded(&database).await;
    let started = "UPDATE runs SET started_at = created_at WHERE state <> 'queued'";
    store.write.execute_unprepared(started).await.unwrap();
    let of = |sql: Sql| sql.text(" AND workflow_id = ").value("b").text(" AND revision = ").value(1);
    let over = of(over_since("id", at(RUNS - 60)));
    for (what, sql) in [("going", going("id", of)), ("over", over)] {
        assert_walk(&plan(&store, sql).await, what);
    }
    let over = plan(&store, over_since("workflow_id, revision", at(RUNS - 60))).await;
    assert!(over.iter().any(|line| line.contains("runs_by_end")), "{over:#?}");
}

async fn runs_that_ended_before_there_were_counters_are_counted(database: TestDatabase) {
    let store = crowded(&database).await;
    let migrations = Migrator::migrations();
    let place = migrations.iter().position(|migration| migration.name() == "m0008_keeping").unwrap();
    let steps = u32::try_from(migrations.len() - place).unwrap();
    assert_eq!(
        store.counts(None).await.unwrap().of(RunState::Failed),
        0,
        "they were written past the counters"
    );
    Migrator::down(&store.write, Some(steps)).await.unwrap();
    Migrator::up(&store.write, None).await.unwrap();
    let counts = store.counts(None).await.unwrap();
    assert_eq!(counts.total(), RUNS.unsigned_abs());
    assert_eq!((counts.of(RunState::Succeeded), counts.of(RunState::Cancelled)), (10_000, 10));
    let hours = "SELECT CAST(SUM(failed) AS BIGINT) AS found FROM run_stats WHERE hour >= 498680";
    let hours = Sql::new(hours).build(store.read.get_database_backend());
    let failed = Found::find_by_statement(hours).one(&store.read).await.unwrap().unwrap().found;
    assert_eq!(failed, counts.of(RunState::Failed).cast_signed());
}

#[derive(Debug, FromQueryResult)]
struct Found {
    found: i64,
}
