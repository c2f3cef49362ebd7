use highline_model::{Decision, ErrorKind, Failure, RunEvent, RunId, RunState};
use highline_store::{Ack, Cancelled, Refusal, Resolved, Retried, RunCommit};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::world::{World, at, commit, ending, failing, finished, skipped};

on_both_databases! {
    a_queued_run_is_cancelled_at_once,
    a_waiting_run_is_cancelled_at_once,
    the_holder_of_a_running_run_is_asked_to_end_it,
    a_run_that_is_put_down_when_it_shall_end_does_not_rest,
    a_running_run_whose_lease_ran_out_is_cancelled_at_once,
    a_finished_run_cannot_be_cancelled,
    a_failed_run_is_sent_back,
    a_cancelled_run_is_sent_back_without_the_old_wish,
    only_a_run_that_failed_or_was_cancelled_is_sent_back,
    a_decision_sends_an_interrupted_run_back,
    a_decision_is_for_all_held_steps,
    only_an_interrupted_run_takes_a_decision,
    an_unknown_run_is_unknown_to_all,
}

fn cancelled_by(who: &str) -> Failure {
    Failure::new(ErrorKind::Stopped, format!("cancelled by {who}"))
}

async fn put_down(world: &World) -> RunId {
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let waiting = RunCommit {
        state: RunState::Waiting,
        wake_at: Some(at(600)),
        release: true,
        ..commit(&run, [skipped("a")])
    };
    world.commit(waiting).await;
    id
}

async fn interrupted(world: &World, steps: &[&str]) -> RunId {
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let failure = Failure::new(ErrorKind::Interrupted, "no answer was kept");
    let events = steps.iter().map(|step| RunEvent::Interrupted {
        step: (*step).into(),
        attempt: 1,
        failure: failure.clone(),
    });
    let state = RunState::Interrupted;
    world.commit(RunCommit { state, failure: Some(failure.clone()), ..commit(&run, events) }).await;
    id
}

async fn a_queued_run_is_cancelled_at_once(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    assert_eq!(world.store.cancel_run(id, "ann", at(5)).await.unwrap(), Cancelled::Done);
    let record = world.run(id).await;
    assert_eq!((record.state, record.failure), (RunState::Cancelled, Some(cancelled_by("ann"))));
    assert_eq!((record.finished_at, record.wake_at, record.last_seq), (Some(at(5)), None, 1));
    assert!(world.claim_runs(1_000).await.is_empty());
}

async fn a_waiting_run_is_cancelled_at_once(database: TestDatabase) {
    let world = World::new(database).await;
    let id = put_down(&world).await;
    assert_eq!(world.store.cancel_run(id, "ann", at(5)).await.unwrap(), Cancelled::Done);
    let end = RunEvent::Finished { state: RunState::Cancelled, failure: Some(cancelled_by("ann")) };
    assert_eq!(world.log(id).await, [skipped("a"), end]);
    assert!(world.claim_runs(1_000).await.is_empty());
}

async fn the_holder_of_a_running_run_is_asked_to_end_it(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    assert_eq!(world.store.cancel_run(id, "ann", at(5)).await.unwrap(), Cancelled::Requested);
    assert!(world.run(id).await.cancel_requested);
    let answers = world.store.commit_runs(&[commit(&run, [skipped("a")])]).await.unwrap();
    assert_eq!(answers, [Ok(Ack { cancel_requested: true })]);
    let next = world.claim_run(30).await;
    assert!(next.cancel_requested, "who takes the run over learns it too");
    world.commit(ending(&next, RunState::Cancelled)).await;
    assert_eq!(world.run(id).await.state, RunState::Cancelled);
}

async fn a_run_that_is_put_down_when_it_shall_end_does_not_rest(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    assert_eq!(world.store.cancel_run(id, "ann", at(5)).await.unwrap(), Cancelled::Requested);
    let state = RunState::Waiting;
    world.commit(RunCommit { state, wake_at: Some(at(86_400)), release: true, ..commit(&run, []) }).await;
    let again = world.claim_run(30).await;
    assert!(again.id == id && again.cancel_requested, "with the end of the lease that was given up");
}

async fn a_running_run_whose_lease_ran_out_is_cancelled_at_once(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    assert_eq!(world.store.cancel_run(id, "ann", at(30)).await.unwrap(), Cancelled::Done);
    let answers = world.store.commit_runs(&[commit(&run, [skipped("a")])]).await.unwrap();
    assert_eq!(answers, [Err(Refusal::StaleLease { run: id, fence: run.fence })]);
    assert_eq!(world.run(id).await.state, RunState::Cancelled);
}

async fn a_finished_run_cannot_be_cancelled(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    world.commit(ending(&run, RunState::Succeeded)).await;
    let answer = world.store.cancel_run(id, "ann", at(5)).await.unwrap();
    assert_eq!(answer, Cancelled::AlreadyFinished(RunState::Succeeded));
    assert_eq!(world.log(id).await, [finished(RunState::Succeeded)]);
}

