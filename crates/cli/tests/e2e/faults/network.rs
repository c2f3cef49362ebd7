//! A network between a node and PostgreSQL that is cut, silent, slow, or loses just the answer that counts.

use std::time::Duration;

use highline_testing::{Chance, Tally, TestDatabase, short_or_full};

use super::SERVE;
use super::audit::{Audit, prepare, succeeded};
use super::load::Load;
use super::proxy::Proxy;
use crate::process::{Node, until};
use crate::world::World;

/// A node that reaches its database through a proxy.
struct Scene {
    proxy: Proxy,
    world: World,
    node: Node,
    chance: Chance,
    done: usize,
}

impl Scene {
    /// Waits until the node has done something since the last time.
    fn work_goes_on(&mut self) {
        let before = self.done;
        self.done = until("work goes on", || {
            succeeded(&self.world, &self.node, "by-hand").filter(|done| *done > before)
        });
    }

    fn pause(&mut self, at_most_ms: u64) {
        self.chance.pause(Duration::from_millis(at_most_ms));
    }
}

#[test]
fn connections_that_break_anywhere_lose_and_double_nothing() {
    under("connections cut", short_or_full(6, 40), |scene, round| {
        match round % 3 {
            0 => scene.proxy.cut(),
            1 => {
                let bytes = scene.chance.below(3_000);
                scene.proxy.break_after(bytes);
            }
            _ => {
                scene.proxy.close(true);
                scene.proxy.cut();
                scene.pause(1_500);
                scene.proxy.close(false);
            }
        }
        scene.pause(300);
    });
}

#[test]
fn connections_that_fall_silent_are_given_up() {
    under("connections half open", short_or_full(1, 4), |scene, _| scene.proxy.silence());
}

#[test]
fn a_slow_network_loses_and_doubles_nothing() {
    under("network with 20 to 60 ms more each way", short_or_full(1, 6), |scene, _| {
        let delay = 20 + scene.chance.below(40);
        scene.proxy.delay(Duration::from_millis(delay));
        scene.pause(3_000);
        scene.work_goes_on();
        scene.proxy.delay(Duration::ZERO);
    });
}

#[test]
fn commits_whose_answers_are_lost_are_neither_lost_nor_made_twice_nor_held() {
    let lost_by = 3;
    let tally = under("answers of commits lost", short_or_full(5, 60), |scene, _| {
        let before = scene.proxy.lost_commits();
        scene.proxy.lose_answers_of_commits(lost_by);
        until("the answers are lost", || (scene.proxy.lost_commits() >= before + lost_by).then_some(()));
        scene.pause(200);
    });
    if let Some(tally) = tally {
        assert_eq!(tally.interrupted, 0, "what was written was taken for unknown");
    }
}

/// Breaks the network so many times under load, each time after work has gone on; what was counted.
fn under(fault: &'static str, rounds: usize, mut break_it: impl FnMut(&mut Scene, usize)) -> Option<Tally> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::postgres())?;
    let mut tally = Tally::of(fault, true);
    let proxy = Proxy::before(database.url());
    let world = World::with_contacts(0).at(proxy.url(database.url()));
    let target = prepare(&world);
    let node = world.serve(&SERVE);
    let load = Load::start(&target, Duration::from_millis(15), short_or_full(1_000, 3_000));
    load.send_to(Some(node.address()));
    let mut scene = Scene { proxy, world, node, chance: Chance::new(), done: 0 };
    for round in 0..rounds {
        scene.work_goes_on();
        break_it(&mut scene, round);
        tally.rounds += 1;
    }
    scene.work_goes_on();
    let sent = load.stop();
    Audit { world: &scene.world, node: &scene.node, target: &target, sent: &sent }.settle(&mut tally);
    scene.node.stop();
    tally.report();
    Some(tally)
}
