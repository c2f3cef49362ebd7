//! PostgreSQL stopped and killed under load, and started again.

use std::time::Duration;

use highline_testing::{Chance, Tally, short_or_full};

use super::SERVE;
use super::audit::{Audit, prepare};
use super::cluster::Cluster;
use super::load::Load;
use crate::process::until;
use crate::world::World;

#[test]
fn a_postgres_that_is_stopped_and_killed_costs_no_event() {
    let Some(cluster) = Cluster::start() else { return };
    let mut tally = Tally::of("PostgreSQL stopped and killed", true);
    let world = World::with_contacts(0).at(cluster.url());
    let mut chance = Chance::new();
    let target = prepare(&world);
    let node = world.serve(&SERVE);
    let load = Load::start(&target, Duration::from_millis(15), short_or_full(600, 2_000));
    load.send_to(Some(node.address()));
    until("it works", || node.line("  succeeded  "));
    for _ in 0..short_or_full(1, 8) {
        for how in ["fast", "immediate", "kill"] {
            chance.pause(Duration::from_millis(500));
            match how {
                "kill" => cluster.kill(),
                mode => cluster.stop(mode),
            }
            chance.pause(Duration::from_millis(1_500));
            cluster.start_again();
            until("the node is ready again", || (world.get(&node.url("/readyz")).0 == 200).then_some(()));
            tally.rounds += 1;
        }
    }
    let sent = load.stop();
    Audit { world: &world, node: &node, target: &target, sent: &sent }.settle(&mut tally);
    node.stop();
    tally.report();
}
