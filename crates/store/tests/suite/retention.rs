use std::time::Duration;

use highline_model::{NodeId, OnLimit, RunEvent, RunId, RunState};
use highline_store::{
    Bound, Concurrency, Deleted, Keep, Keys, NewEvent, NewRevision, NewRun, OldRuns, Outcome, Page, Round,
    RunDeleted, RunFilter, TriggerKind,
};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::world::{World, at, commit, ending, event, id, new_run, revision_of};

on_both_databases! {
    old_runs_go_with_their_logs_and_open_ones_stay,
    the_key_of_a_deleted_run_is_still_known,
    keys_that_are_needed_no_more_go_too,
    what_a_poll_has_found_stays_known_while_the_workflow_is_started_otherwise,
    the_newest_of_each_outcome_stay,
    a_run_with_a_long_log_is_a_step_of_its_own,
    one_run_is_deleted_only_when_it_is_over,
    events_that_started_nothing_lose_their_data,
    the_last_poll_of_a_workflow_stays,
    one_node_at_a_time_deletes,
    what_a_workflow_wants_kept_follows_its_text,
    large_data_reads_back_as_it_was,
    the_size_of_the_database_is_told,
}

/// A year after the tests begin.
const LATER: i64 = 366 * 86_400;

fn old(world: &World, state: RunState, bound: Bound) -> OldRuns<'_> {
    OldRuns { workflow: &world.contacts, state, bound, keys: Keys::Stay, after: None }
}

async fn finished(world: &World, keys: impl IntoIterator<Item = &str>, state: RunState) -> Vec<RunId> {
    let seconds = world.record("contacts").await.next_at.map_or(0, |next| (next - at(0)).num_seconds());
    let runs = world.polled(seconds, keys.into_iter().map(event).collect()).await.runs;
    for run in world.claim_runs(seconds).await {
        world.commit(ending(&run, state)).await;
    }
    runs
}

async fn ids(world: &World) -> Vec<RunId> {
    let page = world.store.runs(&RunFilter::default(), Page { after: None, limit: 100 }).await.unwrap();
    page.runs.iter().map(|run| run.id).collect()
}

async fn old_runs_go_with_their_logs_and_open_ones_stay(database: TestDatabase) {
    let world = World::new(database).await;
    let ended = finished(&world, ["a", "b"], RunState::Succeeded).await;
    let open = world.start(0, json!({})).await;
    let early = old(&world, RunState::Succeeded, Bound::Ended(at(-1)));
    assert_eq!(world.store.delete_old_runs(early).await.unwrap(), (Deleted::default(), None));
    let all = old(&world, RunState::Succeeded, Bound::Ended(at(LATER)));
    let (deleted, last) = world.store.delete_old_runs(all).await.unwrap();
    assert_eq!((deleted.runs, deleted.log_entries, last), (2, 2, Some(ended[1].0)));
    for state in RunState::ALL {
        let rest = OldRuns { after: None, ..old(&world, state, Bound::Ended(at(LATER))) };
        assert_eq!(world.store.delete_old_runs(rest).await.unwrap(), (Deleted::default(), None));
    }
    assert_eq!(ids(&world).await, [open]);
    assert!(world.store.run(ended[0]).await.unwrap().is_none());
    assert_eq!(world.store.counts(None).await.unwrap().total(), 1);
}

async fn the_key_of_a_deleted_run_is_still_known(database: TestDatabase) {
    let world = World::new(database).await;
    finished(&world, ["a"], RunState::Succeeded).await;
    world.store.delete_old_runs(old(&world, RunState::Succeeded, Bound::Newest(0))).await.unwrap();
    assert!(ids(&world).await.is_empty());
    assert_eq!(world.store.known_keys(&id("contacts"), &["a"]).await.unwrap().len(), 1);
    assert!(finished(&world, ["a"], RunState::Succeeded).await.is_empty(), "it starts nothing again");
    assert_eq!(world.store.delete_old_events(&id("contacts"), at(LATER), Keys::Stay).await.unwrap(), 0);
    assert_eq!(world.store.delete_old_events(&id("contacts"), at(LATER), Keys::Go).await.unwrap(), 1);
    assert!(world.store.known_keys(&id("contacts"), &["a"]).await.unwrap().is_empty());
}

async fn keys_that_are_needed_no_more_go_too(database: TestDatabase) {
    let world = World::new(database).await;
    started(&world, "idempotency:a").await;
    let now = OldRuns { keys: Keys::GoBefore(at(-1)), ..old(&world, RunState::Succeeded, Bound::Newest(0)) };
    world.store.delete_old_runs(now).await.unwrap();
    assert_eq!(
        world.store.known_keys(&id("contacts"), &["idempotency:a"]).await.unwrap().len(),
        1,
        "it is too new"
    );
    started(&world, "schedule@b").await;
    let later = OldRuns { keys: Keys::GoBefore(at(LATER)), ..now };
    world.store.delete_old_runs(later).await.unwrap();
    let keys = ["idempotency:a", "schedule@b"];
    assert_eq!(
        world.store.known_keys(&id("contacts"), &keys).await.unwrap(),
        ["idempotency:a".to_owned()].into()
    );
    world.store.delete_old_events(&id("contacts"), at(LATER), later.keys).await.unwrap();
    assert!(world.store.known_keys(&id("contacts"), &keys).await.unwrap().is_empty());
}

