use std::sync::Arc;

use highline_model::{ErrorKind, Failure, RunState, Wire};
use highline_testing::FakeApp;
use highline_workflow::{Checked, Environment, check};
use highline_yaml::{Format, Source, render};
use serde_json::{Value, json};

use super::*;

const STEPS: &str = "
  - { id: first, use: fake.things.create, with: {} }
  - id: choice
    if: '{{ trigger.vip }}'
    then:
      - { id: inside, use: fake.things.get, with: {} }
    else:
      - { id: other, use: fake.things.get, with: {} }
  - id: each
    for_each: '{{ trigger.ids }}'
    steps:
      - { id: get, use: fake.things.get, with: {} }
      - { id: put, use: fake.things.create, with: {} }
  - { id: last, use: fake.things.update, with: {} }
";

fn workflow(steps: &str) -> Arc<Workflow> {
    let source = Source::new("test.yaml", format!("trigger: manual\nsteps:\n{steps}"));
    let catalog = FakeApp::new().catalog();
    let environment = Environment { catalog: &catalog, connections: None };
    let Checked { workflow, diagnostics } = check(&"test".parse().unwrap(), &source, &environment);
    let shown = render(&[(&source, &diagnostics)], Format::Human { colour: false });
    workflow.unwrap_or_else(|| panic!("{shown}"))
}

fn log(events: Vec<RunEvent>) -> Vec<LogEntry> {
    let at: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    (1..).zip(events).map(|(seq, event)| LogEntry { seq, at, event }).collect()
}

fn sent(step: &str) -> Vec<RunEvent> {
    let at = "2026-11-21T08:00:00Z".parse().unwrap();
    vec![
        RunEvent::AttemptStarted { step: step.into(), attempt: 1, input: json!({}) },
        done(step, json!({ "id": step }), at),
    ]
}

fn done(step: &str, output: Value, started_at: Timestamp) -> RunEvent {
    RunEvent::StepSucceeded {
        step: step.into(),
        attempt: 1,
        input: Value::Null,
        output,
        started_at,
        status: None,
        cached: false,
        wire: Wire::default(),
    }
}

fn read(step: &str) -> RunEvent {
    done(step, json!({}), "2026-11-21T08:00:00Z".parse().unwrap())
}

/// A run of `STEPS` to its end: it took `then`, and its loop had two turns.
fn whole() -> Vec<LogEntry> {
    let mut events = vec![RunEvent::Started { node: highline_model::NodeId::new("test") }];
    events.extend(sent("first"));
    events.push(RunEvent::BranchTaken { step: "choice".into(), then: true });
    events.push(read("inside"));
    events.push(RunEvent::LoopStarted { step: "each".into(), items: vec![json!("a"), json!("b")] });
    for turn in 0..2 {
        events.push(read(&format!("each[{turn}].get")));
        events.extend(sent(&format!("each[{turn}].put")));
    }
    events.extend([read("each"), read("last")]);
    events.push(RunEvent::Finished { state: RunState::Succeeded, failure: None });
    log(events)
}

fn kept(step: &str) -> Result<Kept, Unfit> {
    let workflow = workflow(STEPS);
    before(&workflow, &whole(), target(&workflow, step)?, false)
}

fn done_steps(kept: &Kept) -> Vec<&str> {
    let done = |entry: &'_ LogEntry| matches!(entry.event, RunEvent::StepSucceeded { .. });
    kept.entries
        .iter()
        .filter(|entry| done(entry))
        .filter_map(|entry| Some(entry.event.step()?.as_str()))
        .collect()
}

fn told(step: &str) -> String {
    kept(step).unwrap_err().to_string()
}

