use highline_model::{Clock, NodeId};
use highline_store::{NodeRecord, Shout, Store};
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, at};

on_both_databases! {
    a_node_is_there_from_its_first_sign_until_it_leaves,
    a_node_that_gives_no_sign_for_a_day_is_forgotten,
    a_shout_is_heard_by_other_nodes,
    a_steered_clock_shows_the_time_of_the_database,
}

fn node(name: &str, seconds: i64) -> NodeRecord {
    NodeRecord {
        id: NodeId::from(name.to_owned()),
        version: "1.2.3".to_owned(),
        address: Some("127.0.0.1:8080".to_owned()),
        runs: 7,
        polls: 2,
        started_at: at(0),
        seen_at: at(seconds),
    }
}

async fn a_node_is_there_from_its_first_sign_until_it_leaves(database: TestDatabase) {
    let world = World::empty(database).await;
    world.store.see_node(&node("a", 0)).await.unwrap();
    world.store.see_node(&node("b", 1)).await.unwrap();
    let again = NodeRecord { runs: 8, ..node("a", 3) };
    world.store.see_node(&again).await.unwrap();
    assert_eq!(world.store.nodes().await.unwrap(), [again.clone(), node("b", 1)]);
    world.store.leave(&node("b", 1).id).await.unwrap();
    assert_eq!(world.store.nodes().await.unwrap(), [again]);
}

async fn a_node_that_gives_no_sign_for_a_day_is_forgotten(database: TestDatabase) {
    let world = World::empty(database).await;
    world.store.see_node(&node("dead", 0)).await.unwrap();
    let later = node("alive", 25 * 3_600);
    world.store.see_node(&later).await.unwrap();
    assert_eq!(world.store.nodes().await.unwrap(), [later]);
}

async fn a_shout_is_heard_by_other_nodes(database: TestDatabase) {
    let world = World::empty(database).await;
    let other = Store::open(world.database.url()).await.unwrap();
    let Some(mut ear) = other.listen().await.unwrap() else {
        assert!(!world.database.is_postgres());
        return world.store.shout(Shout::Work).await.unwrap();
    };
    world.store.shout(Shout::Work).await.unwrap();
    world.store.shout(Shout::Decided).await.unwrap();
    assert_eq!(ear.next().await.unwrap(), Some(Shout::Work));
    assert_eq!(ear.next().await.unwrap(), Some(Shout::Decided));
}

async fn a_steered_clock_shows_the_time_of_the_database(database: TestDatabase) {
    let world = World::empty(database).await;
    let wrong = Clock::steered(chrono::Duration::days(-3));
    world.store.steer(&wrong).await.unwrap();
    let apart = Clock::system().now() - wrong.now();
    assert_eq!(apart < chrono::Duration::days(1), world.database.is_postgres(), "{apart}");
}
