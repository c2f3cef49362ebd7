use highline_model::{ErrorKind, RunState};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::node::{World, workflow};

const WATCH: &str = "
name: Watch
enabled: true
trigger: { use: fake.things.list, every: 1m, BACKFILL }
where: '{{ not (default trigger.ignored false) }}'
steps:
  - { id: note, use: fake.things.update, with: { id: '{{ trigger.id }}' } }
";

fn watch(backfill: bool) -> String {
    WATCH.replace("BACKFILL", if backfill { "backfill: true" } else { "emit: new_or_changed" })
}

async fn the_first_poll_takes_what_exists_as_seen(database: TestDatabase) {
    let world = World::new(database).await;
    world.app.add_item(json!({ "id": "old", "mark": "1" }));
    world.deploy("watch", &watch(false)).await;
    let node = world.node().await;
    world.polls(1).await;
    world.app.add_item(json!({ "id": "new", "mark": "1" }));
    world.later(60);
    world.all_runs_are(1, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.update"), [json!({ "id": "new" })]);
    let last = &world.polls(2).await[0];
    assert_eq!((last.seen, last.fresh, last.duplicate, last.filtered), (2, 1, 1, 0));
    node.stop().await;
}

async fn a_change_starts_one_run_and_what_where_refuses_none(database: TestDatabase) {
    let world = World::new(database).await;
    world.app.add_item(json!({ "id": "a", "mark": "1", "ignored": false }));
    world.app.add_item(json!({ "id": "b", "mark": "1", "ignored": true }));
    world.deploy("watch", &watch(true)).await;
    let node = world.node().await;
    world.all_runs_are(1, RunState::Succeeded).await;
    world.app.add_item(json!({ "id": "a", "mark": "2", "ignored": false }));
    world.later(60);
    world.polls(2).await;
    world.later(60);
    let polls = world.polls(3).await;
    world.all_runs_are(2, RunState::Succeeded).await;
    let first = polls.last().unwrap();
    assert_eq!((first.seen, first.fresh, first.filtered), (2, 1, 1));
    assert_eq!((polls[0].fresh, polls[0].duplicate), (0, 3));
    node.stop().await;
}

async fn a_thousand_and_fifty_changes_start_as_many_runs_over_a_kill(database: TestDatabase) {
    let world = World::new(database).await;
    for number in 0..1_050 {
        world.app.add_item(json!({ "id": format!("c{number}"), "mark": "1" }));
    }
    world.deploy("watch", &watch(true)).await;
    let first = world.node().await;
    world.calls("fake.things.update", 200).await;
    first.abort().await;
    world.later(60);
    let second = world.node().await;
    world.all_runs_are(1_050, RunState::Succeeded).await;
    world.later(60);
    world.polls(2).await;
    world.all_runs_are(1_050, RunState::Succeeded).await;
    second.stop().await;
}

async fn a_failed_poll_is_in_the_log_and_loses_nothing(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("watch", &watch(true)).await;
    world.app.answer(
        "fake.things.list",
        Err(highline_catalog::OperationError::refused(ErrorKind::Unauthorized, "bad token")),
    );
    world.app.add_item(json!({ "id": "a", "mark": "1" }));
    let node = world.node().await;
    let failed = world.polls(1).await;
    assert_eq!(failed[0].error.as_ref().map(|e| e.kind), Some(ErrorKind::Unauthorized));
    world.later(60);
    world.all_runs_are(1, RunState::Succeeded).await;
    node.stop().await;
}

async fn a_where_that_cannot_be_worked_out_fails_its_run_visibly(database: TestDatabase) {
    let world = World::new(database).await;
    world.app.add_item(json!({ "id": "a", "mark": "1" }));
    world
        .deploy("watch", &watch(true).replace("not (default trigger.ignored false)", "gt trigger.size 3"))
        .await;
    let node = world.node().await;
    world.all_runs_are(1, RunState::Failed).await;
    let failure = world.runs().await[0].failure.clone().unwrap();
    assert_eq!(failure.kind, ErrorKind::Template);
    assert!(failure.message.contains("trigger.size"), "{}", failure.message);
    node.stop().await;
}

async fn a_disabled_workflow_does_not_poll(database: TestDatabase) {
    let world = World::new(database).await;
    world.app.add_item(json!({ "id": "a", "mark": "1" }));
    world.deploy("watch", &watch(true).replace("enabled: true", "enabled: false")).await;
    world.deploy("other", &watch(true)).await;
    let node = world.node().await;
    world.all_runs_are(1, RunState::Succeeded).await;
    assert!(world.runs().await.iter().all(|run| run.workflow.as_str() == "other"));
    node.stop().await;
}

async fn a_schedule_strikes_once_and_makes_missed_moments_good(database: TestDatabase) {
    let world = World::new(database).await;
    let text = "
name: Daily
enabled: true
trigger: { schedule: { cron: '30 2 * * *', timezone: Europe/Berlin } }
steps:
  - { id: note, use: fake.things.update, with: { id: '{{ trigger.scheduled_at }}' } }
";
    world.deploy("daily", text).await;
    let node = world.node().await;
    world.later(18 * 3600);
    world.all_runs_are(1, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.update")[0]["id"], "2026-11-22T01:30:00Z");
    world.later(3 * 24 * 3600);
    world.all_runs_are(2, RunState::Succeeded).await;
    world.later(24 * 3600);
    world.all_runs_are(3, RunState::Succeeded).await;
    node.stop().await;
}

async fn a_changed_schedule_is_due_by_its_new_times(database: TestDatabase) {
    let world = World::new(database).await;
    let text = "
name: Often
enabled: true
trigger: { schedule: { cron: '0 3 1 * *', timezone: UTC } }
steps:
  - { id: note, use: fake.things.update, with: {} }
";
    world.deploy("often", text).await;
    world.deploy("often", &text.replace("0 3 1 * *", "*/5 * * * *")).await;
    let next_at = world.store.workflow(&workflow("often")).await.unwrap().unwrap().next_at;
    assert_eq!(next_at, Some(world.now() + chrono::Duration::minutes(5)));
    world.deploy("often", &text.replace("0 3 1 * *", "*/5 * * * *").replace("Often", "Oft")).await;
    world.later(60);
    let same = world.store.workflow(&workflow("often")).await.unwrap().unwrap().next_at;
    assert_eq!(same, next_at);
}

async fn a_poll_that_panics_is_a_failed_poll(database: TestDatabase) {
    let world = World::new(database).await;
    world.app.add_item(json!({ "id": "a", "mark": "1" }));
    world.app.panic_in("fake.things.list", 1);
    world.deploy("watch", &watch(true)).await;
    let node = world.node().await;
    let failed = world.polls(1).await;
    assert_eq!(failed[0].error.as_ref().map(|e| e.kind), Some(ErrorKind::BadReply));
    world.later(60);
    world.all_runs_are(1, RunState::Succeeded).await;
    node.stop().await;
}

async fn two_nodes_share_the_work_and_start_each_run_once(database: TestDatabase) {
    let world = World::new(database).await;
    for number in 0..300 {
        world.app.add_item(json!({ "id": format!("c{number}"), "mark": "1" }));
    }
    world.deploy("watch", &watch(true)).await;
    let (one, other) = (world.node().await, world.node().await);
    world.all_runs_are(300, RunState::Succeeded).await;
    assert_eq!(world.app.calls("fake.things.update").len(), 300);
    one.stop().await;
    other.stop().await;
}

async fn keys_that_are_too_long_for_an_index_start_one_run_as_others_do(database: TestDatabase) {
    let world = World::new(database).await;
    // Nothing in it comes twice: a database would make little of what repeats itself.
    let long: String =
        (0..1_000_u64).map(|number| format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    world.app.add_item(json!({ "id": long, "mark": "1" }));
    world.app.add_item(json!({ "id": "short", "mark": "1" }));
    let text = format!("{}concurrency: {{ key: '{{{{ trigger.id }}}}', limit: 1 }}\n", watch(true));
    world.deploy("watch", &text).await;
    let node = world.node().await;
    world.all_runs_are(2, RunState::Succeeded).await;
    world.later(60);
    let again = &world.polls(2).await[0];
    assert_eq!((again.fresh, again.duplicate), (0, 2));
    node.stop().await;
}

on_both_databases!(
    the_first_poll_takes_what_exists_as_seen,
    a_change_starts_one_run_and_what_where_refuses_none,
    a_thousand_and_fifty_changes_start_as_many_runs_over_a_kill,
    a_failed_poll_is_in_the_log_and_loses_nothing,
    a_where_that_cannot_be_worked_out_fails_its_run_visibly,
    a_disabled_workflow_does_not_poll,
    a_schedule_strikes_once_and_makes_missed_moments_good,
    a_changed_schedule_is_due_by_its_new_times,
    a_poll_that_panics_is_a_failed_poll,
    two_nodes_share_the_work_and_start_each_run_once,
    keys_that_are_too_long_for_an_index_start_one_run_as_others_do,
);
