mod verifying;

use std::collections::HashSet;
use std::sync::Arc;

use highline_catalog::{Done, OperationError, Output, Retry};
use highline_model::{Decision, ErrorKind, Failure, RunEvent, RunId, RunState, Timestamp};
use highline_testing::FakeApp;
use highline_workflow::{Checked, Environment, Workflow, check};
use highline_yaml::{Format, Source, render};
use serde_json::{Value, json};

use super::{Attempt, Next, Plan, RunFacts, plan};
use crate::history::History;
use crate::verdict::{Timing, verdict};

mod replay;
mod unsettled;

/// A run on a table: the workflow, the log so far, a clock that the test moves, and attempts that the test answers.
struct Table {
    workflow: Arc<Workflow>,
    event: Arc<Value>,
    run: RunId,
    history: History,
    log: Vec<highline_model::LogEntry>,
    flying: Vec<Attempt>,
    now: Timestamp,
}

impl Table {
    fn new(steps: &str, event: Value) -> Self {
        let text = format!("name: Test\ntrigger: manual\nsteps:\n{steps}");
        let source = Source::new("test.yaml", text);
        let catalog = FakeApp::new().catalog();
        let environment = Environment { catalog: &catalog, connections: None };
        let Checked { workflow, diagnostics } = check(&"test".parse().unwrap(), &source, &environment);
        let shown = render(&[(&source, &diagnostics)], Format::Human { colour: false });
        let workflow = workflow.unwrap_or_else(|| panic!("{shown}"));
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        let (run, history) = (RunId::new(), History::default());
        Self { workflow, event: Arc::new(event), run, history, log: Vec::new(), flying: Vec::new(), now }
    }

    fn plan(&mut self) -> Plan {
        let in_flight: HashSet<_> = self.flying.iter().map(|attempt| attempt.step.clone()).collect();
        let facts =
            RunFacts { run: self.run, workflow: &self.workflow, event: &self.event, created_at: self.now };
        let plan = plan(facts, &mut self.history, &in_flight, self.now);
        self.log.extend(plan.record.clone());
        self.flying.extend(plan.attempts.clone());
        plan
    }

    /// Plans, and gives the steps that are in flight then.
    fn flying(&mut self) -> Vec<String> {
        self.plan();
        self.flying.iter().map(|attempt| attempt.step.to_string()).collect()
    }

    fn answer(&mut self, step: &str, result: Result<Value, OperationError>) {
        let at = self.flying.iter().position(|attempt| attempt.step.as_str() == step);
        let attempt = self.flying.remove(at.unwrap_or_else(|| panic!("{step} is not in flight")));
        let result = result.map(|data| Output { data, status: Some(200), requests: 1 });
        let timing = Timing { started_at: self.now, ended_at: self.now, jitter: 0.0 };
        for event in verdict(&attempt, result, timing) {
            self.write(event);
        }
    }

    fn write(&mut self, event: RunEvent) {
        let entry = self.history.append(event, self.now);
        self.log.push(entry);
    }

    /// The node dies: what is in flight is forgotten, and the history is folded anew from the log.
    fn restart(&mut self) {
        self.flying.clear();
        self.history = History::of(&self.log);
    }

    fn end(&mut self) -> (RunState, Option<Failure>) {
        match self.plan().next {
            Next::Finish { state, failure } => (state, failure),
            other => panic!("not over: {other:?}"),
        }
    }
}

fn rejected() -> OperationError {
    OperationError::refused(ErrorKind::Rejected, "no")
}

fn unavailable() -> OperationError {
    OperationError {
        retry: Retry::Backoff,
        done: Done::No,
        ..OperationError::refused(ErrorKind::Unavailable, "down")
    }
}

const TWO: &str = "
  - { id: first, use: fake.things.get, with: { id: '{{ trigger.id }}' } }
  - { id: second, use: fake.things.update, with: { id: 'x', body: '{{ steps.first.n }}' } }
";

