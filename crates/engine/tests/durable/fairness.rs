//! A slow connection does not keep the others from being polled.

use highline_testing::{FakeApp, TestDatabase, eventually, on_both_databases};
use serde_json::Value;

use crate::node::{World, workflow};

on_both_databases! {
    a_connection_that_hangs_holds_half_of_the_slots_while_others_go_on,
}

/// As many as a node polls at a time, see `Settings`.
const SLOTS: usize = 16;

async fn watch(world: &World, id: &str, (connection, name): (&str, &str)) {
    let text = format!(
        "trigger: {{ use: fake.things.list, connection: {connection}, every: 1m, with: {{ id: {id}, name: {name} }} }}\n\
         steps: [{{ set: {{ a: 1 }} }}]"
    );
    world.deploy(id, &text).await;
    world.library().set_enabled(&workflow(id), true).await.unwrap();
}

fn asked(world: &World, name: &str) -> usize {
    world.app.calls("fake.things.list").iter().filter(|input: &&Value| input["name"] == name).count()
}

async fn a_connection_that_hangs_holds_half_of_the_slots_while_others_go_on(database: TestDatabase) {
    let world = World::with(database, FakeApp::new(), &["fake", "other"]).await;
    watch(&world, "quick", ("other", "quick")).await;
    let node = world.node().await;
    world.polls(1).await;
    world.app.silence("slow");
    for number in 0..SLOTS + 4 {
        watch(&world, &format!("slow-{number}"), ("fake", "slow")).await;
    }
    eventually("half of the slots are taken", async || (asked(&world, "slow") == SLOTS / 2).then_some(()))
        .await;
    for polls in 2..5 {
        world.later(60);
        world.polls(polls).await;
    }
    assert_eq!((asked(&world, "quick"), asked(&world, "slow")), (4, SLOTS / 2));
    node.abort().await;
}
