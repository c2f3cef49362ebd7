//! The count of one resource. Pure: the time is passed in.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::manifest::RateLimit;

/// After a spent day, one request is let through this often to see whether the app's day has begun.
const DAY_PROBE: Duration = Duration::from_secs(15 * 60);
/// Who is sent away although the budget is open has others before him; he does not come back at once.
const SHORTEST_ABSENCE: Duration = Duration::from_millis(250);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What is left of one resource's limit.
///
/// It is a sliding window: however the app's own windows lie, no window of that length holds more requests than the
/// limit. Where other programs spend the same budget, the app's headers tell of less, and the less counts.
#[derive(Debug)]
pub struct Budget {
    requests: usize,
    window: Duration,
    /// The requests of the last window, oldest first.
    sent: VecDeque<Instant>,
    /// What the app said is left, less what was sent since; until that window must be over.
    told: Option<Left>,
    day: Option<Day>,
    closed_until: Option<Instant>,
    /// Callers sent away since the budget was last spent empty, so that each gets a later time.
    away: usize,
}

#[derive(Debug)]
struct Left {
    requests: u64,
    until: Instant,
}

#[derive(Debug)]
struct Day {
    limit: u64,
    left: u64,
    until: Instant,
}

/// What the headers of an answer tell; each where the app tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    pub remaining: Option<u64>,
    pub limit: Option<u64>,
    pub window: Option<Duration>,
    pub daily_remaining: Option<u64>,
}

impl Budget {
    pub fn new(limit: &RateLimit) -> Self {
        let daily = limit.daily.map(u64::from);
        Self {
            requests: limit.requests as usize,
            window: limit.per.0,
            sent: VecDeque::new(),
            told: None,
            day: daily.map(|limit| Day { limit, left: limit, until: Instant::now() + DAY }),
            closed_until: None,
            away: 0,
        }
    }

    /// Spends one request, or says how long to wait before asking again.
    pub fn spend(&mut self, now: Instant) -> Result<(), Duration> {
        if let Some(wait) = self.wait(now) {
            return Err(wait);
        }
        self.sent.push_back(now);
        if let Some(left) = &mut self.told {
            left.requests = left.requests.saturating_sub(1);
        }
        if let Some(day) = &mut self.day {
            day.left = day.left.saturating_sub(1);
            if day.left == 0 {
                self.closed_until = Some(now + DAY_PROBE);
                day.left = 1;
            }
        }
        self.away = 0;
        Ok(())
    }

    /// How long nothing can be spent; none when something can.
    fn wait(&mut self, now: Instant) -> Option<Duration> {
        while self.sent.front().is_some_and(|first| now.duration_since(*first) >= self.window) {
            self.sent.pop_front();
        }
        self.told.take_if(|left| left.until <= now);
        self.closed_until.take_if(|until| *until <= now);
        if let Some(day) = self.day.as_mut().filter(|day| day.until <= now) {
            (day.left, day.until) = (day.limit, now + DAY);
        }
        let full =
            (self.sent.len() >= self.requests).then(|| self.sent.front().map(|first| *first + self.window));
        let spent = self.told.as_ref().filter(|left| left.requests == 0).map(|left| left.until);
        [full.flatten(), spent, self.closed_until].into_iter().flatten().max().map(|until| until - now)
    }

    /// Corrects the count by what an answer told. Only less than what was known counts: answers overtake each other,
    /// so more may be old news.
    pub fn told(&mut self, told: Told, now: Instant) {
        if let Some(limit) = told.limit.filter(|limit| *limit > 0) {
            self.requests = usize::try_from(limit).unwrap_or(self.requests);
        }
        if let Some(window) = told.window.filter(|window| !window.is_zero()) {
            self.window = window;
        }
        if let Some(remaining) = told.remaining {
            let known = self.told.as_ref().filter(|left| left.until > now).map(|left| left.requests);
            if known.is_none_or(|known| remaining < known) {
                let until = self.told.as_ref().map(|left| left.until).filter(|until| *until > now);
                self.told = Some(Left { requests: remaining, until: until.unwrap_or(now + self.window) });
            }
        }
        if let (Some(day), Some(remaining)) = (&mut self.day, told.daily_remaining) {
            day.left = remaining.max(1);
            if remaining == 0 {
                self.closed_until = self.closed_until.max(Some(now + DAY_PROBE));
            }
        }
    }

