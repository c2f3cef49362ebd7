use highline_model::{Role, RunEvent, RunState};
use highline_store::{AuditFilter, NewAudit, NewSession, Origin, Page};
use highline_testing::{TestDatabase, eventually, on_both_databases};
use serde_json::json;

use crate::node::{World, workflow};

on_both_databases! {
    a_run_that_was_kept_long_enough_is_gone,
    a_large_input_is_sent_whole_and_recorded_in_part,
    the_audit_log_is_kept_for_a_year_and_logins_until_they_are_over,
    of_what_polls_have_found_the_latest_state_of_each_record_stays_known,
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
    let round = async || world.store.last_retention().await.unwrap().filter(|round| round.deleted.runs > 0);
    assert_eq!(eventually("a round deletes something", round).await.deleted.runs, 1);
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
    let fewer = async || {
        let left = world
            .store
            .audited(&AuditFilter::default(), Page { after: None, limit: 9 })
            .await
            .unwrap()
            .entries;
        (left.len() < 2).then_some(left)
    };
    let left = eventually("an old entry is deleted", fewer).await;
    assert_eq!(left.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["second"]);
    assert!(world.store.session(&secret, made).await.unwrap().is_none(), "its row is gone");
    node.stop().await;
}

const WATCH: &str = "
trigger: { use: fake.things.list, connection: fake, every: 1m }
keep: { for: 1d }
steps: [{ set: { id: '{{ trigger.id }}' } }]
";

async fn of_what_polls_have_found_the_latest_state_of_each_record_stays_known(database: TestDatabase) {
    let world = World::new(database).await;
    let states = [
        ("a", "2026-10-01"),
        ("a", "2026-10-02"),
        ("b", "2026-10-01"),
        ("c", "2026-11-24"),
        ("c", "2026-11-25"),
    ];
    for (id, day) in states {
        world.app.add_item(json!({ "id": id, "mark": format!("{day}T00:00:00Z") }));
    }
    world.app.leave_cursor(json!({ "since": "2026-11-30T08:00:00.000Z" }));
    world.deploy("watch", WATCH).await;
    world.library().set_enabled(&workflow("watch"), true).await.unwrap();
    let node = world.node().await;
    world.polls(1).await;
    node.stop().await;
    world.later(9 * 86_400);
    let keys: Vec<String> = states.iter().map(|(id, day)| format!("{id}@{day}T00:00:00Z")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let node = world.node().await;
    let fewer = async || {
        let known = world.store.known_keys(&workflow("watch"), &keys).await.unwrap();
        (known.len() < keys.len()).then_some(known)
    };
    let known = eventually("a key is forgotten", fewer).await;
    assert!(!known.contains("a@2026-10-01T00:00:00Z"), "a has changed since, long ago: {known:?}");
    assert_eq!(known.len(), 4, "of a and b the latest state stays, and of c both: {known:?}");
    node.stop().await;
}
