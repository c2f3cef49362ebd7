//! Several nodes on one PostgreSQL, of which one is killed.

use std::time::{Duration, Instant};

use highline_testing::{Chance, Tally, short_or_full};

use super::SERVE;
use super::audit::{Audit, at_rest, prepare};
use super::load::Load;
use crate::process::{Node, until, within};
use crate::world::World;

#[test]
fn of_two_nodes_one_takes_over_what_the_killed_one_held() {
    one_is_killed("one of two nodes killed", 2);
}

#[test]
fn of_three_nodes_two_take_over_what_the_killed_one_held() {
    one_is_killed("one of three nodes killed", 3);
}

fn one_is_killed(fault: &'static str, nodes: usize) {
    let Some(world) = World::with_contacts(0).on_postgres() else { return };
    let mut tally = Tally::of(fault, true);
    tally.rounds = short_or_full(2, 12);
    let mut chance = Chance::new();
    let target = prepare(&world);
    let mut alive: Vec<Node> = (0..nodes).map(|_| world.serve(&SERVE)).collect();
    let load = Load::start(&target, Duration::from_millis(10), short_or_full(600, 2_000));
    for _ in 0..tally.rounds {
        load.send_to(Some(alive[0].address()));
        until("every node works", || {
            alive.iter().all(|node| node.line("  succeeded  ").is_some()).then_some(())
        });
        chance.pause(Duration::from_millis(400));
        let killed = alive.remove(chance.below(nodes as u64) as usize);
        killed.kill();
        load.send_to(Some(alive[0].address()));
        alive.push(world.serve(&SERVE));
    }
    let last = alive.remove(0);
    let sent = load.stop();
    last.kill();
    let killed = Instant::now();
    // A lease of two seconds, and what the others need to do the work.
    within(Duration::from_secs(30), "the others finish", || at_rest(&world, &alive[0]).then_some(()));
    eprintln!("all runs at rest {:?} after the last kill", killed.elapsed());
    tally.rounds += 1;
    Audit { world: &world, node: &alive[0], target: &target, sent: &sent }.settle(&mut tally);
    alive.into_iter().for_each(Node::stop);
    tally.report();
}
