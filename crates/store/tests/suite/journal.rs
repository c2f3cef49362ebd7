use std::time::Instant;

use highline_model::RunState;
use highline_store::{JournalError, Refusal, RunCommit, Store};
use highline_testing::{TestDatabase, on_both_databases};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::world::{World, commit, ending, event, skipped};

on_both_databases! {
    a_thousand_commits_of_a_hundred_runs_are_all_durable,
    a_refused_commit_is_told_to_its_writer_alone,
    a_connection_that_breaks_costs_no_commit,
    a_closed_journal_has_written_what_it_took_and_takes_no_more,
}

async fn a_thousand_commits_of_a_hundred_runs_are_all_durable(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, (0..100).map(|number| event(number.to_string())).collect()).await;
    let runs = world.claim_runs(0).await;
    assert_eq!(runs.len(), 100);
    let journal = world.store.journal();
    let started = Instant::now();
    let writers: Vec<_> = runs
        .iter()
        .cloned()
        .map(|run| {
            let journal = journal.clone();
            tokio::spawn(async move {
                for seq in 1..=10 {
                    let mut commit = commit(&run, [skipped("a")]);
                    commit.entries[0].seq = seq;
                    journal.commit(commit).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    eprintln!("1,000 commits: {:?}", started.elapsed());

    // Another store sees only what is in the database.
    let other = Store::open(world.database.url()).await.unwrap();
    for run in &runs {
        let log = other.run(run.id).await.unwrap().unwrap().log;
        let seqs: Vec<i32> = log.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (1..=10).collect::<Vec<_>>());
    }
    other.close().await;
}

async fn a_refused_commit_is_told_to_its_writer_alone(database: TestDatabase) {
    let world = World::new(database).await;
    world.start(0, json!(null)).await;
    world.start(0, json!(null)).await;
    let runs = world.claim_runs(0).await;
    let journal = world.store.journal();
    let stale = RunCommit { fence: runs[0].fence - 1, ..commit(&runs[0], [skipped("a")]) };
    let (refused, taken) =
        tokio::join!(journal.commit(stale), journal.commit(ending(&runs[1], RunState::Succeeded)));
    assert!(matches!(refused, Err(JournalError::Refused(Refusal::StaleLease { .. }))), "{refused:?}");
    taken.unwrap();
    assert_eq!(world.run(runs[1].id).await.state, RunState::Succeeded);
}

async fn a_closed_journal_has_written_what_it_took_and_takes_no_more(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, (0..50).map(|number| event(number.to_string())).collect()).await;
    let runs = world.claim_runs(0).await;
    let journal = world.store.journal();
    let ends: Vec<_> = runs
        .iter()
        .map(|run| {
            let (journal, end) = (journal.clone(), ending(run, RunState::Succeeded));
            tokio::spawn(async move { journal.commit(end).await })
        })
        .collect();
    for end in ends {
        end.await.unwrap().unwrap();
    }
    tokio::join!(journal.close(), journal.close());
    assert_eq!(world.store.counts(None).await.unwrap().of(RunState::Succeeded), 50);
    let late = journal.commit(ending(&runs[0], RunState::Failed)).await;
    assert!(matches!(late, Err(JournalError::Closed)), "{late:?}");
    journal.close().await;
}

async fn a_connection_that_breaks_costs_no_commit(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let journal = world.store.journal();
    if world.database.is_postgres() {
        let other = sea_orm::Database::connect(world.database.url()).await.unwrap();
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";
        other.execute_unprepared(kill).await.unwrap();
    }
    journal.commit(ending(&run, RunState::Succeeded)).await.unwrap();
    // The connections for reading are broken too, and nobody tries those again.
    let other = Store::open(world.database.url()).await.unwrap();
    assert_eq!(other.run(id).await.unwrap().unwrap().record.state, RunState::Succeeded);
    other.close().await;
}
