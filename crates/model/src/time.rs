//! Time comes from one clock that tests can set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, Utc};

/// A moment in UTC. The clock cuts to milliseconds, because PostgreSQL keeps microseconds and SQLite text: what is
/// written must compare equal to what is read.
pub type Timestamp = DateTime<Utc>;

/// The one source of "now".
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `start` until it is moved; clones share its hand.
    pub fn manual(start: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(start.timestamp_millis()))))
    }

    /// Now, cut to milliseconds.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            None => Utc::now().trunc_subsecs(3),
            Some(hand) => DateTime::from_timestamp_millis(hand.load(Ordering::SeqCst))
                .expect("a manual clock is set from valid timestamps"),
        }
    }

    /// Moves a manual clock on; the machine's clock cannot be moved, there it does nothing.
    pub fn advance(&self, by: chrono::Duration) {
        if let Some(hand) = &self.0 {
            hand.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }
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
    fn now_has_no_more_than_milliseconds() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000_000, 0);
    }
}
