//! Nodes that share a database and do not agree on the time.

use std::time::Duration;

use highline_testing::{Tally, short_or_full};

use super::SERVE;
use super::audit::{Audit, prepare};
use super::load::Load;
use crate::process::{Node, until};
use crate::world::World;

#[test]
fn nodes_whose_clocks_are_ten_minutes_apart_share_the_work_and_steal_nothing() {
    let Some(world) = World::with_contacts(0).on_postgres() else { return };
    let mut tally = Tally::of("clocks 10 minutes apart", true);
    tally.rounds = 3;
    let target = prepare(&world);
    let nodes: Vec<Node> = ["600", "0", "-600"].iter().map(|offset| serve_at(&world, offset)).collect();
    let load = Load::start(&target, Duration::from_millis(10), short_or_full(300, 1_500));
    for node in &nodes {
        load.send_to(Some(node.address()));
        until("it works", || node.line("  succeeded  "));
    }
    let sent = load.stop();
    Audit { world: &world, node: &nodes[1], target: &target, sent: &sent }.settle(&mut tally);
    assert_eq!(tally.interrupted, 0, "a run in flight was taken from its node");
    nodes.into_iter().for_each(Node::stop);
    tally.report();
}

/// A node whose clock goes `offset` seconds ahead.
fn serve_at(world: &World, offset: &str) -> Node {
    let mut command = world.command(&[&["serve", "--listen", "127.0.0.1:0"], &SERVE[..]].concat());
    command.env("HIGHLINE_TEST_CLOCK_OFFSET", offset);
    Node::start(command)
}
