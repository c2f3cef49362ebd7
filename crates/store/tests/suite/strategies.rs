use highline_model::{ErrorKind, Failure, OnLimit, RunEvent, RunId, RunState};
use highline_store::{Cancelled, Concurrency, NewEvent, NewRun, Once, Outcome, Page, RunCommit};
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, at, commit, ending, event, new_run, one_at_a_time};

on_both_databases! {
    with_drop_an_event_without_a_place_is_kept_and_starts_nothing,
    a_dropped_event_is_not_found_again,
    a_dropped_event_leaves_its_key_to_the_next_one,
    with_cancel_previous_what_has_not_begun_gives_way_at_once,
    a_run_that_is_replaced_while_it_is_worked_on_is_asked_and_the_new_one_comes_after_it,
    with_a_limit_above_one_so_many_of_the_newest_stay,
    a_held_run_that_is_replaced_says_what_is_unknown,
    a_run_by_hand_is_dropped_or_replaces_as_one_of_a_poll,
    keys_that_replace_leave_other_keys_alone,
    runs_that_end_while_newer_ones_replace_them_never_deadlock,
}

fn of(key: &str, on_limit: OnLimit, limit: u32) -> Outcome {
    Outcome::Run { concurrency: Some(Concurrency { key: key.to_owned(), limit, on_limit }) }
}

fn dropping(key: &str, concurrency: &str) -> NewEvent {
    NewEvent { outcome: of(concurrency, OnLimit::Drop, 1), ..event(key) }
}

fn replacing(key: &str, concurrency: &str) -> NewEvent {
    NewEvent { outcome: of(concurrency, OnLimit::CancelPrevious, 1), ..event(key) }
}

fn by_hand(on_limit: OnLimit) -> NewRun {
    let concurrency = Some(Concurrency { key: "ann".to_owned(), limit: 1, on_limit });
    NewRun { concurrency, ..new_run(0) }
}

fn replaced_by(run: RunId) -> Option<Failure> {
    Some(Failure::new(ErrorKind::Stopped, format!("replaced by run {run}")))
}

async fn with_drop_an_event_without_a_place_is_kept_and_starts_nothing(database: TestDatabase) {
    let world = World::new(database).await;
    let first = world.polled(0, vec![dropping("a", "ann"), dropping("b", "ann"), dropping("c", "ben")]).await;
    assert_eq!((first.fresh, first.dropped, first.duplicate), (2, 1, 0));
    let run = world.claim_run(1).await;
    assert_eq!(run.id, first.runs[0]);
    let while_it_goes = world.polled(60, vec![dropping("d", "ann")]).await;
    assert_eq!((while_it_goes.fresh, while_it_goes.dropped), (0, 1));
    world.commit(ending(&run, RunState::Succeeded)).await;
    assert_eq!(world.polled(120, vec![dropping("e", "ann")]).await.fresh, 1, "the place is free again");
    let polls = world.store.polls(None, Page { after: None, limit: 10 }).await.unwrap().polls;
    assert_eq!(polls.iter().map(|poll| poll.dropped).collect::<Vec<_>>(), [0, 1, 1]);
}

async fn a_dropped_event_leaves_its_key_to_the_next_one(database: TestDatabase) {
    let world = World::new(database).await;
    let keyed = |key: &str, once: &str| {
        let once = Some(Once { key: once.to_owned(), until: None });
        NewEvent { once, ..dropping(key, "ann") }
    };
    let first = world.polled(0, vec![keyed("a", "order 1"), keyed("b", "order 2")]).await;
    assert_eq!((first.fresh, first.dropped), (1, 1));
    let run = world.claim_run(1).await;
    world.commit(ending(&run, RunState::Succeeded)).await;
    let next = world.polled(60, vec![keyed("c", "order 1"), keyed("d", "order 2")]).await;
    assert_eq!((next.fresh, next.duplicate, next.dropped), (1, 1, 0), "order 2 has started nothing before");
}

async fn a_dropped_event_is_not_found_again(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![dropping("a", "ann"), dropping("b", "ann")]).await;
    let run = world.claim_run(1).await;
    world.commit(ending(&run, RunState::Succeeded)).await;
    let again = world.polled(60, vec![dropping("b", "ann")]).await;
    assert_eq!((again.fresh, again.dropped, again.duplicate), (0, 0, 1));
}

async fn with_cancel_previous_what_has_not_begun_gives_way_at_once(database: TestDatabase) {
    let world = World::new(database).await;
    let runs =
        world.polled(0, vec![replacing("a", "ann"), replacing("b", "ann"), replacing("c", "ann")]).await.runs;
    assert_eq!(runs.len(), 3, "each event has its run, so that each can be explained");
    for (old, new) in [(0, 1), (1, 2)] {
        let record = world.run(runs[old]).await;
        assert_eq!((record.state, record.failure), (RunState::Cancelled, replaced_by(runs[new])));
    }
    let claimed = world.claim_runs(1).await;
    assert_eq!(claimed.iter().map(|run| run.id).collect::<Vec<_>>(), [runs[2]]);
    let waiting = RunCommit {
        state: RunState::Waiting,
        wake_at: Some(at(900)),
        release: true,
        ..commit(&claimed[0], [])
    };
    world.commit(waiting).await;
    let newer = world.polled(60, vec![replacing("d", "ann")]).await.runs[0];
    let end = RunEvent::Finished { state: RunState::Cancelled, failure: replaced_by(newer) };
    assert_eq!(world.log(runs[2]).await, [end]);
    assert_eq!(world.claim_run(60).await.id, newer);
}

