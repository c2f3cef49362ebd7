use std::time::Duration;

use highline_model::{ErrorKind, Failure, LogEntry, RunEvent, RunId, RunPrefix, RunState};
use highline_store::{
    Bulk, Cancelled, Found, NewRevision, NewRun, Replay, Retried, Retry, RevisionChoice, RunCommit,
    RunFilter, Selection, Start,
};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::world::{
    World, at, commit, ending, entry, event, failing, id, new_run, one_at_a_time, revision_of, skipped,
};

on_both_databases! {
    a_retry_with_the_newest_revision_says_so_in_the_log,
    many_failed_runs_are_sent_back_at_once_and_a_second_time_none,
    a_limit_and_a_dry_run_are_kept,
    many_of_one_key_come_in_turn_in_the_order_of_their_events,
    many_runs_are_cancelled_at_once,
    a_run_that_is_done_again_has_its_own_event_and_the_beginning_of_the_log,
    the_beginning_of_an_id_is_enough_where_it_fits_one_run,
    a_run_whose_time_is_over_fails_also_while_it_waits,
    a_run_behind_others_fails_when_its_time_is_over_and_a_retry_gives_it_new_time,
    a_running_run_whose_time_is_over_is_asked_once,
    a_cancelled_run_says_which_outcome_is_unknown,
}

fn selection(filter: RunFilter) -> Selection {
    Selection { filter, ..Selection::default() }
}

fn by_ann(seconds: i64) -> Retry<'static> {
    Retry { by: "ann", revision: RevisionChoice::Saved, now: at(seconds) }
}

/// Runs of `contacts` that have failed, one for each kind.
async fn failed(world: &World, kinds: &[ErrorKind]) -> Vec<RunId> {
    let events = (0..kinds.len()).map(|number| event(number.to_string())).collect();
    let ids = world.polled(0, events).await.runs;
    let runs = world.claim_runs(0).await;
    let ends: Vec<_> =
        runs.iter().zip(kinds).map(|(run, kind)| failing(run, Failure::new(*kind, "no"))).collect();
    world.store.commit_runs(&ends).await.unwrap();
    ids
}

async fn a_retry_with_the_newest_revision_says_so_in_the_log(database: TestDatabase) {
    let world = World::new(database).await;
    let run = failed(&world, &[ErrorKind::NotFound]).await[0];
    let newer =
        NewRevision { run_timeout: Some(Duration::from_secs(60)), ..revision_of("contacts", "second") };
    world.store.save_revision(newer).await.unwrap();
    let retry = Retry { revision: RevisionChoice::Newest, ..by_ann(9) };
    assert_eq!(world.store.retry_run_with(run, retry).await.unwrap(), Retried::Done);
    let record = world.run(run).await;
    assert_eq!((record.revision, record.ends_at), (2, Some(at(69))), "with the time of that revision");
    let retried = RunEvent::Retried { by: "ann".into(), revision: Some(2) };
    assert_eq!(world.log(run).await.last(), Some(&retried));
    assert_eq!(world.claim_run(9).await.revision, 2);
}

async fn many_failed_runs_are_sent_back_at_once_and_a_second_time_none(database: TestDatabase) {
    let world = World::new(database).await;
    let kinds: Vec<_> = [ErrorKind::NotFound, ErrorKind::Unavailable].into_iter().cycle().take(250).collect();
    let ids = failed(&world, &kinds).await;
    let unavailable = selection(RunFilter {
        workflow: Some(id("contacts")),
        error_kind: Some(ErrorKind::Unavailable),
        ..RunFilter::default()
    });
    let bulk = world.store.retry_runs(&unavailable, by_ann(9)).await.unwrap();
    assert_eq!(bulk, Bulk { matched: 125, changed: 125, more: false });
    assert_eq!(world.store.retry_runs(&unavailable, by_ann(9)).await.unwrap(), Bulk::default());
    assert_eq!(world.run(ids[0]).await.state, RunState::Failed);
    let back = world.claim_runs(9).await;
    assert_eq!(back.len(), 125);
    assert_eq!(back[0].log.last().unwrap().event, RunEvent::Retried { by: "ann".into(), revision: Some(1) });
    let late = selection(RunFilter { since: Some(at(1)), ..RunFilter::default() });
    assert_eq!(world.store.retry_runs(&late, by_ann(9)).await.unwrap().matched, 0);
    let over = selection(RunFilter { states: vec![RunState::Succeeded], ..RunFilter::default() });
    assert_eq!(world.store.retry_runs(&over, by_ann(9)).await.unwrap(), Bulk::default());
}

