//! A run that is taken up after each entry of its log, as after a crash just there, and a clock that jumps.

use std::collections::{BTreeMap, HashMap, HashSet};

use highline_catalog::{Done, OperationError, Retry};
use highline_model::{Decision, ErrorKind, LogEntry, NodeId, RunEvent, RunId, RunState};
use highline_store::{Claim, PackedEntry, Resolved, RunCommit};
use highline_testing::{FakeApp, Tally, TestDatabase, eventually, on_both_databases};
use serde_json::{Value, json};

use crate::node::World;

/// Every kind of step: safe and unsafe requests that are tried again, a choice, a parallel loop, a wait, a failure with
/// steps of its own, one that is skipped, values, and a stop. Each request says whose it is, and for what.
const EVERYTHING: &str = "
name: Everything
trigger: manual
steps:
  - { id: read, use: fake.things.get, with: { id: '{{ run.id }}', name: read } }
  - id: choose
    if: '{{ trigger.vip }}'
    then:
      - { id: flaky, use: fake.things.update, with: { id: '{{ run.id }}', name: flaky } }
    else:
      - { id: never, use: fake.things.update, with: { id: '{{ run.id }}', name: never } }
  - id: each
    for_each: '{{ trigger.things }}'
    as: thing
    parallel: 2
    steps:
      - { id: put, use: fake.things.update, with: { id: '{{ run.id }}', name: put, body: '{{ thing }}' } }
      - { id: make, use: fake.things.create, with: { id: '{{ run.id }}', name: make, body: '{{ thing }}' } }
  - { id: pause, wait: { for: 5m } }
  - id: broken
    use: fake.things.get
    with: { id: '{{ run.id }}', name: broken }
    on_error:
      steps:
        - { id: rescue, use: fake.things.create, with: { id: '{{ run.id }}', name: rescue } }
  - { id: unwanted, use: fake.things.get, with: { id: '{{ run.id }}', name: unwanted }, if: '{{ trigger.unwanted }}' }
  - { id: sum, set: { made: '{{ steps.each.count }}', rescued: '{{ steps.rescue.name }}' } }
  - { id: end, stop: { reason: 'all {{ steps.sum.made }}' } }
  - { id: beyond, use: fake.things.create, with: { id: '{{ run.id }}', name: beyond } }
";

fn event() -> Value {
    json!({ "vip": true, "unwanted": false, "things": ["a", "b", "c"] })
}

/// The flaky write and one of the unsafe ones are turned away the first time; the broken one always.
fn answer(input: &Value, asked_before: usize) -> Option<Result<Value, OperationError>> {
    let flaky = input["name"] == "flaky" || (input["name"] == "make" && input["body"] == "b");
    if input["name"] == "broken" {
        return Some(Err(OperationError::refused(ErrorKind::Rejected, "no")));
    }
    (flaky && asked_before == 0).then(|| {
        let error = OperationError::refused(ErrorKind::Unavailable, "down");
        Err(OperationError { retry: Retry::Backoff, done: Done::No, ..error })
    })
}

async fn a_run_taken_up_after_any_entry_of_its_log_comes_to_the_same_end(database: TestDatabase) {
    let mut tally = Tally::of("resumed at each entry of a log", database.is_postgres());
    let world = World::new(database).await;
    world.app.answer_by(|_, input, before| answer(input, before));
    world.deploy("everything", EVERYTHING).await;
    let whole = world.start_run("everything", event()).await;
    let first = world.node().await;
    come_to_rest(&world, &[]).await;
    first.stop().await;
    let whole = world.run(whole).await;
    assert_eq!(whole.record.state, RunState::Succeeded, "{:?}", whole.record.failure);

    let mut resumed = Vec::new();
    for saved in 0..whole.log.len() {
        resumed.push((world.start_run("everything", event()).await, &whole.log[..saved]));
    }
    write_logs(&world, &resumed).await;
    let second = world.node().await;
    let decided = come_to_rest(&world, &resumed).await;
    second.stop().await;

    let expected = outcome(&whole.log);
    for (run, log) in &resumed {
        let detail = world.run(*run).await;
        let after = format!("after entry {}", log.len());
        assert_eq!(detail.record.state, RunState::Succeeded, "{after}: {:?}", detail.record.failure);
        assert_eq!(outcome(&detail.log), expected, "{after}");
        assert_eq!(&detail.log[..log.len()], *log, "{after}: what was written stays");
        nothing_finished_is_sent_again(&world, *run, log);
        tally.doubled += sent_twice(&world, *run, decided.get(run));
        tally.done += 1;
    }
    (tally.rounds, tally.events, tally.interrupted) = (resumed.len(), resumed.len(), decided.len());
    tally.lost = tally.events - tally.done;
    assert!(tally.interrupted >= 4, "each announced attempt without a result was held");
    tally.report();
}

