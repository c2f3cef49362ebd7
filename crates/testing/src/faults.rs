//! What the tests that break things have in common: how long they go on, the seed of their chances, and the table that
//! `make faults` prints.

use std::env;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SIZE: &str = "HIGHLINE_FAULTS";
const SEED: &str = "HIGHLINE_FAULTS_SEED";
const TABLE: &str = "HIGHLINE_FAULTS_TABLE";

/// What a test that breaks things has counted: a line of the table.
#[derive(Debug)]
pub struct Tally {
    pub fault: &'static str,
    pub database: &'static str,
    /// How often the fault was made.
    pub rounds: usize,
    /// Events that Highline had taken.
    pub events: usize,
    /// Runs that are over and did what they should.
    pub done: usize,
    /// Events without a run, and runs that never came to an end.
    pub lost: usize,
    /// Events with more than one run, and unsafe requests that were sent twice without anyone having decided so.
    pub doubled: usize,
    /// Runs that were held, because whether an unsafe request was done was unknown.
    pub interrupted: usize,
    began: Instant,
}

impl Tally {
    pub fn of(fault: &'static str, on_postgres: bool) -> Self {
        let database = if on_postgres { "PostgreSQL" } else { "SQLite" };
        let (rounds, events, done, lost, doubled, interrupted) = (0, 0, 0, 0, 0, 0);
        Self { fault, database, rounds, events, done, lost, doubled, interrupted, began: Instant::now() }
    }

    /// Shows the line, and adds it to the table where one is being made.
    ///
    /// # Panics
    /// When something was lost or doubled.
    pub fn report(&self) {
        eprintln!("{self}");
        if let Ok(path) = env::var(TABLE) {
            let mut table = OpenOptions::new().append(true).create(true).open(path).expect("the table opens");
            writeln!(table, "{self}").expect("the table takes a line");
        }
        assert_eq!((self.lost, self.doubled), (0, 0), "lost and doubled: {self:?}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, database, rounds, events, done, lost, doubled, interrupted, began } = self;
        let seconds = began.elapsed().as_secs();
        write!(
            f,
            "| {fault} | {database} | {rounds} | {events} | {done} | {lost} | {doubled} | {interrupted} | {seconds} |"
        )
    }
}

/// The first number in the short form, which is part of the whole suite, the second in the full one (`make faults`).
pub fn short_or_full<T>(short: T, full: T) -> T {
    if env::var(SIZE).is_ok_and(|size| size == "full") { full } else { short }
}

/// Chance that can be repeated: its seed is printed, and is taken from `HIGHLINE_FAULTS_SEED` where that is set.
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    pub fn new() -> Self {
        let given = env::var(SEED).ok().map(|seed| seed.parse().expect("HIGHLINE_FAULTS_SEED is a number"));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
        let seed = given.unwrap_or(now.as_nanos() as u64 & 0xffff_ffff);
        eprintln!("{SEED}={seed} makes the same chances again");
        Self(seed)
    }

    /// Chance with a seed that came by chance itself.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, which is not 0. SplitMix64.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// Waits for a random time below `at_most`, so that what is broken next is in the middle of anything: no condition tells
    /// of a moment that nobody has thought of.
    pub fn pause(&mut self, at_most: Duration) {
        let most = u64::try_from(at_most.as_millis()).unwrap_or(u64::MAX).max(1);
        std::thread::sleep(Duration::from_millis(self.below(most)));
    }
}

impl Default for Chance {
    fn default() -> Self {
        Self::new()
    }
}
