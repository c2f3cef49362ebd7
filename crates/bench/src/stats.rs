//! Many times as a few numbers.

use std::time::Duration;

/// Durations in ascending order.
#[derive(Debug, Clone)]
pub struct Spread(Vec<Duration>);

impl Spread {
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What `part` of them (0 to 1) do not exceed; zero where there are none.
    pub fn part(&self, part: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let place = (self.0.len() as f64 * part).ceil() as usize;
        self.0.get(place.saturating_sub(1).min(last)).copied().unwrap_or_default()
    }

    pub fn mean(&self) -> Duration {
        self.0.iter().sum::<Duration>() / u32::try_from(self.0.len()).unwrap_or(u32::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let spread = Spread::of((1..=100).rev().map(Duration::from_millis).collect());
        assert_eq!(spread.part(0.5), Duration::from_millis(50));
        assert_eq!(spread.part(0.99), Duration::from_millis(99));
        assert_eq!(spread.part(1.0), Duration::from_millis(100));
        assert_eq!(spread.mean(), Duration::from_micros(50_500));
        assert_eq!(Spread::of(vec![]).part(0.99), Duration::ZERO);
    }
}