/// Gives each run the log that it is to be taken up with, as a node that died after the last of these entries.
async fn write_logs(world: &World, runs: &[(RunId, &[LogEntry])]) {
    let scribe = NodeId::new("scribe");
    let lease = std::time::Duration::from_secs(10);
    let claim = Claim { node: &scribe, now: world.now(), lease, limit: 500 };
    let fences: HashMap<RunId, i64> =
        world.store.claim_runs(claim).await.unwrap().into_iter().map(|run| (run.id, run.fence)).collect();
    let commits: Vec<RunCommit> = runs
        .iter()
        .map(|(run, log)| RunCommit {
            run: *run,
            fence: fences[run],
            entries: log.iter().map(PackedEntry::from).collect(),
            state: RunState::Waiting,
            wake_at: Some(world.now()),
            failure: None,
            release: true,
            in_turn: false,
        })
        .collect();
    for answer in world.store.commit_runs(&commits).await.unwrap() {
        answer.unwrap();
    }
}

/// Moves the clock on whenever everything waits, decides about what is held, and returns when all runs are over: which
/// were held, and how many requests of each were to be sent again.
async fn come_to_rest(world: &World, resumed: &[(RunId, &[LogEntry])]) -> HashMap<RunId, usize> {
    let mut decided = HashMap::new();
    let over = async || {
        let runs = world.runs().await;
        if runs.iter().all(|run| run.state.is_finished()) {
            return Some(());
        }
        for held in runs.iter().filter(|run| run.state == RunState::Interrupted) {
            assert!(resumed.iter().any(|(run, _)| *run == held.id), "only a crash makes an outcome unknown");
            let unknown = unknown(world, held.id).await;
            let (decision, again) = match unknown.as_slice() {
                [input] if decided.len() % 2 == 0 => (Decision::Done(input.clone()), 0),
                several => (Decision::Retry, several.len()),
            };
            let resolved = world.store.resolve_run(held.id, decision, "test", world.now()).await.unwrap();
            assert_eq!(resolved, Resolved::Done);
            decided.insert(held.id, again);
        }
        let rests = |run: &&highline_store::RunRecord| {
            run.state.is_finished() || run.state == RunState::Waiting && run.wake_at > Some(world.now())
        };
        if runs.iter().all(|run| rests(&run)) {
            world.later(30);
        }
        None
    };
    eventually("all runs are over", over).await;
    decided
}

/// The inputs of held steps, which are what the app would have answered.
async fn unknown(world: &World, run: RunId) -> Vec<Value> {
    let mut inputs = HashMap::new();
    let mut held = Vec::new();
    for entry in world.run(run).await.log {
        match entry.event {
            RunEvent::AttemptStarted { step, input, .. } => drop(inputs.insert(step, input)),
            RunEvent::Interrupted { step, .. } => held.push(step),
            _ => {}
        }
    }
    held.iter().map(|step| inputs[step].clone()).collect()
}

/// What became of each step, without the ids of runs, which differ.
fn outcome(log: &[LogEntry]) -> BTreeMap<String, String> {
    let mut outcome = BTreeMap::new();
    for entry in log {
        let (step, what) = match &entry.event {
            RunEvent::StepSucceeded { step, output, .. } if step.as_str() == "pause" => {
                (step, format!("waited {}", output["until"].is_string()))
            }
            RunEvent::StepSucceeded { step, output, .. } => (step, output.to_string()),
            RunEvent::Resolved { step, decision: Decision::Done(output), .. } => (step, output.to_string()),
            RunEvent::StepFailed { step, failure, handled } => (step, format!("{failure} {handled}")),
            RunEvent::StepSkipped { step } => (step, "skipped".to_owned()),
            _ => continue,
        };
        assert_eq!(outcome.insert(step.to_string(), without_ids(&what)), None, "{step} came to two ends");
    }
    outcome
}

