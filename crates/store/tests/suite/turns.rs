use std::time::Instant;

use highline_model::{Decision, ErrorKind, Failure, OnLimit, RunEvent, RunState};
use highline_store::{Concurrency, NewRun, RunCommit};
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, at, commit, ending, limited, new_run, one_at_a_time};

on_both_databases! {
    runs_of_one_key_go_one_after_the_other,
    keys_do_not_wait_for_each_other,
    a_limit_above_one_lets_so_many_go,
    a_raised_limit_lets_no_run_overtake,
    a_waiting_run_keeps_its_turn,
    a_held_run_keeps_its_turn_until_a_person_decides,
    a_cancelled_run_lets_the_next_one_go,
    a_retried_run_waits_for_its_turn_again,
    a_run_by_hand_waits_for_its_turn_too,
    runs_behind_others_do_not_wake_the_scheduler,
    a_long_queue_of_one_key_stays_cheap,
    a_run_made_while_the_one_before_it_ends_is_not_left_behind,
    runs_that_end_while_people_cancel_them_never_deadlock,
}

fn one_of_ann() -> NewRun {
    let concurrency = Concurrency { key: "ann".to_owned(), limit: 1, on_limit: OnLimit::Queue };
    NewRun { concurrency: Some(concurrency), ..new_run(0) }
}

async fn runs_of_one_key_go_one_after_the_other(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, ["a", "b", "c"].map(|key| one_at_a_time(key, "ann")).into()).await.runs;
    for (place, id) in ids.iter().enumerate() {
        let runs = world.claim_runs(1).await;
        assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [*id], "turn {place}");
        assert!(world.claim_runs(1).await.is_empty());
        world.commit(ending(&runs[0], RunState::Succeeded)).await;
    }
    assert!(world.claim_runs(1_000).await.is_empty());
    world.polled(60, vec![one_at_a_time("d", "ann")]).await;
    assert_eq!(world.claim_runs(60).await.len(), 1, "with no one before it a run goes at once");
}

async fn keys_do_not_wait_for_each_other(database: TestDatabase) {
    let world = World::new(database).await;
    world.workflow("others").await;
    let mut triggers = world.claim_triggers(0).await;
    let poll = |keys: [(&'static str, &'static str); 3]| keys.map(|(key, by)| one_at_a_time(key, by)).into();
    let first = world.poll(&triggers.remove(0), 0, poll([("a", "ann"), ("b", "ben"), ("c", "ann")]));
    let second = world.poll(&triggers.remove(0), 0, poll([("a", "ann"), ("b", "cleo"), ("c", "ben")]));
    world.store.commit_poll(first).await.unwrap();
    world.store.commit_poll(second).await.unwrap();
    assert_eq!(world.claim_runs(1).await.len(), 5);
}

async fn a_limit_above_one_lets_so_many_go(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, (0..5).map(|n| limited(n.to_string(), "ann", 2)).collect()).await.runs;
    let first = world.claim_runs(1).await;
    assert_eq!(first.iter().map(|run| run.id).collect::<Vec<_>>(), ids[..2]);
    let ends: Vec<_> = first.iter().map(|run| ending(run, RunState::Failed)).collect();
    world.store.commit_runs(&ends).await.unwrap();
    let next: Vec<_> = world.claim_runs(1).await.into_iter().map(|run| run.id).collect();
    assert_eq!(next, ids[2..4]);
}

async fn a_raised_limit_lets_no_run_overtake(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, ["a", "b"].map(|key| one_at_a_time(key, "ann")).into()).await.runs;
    world.polled(60, vec![limited("c", "ann", 2)]).await;
    let run = world.claim_run(60).await;
    assert!(world.claim_runs(60).await.is_empty(), "the third stays behind the second");
    world.commit(ending(&run, RunState::Succeeded)).await;
    assert_eq!(world.claim_run(61).await.id, ids[1]);
}

async fn a_waiting_run_keeps_its_turn(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, ["a", "b"].map(|key| one_at_a_time(key, "ann")).into()).await.runs;
    let run = world.claim_run(1).await;
    let waiting =
        RunCommit { state: RunState::Waiting, wake_at: Some(at(100)), release: true, ..commit(&run, []) };
    world.commit(waiting).await;
    assert!(world.claim_runs(99).await.is_empty());
    let run = world.claim_run(100).await;
    assert_eq!(run.id, ids[0]);
    world.commit(ending(&run, RunState::Succeeded)).await;
    assert_eq!(world.claim_run(101).await.id, ids[1]);
}

