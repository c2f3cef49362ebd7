//! Whether a write was done is unknown while the run comes to its end elsewhere.

use highline_catalog::{Done, OperationError, Retry};
use highline_model::{Decision, ErrorKind, RunEvent, RunState};
use serde_json::json;

use super::{Table, rejected};
use crate::plan::Next;

const LOOP: &str = "
  - id: each
    for_each: '{{ trigger.ids }}'
    as: one
    parallel: 2
    steps:
      - { id: make, use: fake.things.create, with: { name: '{{ one }}' }POLICY }
";

fn table(policy: &str) -> Table {
    Table::new(&LOOP.replace("POLICY", policy), json!({ "ids": ["a", "b"] }))
}

fn lost() -> OperationError {
    OperationError {
        retry: Retry::Backoff,
        done: Done::Unknown,
        ..OperationError::refused(ErrorKind::Timeout, "no answer")
    }
}

/// What a node does before it sends an unsafe attempt.
fn announce(table: &mut Table, step: &str) {
    let attempt = table.flying.iter().find(|attempt| attempt.step.as_str() == step).unwrap();
    let (step, attempt, input) = (attempt.step.clone(), attempt.number, json!(attempt.input));
    table.write(RunEvent::AttemptStarted { step, attempt, input });
}

#[test]
fn a_failed_turn_does_not_hide_that_another_may_have_been_done() {
    for (unknown, failed) in [("each[0].make", "each[1].make"), ("each[1].make", "each[0].make")] {
        let mut table = table("");
        assert_eq!(table.flying(), ["each[0].make", "each[1].make"]);
        table.answer(unknown, Err(lost()));
        table.answer(failed, Err(rejected()));
        assert_eq!(table.plan().next, Next::Hold, "{unknown} is for a person to decide");
        table.restart();
        assert_eq!(table.plan().next, Next::Hold);
        table.write(RunEvent::Resolved {
            step: unknown.into(),
            decision: Decision::Skip,
            by: "ann".to_owned(),
        });
        let (state, failure) = table.end();
        assert_eq!((state, failure.unwrap().kind), (RunState::Failed, ErrorKind::Rejected));
    }
}

#[test]
fn what_was_announced_when_the_node_died_is_settled_before_the_run_fails() {
    for (policy, next) in
        [("", Some(Next::Hold)), (", on_interrupt: retry", None), (", on_interrupt: skip", None)]
    {
        let mut table = table(policy);
        table.plan();
        announce(&mut table, "each[1].make");
        table.answer("each[0].make", Err(rejected()));
        table.restart();
        match next {
            Some(next) => assert_eq!(table.plan().next, next, "{policy}"),
            None => assert_eq!(table.end().0, RunState::Failed, "{policy}"),
        }
        assert!(table.flying.is_empty(), "nothing is sent any more");
    }
}

#[test]
fn what_can_be_looked_up_is_looked_up_before_the_run_fails() {
    let mut table = table(", on_interrupt: verify");
    table.plan();
    announce(&mut table, "each[1].make");
    table.answer("each[1].make", Err(lost()));
    table.answer("each[0].make", Err(rejected()));
    let Next::Wait(look_at) = table.plan().next else { panic!("it is looked up later") };
    table.now = look_at;
    assert_eq!(table.flying(), ["each[1].make"]);
    assert!(table.flying[0].inquiry.is_some(), "it is asked for and not sent again");
}

#[test]
fn who_gives_a_loop_up_says_what_shall_not_be_sent_any_more() {
    let mut table = table("");
    table.plan();
    table.answer("each[0].make", Err(rejected()));
    assert_eq!(table.plan().given_up, ["each[", ""]);
}
