//! How often an app may be asked: spent before each request, corrected by what the app tells.
//!
//! [`Budget`] is pure: it is given the time. [`Budgets`] keeps one for each resource and lets callers wait their turn.

mod window;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub use window::{Budget, Told};

use crate::manifest::RateLimit;

/// The budgets of this process, by resource.
#[derive(Debug, Default)]
pub struct Budgets {
    lines: Mutex<HashMap<String, Arc<Line>>>,
}

/// One resource: its budget, and the turn to wait for it.
#[derive(Debug)]
pub struct Line {
    budget: Mutex<Budget>,
    /// Held by the first in line while it waits; tokio's mutex hands it on in the order of arrival.
    turn: tokio::sync::Mutex<()>,
}

impl Budgets {
    /// The line of one resource; `limit` counts when it is seen for the first time.
    pub fn line(&self, resource: &str, limit: &RateLimit) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(resource.to_owned()).or_insert_with(|| {
            Arc::new(Line { budget: Mutex::new(Budget::new(limit)), turn: tokio::sync::Mutex::new(()) })
        });
        Arc::clone(line)
    }
}

impl Line {
    /// Spends one request, waiting for it at most until `until`. The error is the time to come back after.
    pub async fn spend(&self, until: Instant) -> Result<(), Duration> {
        let turn = match self.turn.try_lock() {
            Ok(turn) => Ok(turn),
            Err(_) => tokio::time::timeout_at(until, self.turn.lock()).await,
        };
        let Ok(_turn) = turn else { return Err(self.turned_away()) };
        loop {
            let now = Instant::now();
            let Err(wait) = self.budget().spend(now.into_std()) else { return Ok(()) };
            if now + wait > until {
                return Err(self.turned_away());
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// What an answer told of the budget.
    pub fn told(&self, told: Told) {
        self.budget().told(told, Instant::now().into_std());
    }

    /// The app answered 429: nothing is sent for `pause`, the window when the app does not say.
    pub fn close(&self, pause: Option<Duration>) -> Duration {
        self.budget().close(pause, Instant::now().into_std())
    }

    fn turned_away(&self) -> Duration {
        self.budget().turn_away(Instant::now().into_std())
    }

    fn budget(&self) -> std::sync::MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Period, RateLimitHeaders};

    fn limit() -> RateLimit {
        RateLimit {
            requests: 2,
            per: Period(Duration::from_secs(10)),
            daily: None,
            resource: vec![],
            headers: RateLimitHeaders::default(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_are_served_in_the_order_they_came() {
        let line = Budgets::default().line("acme", &limit());
        let start = Instant::now();
        let mut served = Vec::new();
        let calls = (0..6).map(|n| {
            let line = Arc::clone(&line);
            async move {
                line.spend(start + Duration::from_secs(60)).await.unwrap();
                (n, start.elapsed().as_secs())
            }
        });
        for result in futures_in_order(calls).await {
            served.push(result);
        }
        assert_eq!(served, [(0, 0), (1, 0), (2, 10), (3, 10), (4, 20), (5, 20)]);
    }

    /// Polls all at once; the results in the order in which they were finished.
    async fn futures_in_order<F>(calls: impl Iterator<Item = F>) -> Vec<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let mut set = tokio::task::JoinSet::new();
        for call in calls {
            set.spawn(call);
        }
        set.join_all().await
    }

    #[tokio::test(start_paused = true)]
    async fn who_cannot_wait_long_enough_is_told_when_to_come_back() {
        let line = Budgets::default().line("acme", &limit());
        let soon = Instant::now() + Duration::from_secs(3);
        for _ in 0..2 {
            line.spend(soon).await.unwrap();
        }
        let wait = line.spend(soon).await.unwrap_err();
        assert_eq!(wait.as_secs(), 10);
        assert_eq!(Instant::now() + Duration::from_secs(3), soon, "nobody waited in memory");
    }

    #[test]
    fn one_resource_has_one_line() {
        let budgets = Budgets::default();
        assert!(Arc::ptr_eq(&budgets.line("a", &limit()), &budgets.line("a", &limit())));
        assert!(!Arc::ptr_eq(&budgets.line("a", &limit()), &budgets.line("b", &limit())));
    }
}