async fn a_failed_run_is_sent_back(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    world.commit(failing(&run, Failure::new(ErrorKind::NotFound, "no contact"))).await;
    assert_eq!(world.store.retry_run(id, "ann", at(9)).await.unwrap(), Retried::Done);
    let record = world.run(id).await;
    assert_eq!((record.state, record.failure, record.finished_at), (RunState::Queued, None, None));
    assert_eq!(record.wake_at, Some(at(9)));
    let again = world.claim_run(9).await;
    assert_eq!(again.fence, run.fence + 2, "one for the person, one for the claim");
    assert_eq!(
        again.log.last().unwrap().event,
        RunEvent::Retried { by: "ann".to_owned(), revision: Some(1) }
    );
    world.commit(ending(&again, RunState::Succeeded)).await;
    assert_eq!(world.run(id).await.state, RunState::Succeeded);
}

async fn a_cancelled_run_is_sent_back_without_the_old_wish(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    world.store.cancel_run(id, "ann", at(5)).await.unwrap();
    world.commit(ending(&run, RunState::Cancelled)).await;
    assert_eq!(world.store.retry_run(id, "ann", at(9)).await.unwrap(), Retried::Done);
    assert!(!world.claim_run(9).await.cancel_requested);
}

async fn only_a_run_that_failed_or_was_cancelled_is_sent_back(database: TestDatabase) {
    let world = World::new(database).await;
    let waiting = put_down(&world).await;
    let held = interrupted(&world, &["badge"]).await;
    let running = world.start(0, json!(null)).await;
    world.claim_run(0).await;
    let queued = world.start(0, json!(null)).await;
    for (id, state) in [
        (waiting, RunState::Waiting),
        (held, RunState::Interrupted),
        (running, RunState::Running),
        (queued, RunState::Queued),
    ] {
        let before = world.run(id).await;
        assert_eq!(world.store.retry_run(id, "ann", at(9)).await.unwrap(), Retried::NotFinished(state));
        assert_eq!(world.run(id).await, before);
    }
}

async fn a_decision_sends_an_interrupted_run_back(database: TestDatabase) {
    let world = World::new(database).await;
    for decision in [Decision::Retry, Decision::Skip, Decision::Done(json!({"id": "b1"}))] {
        let id = interrupted(&world, &["badge"]).await;
        let answer = world.store.resolve_run(id, decision.clone(), "ann", at(9)).await.unwrap();
        assert_eq!(answer, Resolved::Done);
        let run = world.claim_run(9).await;
        let resolved = RunEvent::Resolved { step: "badge".into(), decision, by: "ann".to_owned() };
        assert_eq!((run.id, &run.log.last().unwrap().event), (id, &resolved));
        assert_eq!(world.run(id).await.failure, None);
        world.commit(ending(&run, RunState::Succeeded)).await;
    }
}

async fn a_decision_is_for_all_held_steps(database: TestDatabase) {
    let world = World::new(database).await;
    let id = interrupted(&world, &["each[0].badge", "each[2].badge"]).await;
    world.store.resolve_run(id, Decision::Skip, "ann", at(9)).await.unwrap();
    let log = world.log(id).await;
    let steps: Vec<&str> = log[2..].iter().filter_map(|event| Some(event.step()?.as_str())).collect();
    assert_eq!(steps, ["each[0].badge", "each[2].badge"]);
    let run = world.claim_run(9).await;
    let failure = Failure::new(ErrorKind::Interrupted, "again");
    let event = RunEvent::Interrupted { step: "each[2].badge".into(), attempt: 2, failure };
    world.commit(RunCommit { state: RunState::Interrupted, ..commit(&run, [event]) }).await;
    world.store.resolve_run(id, Decision::Retry, "ben", at(10)).await.unwrap();
    assert_eq!(world.log(id).await.len(), 6, "the first step was decided before");
}

async fn only_an_interrupted_run_takes_a_decision(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let answer = world.store.resolve_run(id, Decision::Skip, "ann", at(1)).await.unwrap();
    assert_eq!(answer, Resolved::NotInterrupted(RunState::Queued));
    assert!(world.log(id).await.is_empty());
}

async fn an_unknown_run_is_unknown_to_all(database: TestDatabase) {
    let world = World::new(database).await;
    let id = RunId::new();
    assert_eq!(world.store.cancel_run(id, "ann", at(1)).await.unwrap(), Cancelled::Unknown);
    assert_eq!(world.store.retry_run(id, "ann", at(1)).await.unwrap(), Retried::Unknown);
    assert_eq!(world.store.resolve_run(id, Decision::Skip, "ann", at(1)).await.unwrap(), Resolved::Unknown);
    assert_eq!(world.store.run(id).await.unwrap(), None);
}