async fn a_run_that_is_replaced_while_it_is_worked_on_is_asked_and_the_new_one_comes_after_it(
    database: TestDatabase,
) {
    let world = World::new(database).await;
    let old = world.polled(0, vec![replacing("a", "ann")]).await.runs[0];
    let held = world.claim_run(50).await;
    let new = world.polled(60, vec![replacing("b", "ann")]).await.runs[0];
    assert!(world.run(old).await.cancel_requested);
    let end = world.store.asked_end(old).await.unwrap();
    assert_eq!((end.state, Some(end.failure)), (RunState::Cancelled, replaced_by(new)));
    assert!(world.claim_runs(60).await.is_empty(), "never two at a time");
    let newest = world.polled(120, vec![]).await;
    assert_eq!(newest.fresh, 0);
    world.commit(ending(&held, RunState::Cancelled)).await;
    assert_eq!(world.claim_run(121).await.id, new);
}

async fn with_a_limit_above_one_so_many_of_the_newest_stay(database: TestDatabase) {
    let world = World::new(database).await;
    let two = |key: &str| NewEvent { outcome: of("ann", OnLimit::CancelPrevious, 2), ..event(key) };
    let runs = world.polled(0, vec![two("a"), two("b"), two("c")]).await.runs;
    assert_eq!(world.run(runs[0]).await.failure, replaced_by(runs[2]));
    let claimed: Vec<_> = world.claim_runs(1).await.into_iter().map(|run| run.id).collect();
    assert_eq!(claimed, runs[1..]);
}

async fn a_held_run_that_is_replaced_says_what_is_unknown(database: TestDatabase) {
    let world = World::new(database).await;
    let old = world.polled(0, vec![replacing("a", "ann")]).await.runs[0];
    let run = world.claim_run(1).await;
    let failure = Failure::new(ErrorKind::Interrupted, "no answer was kept");
    let event = RunEvent::Interrupted { step: "badge".into(), attempt: 1, failure };
    world.commit(RunCommit { state: RunState::Interrupted, ..commit(&run, [event]) }).await;
    let new = world.polled(60, vec![replacing("b", "ann")]).await.runs[0];
    let message = world.run(old).await.failure.unwrap().message;
    assert_eq!(
        message,
        format!("replaced by run {new} while it was held; whether `badge` was done is unknown")
    );
    assert_eq!(world.claim_run(60).await.id, new);
}

async fn a_run_by_hand_is_dropped_or_replaces_as_one_of_a_poll(database: TestDatabase) {
    let world = World::new(database).await;
    let first = world.started(by_hand(OnLimit::Drop)).await.unwrap();
    assert_eq!(world.started(by_hand(OnLimit::Drop)).await, None);
    let second = world.started(by_hand(OnLimit::CancelPrevious)).await.unwrap();
    assert_eq!(world.run(first).await.failure, replaced_by(second));
    assert_eq!(world.claim_run(1).await.id, second);
}

async fn keys_that_replace_leave_other_keys_alone(database: TestDatabase) {
    let world = World::new(database).await;
    let runs = world
        .polled(
            0,
            vec![
                replacing("a", "ann"),
                replacing("b", "ben"),
                one_at_a_time("c", "cleo"),
                one_at_a_time("d", "cleo"),
            ],
        )
        .await
        .runs;
    world.polled(60, vec![replacing("e", "ann")]).await;
    assert_eq!(world.run(runs[0]).await.state, RunState::Cancelled);
    for run in &runs[1..] {
        assert_eq!(world.run(*run).await.state, RunState::Queued);
    }
    assert_eq!(
        world.store.cancel_run(runs[0], "ann", at(61)).await.unwrap(),
        Cancelled::AlreadyFinished(RunState::Cancelled)
    );
}

async fn runs_that_end_while_newer_ones_replace_them_never_deadlock(database: TestDatabase) {
    let world = World::new(database).await;
    let mut newest = world.started(by_hand(OnLimit::CancelPrevious)).await.unwrap();
    for round in 0..50 {
        let runs = world.claim_runs(1).await;
        assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [newest], "in round {round}");
        let end = [ending(&runs[0], RunState::Succeeded)];
        let (ended, started) =
            tokio::join!(world.store.commit_runs(&end), world.started(by_hand(OnLimit::CancelPrevious)));
        ended.unwrap()[0].unwrap();
        newest = started.unwrap();
    }
}
