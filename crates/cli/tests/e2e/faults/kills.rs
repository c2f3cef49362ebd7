//! `kill -9` at any moment, again and again, while events come in.

use std::time::Duration;

use highline_testing::{Chance, Tally, short_or_full};

use super::SERVE;
use super::audit::{Audit, prepare};
use super::load::Load;
use crate::process::Node;
use crate::world::World;

#[test]
fn kills_at_random_moments_lose_and_double_nothing_on_sqlite() {
    kills_at_random_moments(&World::with_contacts(0));
}

#[test]
fn kills_at_random_moments_lose_and_double_nothing_on_postgres() {
    if let Some(world) = World::with_contacts(0).on_postgres() {
        kills_at_random_moments(&world);
    }
}

fn kills_at_random_moments(world: &World) {
    let mut tally = Tally::of("kill -9 under load", world.is_on_postgres());
    tally.rounds = short_or_full(6, 100);
    let mut chance = Chance::new();
    let target = prepare(world);
    let load = Load::start(&target, Duration::from_millis(short_or_full(20, 60)), 2_000);
    for _ in 0..tally.rounds {
        // Some die before they are ready, while they bring the tables up to date or read the folder.
        let at_start = chance.below(5) == 0;
        let node = match at_start {
            true => Node::spawn(world.command(&[&["serve", "--listen", "127.0.0.1:0"], &SERVE[..]].concat())),
            false => world.serve(&SERVE),
        };
        load.send_to((!at_start).then(|| node.address()));
        chance.pause(Duration::from_millis(600));
        load.send_to(None);
        node.kill();
    }
    let node = world.serve(&SERVE);
    load.send_to(Some(node.address()));
    let sent = load.stop();
    Audit { world, node: &node, target: &target, sent: &sent }.settle(&mut tally);
    node.stop();
    tally.report();
}