#[test]
fn steps_run_one_after_the_other_and_see_what_came_before() {
    let mut table = Table::new(TWO, json!({ "id": "a" }));
    assert_eq!(table.flying(), ["first"]);
    assert_eq!(table.flying[0].input["id"], "a");
    assert_eq!(table.flying(), ["first"], "a step in flight is not sent again");
    table.answer("first", Ok(json!({ "n": 7 })));
    assert_eq!(table.flying(), ["second"]);
    assert_eq!(table.flying[0].input["body"], 7, "a lone expression keeps its type");
    table.answer("second", Ok(json!({})));
    assert_eq!(table.end(), (RunState::Succeeded, None));
}

#[test]
fn a_missing_value_fails_the_run_and_names_the_path() {
    let mut table = Table::new(TWO, json!({}));
    let (state, failure) = table.end();
    let failure = failure.unwrap();
    assert_eq!((state, failure.kind), (RunState::Failed, ErrorKind::Template));
    assert!(failure.message.contains("trigger.id"), "{}", failure.message);
}

#[test]
fn a_failed_attempt_is_tried_again_when_its_time_has_come() {
    let mut table = Table::new(TWO, json!({ "id": "a" }));
    table.plan();
    table.answer("first", Err(unavailable()));
    let later = table.now + chrono::Duration::seconds(2);
    assert_eq!(table.plan().next, Next::Wait(later));
    table.now = later;
    assert_eq!(table.flying(), ["first"]);
    assert_eq!((table.flying[0].number, table.flying[0].counted), (2, 1));
}

#[test]
fn a_handled_failure_is_seen_by_later_steps_and_not_tried_again() {
    let steps = "
  - { id: first, use: fake.things.get, with: {}, on_error: continue }
  - { id: second, set: { kind: '{{ steps.first.error.kind }}' } }
  - { id: third, use: fake.things.update, with: { id: '{{ steps.second.kind }}' } }
";
    let mut table = Table::new(steps, json!({}));
    table.plan();
    table.answer("first", Err(rejected()));
    assert_eq!(table.flying(), ["third"]);
    assert_eq!(table.flying[0].input["id"], "rejected");
    table.answer("third", Err(rejected()));
    assert_eq!(table.end().0, RunState::Failed);
    table.write(RunEvent::Retried { by: "test".into(), revision: None });
    table.restart();
    assert_eq!(table.flying(), ["third"], "the handled step stays as it is");
}

#[test]
fn error_steps_run_and_then_the_workflow_goes_on() {
    let steps = "
  - id: first
    use: fake.things.get
    with: {}
    on_error:
      steps:
        - { id: rescue, use: fake.things.update, with: { id: '{{ steps.first.error.message }}' } }
  - { id: after, use: fake.things.get, with: {} }
";
    let mut table = Table::new(steps, json!({}));
    table.plan();
    table.answer("first", Err(rejected()));
    assert_eq!(table.flying(), ["rescue"]);
    assert_eq!(table.flying[0].input["id"], "no");
    table.answer("rescue", Ok(json!({})));
    assert_eq!(table.flying(), ["after"]);
}

#[test]
fn a_branch_once_taken_stays_taken() {
    let steps = "
  - id: vip
    if: '{{ trigger.vip }}'
    then: [{ id: yes_step, use: fake.things.get, with: {} }]
    else: [{ id: no_step, use: fake.things.get, with: {} }]
";
    let mut table = Table::new(steps, json!({ "vip": true }));
    assert_eq!(table.flying(), ["yes_step"]);
    table.event = Arc::new(json!({ "vip": false }));
    table.restart();
    assert_eq!(table.flying(), ["yes_step"]);
}

#[test]
fn a_false_condition_skips_its_step() {
    let steps = "
  - { id: first, use: fake.things.get, with: {}, if: '{{ trigger.wanted }}' }
";
    let mut table = Table::new(steps, json!({ "wanted": false }));
    assert_eq!(table.end(), (RunState::Succeeded, None));
    assert!(matches!(table.log[0].event, RunEvent::StepSkipped { .. }));
}

#[test]
fn a_wait_puts_the_run_down_and_keeps_its_end_over_a_restart() {
    let steps = "
  - { id: pause, wait: { for: 5m } }
  - { id: after, use: fake.things.get, with: {} }
";
    let mut table = Table::new(steps, json!({}));
    let until = table.now + chrono::Duration::minutes(5);
    assert_eq!(table.plan().next, Next::Wait(until));
    table.now += chrono::Duration::minutes(3);
    table.restart();
    assert_eq!(table.plan().next, Next::Wait(until));
    table.now = until;
    assert_eq!(table.flying(), ["after"]);
}

