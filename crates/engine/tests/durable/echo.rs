use highline_model::RunState;
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::node::{World, workflow};

on_both_databases! {
    what_a_run_wrote_starts_no_run_and_what_a_person_changed_does,
    writes_side_by_side_are_remembered_while_their_run_goes_on,
    without_a_guard_nothing_is_remembered,
}

const WATCH: &str = "
name: Watch
trigger: { use: fake.things.list, connection: fake, every: 1m, ignore_own_writes: 10m }
steps: [{ id: seen, set: { id: '{{ trigger.id }}' } }]
";

const WRITE: &str = "
name: Write
trigger: manual
steps:
  - { id: write, use: fake.things.update, with: { id: '{{ trigger.id }}', name: '{{ trigger.name }}' } }
";

/// Lets the app have a thing, and waits for the poll that sees it.
async fn polled(world: &World, thing: Value, polls: usize) -> highline_store::PollRecord {
    world.app.add_item(thing);
    world.later(60);
    world.polls(polls).await.swap_remove(0)
}

async fn write(world: &World, name: &str) {
    let run = world.start_run("write", json!({ "id": "a", "name": name })).await;
    world.run_is(run, RunState::Succeeded).await;
}

async fn what_a_run_wrote_starts_no_run_and_what_a_person_changed_does(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("watch", WATCH).await;
    world.deploy("write", WRITE).await;
    world.library().set_enabled(&workflow("watch"), true).await.unwrap();
    let node = world.node().await;
    world.polls(1).await;
    write(&world, "done").await;
    let poll = polled(&world, json!({ "id": "a", "mark": "1", "name": "done" }), 2).await;
    assert_eq!((poll.fresh, poll.others.get("echo")), (0, Some(&1)));
    let poll = polled(&world, json!({ "id": "a", "mark": "2", "name": "reopened" }), 3).await;
    assert_eq!((poll.fresh, poll.others.get("echo")), (1, None));
    let poll = polled(&world, json!({ "id": "a", "mark": "3", "name": "done" }), 4).await;
    assert_eq!(poll.fresh, 1, "a person has set again what a run had set before");
    write(&world, "late").await;
    world.later(600);
    world.polls(5).await;
    let poll = polled(&world, json!({ "id": "a", "mark": "4", "name": "late" }), 6).await;
    assert_eq!(poll.others.get("echo"), None, "too long ago");
    node.stop().await;
}

/// On SQLite there is one connection for writing: a write that had it, and was not let on while its run waited to write
/// too, would stop the whole node.
async fn writes_side_by_side_are_remembered_while_their_run_goes_on(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("watch", WATCH).await;
    let write = "
name: Write
trigger: manual
steps:
  - id: each
    for_each: '{{ trigger.ids }}'
    as: id
    parallel: 8
    steps:
      - { id: write, use: fake.things.update, with: { id: '{{ id }}', name: done } }
";
    world.deploy("write", write).await;
    world.library().set_enabled(&workflow("watch"), true).await.unwrap();
    let node = world.node().await;
    world.polls(1).await;
    let ids: Vec<String> = (0..40).map(|number| format!("thing-{number}")).collect();
    let run = world.start_run("write", json!({ "ids": ids })).await;
    world.run_is(run, RunState::Succeeded).await;
    node.stop().await;
}

async fn without_a_guard_nothing_is_remembered(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("watch", &WATCH.replace(", ignore_own_writes: 10m", "")).await;
    world.deploy("write", WRITE).await;
    world.library().set_enabled(&workflow("watch"), true).await.unwrap();
    let node = world.node().await;
    world.polls(1).await;
    write(&world, "done").await;
    let poll = polled(&world, json!({ "id": "a", "mark": "1", "name": "done" }), 2).await;
    assert_eq!((poll.fresh, poll.others.get("echo")), (1, None));
    node.stop().await;
}