#[test]
fn what_comes_before_a_step_is_kept_and_numbered_anew() {
    let kept = kept("last").unwrap();
    let all = ["first", "inside", "each[0].get", "each[0].put", "each[1].get", "each[1].put", "each"];
    assert_eq!(done_steps(&kept), all);
    assert_eq!(kept.sent_again, []);
    let (of, now) = (RunId::new(), "2026-11-21T09:00:00Z".parse().unwrap());
    let log = kept.into_log(of, "ann", now);
    assert!((1..).zip(&log).all(|(seq, entry)| entry.seq == seq));
    let end = RunEvent::Rerun { of, by: "ann".into(), from: Some("last".into()) };
    assert_eq!(log.last().map(|entry| (&entry.event, entry.at)), Some((&end, now)));
}

#[test]
fn a_step_inside_a_turn_keeps_the_turns_before_it_and_the_list() {
    let kept = kept("each[1].put").unwrap();
    assert_eq!(done_steps(&kept), ["first", "inside", "each[0].get", "each[0].put", "each[1].get"]);
    assert!(kept.entries.iter().any(|entry| matches!(entry.event, RunEvent::LoopStarted { .. })));
    assert_eq!(kept.sent_again, ["each[1].put".into()]);
}

#[test]
fn an_id_inside_a_loop_means_its_first_turn_and_a_turn_its_first_step() {
    assert_eq!(kept("put").unwrap().from, Some("each[0].put".into()));
    assert_eq!(kept("each[1]").unwrap().from, Some("each[1].get".into()));
    let whole_loop = kept("each").unwrap();
    assert_eq!(done_steps(&whole_loop), ["first", "inside"]);
    assert_eq!(whole_loop.sent_again, ["each[0].put".into(), "each[1].put".into()]);
}

#[test]
fn a_branch_that_was_taken_is_kept_for_a_step_inside_it_and_chosen_anew_from_itself() {
    let branch = |kept: &Kept| kept.entries.iter().any(|e| matches!(e.event, RunEvent::BranchTaken { .. }));
    assert!(branch(&kept("inside").unwrap()));
    assert!(!branch(&kept("choice").unwrap()));
}

#[test]
fn everything_again_tells_what_is_sent_again() {
    let kept = from_the_first(&whole());
    assert_eq!((kept.entries.len(), kept.sent_again.len()), (0, 3));
}

#[test]
fn a_step_that_is_not_there_or_was_not_reached_is_refused_with_the_nearest() {
    assert_eq!(told("lst"), "there is no step `lst`; did you mean `last`?");
    assert_eq!(told("loop[1].put"), "there is no step `loop[1].put`; did you mean `each[1].put`?");
    assert_eq!(told("first[1]"), "there is no step `first[1]`; did you mean `first`?");
    assert_eq!(told("[x"), "there is no step `[x`");
    assert_eq!(told("other"), "the run did not come to step `other`; the last one that it came to is `last`");
    assert!(told("each[2].get").starts_with("the run did not come to step `each[2].get`"));
}

#[test]
fn a_new_step_behind_one_that_failed_is_refused() {
    let newer =
        workflow("\n  - { id: first, use: fake.things.create, with: {} }\n  - { id: new, set: { a: 1 } }\n");
    let failure = Failure::new(ErrorKind::Rejected, "no");
    let failed = log(vec![RunEvent::StepFailed { step: "first".into(), failure, handled: false }]);
    let refused = before(&newer, &failed, "new".into(), true).unwrap_err();
    assert!(refused.to_string().contains("`first`, which comes before `new`"), "{refused}");
    let fine = before(&newer, &log(sent("first")), "new".into(), true).unwrap();
    assert_eq!(done_steps(&fine), ["first"]);
}

#[test]
fn steps_that_a_newer_text_lacks_or_has_later_are_not_kept() {
    let newer = workflow(
        "\n  - { id: last, use: fake.things.update, with: {} }\n  - { id: first, use: fake.things.create, with: {} }\n",
    );
    let kept = before(&newer, &whole(), "first".into(), false).unwrap();
    assert_eq!(done_steps(&kept), ["last"]);
    assert_eq!(kept.sent_again, ["first".into(), "each[0].put".into(), "each[1].put".into()]);
}