    /// The app refused for now: nothing is sent for `pause`, or for a window. Gives the pause.
    pub fn close(&mut self, pause: Option<Duration>, now: Instant) -> Duration {
        let pause = pause.unwrap_or(self.window);
        self.closed_until = self.closed_until.max(Some(now + pause));
        pause
    }

    /// When somebody who cannot wait should come back: each full window of them a window later than the one before.
    pub fn turn_away(&mut self, now: Instant) -> Duration {
        let wait = self.wait(now).unwrap_or_default().max(SHORTEST_ABSENCE);
        let windows = u32::try_from(self.away / self.requests.max(1)).unwrap_or(u32::MAX);
        self.away += 1;
        wait + self.window.saturating_mul(windows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Period, RateLimitHeaders};

    const SECOND: Duration = Duration::from_secs(1);

    fn budget(requests: u32, daily: Option<u32>) -> Budget {
        Budget::new(&RateLimit {
            requests,
            per: Period(10 * SECOND),
            daily,
            resource: vec![],
            headers: RateLimitHeaders::default(),
        })
    }

    #[test]
    fn no_ten_seconds_hold_more_than_the_limit() {
        let (mut budget, start) = (budget(3, None), Instant::now());
        for second in [0, 4, 9] {
            assert_eq!(budget.spend(start + second * SECOND), Ok(()));
        }
        assert_eq!(budget.spend(start + 9 * SECOND), Err(SECOND));
        assert_eq!(budget.spend(start + 10 * SECOND), Ok(()));
        assert_eq!(
            budget.spend(start + 11 * SECOND),
            Err(3 * SECOND),
            "the request of second 4 counts until 14"
        );
    }

    #[test]
    fn what_others_spent_is_learnt_from_the_headers() {
        let (mut budget, start) = (budget(100, None), Instant::now());
        budget.spend(start).unwrap();
        budget.told(Told { remaining: Some(1), ..Told::default() }, start);
        assert_eq!(budget.spend(start + SECOND), Ok(()));
        assert_eq!(budget.spend(start + SECOND), Err(9 * SECOND));
        budget.told(Told { remaining: Some(60), ..Told::default() }, start + SECOND);
        assert!(
            budget.spend(start + SECOND).is_err(),
            "an answer that was overtaken does not open the window"
        );
        assert_eq!(budget.spend(start + 10 * SECOND), Ok(()));
    }

    #[test]
    fn the_apps_own_limit_and_window_replace_the_manifests() {
        let (mut budget, start) = (budget(100, None), Instant::now());
        budget.told(Told { limit: Some(1), window: Some(20 * SECOND), ..Told::default() }, start);
        assert_eq!(budget.spend(start), Ok(()));
        assert_eq!(budget.spend(start), Err(20 * SECOND));
    }

    #[test]
    fn a_refusal_closes_the_window_for_the_time_it_names() {
        let (mut budget, start) = (budget(100, None), Instant::now());
        assert_eq!(budget.close(Some(30 * SECOND), start), 30 * SECOND);
        assert_eq!(budget.close(None, start), 10 * SECOND);
        assert_eq!(budget.spend(start + 10 * SECOND), Err(20 * SECOND));
        assert_eq!(budget.spend(start + 30 * SECOND), Ok(()));
    }

    #[test]
    fn a_spent_day_lets_one_through_now_and_then() {
        let (mut budget, start) = (budget(100, Some(2)), Instant::now());
        assert_eq!(budget.spend(start), Ok(()));
        assert_eq!(budget.spend(start), Ok(()));
        assert_eq!(budget.spend(start), Err(DAY_PROBE));
        assert_eq!(budget.spend(start + DAY_PROBE), Ok(()));
        assert_eq!(budget.spend(start + DAY_PROBE), Err(DAY_PROBE));
        budget.told(Told { daily_remaining: Some(500), ..Told::default() }, start + DAY_PROBE);
        assert_eq!(budget.spend(start + 2 * DAY_PROBE), Ok(()));
        assert_eq!(budget.spend(start + 2 * DAY_PROBE), Ok(()));
    }

    #[test]
    fn those_sent_away_come_back_spread_over_the_windows() {
        let (mut budget, start) = (budget(2, None), Instant::now());
        budget.spend(start).unwrap();
        budget.spend(start).unwrap();
        let waits: Vec<u64> = (0..5).map(|_| budget.turn_away(start).as_secs()).collect();
        assert_eq!(waits, [10, 10, 20, 20, 30]);
    }
}
