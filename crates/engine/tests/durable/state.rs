use std::time::Duration;

use highline_catalog::{Call, Catalog, Connection, Origin, Output};
use highline_engine::state::{StateKeeper, operations};
use highline_model::{Clock, RunEvent, RunId, RunState, StepPath};
use highline_store::{StateFilter, StateScope};
use highline_testing::{TestDatabase, eventually, on_both_databases};
use serde_json::{Value, json};

use crate::node::{World, workflow};

on_both_databases! {
    the_second_run_for_a_record_finds_what_the_first_one_made,
    a_step_repeated_after_a_crash_gets_the_answer_that_was_lost,
    what_has_ended_is_removed_by_the_node,
}

const PAIR: &str = "
name: Pair
trigger: manual
steps:
  - { id: known, use: state.get, with: { key: 'task:{{ trigger.id }}', scope: shared } }
  - id: make
    if: '{{ not steps.known.found }}'
    then:
      - { id: create, use: fake.things.update, with: { id: 'over-there-{{ trigger.id }}' } }
      - { id: keep, use: state.put, with: { key: 'task:{{ trigger.id }}', value: '{{ steps.create.id }}', scope: shared, expires_in: 1h } }
    else:
      - { id: update, use: fake.things.get, with: { id: '{{ steps.known.value }}' } }
";

async fn the_second_run_for_a_record_finds_what_the_first_one_made(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("pair", PAIR).await;
    let node = world.node().await;
    for _ in 0..2 {
        let run = world.start_run("pair", json!({ "id": "7" })).await;
        world.run_is(run, RunState::Succeeded).await;
    }
    assert_eq!(world.app.calls("fake.things.update"), [json!({ "id": "over-there-7" })]);
    assert_eq!(world.app.calls("fake.things.get"), [json!({ "id": "over-there-7" })]);
    world.later(3601);
    let run = world.start_run("pair", json!({ "id": "7" })).await;
    world.run_is(run, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.update").len(), 2, "the pair was forgotten after its hour");
    node.stop().await;
}

async fn use_state(catalog: &Catalog, operation: &str, input: Value, origin: Origin<'_>) -> Output {
    let (input, none) = (input.as_object().unwrap(), Connection::default());
    let call = Call { origin: Some(origin), ..Call::new(input, &none, Duration::from_secs(5)) };
    catalog.get(operation).unwrap().call(call).await.unwrap()
}

async fn a_step_repeated_after_a_crash_gets_the_answer_that_was_lost(database: TestDatabase) {
    let world = World::new(database).await;
    let (catalog, id, step) = (world.catalog(), workflow("pair"), StepPath::from("claim"));
    let mine = Origin { workflow: &id, run: RunId::new(), step: &step };
    let other = Origin { run: RunId::new(), ..mine };
    let input = |value: &str| json!({ "key": "a", "value": value });
    let first = use_state(catalog, "state.put_if_absent", input("mine"), mine).await.data;
    assert_eq!(first, json!({ "stored": true, "value": "mine", "expires_at": null }));
    let second = use_state(catalog, "state.put_if_absent", input("other"), other).await.data;
    assert_eq!(second, json!({ "stored": false, "value": "mine", "expires_at": null }));
    for (origin, value, answer) in [(mine, "mine", first), (other, "other", second)] {
        let again = use_state(catalog, "state.put_if_absent", input(value), origin).await.data;
        assert_eq!(again, answer);
    }
    for _ in 0..2 {
        let gone = use_state(catalog, "state.delete", json!({ "key": "a" }), mine).await.data;
        assert_eq!(gone, json!({ "key": "a" }));
    }
}

async fn what_has_ended_is_removed_by_the_node(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("pair", PAIR).await;
    let node = world.node().await;
    let run = world.start_run("pair", json!({ "id": "7" })).await;
    let done = world.run_is(run, RunState::Succeeded).await;
    assert!(done.log.iter().any(|entry| {
        matches!(&entry.event, RunEvent::StepSucceeded { step, output, .. }
            if step.as_str() == "keep" && output["expires_at"] == "2026-11-21T09:00:00Z")
    }));
    node.stop().await;
    world.later(3600);
    let node = world.node().await;
    let gone = async || {
        let long_ago = StateFilter {
            scope: &StateScope::Shared,
            prefix: "",
            now: world.now() - chrono::Duration::hours(2),
        };
        world.store.states(long_ago, None, 1).await.unwrap().entries.is_empty().then_some(())
    };
    eventually("the entry is removed", gone).await;
    node.stop().await;
}

#[tokio::test]
async fn every_operation_of_state_does_what_its_sample_says() {
    let keeper = StateKeeper::new(Clock::manual("2026-11-21T08:00:00Z".parse().unwrap()));
    let mut catalog = Catalog::new();
    for operation in operations(&keeper) {
        catalog.add(operation).unwrap();
    }
    let (id, step) = (workflow("pair"), StepPath::from("claim"));
    let origin = Origin { workflow: &id, run: RunId::new(), step: &step };
    let mut seen = Vec::new();
    for operation in [
        "state.put_if_absent",
        "state.delete",
        "state.put",
        "state.get",
        "state.list",
        "state.delete",
        "state.reconcile",
    ] {
        let sample = catalog.get(operation).unwrap().definition().sample.clone();
        let mut output = use_state(&catalog, operation, sample.input, origin).await.data;
        if operation == "state.put_if_absent" {
            assert_eq!(output["expires_at"], sample.output["expires_at"]);
        }
        if operation == "state.list" {
            output["entries"][0]["written_by_run"] = Value::Null;
        }
        assert_eq!(output, sample.output, "{operation}");
        seen.push(operation);
    }
    assert!(catalog.iter().all(|operation| seen.contains(&operation.definition().id.as_str())));
}

#[tokio::test]
async fn wrong_input_is_refused_with_the_way_out() {
    let keeper = StateKeeper::new(Clock::system());
    let all = operations(&keeper);
    let put = all.iter().find(|operation| operation.definition().id == "state.put").unwrap();
    let none = Connection::default();
    for (input, told) in [
        (json!({ "key": "a", "value": 1 }), "`scope: shared`"),
        (json!({ "key": " ", "value": 1, "scope": "shared" }), "must not be blank"),
        (json!({ "key": "k".repeat(501), "value": 1, "scope": "shared" }), "501 characters"),
        (json!({ "key": "a", "value": "v".repeat(262_144), "scope": "shared" }), "262146 bytes"),
        (
            json!({ "key": "a", "value": 1, "scope": "shared", "expires_in": "soon" }),
            "`soon` is not a duration",
        ),
        (json!({ "key": "a", "value": 1, "scope": "global" }), "\"global\""),
    ] {
        let call = Call::new(input.as_object().unwrap(), &none, Duration::from_secs(5));
        let error = put.call(call).await.unwrap_err().failure.message;
        assert!(error.contains(told), "{error}");
    }
}