async fn a_held_run_keeps_its_turn_until_a_person_decides(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, ["a", "b"].map(|key| one_at_a_time(key, "ann")).into()).await.runs;
    let run = world.claim_run(1).await;
    let failure = Failure::new(ErrorKind::Interrupted, "no answer was kept");
    let event = RunEvent::Interrupted { step: "badge".into(), attempt: 1, failure };
    world.commit(RunCommit { state: RunState::Interrupted, ..commit(&run, [event]) }).await;
    assert!(world.claim_runs(1_000).await.is_empty());
    world.store.resolve_run(ids[0], Decision::Skip, "ann", at(10)).await.unwrap();
    let run = world.claim_run(10).await;
    assert_eq!(run.id, ids[0]);
    assert!(world.claim_runs(10).await.is_empty());
    world.commit(ending(&run, RunState::Succeeded)).await;
    assert_eq!(world.claim_run(11).await.id, ids[1]);
}

async fn a_cancelled_run_lets_the_next_one_go(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, ["a", "b", "c"].map(|key| one_at_a_time(key, "ann")).into()).await.runs;
    world.store.cancel_run(ids[1], "ann", at(1)).await.unwrap();
    world.store.cancel_run(ids[0], "ann", at(1)).await.unwrap();
    let runs = world.claim_runs(1).await;
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [ids[2]]);
}

async fn a_retried_run_waits_for_its_turn_again(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, ["a", "b", "c"].map(|key| one_at_a_time(key, "ann")).into()).await.runs;
    let first = world.claim_run(1).await;
    world.commit(ending(&first, RunState::Failed)).await;
    let second = world.claim_run(1).await;
    assert_eq!(second.id, ids[1]);
    world.store.retry_run(ids[0], "ann", at(2)).await.unwrap();
    assert!(world.claim_runs(10).await.is_empty(), "another one is under way");
    world.commit(ending(&second, RunState::Succeeded)).await;
    let again = world.claim_run(11).await;
    assert_eq!(again.id, ids[0], "it is older than the third");
    world.commit(ending(&again, RunState::Succeeded)).await;
    assert_eq!(world.claim_run(12).await.id, ids[2]);
}

async fn a_run_by_hand_waits_for_its_turn_too(database: TestDatabase) {
    let world = World::new(database).await;
    world.started(one_of_ann()).await.unwrap();
    world.started(one_of_ann()).await.unwrap();
    assert_eq!(world.claim_runs(1).await.len(), 1);
}

async fn runs_behind_others_do_not_wake_the_scheduler(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, ["a", "b"].map(|key| one_at_a_time(key, "ann")).into()).await;
    world.claim_run(1).await;
    assert_eq!(world.store.next_wake().await.unwrap(), Some(at(31)), "the end of the lease of the first");
}

async fn a_long_queue_of_one_key_stays_cheap(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, (0..10_000).map(|n| one_at_a_time(n.to_string(), "all")).collect()).await;
    let started = Instant::now();
    for _ in 0..100 {
        let run = world.claim_run(1).await;
        assert!(world.claim_runs(1).await.is_empty());
        assert_eq!(world.store.next_wake().await.unwrap(), Some(at(31)));
        world.commit(ending(&run, RunState::Succeeded)).await;
    }
    let took = started.elapsed();
    eprintln!("100 runs out of a queue of 10,000: {took:?}");
    assert!(took.as_secs() < 10, "{took:?}");
}

async fn a_run_made_while_the_one_before_it_ends_is_not_left_behind(database: TestDatabase) {
    let world = World::new(database).await;
    world.started(one_of_ann()).await.unwrap();
    for round in 0..200 {
        let runs = world.claim_runs(1).await;
        assert_eq!(runs.len(), 1, "in round {round}");
        let end = [ending(&runs[0], RunState::Succeeded)];
        let (ended, started) = tokio::join!(world.store.commit_runs(&end), world.started(one_of_ann()));
        ended.unwrap()[0].unwrap();
        started.unwrap();
    }
}

async fn runs_that_end_while_people_cancel_them_never_deadlock(database: TestDatabase) {
    let world = World::new(database).await;
    for round in 0..10 {
        let keys = (0..50).map(|number| format!("{round}-{number}"));
        world.polled(round * 60, keys.map(|key| one_at_a_time(key.clone(), &key)).collect()).await;
        let runs = world.claim_runs(round * 60).await;
        let ends: Vec<_> = runs.iter().map(|run| ending(run, RunState::Succeeded)).collect();
        let mut decisions = tokio::task::JoinSet::new();
        for run in runs.iter().map(|run| run.id) {
            let store = world.store.clone();
            decisions.spawn(async move { store.cancel_run(run, "ann", at(round * 60)).await });
        }
        world.store.commit_runs(&ends).await.unwrap();
        for decision in decisions.join_all().await {
            decision.unwrap();
        }
    }
}
