//! Runs that are sent back or done again.

use super::*;

/// The run goes on with another text.
fn with_text(table: &mut Table, steps: &str) {
    table.workflow = Table::new(steps, json!({})).workflow;
    table.write(RunEvent::Retried { by: "test".into(), revision: Some(2) });
    table.restart();
}

/// `TWO`, whose second step has failed.
fn failed_at_the_second() -> Table {
    let mut table = Table::new(TWO, json!({ "id": "a" }));
    table.plan();
    table.answer("first", Ok(json!({ "n": 1 })));
    table.plan();
    table.answer("second", Err(rejected()));
    assert_eq!(table.end().0, RunState::Failed);
    table.write(RunEvent::Finished { state: RunState::Failed, failure: None });
    table
}

#[test]
fn a_newer_text_runs_its_new_steps_and_keeps_the_results_of_finished_ones() {
    let steps = "
  - { id: second, use: fake.things.update, with: { id: 'y' } }
  - { id: new, use: fake.things.get, with: { id: 'n' } }
  - { id: first, use: fake.things.get, with: { id: '{{ trigger.id }}' } }
  - { id: third, set: { n: '{{ steps.first.n }}' } }
";
    let mut table = failed_at_the_second();
    with_text(&mut table, steps);
    assert_eq!(table.flying(), ["second"]);
    assert_eq!(table.flying[0].input["id"], "y", "with the newer input");
    table.answer("second", Ok(json!({})));
    assert_eq!(table.flying(), ["new"]);
    table.answer("new", Ok(json!({})));
    assert_eq!(table.end(), (RunState::Succeeded, None), "the first step is not done again");
}

#[test]
fn a_newer_text_may_lack_the_step_that_failed_or_skip_it() {
    let mut table = failed_at_the_second();
    with_text(&mut table, "\n  - { id: first, use: fake.things.get, with: {} }\n");
    assert_eq!(table.end().0, RunState::Succeeded);
    let mut table = failed_at_the_second();
    with_text(&mut table, &TWO.replace("update,", "update, if: false,"));
    assert_eq!(table.end().0, RunState::Succeeded);
}

#[test]
fn a_step_whose_kind_has_changed_begins_anew() {
    let steps = "
  - id: vip
    if: '{{ trigger.vip }}'
    then: [{ id: inner, use: fake.things.get, with: {} }]
";
    let mut table = Table::new(steps, json!({ "vip": true }));
    table.plan();
    table.answer("inner", Err(rejected()));
    table.end();
    with_text(&mut table, "\n  - { id: vip, use: fake.things.get, with: {} }\n");
    assert_eq!(table.flying(), ["vip"]);
}

#[test]
fn a_stop_that_failed_the_run_is_decided_anew_when_the_run_is_sent_back() {
    let steps = "
  - { id: halt, stop: { result: failed, reason: 'no' }, if: '{{ trigger.bad }}' }
  - { id: after, use: fake.things.get, with: {} }
";
    let mut table = Table::new(steps, json!({ "bad": true }));
    assert_eq!(table.end().0, RunState::Failed);
    with_text(&mut table, &steps.replace("{{ trigger.bad }}", "{{ not trigger.bad }}"));
    assert_eq!(table.flying(), ["after"]);
    let mut same = Table::new(steps, json!({ "bad": true }));
    same.end();
    with_text(&mut same, steps);
    assert_eq!(same.end().0, RunState::Failed, "nothing has changed, so it stops again");
}

#[test]
fn a_retry_does_not_wait_for_the_next_attempt() {
    let mut table = Table::new(TWO, json!({ "id": "a" }));
    table.plan();
    table.answer("first", Err(unavailable()));
    assert!(matches!(table.plan().next, Next::Wait(_)));
    table.write(RunEvent::Finished { state: RunState::Cancelled, failure: None });
    table.write(RunEvent::Retried { by: "test".into(), revision: Some(1) });
    table.restart();
    assert_eq!(table.flying(), ["first"]);
    assert_eq!((table.flying[0].number, table.flying[0].counted), (2, 0));
}