/// Starts a run with a key, which is over at once.
async fn started(world: &World, key: &str) {
    world.started(NewRun { key: Some(key.to_owned()), ..new_run(0) }).await.unwrap();
    let run = world.claim_run(0).await;
    world.commit(ending(&run, RunState::Succeeded)).await;
}

async fn what_a_poll_has_found_stays_known_while_the_workflow_is_started_otherwise(database: TestDatabase) {
    let world = World::new(database).await;
    let quiet = |key: &str, outcome| NewEvent { outcome, data: None, ..event(key) };
    let refused = NewEvent { outcome: Outcome::Filtered, ..event("refused") };
    world.polled(0, vec![quiet("seen", Outcome::Seen), refused, event("run")]).await;
    let run = world.claim_run(0).await;
    world.commit(ending(&run, RunState::Succeeded)).await;
    started(&world, "hook:1").await;

    let keys = Keys::of(TriggerKind::Manual, at(LATER));
    let all = OldRuns { keys, ..old(&world, RunState::Succeeded, Bound::Newest(0)) };
    assert_eq!(world.store.delete_old_runs(all).await.unwrap().0.runs, 2);
    while world.store.delete_old_events(&id("contacts"), at(LATER), keys).await.unwrap() > 0 {}
    let known = world.store.known_keys(&id("contacts"), &["seen", "refused", "run", "hook:1"]).await.unwrap();
    assert_eq!(known, ["seen", "refused", "run"].map(str::to_owned).into());
}

async fn the_newest_of_each_outcome_stay(database: TestDatabase) {
    let world = World::new(database).await;
    let failed = finished(&world, ["f"], RunState::Failed).await;
    let good = finished(&world, ["a", "b", "c", "d", "e"], RunState::Succeeded).await;
    for state in [RunState::Succeeded, RunState::Failed] {
        world.store.delete_old_runs(old(&world, state, Bound::Newest(2))).await.unwrap();
    }
    assert_eq!(ids(&world).await, [good[4], good[3], failed[0]]);
}

async fn a_run_with_a_long_log_is_a_step_of_its_own(database: TestDatabase) {
    let world = World::new(database).await;
    let runs = world.polled(0, vec![event("a"), event("b")]).await.runs;
    for run in world.claim_runs(0).await {
        let skips =
            (0..1_500).map(|number| RunEvent::StepSkipped { step: format!("s{number}").as_str().into() });
        let end = RunEvent::Finished { state: RunState::Succeeded, failure: None };
        let last = commit(&run, skips.chain([end]));
        world.commit(highline_store::RunCommit { state: RunState::Succeeded, ..last }).await;
    }
    let first = old(&world, RunState::Succeeded, Bound::Newest(0));
    let (deleted, last) = world.store.delete_old_runs(first).await.unwrap();
    assert_eq!((deleted.runs, deleted.log_entries, last), (1, 1_501, Some(runs[0].0)));
    let (deleted, last) = world.store.delete_old_runs(OldRuns { after: last, ..first }).await.unwrap();
    assert_eq!((deleted.runs, last), (1, Some(runs[1].0)));
}

async fn one_run_is_deleted_only_when_it_is_over(database: TestDatabase) {
    let world = World::new(database).await;
    let open = world.start(0, json!({})).await;
    let delete = async |run| world.store.delete_run(run, at(LATER)).await.unwrap();
    assert_eq!(delete(open).await, RunDeleted::NotFinished(RunState::Queued));
    let run = world.claim_run(0).await;
    world.commit(ending(&run, RunState::Cancelled)).await;
    assert_eq!(delete(open).await, RunDeleted::Done);
    assert_eq!(delete(open).await, RunDeleted::Unknown);
    assert_eq!(world.store.counts(None).await.unwrap().total(), 0);
}

async fn events_that_started_nothing_lose_their_data(database: TestDatabase) {
    let world = World::new(database).await;
    let filtered = NewEvent { outcome: Outcome::Filtered, ..event("no") };
    let echo = NewEvent { outcome: Outcome::Echo, ..event("echo") };
    let concurrency = Some(Concurrency { key: "k".to_owned(), limit: 1, on_limit: OnLimit::Drop });
    let dropped = NewEvent { outcome: Outcome::Run { concurrency }, ..event("dropped") };
    let first = NewEvent { key: "first".to_owned(), ..dropped.clone() };
    let found = world.polled(0, vec![filtered, event("yes"), echo, first, dropped]).await;
    assert_eq!((found.fresh, found.dropped), (2, 1));
    let delete =
        async |before| world.store.delete_old_events(&id("contacts"), at(before), Keys::Stay).await.unwrap();
    assert_eq!(delete(0).await, 0, "not old enough");
    for outcome in ["filtered", "dropped", "echo"] {
        assert_eq!(delete(LATER).await, 1, "{outcome}");
    }
    assert_eq!(delete(LATER).await, 0);
    let keys = ["no", "dropped", "echo"];
    assert_eq!(world.store.known_keys(&id("contacts"), &keys).await.unwrap().len(), 3);
}