async fn a_limit_and_a_dry_run_are_kept(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = failed(&world, &[ErrorKind::NotFound; 5]).await;
    let two = Selection { limit: Some(2), ..Selection::default() };
    let dry = Selection { dry_run: true, ..two.clone() };
    let tried = world.store.retry_runs(&dry, by_ann(9)).await.unwrap();
    assert_eq!(tried, Bulk { matched: 2, changed: 0, more: true });
    assert!(world.claim_runs(9).await.is_empty());
    assert_eq!(world.store.retry_runs(&two, by_ann(9)).await.unwrap(), Bulk { changed: 2, ..tried });
    let oldest: Vec<_> = world.claim_runs(9).await.iter().map(|run| run.id).collect();
    assert_eq!(oldest, ids[..2]);
    let five = Selection { limit: Some(5), ..Selection::default() };
    assert_eq!(
        world.store.retry_runs(&five, by_ann(9)).await.unwrap(),
        Bulk { matched: 3, changed: 3, more: false }
    );
}

async fn many_of_one_key_come_in_turn_in_the_order_of_their_events(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, (0..3).map(|n| one_at_a_time(n.to_string(), "ann")).collect()).await.runs;
    for _ in &ids {
        let run = world.claim_run(1).await;
        world.commit(ending(&run, RunState::Failed)).await;
    }
    assert_eq!(world.store.retry_runs(&Selection::default(), by_ann(9)).await.unwrap().changed, 3);
    for id in &ids {
        let runs = world.claim_runs(9).await;
        assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [*id]);
        world.commit(ending(&runs[0], RunState::Succeeded)).await;
    }
}

async fn many_runs_are_cancelled_at_once(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, (0..4).map(|n| event(n.to_string())).collect()).await.runs;
    let runs = world.claim_runs(0).await;
    world.commit(ending(&runs[0], RunState::Succeeded)).await;
    let waiting =
        RunCommit { state: RunState::Waiting, wake_at: Some(at(900)), release: true, ..commit(&runs[1], []) };
    world.commit(waiting).await;
    let contacts = selection(RunFilter { workflow: Some(id("contacts")), ..RunFilter::default() });
    let bulk = world.store.cancel_runs(&contacts, "ann", at(5)).await.unwrap();
    assert_eq!((bulk.matched, bulk.changed), (3, 3));
    assert_eq!(world.run(ids[1]).await.state, RunState::Cancelled);
    assert!(world.run(ids[2]).await.cancel_requested, "the node that holds it is asked");
    let asked = world.store.asked_end(ids[2]).await.unwrap();
    assert_eq!(asked.failure.message, "cancelled by ann");
}

async fn a_run_that_is_done_again_has_its_own_event_and_the_beginning_of_the_log(database: TestDatabase) {
    let world = World::new(database).await;
    let of = failed(&world, &[ErrorKind::NotFound]).await[0];
    let rerun = RunEvent::Rerun { of, by: "ann".into(), from: Some("b".into()) };
    let log: Vec<LogEntry> = vec![entry(1, skipped("a")), entry(2, rerun.clone())];
    let new =
        NewRun { key: Some("rerun:1".to_owned()), data: json!({ "id": "changed" }).into(), ..new_run(9) };
    let replay = || Replay { of, log: log.clone() };
    let Start::Made { run, .. } = world.store.rerun(new.clone(), replay()).await.unwrap() else { panic!() };
    assert_eq!(
        world.store.rerun(new, replay()).await.unwrap(),
        Start::Known { run: Some(run) },
        "by its key"
    );
    let claimed = world.claim_run(9).await;
    assert_eq!((claimed.id, (*claimed.event).clone(), &claimed.log), (run, json!({ "id": "changed" }), &log));
    let detail = world.store.run(run).await.unwrap().unwrap();
    assert_eq!((detail.record.rerun_of, detail.event_key.as_str()), (Some(of), "rerun:1"));
    assert_eq!(world.store.run(of).await.unwrap().unwrap().reruns, [run]);
    assert_eq!(world.log(run).await, [skipped("a"), rerun]);
}