/// Plays from each beginning of `table.log` to the end; no step that was done then is sent again.
fn from_each_entry(mut table: Table) {
    let whole = table.log.clone();
    for saved in 0..=whole.len() {
        table.log = whole[..saved].to_vec();
        table.restart();
        let done: HashSet<String> = whole[..saved]
            .iter()
            .filter(|entry| matches!(entry.event, RunEvent::StepSucceeded { .. }))
            .filter_map(|entry| entry.event.step().map(ToString::to_string))
            .collect();
        while let Next::Work = table.plan().next {
            let step = table.flying[0].step.to_string();
            assert!(!done.contains(&step), "{step} was sent again after entry {saved}");
            table.answer(&step, Ok(json!({ "n": 1 })));
        }
        if whole[..saved].iter().any(|entry| matches!(entry.event, RunEvent::AttemptFailed { .. }))
            && !whole[..saved].iter().any(|entry| matches!(entry.event, RunEvent::Retried { .. }))
        {
            assert_eq!(table.end().0, RunState::Failed, "after entry {saved}");
        } else {
            assert_eq!(table.end().0, RunState::Succeeded, "after entry {saved}");
        }
    }
}

#[test]
fn a_run_that_was_sent_back_goes_on_from_each_entry_of_its_log() {
    let mut table = failed_at_the_second();
    with_text(&mut table, TWO);
    table.plan();
    table.answer("second", Ok(json!({})));
    assert_eq!(table.end().0, RunState::Succeeded);
    table.write(RunEvent::Finished { state: RunState::Succeeded, failure: None });
    from_each_entry(table);
}

#[test]
fn a_run_that_is_done_again_goes_on_from_each_entry_of_its_log() {
    let mut table = Table::new(&LOOP.replace("PARALLEL", "parallel: 2"), json!({ "ids": ["a", "b", "c"] }));
    while let Next::Work = table.plan().next {
        let step = table.flying[0].step.to_string();
        table.answer(&step, Ok(json!({ "n": 1 })));
    }
    for step in ["each", "each[1].put", "get", "after"] {
        let from = crate::replay::target(&table.workflow, step).unwrap();
        let kept = crate::replay::before(&table.workflow, &table.log, from.clone(), false).unwrap();
        let mut again =
            Table::new(&LOOP.replace("PARALLEL", "parallel: 2"), json!({ "ids": ["a", "b", "c"] }));
        again.log = kept.into_log(table.run, "test", again.now);
        again.restart();
        if step != "after" && step != "each" {
            let first = again.flying()[0].clone();
            assert_eq!(first, from.to_string(), "it begins where it was told to");
        }
        while let Next::Work = again.plan().next {
            let step = again.flying[0].step.to_string();
            again.answer(&step, Ok(json!({ "n": 1 })));
        }
        from_each_entry(again);
    }
}

#[test]
fn a_spent_step_fails_the_run_and_a_retry_goes_on_there() {
    let mut table = Table::new(TWO, json!({ "id": "a" }));
    table.plan();
    table.answer("first", Ok(json!({ "n": 1 })));
    table.plan();
    table.answer("second", Err(rejected()));
    assert_eq!(table.end().0, RunState::Failed);
    table.write(RunEvent::Finished { state: RunState::Failed, failure: None });
    table.write(RunEvent::Retried { by: "test".into(), revision: None });
    table.restart();
    assert_eq!(table.flying(), ["second"]);
    assert_eq!((table.flying[0].number, table.flying[0].counted), (2, 0));
}

#[test]
fn a_run_that_its_where_kept_from_beginning_is_kept_from_it_again() {
    let mut table = Table::new(TWO, json!({ "id": "a" }));
    let filter = highline_workflow::Expr::template("{{ gt trigger.size 3 }}").unwrap();
    Arc::make_mut(&mut table.workflow).filter = Some(filter);
    table.write(RunEvent::Started { node: highline_model::NodeId::new("test") });
    let (state, failure) = table.end();
    table.write(RunEvent::Finished { state, failure });
    table.write(RunEvent::Retried { by: "test".into(), revision: None });
    table.restart();
    assert_eq!(table.end().1.map(|failure| failure.kind), Some(ErrorKind::Template));
}