#[test]
fn a_wait_beyond_the_calendar_is_refused() {
    let steps = "
  - { id: pause, wait: { for: '{{ trigger.seconds }}' } }
";
    let mut table = Table::new(steps, json!({ "seconds": 300_000_000_000_u64 }));
    assert_eq!(table.end().1.map(|failure| failure.kind), Some(ErrorKind::Template));
}

#[test]
fn a_stop_ends_the_run_as_it_says() {
    let steps = "
  - { id: halt, stop: { result: failed, reason: 'no {{ trigger.what }}' } }
";
    let mut table = Table::new(steps, json!({ "what": "e-mail" }));
    let expected = (RunState::Failed, Some(Failure::new(ErrorKind::Stopped, "no e-mail")));
    assert_eq!(table.end(), expected);
    table.restart();
    assert_eq!(table.end(), expected, "also when the node died before the end was written");
}

const LOOP: &str = "
  - id: each
    for_each: '{{ trigger.ids }}'
    as: id
    PARALLEL
    steps:
      - { id: get, use: fake.things.get, with: { id: '{{ id }}' } }
      - { id: put, use: fake.things.update, with: { id: '{{ id }}', body: '{{ steps.get.n }}' } }
  - { id: after, set: { failed: '{{ steps.each.failed }}', results: '{{ steps.each.results }}' } }
";

#[test]
fn a_loop_takes_its_turns_in_order() {
    let mut table = Table::new(&LOOP.replace("PARALLEL", ""), json!({ "ids": ["a", "b"] }));
    assert_eq!(table.flying(), ["each[0].get"]);
    table.answer("each[0].get", Ok(json!({ "n": 1 })));
    assert_eq!(table.flying(), ["each[0].put"]);
    table.answer("each[0].put", Ok(json!("A")));
    assert_eq!(table.flying(), ["each[1].get"]);
    assert_eq!(table.flying[0].input["id"], "b");
    table.answer("each[1].get", Ok(json!({ "n": 2 })));
    table.plan();
    table.answer("each[1].put", Ok(json!("B")));
    assert_eq!(table.end().0, RunState::Succeeded);
    let output = table.log.iter().rev().find_map(|entry| match &entry.event {
        RunEvent::StepSucceeded { step, output, .. } if step.as_str() == "after" => Some(output.clone()),
        _ => None,
    });
    assert_eq!(output.unwrap(), json!({ "failed": 0, "results": ["A", "B"] }));
}

#[test]
fn a_parallel_loop_is_bounded_and_starts_the_next_turn_when_one_is_over() {
    let mut table = Table::new(&LOOP.replace("PARALLEL", "parallel: 2"), json!({ "ids": ["a", "b", "c"] }));
    assert_eq!(table.flying(), ["each[0].get", "each[1].get"]);
    table.answer("each[1].get", Ok(json!({ "n": 2 })));
    assert_eq!(table.flying(), ["each[0].get", "each[1].put"]);
    table.answer("each[1].put", Ok(json!("B")));
    assert_eq!(table.flying(), ["each[0].get", "each[2].get"]);
}

#[test]
fn a_loop_in_batches_gives_lists_and_has_a_result_for_each() {
    let steps = "
  - id: each
    for_each: '{{ trigger.ids }}'
    as: ids
    batch: 2
    steps: [{ id: put, use: fake.things.update, with: { id: '{{ ids }}' } }]
";
    let mut table = Table::new(steps, json!({ "ids": ["a", "b", "c"] }));
    assert_eq!(table.flying(), ["each[0].put"]);
    assert_eq!(table.flying[0].input["id"], json!(["a", "b"]));
    table.answer("each[0].put", Ok(json!("AB")));
    assert_eq!(table.flying(), ["each[1].put"]);
    assert_eq!(table.flying[0].input["id"], json!(["c"]));
    table.answer("each[1].put", Ok(json!("C")));
    assert_eq!(table.end().0, RunState::Succeeded);
    let output = table.log.iter().rev().find_map(|entry| match &entry.event {
        RunEvent::StepSucceeded { step, output, .. } if step.as_str() == "each" => Some(output.clone()),
        _ => None,
    });
    assert_eq!(output.unwrap(), json!({ "count": 2, "succeeded": 2, "failed": 0, "results": ["AB", "C"] }));
}