async fn the_beginning_of_an_id_is_enough_where_it_fits_one_run(database: TestDatabase) {
    let world = World::new(database).await;
    let ids = world.polled(0, vec![event("a"), event("b")]).await.runs;
    let prefix = |text: &str| text.parse::<RunPrefix>().unwrap();
    let whole = ids[0].to_string();
    for digits in [35, 36] {
        assert_eq!(world.store.find_run(&prefix(&whole[..digits])).await.unwrap(), Found::One(ids[0]));
    }
    assert_eq!(world.store.find_run(&prefix(&whole[..8])).await.unwrap(), Found::Several(ids));
    assert_eq!(world.store.find_run(&prefix("00000000")).await.unwrap(), Found::Nothing);
}

/// The workflow `limited`, whose runs have a minute.
async fn limited(world: &World) {
    let revision =
        NewRevision { run_timeout: Some(Duration::from_secs(60)), ..revision_of("limited", "first") };
    world.store.save_revision(revision).await.unwrap();
}

async fn a_run_whose_time_is_over_fails_also_while_it_waits(database: TestDatabase) {
    let world = World::empty(database).await;
    limited(&world).await;
    let id = world.polled(0, vec![event("a")]).await.runs[0];
    assert_eq!(world.run(id).await.ends_at, Some(at(60)));
    let run = world.claim_run(0).await;
    let waiting =
        RunCommit { state: RunState::Waiting, wake_at: Some(at(900)), release: true, ..commit(&run, []) };
    world.commit(waiting).await;
    assert!(!world.store.end_overdue(at(59)).await.unwrap());
    assert_eq!(world.run(id).await.state, RunState::Waiting);
    world.store.end_overdue(at(60)).await.unwrap();
    let record = world.run(id).await;
    let failure = record.failure.unwrap();
    assert_eq!((record.state, failure.kind), (RunState::Failed, ErrorKind::Timeout));
    assert_eq!(
        failure.message,
        "the workflow's `timeout` was over at 2026-11-21T08:01:00Z and the run was waiting"
    );
    assert!(world.claim_runs(1_000).await.is_empty());
}

async fn a_run_behind_others_fails_when_its_time_is_over_and_a_retry_gives_it_new_time(
    database: TestDatabase,
) {
    let world = World::empty(database).await;
    limited(&world).await;
    let ids = world.polled(0, ["a", "b"].map(|key| one_at_a_time(key, "ann")).into()).await.runs;
    let first = world.claim_run(1).await;
    let detail = world.store.run(ids[1]).await.unwrap().unwrap();
    assert_eq!((detail.record.concurrency_key.as_deref(), detail.ahead), (Some("ann"), vec![ids[0]]));
    let held =
        RunCommit { state: RunState::Waiting, wake_at: Some(at(900)), release: true, ..commit(&first, []) };
    world.commit(held).await;
    world.store.end_overdue(at(60)).await.unwrap();
    for id in &ids {
        assert_eq!(world.run(*id).await.state, RunState::Failed);
    }
    let reason = world.run(ids[1]).await.failure.unwrap().message;
    assert!(
        reason.ends_with("the run was behind others of its concurrency key") || reason.ends_with("queued"),
        "{reason}"
    );
    world.store.retry_run(ids[1], "ann", at(100)).await.unwrap();
    assert_eq!(world.run(ids[1]).await.ends_at, Some(at(160)));
    assert_eq!(world.claim_run(100).await.id, ids[1]);
}

async fn a_running_run_whose_time_is_over_is_asked_once(database: TestDatabase) {
    let world = World::empty(database).await;
    limited(&world).await;
    let id = world.polled(0, vec![event("a")]).await.runs[0];
    let run = world.claim_run(50).await;
    world.store.end_overdue(at(61)).await.unwrap();
    assert!(world.run(id).await.cancel_requested);
    assert_eq!(world.store.asked_end(id).await.unwrap().state, RunState::Failed);
    assert!(!world.store.end_overdue(at(61)).await.unwrap());
    assert_eq!(world.store.cancel_run(id, "ann", at(62)).await.unwrap(), Cancelled::Requested);
    assert_eq!(world.store.asked_end(id).await.unwrap().state, RunState::Failed, "the first reason stays");
    world.commit(ending(&run, RunState::Failed)).await;
    assert_eq!(world.run(id).await.state, RunState::Failed);
}

async fn a_cancelled_run_says_which_outcome_is_unknown(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let announced = RunEvent::AttemptStarted { step: "make".into(), attempt: 1, input: json!({}) };
    world.commit(commit(&run, [announced])).await;
    assert_eq!(world.store.cancel_run(id, "ann", at(31)).await.unwrap(), Cancelled::Done, "its node is dead");
    let failure = world.run(id).await.failure.unwrap();
    assert_eq!(failure.message, "cancelled by ann; whether `make` was done is unknown");
}