/// Ids of runs are 36 characters long and stand for themselves in quotes.
fn without_ids(text: &str) -> String {
    let parts = text.split('"').map(|part| if is_id(part) { "RUN" } else { part });
    parts.collect::<Vec<_>>().join("\"")
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

fn nothing_finished_is_sent_again(world: &World, run: RunId, log: &[LogEntry]) {
    let finished: HashSet<String> = log
        .iter()
        .filter_map(|entry| match &entry.event {
            RunEvent::StepSucceeded { input, .. } => Some(what(input)),
            RunEvent::StepFailed { step, .. } => Some(format!("{step} null")),
            _ => None,
        })
        .collect();
    for operation in ["get", "update", "create"] {
        for call in world.app.calls(&format!("fake.things.{operation}")) {
            let again = call["id"] == json!(run) && finished.contains(&what(&call));
            assert!(!again, "{} was finished before entry {} and sent again", what(&call), log.len());
        }
    }
}

fn what(input: &Value) -> String {
    format!("{} {}", input["name"].as_str().unwrap_or_default(), input["body"])
}

/// Unsafe requests that came more than once in this run. One is turned away the first time; others may have been sent
/// again because a person said so.
fn sent_twice(world: &World, run: RunId, decided: Option<&usize>) -> usize {
    let mut sent: HashMap<String, usize> = HashMap::new();
    for call in world.app.calls("fake.things.create").iter().filter(|call| call["id"] == json!(run)) {
        *sent.entry(what(call)).or_default() += 1;
    }
    let allowed = sent.len() + 1 + decided.copied().unwrap_or(0);
    sent.values().sum::<usize>().saturating_sub(allowed)
}

const TWO: &str = "
name: Two
trigger: manual
steps:
  - { id: make, use: fake.things.create, with: { id: '{{ trigger.id }}' } }
  - { id: pause, wait: { for: 30m } }
  - { id: put, use: fake.things.update, with: { id: '{{ trigger.id }}' } }
";

const QUICK: &str = "
name: Quick
trigger: manual
steps:
  - { id: only, set: { done: true } }
";

async fn a_clock_that_jumps_forward_and_back_loses_and_doubles_nothing(database: TestDatabase) {
    const RUNS: usize = 20;
    let mut tally = Tally::of("clock jumps by hours", database.is_postgres());
    let world = World::with_app(database, FakeApp::gated()).await;
    world.deploy("two", TWO).await;
    world.deploy("quick", QUICK).await;
    for id in 0..RUNS {
        world.start_run("two", json!({ "id": id })).await;
    }
    let node = world.node().await;
    world.calls("fake.things.create", RUNS).await;
    let jumps = [3_600, -7_200, 600, -86_400, 2 * 86_400];
    for jump in jumps {
        world.later(jump);
        let quick = world.start_run("quick", json!({})).await;
        world.run_is(quick, RunState::Succeeded).await;
    }
    world.app.let_through(1_000);
    let all = (RUNS + jumps.len()) as u64;
    let over = async || {
        let counts = world.store.counts(None).await.unwrap();
        if counts.of(RunState::Waiting) == RUNS as u64 {
            world.later(30 * 60);
        }
        (counts.of(RunState::Succeeded) == all).then_some(())
    };
    eventually("all runs have succeeded", over).await;
    world.all_runs_are(all, RunState::Succeeded).await;
    node.stop().await;
    for operation in ["fake.things.create", "fake.things.update"] {
        let calls = world.app.calls(operation);
        let different: HashSet<String> = calls.iter().map(ToString::to_string).collect();
        assert_eq!(different.len(), RUNS, "{operation}");
        tally.doubled += calls.len() - RUNS;
    }
    (tally.rounds, tally.events, tally.done) = (jumps.len(), all as usize, all as usize);
    tally.report();
}

on_both_databases!(
    a_clock_that_jumps_forward_and_back_loses_and_doubles_nothing,
    a_run_taken_up_after_any_entry_of_its_log_comes_to_the_same_end,
);
