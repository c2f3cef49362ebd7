use std::collections::HashSet;

use highline_model::budget::{Account, Allowance, Ask, Away, Told, Waiting};
use highline_store::Store;
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::World;

on_both_databases! {
    nodes_that_ask_at_once_are_never_given_more_than_the_limit,
    what_is_given_back_can_be_given_again,
    what_was_spent_and_a_close_outlive_the_node,
    many_resources_are_one_transaction,
    a_person_lifts_a_close,
}

fn ask(resource: &str, node: &str, want: u32) -> Ask {
    Ask {
        resource: resource.into(),
        node: node.into(),
        // An hour long, so that a slow machine does not get to its end.
        allowance: Allowance { requests: 100, window_ms: 3_600_000, daily: Some(1_000) },
        want,
        lasts_ms: 1_000,
        waiting: Waiting { event: want, ..Waiting::default() },
        away: Away::default(),
        accounts: vec![],
        told: None,
        close_ms: None,
    }
}

/// Asks until there is nothing more; what it got, and the numbers of the grants.
async fn flood(store: Store, node: &str) -> (u32, Vec<u64>) {
    let (mut got, mut numbers) = (0, Vec::new());
    loop {
        let reply = store.exchange_budgets(&[ask("acme", node, 5)]).await.unwrap().remove(0);
        match reply.grant {
            Some(grant) => {
                got += grant.requests;
                numbers.push(grant.id);
            }
            None if reply.more_in_ms > 60_000 => return (got, numbers),
            None => {}
        }
    }
}

async fn nodes_that_ask_at_once_are_never_given_more_than_the_limit(database: TestDatabase) {
    let world = World::empty(database).await;
    let node = |name| {
        let url = world.database.url().to_owned();
        async move { flood(Store::open(&url).await.unwrap(), name).await }
    };
    let (a, b, c) = tokio::join!(node("a"), node("b"), node("c"));
    assert_eq!(a.0 + b.0 + c.0, 100);
    let numbers: Vec<u64> = [a.1, b.1, c.1].concat();
    let different: HashSet<u64> = numbers.iter().copied().collect();
    assert_eq!(different.len(), numbers.len(), "each grant has a number of its own");
}

async fn what_is_given_back_can_be_given_again(database: TestDatabase) {
    let world = World::empty(database).await;
    let (_, numbers) = flood(world.store.clone(), "a").await;
    let account = Account { grant: numbers[0], used: 2, quiet_for_ms: Some(0) };
    let told = Ask { accounts: vec![account], ..ask("acme", "a", 5) };
    let reply = world.store.exchange_budgets(&[told]).await.unwrap().remove(0);
    assert_eq!(reply.grant.map(|grant| grant.requests), Some(3));
    let again = world.store.exchange_budgets(&[ask("acme", "a", 5)]).await.unwrap().remove(0);
    assert_eq!(again.grant, None);
}

async fn what_was_spent_and_a_close_outlive_the_node(database: TestDatabase) {
    let world = World::empty(database).await;
    flood(world.store.clone(), "a").await;
    let told = Told { daily_remaining: Some(400), ..Told::default() };
    let closing = Ask { told: Some(told), close_ms: Some(7_200_000), ..ask("acme", "a", 0) };
    world.store.exchange_budgets(&[closing]).await.unwrap();
    let store = Store::open(world.database.url()).await.unwrap();
    let budgets = store.budgets().await.unwrap();
    let budget = &budgets[0];
    assert_eq!((budget.resource.as_str(), budget.left_in_window), ("acme", 0));
    assert_eq!((budget.spent_today, budget.left_today), (600, Some(400)));
    assert!(budget.closed_until.is_some() && budget.day_ends_at.is_some());
    let reply = store.exchange_budgets(&[ask("acme", "b", 1)]).await.unwrap().remove(0);
    assert!(reply.grant.is_none() && reply.more_in_ms > 7_000_000, "{reply:?}");
}

async fn many_resources_are_one_transaction(database: TestDatabase) {
    let world = World::empty(database).await;
    let asks: Vec<Ask> = (0..1_200).map(|number| ask(&format!("location {number:04}"), "a", 3)).collect();
    for _ in 0..2 {
        let replies = world.store.exchange_budgets(&asks).await.unwrap();
        assert!(replies.iter().all(|reply| reply.grant.is_some_and(|grant| grant.requests == 3)));
    }
    let budgets = world.store.budgets().await.unwrap();
    assert_eq!(budgets.len(), 1_200);
    assert!(budgets.iter().all(|budget| budget.spent_today == 6));
}

async fn a_person_lifts_a_close(database: TestDatabase) {
    let world = World::empty(database).await;
    let closing = Ask { close_ms: Some(7_200_000), ..ask("acme", "a", 0) };
    world.store.exchange_budgets(&[closing]).await.unwrap();
    assert!(!world.store.reopen_budget("nobody").await.unwrap());
    assert!(world.store.reopen_budget("acme").await.unwrap());
    let reply = world.store.exchange_budgets(&[ask("acme", "a", 1)]).await.unwrap().remove(0);
    assert!(reply.grant.is_some());
}
