//! Runs that this version cannot read.

use std::time::Duration;

use highline_model::{ErrorKind, RunId, RunState};
use highline_store::{Cancelled, NewRun, Page, RunFilter, RunRecord};
use highline_testing::{TestDatabase, on_both_databases};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::world::{World, at, commit, new_run, skipped};

on_both_databases! {
    a_run_that_cannot_be_read_spoils_no_claim,
    one_that_cannot_be_read_waits_for_who_can_and_is_cancelled_at_once,
    one_that_cannot_be_read_and_shall_end_is_ended_by_who_takes_it,
}

/// Makes all logs those of a newer version.
async fn spoil(world: &World) {
    let raw = sea_orm::Database::connect(world.database.url()).await.unwrap();
    raw.execute_unprepared(r#"UPDATE run_events SET data = '{"type":"from_a_newer_version"}'"#)
        .await
        .unwrap();
    raw.close().await.unwrap();
}

/// What is known of a run without its log.
async fn record(world: &World, run: RunId) -> RunRecord {
    let page = Page { after: None, limit: 100 };
    let runs = world.store.runs(&RunFilter::default(), page).await.unwrap().runs;
    runs.into_iter().find(|record| record.id == run).unwrap()
}

async fn begun(world: &World, new: NewRun) -> RunId {
    let id = world.started(new).await.unwrap();
    let run = world.claim_run(0).await;
    assert_eq!(run.id, id);
    world.commit(commit(&run, [skipped("a")])).await;
    id
}

async fn a_run_that_cannot_be_read_spoils_no_claim(database: TestDatabase) {
    let world = World::new(database).await;
    let newer = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    world.commit(commit(&run, [skipped("a")])).await;
    let other = world.start(0, json!(null)).await;
    spoil(&world).await;

    let claimed: Vec<_> = world.claim_runs(30).await.into_iter().map(|run| run.id).collect();
    assert_eq!(claimed, [other]);
    let error = world.store.run(newer).await.unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("cannot read log entry 1 of run {newer}: unknown variant")),
        "{error}"
    );
}

async fn one_that_cannot_be_read_waits_for_who_can_and_is_cancelled_at_once(database: TestDatabase) {
    let world = World::new(database).await;
    let run = begun(&world, new_run(0)).await;
    spoil(&world).await;
    assert!(world.claim_runs(30).await.is_empty());
    let waiting = record(&world, run).await;
    assert_eq!((waiting.state, waiting.owner, waiting.wake_at), (RunState::Waiting, None, Some(at(90))));
    assert_eq!(world.store.cancel_run(run, "ann", at(31)).await.unwrap(), Cancelled::Done);
    assert_eq!(record(&world, run).await.state, RunState::Cancelled);
}

async fn one_that_cannot_be_read_and_shall_end_is_ended_by_who_takes_it(database: TestDatabase) {
    let world = World::new(database).await;
    let asked = begun(&world, new_run(0)).await;
    let late = begun(&world, NewRun { timeout: Some(Duration::from_secs(20)), ..new_run(0) }).await;
    assert_eq!(world.store.cancel_run(asked, "ann", at(1)).await.unwrap(), Cancelled::Requested);
    spoil(&world).await;
    assert!(world.claim_runs(30).await.is_empty());
    let asked = record(&world, asked).await;
    assert_eq!(
        (asked.state, asked.failure.unwrap().message.as_str()),
        (RunState::Cancelled, "cancelled by ann")
    );
    let late = record(&world, late).await;
    assert_eq!((late.state, late.failure.unwrap().kind), (RunState::Failed, ErrorKind::Timeout));
}
