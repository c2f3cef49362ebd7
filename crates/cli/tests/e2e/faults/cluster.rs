//! A PostgreSQL server that one test has for itself, to stop and kill.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::process::until;

pub struct Cluster {
    url: String,
    /// Starts and stops it: `pg_ctl` with all it needs to know.
    control: String,
    keeper: Child,
    /// The server is gone when this is closed, however this process ends.
    alive: Option<ChildStdin>,
}

impl Cluster {
    /// A server whose commits outlive its death. None where the environment says to leave PostgreSQL out, or where
    /// there are no server binaries, as beside a server on another machine: this is printed.
    pub fn start() -> Option<Self> {
        if std::env::var("HIGHLINE_TEST_POSTGRES").is_ok_and(|value| value == "skip") {
            eprintln!("skipped on PostgreSQL, because HIGHLINE_TEST_POSTGRES=skip");
            return None;
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/with-postgres.sh");
        let tell = "echo \"$HIGHLINE_TEST_POSTGRES_URL\"; echo \"$HIGHLINE_TEST_POSTGRES_CONTROL\"; exec cat";
        let mut keeper = Command::new(script)
            .args(["sh", "-c", tell])
            .env_remove("HIGHLINE_TEST_POSTGRES_URL")
            .env("HIGHLINE_POSTGRES_DURABLE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script starts");
        let mut lines = BufReader::new(keeper.stdout.take().expect("it is piped")).lines();
        let alive = keeper.stdin.take();
        let told = lines.next().zip(lines.next());
        let Some((Ok(url), Ok(control))) = told else {
            eprintln!("skipped: a server of its own cannot be started here, as was said above");
            keeper.wait().ok();
            return None;
        };
        Some(Self { url, control, keeper, alive })
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Ends it: `fast` throws clients out, `immediate` leaves the repair to the next start.
    pub fn stop(&self, mode: &str) {
        assert!(self.control(&["stop", "--mode", mode]), "pg_ctl stop --mode {mode}");
    }

    /// `kill -9` of the first process. The others notice, and end.
    pub fn kill(&self) {
        assert!(self.control(&["kill", "KILL"]), "kill -9 of the server");
    }

    /// Starts it again. Right after a kill the old processes may be in the way for a moment.
    pub fn start_again(&self) {
        until("the server starts again", || self.control(&["start"]).then_some(()));
    }

    fn control(&self, words: &[&str]) -> bool {
        let mut control = Command::new(&self.control);
        control.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        control.status().expect("the control script starts").success()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.alive.take();
        self.keeper.wait().ok();
    }
}
