//! A node that stands still for longer than its lease, and then goes on as if nothing had happened.

use std::thread;
use std::time::Duration;

use highline_testing::{Tally, short_or_full};
use reqwest::Method;
use serde_json::{Value, json};

use super::SERVE;
use super::audit::{Audit, at_rest, detail, id, prepare, runs};
use super::load::Sent;
use super::target::Target;
use crate::process::{Node, until};
use crate::world::World;

const RUNS: usize = 12;

#[test]
fn a_node_that_stood_still_goes_on_with_what_is_its_own_on_sqlite() {
    let world = World::with_contacts(0);
    let mut tally = Tally::of("SIGSTOP beyond the lease", false);
    tally.rounds = short_or_full(2, 8);
    let target = prepare(&world);
    let node = world.serve(&SERVE);
    let mut sent = Sent::default();
    for round in 0..tally.rounds {
        in_flight(&world, &node, &target, &mut sent, round);
        node.signal("STOP");
        target.let_go();
        // Longer than the lease is what is tried here.
        thread::sleep(Duration::from_secs(4));
        node.signal("CONT");
        until("it goes on", || at_rest(&world, &node).then_some(()));
    }
    Audit { world: &world, node: &node, target: &target, sent: &sent }.settle(&mut tally);
    assert_eq!(tally.interrupted, 0, "nobody else was there to take anything");
    node.stop();
    tally.report();
}

#[test]
fn a_node_that_stood_still_writes_nothing_to_what_another_has_taken() {
    let Some(world) = World::with_contacts(0).on_postgres() else { return };
    let mut tally = Tally::of("SIGSTOP beyond the lease", true);
    tally.rounds = short_or_full(2, 8);
    let target = prepare(&world);
    let other = world.serve(&SERVE);
    let mut sent = Sent::default();
    for round in 0..tally.rounds {
        let still = world.serve(&SERVE);
        other.signal("STOP");
        in_flight(&world, &still, &target, &mut sent, round);
        still.signal("STOP");
        other.signal("CONT");
        target.let_go();
        until("the other has taken all", || at_rest(&world, &other).then_some(()));
        let taken = logs(&world, &other);
        still.signal("CONT");
        // Whatever it still wants to write, it has tried to when it has ended well.
        still.stop();
        assert_eq!(logs(&world, &other), taken, "a stale fence has written something");
    }
    Audit { world: &world, node: &other, target: &target, sent: &sent }.settle(&mut tally);
    assert!(tally.interrupted >= RUNS, "the unsafe requests in flight were held");
    other.stop();
    tally.report();
}

/// Starts runs on `node` and returns when each has a request under way: a safe one in even rounds, an unsafe one in odd.
fn in_flight(world: &World, node: &Node, target: &Target, sent: &mut Sent, round: usize) {
    let method = if round.is_multiple_of(2) { "PUT" } else { "POST" };
    let before = target.asked(method);
    target.hold(method);
    for number in 0..RUNS {
        let event = format!("s{round}-{number}");
        let url = node.url("/api/v1/workflows/by-hand/start");
        let (status, answer) = world.http(Method::POST, &url, json!({ "id": event }));
        assert_eq!(status, 201, "{answer}");
        sent.taken.insert(event);
    }
    until("all are in flight", || (target.asked(method) >= before + RUNS).then_some(()));
}

fn logs(world: &World, node: &Node) -> Vec<Value> {
    let runs = runs(world, node, "");
    runs.iter().map(|run| detail(world, node, &id(run))["log"].take()).collect()
}
