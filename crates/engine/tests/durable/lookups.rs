use highline_catalog::{Done, OperationError, Retry};
use highline_model::{ErrorKind, RunEvent, RunState};
use highline_store::RunDetail;
use highline_testing::{FakeApp, TestDatabase, on_both_databases};
use serde_json::json;

use crate::node::World;

on_both_databases! {
    equal_reads_of_a_run_make_one_call,
    turns_that_read_the_same_at_once_wait_for_one_call,
    a_read_after_a_write_is_made_anew,
    a_read_that_failed_is_not_kept,
}

const GET: &str = "use: fake.things.get, with: { id: '{{ trigger.id }}' }";

fn steps(text: &str) -> String {
    format!("name: Reads\ntrigger: manual\nsteps:\n{}", text.replace("GET", GET))
}

/// Whether each step that succeeded had its answer from another.
fn cached(run: &RunDetail) -> Vec<(String, bool)> {
    let steps = run.log.iter().filter_map(|entry| match &entry.event {
        RunEvent::StepSucceeded { step, cached, .. } => Some((step.to_string(), *cached)),
        _ => None,
    });
    steps.collect()
}

async fn done(world: &World, text: &str) -> RunDetail {
    world.deploy("reads", &steps(text)).await;
    let run = world.start_run("reads", json!({ "id": "a", "turns": [1, 2, 3, 4, 5, 6] })).await;
    let node = world.node().await;
    let detail = world.run_is(run, RunState::Succeeded).await;
    node.stop().await;
    detail
}

async fn equal_reads_of_a_run_make_one_call(database: TestDatabase) {
    let world = World::new(database).await;
    let text = "
  - { id: first, GET }
  - { id: second, GET }
  - { id: other, use: fake.things.get, with: { id: b } }
  - { id: fresh, GET, cache: false }
  - { id: all, use: fake.things.list, with: {} }
  - { id: again, use: fake.things.list, with: {} }
";
    let run = done(&world, text).await;
    let expected = [
        ("first", false),
        ("second", true),
        ("other", false),
        ("fresh", false),
        ("all", false),
        ("again", true),
    ];
    assert_eq!(cached(&run), expected.map(|(step, cached)| (step.to_owned(), cached)));
    assert_eq!(
        world.app.calls("fake.things.get"),
        [json!({ "id": "a" }), json!({ "id": "b" }), json!({ "id": "a" })]
    );
    assert_eq!(world.app.calls("fake.things.list").len(), 1);
    let outputs = run.log.iter().filter_map(|entry| match &entry.event {
        RunEvent::StepSucceeded { output, input, .. } => Some((output, input)),
        _ => None,
    });
    let outputs: Vec<_> = outputs.collect();
    assert_eq!(outputs[0], outputs[1], "its input and output are in the log as ever");
}

async fn turns_that_read_the_same_at_once_wait_for_one_call(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    world.app.let_through(1);
    let text = "
  - id: each
    for_each: '{{ trigger.turns }}'
    parallel: 6
    steps: [{ id: get, GET }]
";
    let run = done(&world, text).await;
    assert_eq!(world.app.calls("fake.things.get").len(), 1);
    assert_eq!(cached(&run).iter().filter(|(_, cached)| *cached).count(), 5);
}

async fn a_read_after_a_write_is_made_anew(database: TestDatabase) {
    let world = World::new(database).await;
    let text = "
  - { id: before, GET }
  - { id: write, use: fake.things.update, with: { id: c } }
  - { id: after, GET }
  - { id: put, use: state.put, with: { key: a, value: 1 } }
  - { id: still, GET }
";
    let run = done(&world, text).await;
    let reads: Vec<_> =
        cached(&run).into_iter().filter(|(step, _)| !["write", "put"].contains(&step.as_str())).collect();
    assert_eq!(reads, [("before".into(), false), ("after".into(), false), ("still".into(), true)]);
}

async fn a_read_that_failed_is_not_kept(database: TestDatabase) {
    let world = World::new(database).await;
    let gone = OperationError {
        retry: Retry::Never,
        done: Done::No,
        ..OperationError::refused(ErrorKind::NotFound, "gone")
    };
    world.app.answer("fake.things.get", Err(gone));
    let text = "
  - { id: first, GET, on_error: continue }
  - { id: second, GET }
  - { id: third, GET }
";
    let run = done(&world, text).await;
    assert_eq!(cached(&run), [("second".into(), false), ("third".into(), true)]);
}