async fn the_last_poll_of_a_workflow_stays(database: TestDatabase) {
    let world = World::new(database).await;
    for minute in 0..3 {
        world.polled(minute * 60, vec![]).await;
    }
    assert_eq!(world.store.delete_old_polls(at(60)).await.unwrap(), 1);
    assert_eq!(world.store.delete_old_polls(at(LATER)).await.unwrap(), 1);
    assert_eq!(world.store.delete_old_polls(at(LATER)).await.unwrap(), 0);
    assert!(world.record("contacts").await.last_poll.is_some());
}

async fn one_node_at_a_time_deletes(database: TestDatabase) {
    let world = World::new(database).await;
    let (one, two) = (NodeId::new("one"), NodeId::new("two"));
    let take = async |node, seconds| {
        world.store.take_retention(node, at(seconds), Duration::from_secs(60)).await.unwrap()
    };
    assert!(world.store.retention_is_due(at(0)).await.unwrap());
    assert!(take(&one, 0).await);
    assert!(!take(&two, 59).await);
    assert!(take(&one, 59).await, "who has it keeps it");
    assert!(take(&two, 119).await, "who gives no sign of life loses it");
    assert!(!take(&one, 120).await);
    let deleted = Deleted { runs: 7, ..Deleted::default() };
    let round = Round { node: two.to_string(), started_at: at(119), finished_at: at(130), deleted };
    world.store.end_retention(&round, at(1_000)).await.unwrap();
    assert!(!world.store.retention_is_due(at(999)).await.unwrap());
    assert!(take(&one, 1_000).await);
    assert_eq!(world.store.last_retention().await.unwrap(), Some(round));
}

async fn what_a_workflow_wants_kept_follows_its_text(database: TestDatabase) {
    let world = World::new(database).await;
    assert_eq!(world.store.kept_workflows().await.unwrap()[0].keep, Keep::default());
    let keep = Keep { age: Some(Duration::from_secs(60)), failed_age: Some(Duration::MAX), runs: Some(5) };
    let text = NewRevision { keep: keep.clone(), ..revision_of("contacts", "second") };
    world.store.save_revision(text).await.unwrap();
    assert_eq!(world.store.kept_workflows().await.unwrap()[0].keep, keep);
}

fn list_of(contacts: usize) -> Value {
    (0..contacts)
        .map(|number| json!({ "id": number, "name": "Ann \u{0} Ünal", "tags": ["a", "b"] }))
        .collect()
}

async fn large_data_reads_back_as_it_was(database: TestDatabase) {
    let world = World::new(database).await;
    for size in [0, 1, 20, 5_000] {
        let data = list_of(size);
        let run = world.start(0, data.clone()).await;
        let claimed = world.claim_run(0).await;
        assert_eq!(*claimed.event, data);
        let done = RunEvent::LoopStarted { step: "each".into(), items: data.as_array().unwrap().clone() };
        world.commit(commit(&claimed, [done.clone()])).await;
        let detail = world.store.run(run).await.unwrap().unwrap();
        assert_eq!((detail.event, &detail.log[0].event), (data, &done));
    }
}

async fn the_size_of_the_database_is_told(database: TestDatabase) {
    let world = World::new(database).await;
    world.start(5, json!({})).await;
    let stats = world.store.database_stats().await.unwrap();
    assert_eq!(stats.oldest_run, Some(at(5)));
    let runs = stats.tables.iter().find(|table| table.name == "runs").unwrap();
    assert!(stats.bytes > runs.bytes && runs.bytes > 0);
    if !world.database.is_postgres() {
        assert_eq!(runs.rows, 1);
    }
    world.store.compact().await.unwrap();
}

#[tokio::test]
async fn a_file_becomes_smaller_when_much_was_deleted() {
    let world = World::new(TestDatabase::sqlite()).await;
    let mut state: u64 = 1;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'0' + (state >> 58) as u8)
    });
    let noise: String = noise.take(900_000).collect();
    for _ in 0..12 {
        world.start(0, json!(noise)).await;
    }
    let full = world.store.database_stats().await.unwrap().bytes;
    for run in world.claim_runs(0).await {
        world.commit(ending(&run, RunState::Succeeded)).await;
    }
    world.store.delete_old_runs(old(&world, RunState::Succeeded, Bound::Newest(0))).await.unwrap();
    let mut steps = 0;
    while world.store.give_back_space().await.unwrap() {
        steps += 1;
    }
    let left = world.store.database_stats().await.unwrap().bytes;
    assert!(steps > 1 && left < full / 3 * 2, "{full} became {left} in {steps} steps");
}
