//! Time comes from one clock that tests can set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono::{DateTime, SubsecRound, Utc};

/// A moment in UTC. The clock cuts to milliseconds, because PostgreSQL keeps microseconds and SQLite text: what is
/// written must compare equal to what is read.
pub type Timestamp = DateTime<Utc>;

/// The one source of "now". Clones share its hand.
#[derive(Debug, Clone, Default)]
pub struct Clock(Hand);

#[derive(Debug, Clone, Default)]
enum Hand {
    #[default]
    System,
    /// Milliseconds since 1970.
    Manual(Arc<AtomicI64>),
    Steered(Arc<Steered>),
}

/// A clock that goes on by itself from where it was set.
#[derive(Debug)]
struct Steered {
    /// Counts on whatever happens to the machine's clock.
    begun: Instant,
    /// What it was when `begun`, in milliseconds since 1970; [`NEVER_SET`] until it is told.
    then: AtomicI64,
    /// How far the machine's clock is taken to be out.
    astray: chrono::Duration,
}

const NEVER_SET: i64 = i64::MIN;

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Hand::System)
    }

    /// A clock that stands at `start` until it is moved.
    pub fn manual(start: Timestamp) -> Self {
        Self(Hand::Manual(Arc::new(AtomicI64::new(start.timestamp_millis()))))
    }

    /// A clock that follows another one which is asked now and then; until it is told, it is the machine's. `astray` is
    /// added to the machine's time, for trying out what a wrong clock does.
    pub fn steered(astray: chrono::Duration) -> Self {
        let (begun, then) = (Instant::now(), AtomicI64::new(NEVER_SET));
        Self(Hand::Steered(Arc::new(Steered { begun, then, astray })))
    }

    /// Now, cut to milliseconds.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Hand::System => Utc::now().trunc_subsecs(3),
            Hand::Manual(hand) => moment(hand.load(Ordering::SeqCst)),
            Hand::Steered(steered) => steered.now(),
        }
    }

    /// Moves a manual clock on; others cannot be moved, there it does nothing.
    pub fn advance(&self, by: chrono::Duration) {
        if let Hand::Manual(hand) = &self.0 {
            hand.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }

    /// Tells a steered clock what time it is; others do not listen.
    pub fn steer(&self, now: Timestamp) {
        if let Hand::Steered(steered) = &self.0 {
            let then = now.timestamp_millis() - steered.elapsed();
            steered.then.store(then, Ordering::SeqCst);
        }
    }
}

impl Steered {
    fn now(&self) -> Timestamp {
        match self.then.load(Ordering::SeqCst) {
            NEVER_SET => (Utc::now() + self.astray).trunc_subsecs(3),
            then => moment(then + self.elapsed()),
        }
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

fn moment(millis: i64) -> Timestamp {
    DateTime::from_timestamp_millis(millis).expect("clocks are set from valid timestamps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_until_it_is_moved() {
        let start = "2026-03-29T00:59:59.500Z".parse().unwrap();
        let clock = Clock::manual(start);
        let same = clock.clone();
        assert_eq!(clock.now(), start);
        same.advance(chrono::Duration::seconds(2));
        assert_eq!(clock.now().to_rfc3339(), "2026-03-29T01:00:01.500+00:00");
    }

    #[test]
    fn a_steered_clock_goes_on_from_what_it_was_told() {
        let clock = Clock::steered(chrono::Duration::hours(3));
        assert!(
            clock.now() - Utc::now() > chrono::Duration::hours(2),
            "until it is told it is the machine's"
        );
        let told = "2026-03-29T00:59:59.500Z".parse().unwrap();
        clock.clone().steer(told);
        let since = clock.now() - told;
        assert!(since >= chrono::Duration::zero() && since < chrono::Duration::hours(1), "{since}");
    }

    #[test]
    fn now_has_no_more_than_milliseconds() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000_000, 0);
    }
}
