use std::time::Duration;

use highline_model::{Role, RunEvent, RunState};
use highline_store::{NewAudit, NewSession, Origin, Page};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::node::World;

on_both_databases! {
    a_run_that_was_kept_long_enough_is_gone,
    a_large_input_is_sent_whole_and_recorded_in_part,
    the_audit_log_is_kept_for_a_year_and_logins_until_they_are_over,
}

const KEPT: &str = "
trigger: manual
keep: { for: 2d, failed_for: forever }
steps:
  - { id: first, use: fake.things.update, with: { id: '{{ trigger.id }}' } }
";

async fn a_run_that_was_kept_long_enough_is_gone(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("kept", KEPT).await;
    let old = world.start_run("kept", json!({ "id": "a" })).await;
    let node = world.node().await;
    world.run_is(old, RunState::Succeeded).await;
    world.later(86_400);
    let young = world.start_run("kept", json!({ "id": "b" })).await;
    world.run_is(young, RunState::Succeeded).await;
    node.stop().await;
    world.later(86_400 + 60);
    let node = world.node().await;
    let mut round = None;
    for _ in 0..1_000 {
        round = world.store.last_retention().await.unwrap().filter(|round| round.deleted.runs > 0);
        if round.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(round.expect("a round deletes something").deleted.runs, 1);
    assert!(world.store.run(old).await.unwrap().is_none());
    assert!(world.store.run(young).await.unwrap().is_some());
    node.stop().await;
}

async fn a_large_input_is_sent_whole_and_recorded_in_part(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("kept", KEPT).await;
    let large = "x".repeat(200_000);
    let run = world.start_run("kept", json!({ "id": large })).await;
    let node = world.node().await;
    let detail = world.run_is(run, RunState::Succeeded).await;
    let recorded = detail.log.iter().find_map(|entry| match &entry.event {
        RunEvent::StepSucceeded { input, .. } => Some(input),
        _ => None,
    });
    assert!(recorded.unwrap()["$cut"]["bytes"].as_u64().unwrap() > 200_000);
    assert_eq!(world.app.calls("fake.things.update")[0]["id"], large);
    node.stop().await;
}

async fn the_audit_log_is_kept_for_a_year_and_logins_until_they_are_over(database: TestDatabase) {
    let world = World::new(database).await;
    let audit = async |action| {
        let new = NewAudit { by: "duty", action, target: None, details: None, now: world.clock.now() };
        world.store.audit(new).await.unwrap();
    };
    audit("first").await;
    let made = world.clock.now();
    let new = NewSession { origin: Origin::Link, name: "login link", role: Role::Admin, now: made };
    let (_, secret) = world.store.open_session(new).await.unwrap();
    world.later(86_400);
    audit("second").await;
    world.later(364 * 86_400 + 60);
    let node = world.node().await;
    let mut left = Vec::new();
    for _ in 0..1_000 {
        left = world.store.audited(Page { after: None, limit: 9 }).await.unwrap().entries;
        if left.len() < 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(left.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["second"]);
    assert!(world.store.session(&secret, made).await.unwrap().is_none(), "its row is gone");
    node.stop().await;
}
