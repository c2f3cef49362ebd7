//! Workflows that ask the same thing, and are polled once.

use highline_model::RunState;
use highline_store::{Page, PollRecord};
use highline_testing::{FakeApp, TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::node::{World, workflow};

fn watch(name: &str, extra: &str) -> String {
    format!(
        "name: {name}\nenabled: true\ntrigger: {{ use: fake.things.list, every: 1m, emit: new_or_changed{extra} }}\n\
         where: '{{{{ eq (default trigger.for \"{name}\") \"{name}\" }}}}'\n\
         steps:\n  - {{ id: note, use: fake.things.update, with: {{ id: '{name}-{{{{ trigger.id }}}}' }} }}\n"
    )
}

async fn deployed(database: TestDatabase, names: &[&str]) -> World {
    with_app(World::new(database).await, names).await
}

async fn with_app(world: World, names: &[&str]) -> World {
    for name in names {
        world.deploy(name, &watch(name, "")).await;
    }
    world
}

impl World {
    fn noted(&self) -> Vec<String> {
        let calls = self.app.calls("fake.things.update");
        let mut noted: Vec<String> =
            calls.iter().filter_map(|call| call["id"].as_str().map(str::to_owned)).collect();
        noted.sort();
        noted
    }

    fn polled(&self) -> usize {
        self.app.calls("fake.things.list").len()
    }

    async fn polls_of(&self, name: &str) -> Vec<PollRecord> {
        let page = Page { after: None, limit: 50 };
        self.store.polls(Some(&workflow(name)), page).await.unwrap().polls
    }

    async fn switch(&self, name: &str, on: bool) {
        self.library().set_enabled(&workflow(name), on).await.unwrap();
    }
}

fn thing(id: &str) -> Value {
    json!({ "id": id, "mark": "1" })
}

async fn two_workflows_that_ask_the_same_make_one_request(database: TestDatabase) {
    let world = deployed(database, &["a", "b"]).await;
    world.app.add_item(thing("old"));
    let node = world.node().await;
    world.polls(2).await;
    world.app.add_item(thing("x"));
    world.app.add_item(json!({ "id": "y", "mark": "1", "for": "b" }));
    world.later(60);
    world.all_runs_are(3, RunState::Succeeded).await;
    assert_eq!(world.polled(), 2, "one request a minute for both");
    assert_eq!(world.noted(), ["a-x", "b-x", "b-y"]);
    let (own, shared) = (world.polls_of("a").await.remove(0), world.polls_of("b").await.remove(0));
    assert_eq!((own.seen, own.fresh, own.duplicate, own.filtered, own.requests), (3, 1, 1, 1, 1));
    assert_eq!((shared.fresh, shared.filtered, shared.requests), (2, 0, 0));
    assert_eq!(shared.made_by, Some(workflow("a")));
    let told: Vec<(&str, &str)> =
        own.sample.iter().map(|one| (one.key.as_str(), one.outcome.as_str())).collect();
    assert_eq!(told, [("old@1", "duplicate"), ("y@1", "filtered")]);
    node.stop().await;
}

async fn other_words_in_the_request_make_another_one(database: TestDatabase) {
    let world = deployed(database, &["a"]).await;
    let with = |vars: &str| watch("b", ", with: { name: '{{ vars.who }}' }").replace("steps:", vars);
    world.deploy("b", &with("vars: { who: one }\nsteps:")).await;
    world.deploy("c", &with("vars: { who: two }\nsteps:")).await;
    let node = world.node().await;
    world.polls(3).await;
    let mut asked: Vec<String> = world.app.calls("fake.things.list").iter().map(Value::to_string).collect();
    asked.sort();
    assert_eq!(asked, [r#"{"name":"one"}"#, r#"{"name":"two"}"#, "{}"]);
    node.stop().await;
}

async fn a_leader_that_is_switched_off_takes_nothing_from_the_others(database: TestDatabase) {
    let world = deployed(database, &["a", "b", "c"]).await;
    let node = world.node().await;
    world.polls(3).await;
    world.switch("a", false).await;
    world.app.add_item(thing("x"));
    world.later(60);
    world.all_runs_are(2, RunState::Succeeded).await;
    world.switch("a", true).await;
    world.all_runs_are(3, RunState::Succeeded).await;
    assert_eq!(world.noted(), ["a-x", "b-x", "c-x"]);
    node.stop().await;
}

async fn who_comes_later_takes_what_exists_as_seen_and_hears_the_rest(database: TestDatabase) {
    let world = deployed(database, &["a"]).await;
    let node = world.node().await;
    world.polls(1).await;
    world.app.add_item(thing("x"));
    world.later(60);
    world.all_runs_are(1, RunState::Succeeded).await;
    world.deploy("b", &watch("b", "")).await;
    node.nudge();
    world.polls(4).await;
    assert_eq!(world.polls_of("b").await[0].sample[0].outcome, "seen");
    world.app.add_item(thing("y"));
    world.later(60);
    world.all_runs_are(3, RunState::Succeeded).await;
    assert_eq!(world.noted(), ["a-x", "a-y", "b-y"]);
    node.stop().await;
}

async fn a_node_that_dies_between_request_and_commit_loses_nothing_of_anyone(database: TestDatabase) {
    let world = World::with_app(database, FakeApp::gated()).await;
    let world = with_app(world, &["a", "b"]).await;
    let first = world.node().await;
    world.app.let_through(1);
    world.polls(2).await;
    world.app.add_item(thing("x"));
    world.later(60);
    world.calls("fake.things.list", 2).await;
    first.abort().await;
    world.app.let_through(1_000);
    world.later(60);
    let second = world.node().await;
    world.all_runs_are(2, RunState::Succeeded).await;
    assert_eq!(world.noted(), ["a-x", "b-x"]);
    second.stop().await;
}

async fn the_most_eager_of_them_sets_the_pace(database: TestDatabase) {
    let world = deployed(database, &["b"]).await;
    world.deploy("a", &watch("a", "").replace("every: 1m", "every: 5m")).await;
    let node = world.node().await;
    world.polls(2).await;
    world.later(60);
    world.polls(4).await;
    assert_eq!(world.polls_of("a").await.len(), 2);
    node.stop().await;
}

on_both_databases!(
    two_workflows_that_ask_the_same_make_one_request,
    other_words_in_the_request_make_another_one,
    a_leader_that_is_switched_off_takes_nothing_from_the_others,
    who_comes_later_takes_what_exists_as_seen_and_hears_the_rest,
    a_node_that_dies_between_request_and_commit_loses_nothing_of_anyone,
    the_most_eager_of_them_sets_the_pace,
);