#[test]
fn a_failed_turn_fails_the_loop_and_a_retry_goes_on_in_that_turn() {
    let mut table = Table::new(&LOOP.replace("PARALLEL", ""), json!({ "ids": ["a", "b"] }));
    table.plan();
    table.answer("each[0].get", Ok(json!({ "n": 1 })));
    table.plan();
    table.answer("each[0].put", Err(rejected()));
    assert_eq!(table.end().0, RunState::Failed);
    table.write(RunEvent::Retried { by: "test".into(), revision: None });
    table.event = Arc::new(json!({ "ids": [] }));
    table.restart();
    assert_eq!(table.flying(), ["each[0].put"], "with the list it began with");
}

#[test]
fn once_a_turn_has_failed_its_loop_sends_nothing_more() {
    let steps = "
  - id: each
    for_each: '{{ trigger.things }}'
    as: thing
    parallel: 2
    on_error: { steps: [{ id: rescue, use: fake.things.get, with: {} }] }
    steps:
      - { id: put, use: fake.things.update, with: { id: '{{ thing.id }}' } }
";
    let mut table = Table::new(steps, json!({ "things": [{ "id": "a" }, {}] }));
    assert_eq!(table.flying(), ["rescue"]);
}

#[test]
fn with_continue_a_failed_turn_is_counted_and_the_loop_goes_on() {
    let steps = LOOP.replace("PARALLEL", "on_error: continue");
    let mut table = Table::new(&steps, json!({ "ids": ["a", "b"] }));
    table.plan();
    table.answer("each[0].get", Err(rejected()));
    assert_eq!(table.flying(), ["each[1].get"]);
    table.answer("each[1].get", Ok(json!({ "n": 2 })));
    table.plan();
    table.answer("each[1].put", Ok(json!("B")));
    assert_eq!(table.end().0, RunState::Succeeded);
}

#[test]
fn an_announced_attempt_without_a_result_is_held_until_a_person_decides() {
    let steps = "
  - { id: make, use: fake.things.create, with: {} }
";
    let mut table = Table::new(steps, json!({}));
    table.plan();
    table.write(RunEvent::AttemptStarted { step: "make".into(), attempt: 1, input: json!({}) });
    table.restart();
    assert_eq!(table.plan().next, Next::Hold);
    assert!(table.flying.is_empty(), "it is not sent again in silence");
    let by = "test".to_owned();
    let mut retried = table;
    retried.write(RunEvent::Resolved { step: "make".into(), decision: Decision::Retry, by });
    assert_eq!(retried.flying(), ["make"]);
    assert_eq!(retried.flying[0].number, 2);
}

#[test]
fn a_finished_step_never_runs_again_whatever_part_of_the_log_was_saved() {
    let mut table = Table::new(&LOOP.replace("PARALLEL", "parallel: 2"), json!({ "ids": ["a", "b", "c"] }));
    while let Next::Work = table.plan().next {
        let step = table.flying[0].step.to_string();
        table.answer(&step, Ok(json!({ "n": 1 })));
    }
    let whole = table.log.clone();
    for saved in 0..=whole.len() {
        table.log = whole[..saved].to_vec();
        table.restart();
        let done = table.log.iter().filter_map(|entry| match &entry.event {
            RunEvent::StepSucceeded { step, .. } => Some(step.to_string()),
            _ => None,
        });
        let done: HashSet<String> = done.collect();
        while let Next::Work = table.plan().next {
            let step = table.flying[0].step.to_string();
            assert!(!done.contains(&step), "{step} was sent again after entry {saved}");
            table.answer(&step, Ok(json!({ "n": 1 })));
        }
        assert_eq!(table.end().0, RunState::Succeeded, "after entry {saved}");
    }
}
