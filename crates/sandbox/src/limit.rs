//! HighLevel's rate limit: 100 requests per 10 s and 200,000 per day, per app and location or company.

use std::collections::HashMap;
use std::time::{Duration, Instant};

const BURST: u32 = 100;
const INTERVAL: Duration = Duration::from_secs(10);
const DAILY: u32 = 200_000;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Counts requests of each app in each location or company in windows that begin with the first request in them.
#[derive(Debug, Default)]
pub struct Limits {
    of: HashMap<String, Windows>,
}

#[derive(Debug)]
struct Windows {
    burst: Window,
    day: Window,
}

#[derive(Debug)]
struct Window {
    began: Instant,
    used: u32,
}

impl Window {
    fn renew(&mut self, now: Instant, length: Duration) {
        if now.duration_since(self.began) >= length {
            *self = Self { began: now, used: 0 };
        }
    }
}

/// What is left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub allowed: bool,
    burst: u32,
    day: u32,
}

impl Left {
    pub fn headers(self) -> Vec<(String, String)> {
        [
            ("X-RateLimit-Limit-Daily", DAILY.to_string()),
            ("X-RateLimit-Daily-Remaining", self.day.to_string()),
            ("X-RateLimit-Interval-Milliseconds", INTERVAL.as_millis().to_string()),
            ("X-RateLimit-Max", BURST.to_string()),
            ("X-RateLimit-Remaining", self.burst.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

impl Limits {
    /// Spends one request of `resource`, an app in a location or company. A refused request costs nothing.
    pub fn spend(&mut self, resource: &str, now: Instant) -> Left {
        let window = || Window { began: now, used: 0 };
        let windows =
            self.of.entry(resource.to_owned()).or_insert_with(|| Windows { burst: window(), day: window() });
        windows.burst.renew(now, INTERVAL);
        windows.day.renew(now, DAY);
        let allowed = windows.burst.used < BURST && windows.day.used < DAILY;
        if allowed {
            windows.burst.used += 1;
            windows.day.used += 1;
        }
        Left { allowed, burst: BURST - windows.burst.used, day: DAILY - windows.day.used }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hundred_and_first_request_waits_for_the_next_window() {
        let mut limits = Limits::default();
        let now = Instant::now();
        assert!((0..100).all(|_| limits.spend("a", now).allowed));
        assert_eq!(limits.spend("a", now), Left { allowed: false, burst: 0, day: 199_900 });
        assert!(limits.spend("b", now).allowed, "another location has its own window");
        assert!(!limits.spend("a", now + INTERVAL - Duration::from_millis(1)).allowed);
        assert_eq!(limits.spend("a", now + INTERVAL), Left { allowed: true, burst: 99, day: 199_899 });
    }

    #[test]
    fn the_day_has_its_own_bound() {
        let mut limits = Limits::default();
        let start = Instant::now();
        let spent = (0..2_000u32)
            .flat_map(|window| std::iter::repeat_n(start + INTERVAL * window, 100))
            .filter(|now| limits.spend("a", *now).allowed)
            .count();
        assert_eq!(spent, 200_000);
        assert!(!limits.spend("a", start + INTERVAL * 2_000).allowed);
        assert!(limits.spend("a", start + DAY).allowed);
    }
}
