//! SQLite on a disk that is full, until there is space again.

use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use highline_testing::{Tally, short_or_full};

use super::SERVE;
use super::audit::{Audit, prepare, succeeded};
use super::load::Load;
use crate::process::{Node, until};
use crate::world::World;

#[test]
fn a_full_disk_costs_no_event() {
    let world = World::with_contacts(0);
    let data = world.path("data").display().to_string();
    std::fs::create_dir(&data).unwrap();
    // The file system is seen by this process alone and goes with it; where root may, and users' namespaces are allowed.
    let mount = "mount -t tmpfs -o size=48m tmpfs \"$0\" && exec \"$@\"";
    let behind = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, &data];
    let permitted = wrapped(&behind, &Command::new("true")).stderr(Stdio::null()).status();
    if !permitted.is_ok_and(|status| status.success()) {
        eprintln!(
            "skipped: no file system may be mounted here; the test with a limit on files is not skipped"
        );
        return;
    }
    no_space("disk full", &world, &behind, |node, full| {
        let ballast = format!("/proc/{}/root{data}/ballast", node.id());
        if full {
            let mut file = File::create(&ballast).unwrap();
            while file.write_all(&[0; 4096]).is_ok() {}
        } else {
            std::fs::remove_file(&ballast).unwrap();
        }
    });
}

#[test]
fn files_that_may_not_grow_cost_no_event() {
    let world = World::with_contacts(0);
    let behind = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    no_space("files may not grow", &world, &behind, |node, full| {
        let limit = if full { "--fsize=8192:" } else { "--fsize=unlimited:" };
        let set = Command::new("prlimit").args(["--pid", &node.id().to_string(), limit]).status();
        assert!(set.expect("there is `prlimit`, of util-linux").success());
    });
}

/// Takes the space away under load, and gives it back when the node has noticed.
fn no_space(fault: &'static str, world: &World, behind: &[&str], set: impl Fn(&Node, bool)) {
    let mut tally = Tally::of(fault, false);
    tally.rounds = short_or_full(2, 12);
    let target = prepare(world);
    let serve = world.command(&[&["serve", "--listen", "127.0.0.1:0"], &SERVE[..]].concat());
    let node = Node::start(wrapped(behind, &serve));
    let load = Load::start(&target, Duration::from_millis(15), short_or_full(1_000, 3_000));
    load.send_to(Some(node.address()));
    let mut done = 0;
    let mut work_goes_on = || {
        done = until("work goes on", || succeeded(world, &node, "by-hand").filter(|now| *now > done));
    };
    let complaints = || node.stderr().matches("disk").count();
    for _ in 0..tally.rounds {
        work_goes_on();
        let before = complaints();
        set(&node, true);
        until("the node notices", || (complaints() > before).then_some(()));
        set(&node, false);
    }
    work_goes_on();
    let sent = load.stop();
    Audit { world, node: &node, target: &target, sent: &sent }.settle(&mut tally);
    node.stop();
    tally.report();
}

/// `command` started by way of `behind`, with the same folder and environment.
fn wrapped(behind: &[&str], command: &Command) -> Command {
    let mut wrapped = Command::new(behind[0]);
    wrapped.args(&behind[1..]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}
