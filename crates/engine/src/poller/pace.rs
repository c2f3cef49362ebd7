//! When the next poll is due: pure.

use std::time::Duration;

use highline_catalog::Retry;
use highline_model::Timestamp;

/// After a failed poll the next comes no later than this, even for workflows that poll once a day.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// Polls keep their rhythm; one that is late starts it anew.
pub(super) fn next_poll(due_at: Timestamp, every: Duration, now: Timestamp) -> Timestamp {
    let on_time = due_at + chrono_duration(every);
    if on_time > now { on_time } else { now + chrono_duration(every) }
}

pub(super) fn pause_after_failure(retry: Retry, failures: u32, every: Duration) -> Duration {
    match retry {
        Retry::Never => every.min(LONGEST_PAUSE),
        Retry::After(pause) => pause.max(Duration::from_secs(1)),
        Retry::Backoff => {
            Duration::from_secs(2).saturating_mul(2u32.saturating_pow(failures)).min(every).min(LONGEST_PAUSE)
        }
    }
}

pub(super) fn chrono_duration(duration: Duration) -> chrono::Duration {
    chrono::Duration::from_std(duration).unwrap_or(chrono::Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn polls_keep_their_rhythm_and_a_late_one_starts_it_anew() {
        let every = Duration::from_secs(60);
        let due = at("2026-11-21T08:00:00Z");
        assert_eq!(next_poll(due, every, at("2026-11-21T08:00:20Z")), at("2026-11-21T08:01:00Z"));
        assert_eq!(next_poll(due, every, at("2026-11-21T09:30:20Z")), at("2026-11-21T09:31:20Z"));
    }

    #[test]
    fn failed_polls_come_back_sooner_at_first_and_never_faster_than_told() {
        let every = Duration::from_secs(300);
        assert_eq!(pause_after_failure(Retry::Backoff, 0, every), Duration::from_secs(2));
        assert_eq!(pause_after_failure(Retry::Backoff, 3, every), Duration::from_secs(16));
        assert_eq!(pause_after_failure(Retry::Backoff, 40, every), every);
        assert_eq!(pause_after_failure(Retry::Never, 0, every), every);
        let told = Duration::from_secs(900);
        assert_eq!(pause_after_failure(Retry::After(told), 0, every), told);
    }
}
