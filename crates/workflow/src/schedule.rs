//! Cron patterns in a time zone.
//!
//! A daily time that a change to summer time leaves out runs right after the gap, one that comes twice runs once;
//! `*/20` and the like run through both hours.

use std::str::FromStr;

use chrono::Utc;
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use highline_model::Timestamp;

use crate::Schedule;

/// A pattern or a time zone that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    #[error("`{pattern}` is not a cron pattern: {reason}")]
    Pattern { pattern: String, reason: String },
    #[error("unknown time zone `{0}`")]
    Zone(String),
    #[error("`{0}` never happens")]
    Never(String),
}

impl Schedule {
    /// `text` has five fields: minute, hour, day of month, month, day of week (0 or 7: Sunday), with names, ranges,
    /// lists, steps, `L`, `#`, `W`. `zone` is an IANA name such as `Europe/Berlin`.
    pub fn parse(text: &str, zone: &str) -> Result<Self, InvalidSchedule> {
        let zone_parsed = Tz::from_str(zone).map_err(|_| InvalidSchedule::Zone(zone.to_owned()))?;
        let invalid = |reason: String| InvalidSchedule::Pattern { pattern: text.to_owned(), reason };
        if text.len() > 200 {
            return Err(invalid("longer than 200 characters".to_owned()));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let pattern: Cron = parser.parse(text).map_err(|error| invalid(error.to_string()))?;
        let schedule = Self { pattern: Box::new(pattern), text: text.to_owned(), zone: zone_parsed };
        let start = chrono::DateTime::from_timestamp(1_767_225_600, 0).expect("2026 is a valid time");
        match schedule.next_after(start) {
            Some(_) => Ok(schedule),
            None => Err(InvalidSchedule::Never(text.to_owned())),
        }
    }

    /// The next moment after `t`, or none when there is none.
    pub fn next_after(&self, t: Timestamp) -> Option<Timestamp> {
        let local = t.with_timezone(&self.zone);
        self.pattern.find_next_occurrence(&local, false).ok().map(|next| next.with_timezone(&Utc))
    }

    /// In words, with the time zone.
    pub fn describe(&self) -> String {
        format!("{} ({})", self.pattern.describe(), self.zone)
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn zone(&self) -> Tz {
        self.zone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn runs(schedule: &Schedule, from: &str, to: &str) -> Vec<String> {
        let (mut now, end) = (at(from), at(to));
        let mut found = Vec::new();
        while let Some(next) = schedule.next_after(now) {
            if next >= end {
                break;
            }
            found.push(next.with_timezone(&schedule.zone).format("%d %H:%M%z").to_string());
            now = next;
        }
        found
    }

    #[test]
    fn a_daily_time_runs_once_on_the_days_when_the_clocks_change() {
        let daily = Schedule::parse("30 2 * * *", "Europe/Berlin").unwrap();
        let spring = runs(&daily, "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z");
        assert_eq!(spring, ["28 02:30+0100", "29 03:00+0200", "30 02:30+0200"]);
        let autumn = runs(&daily, "2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z");
        assert_eq!(autumn, ["24 02:30+0200", "25 02:30+0200", "26 02:30+0100"]);
    }

    #[test]
    fn an_interval_runs_through_the_repeated_hour() {
        let often = Schedule::parse("*/20 * * * *", "Europe/Berlin").unwrap();
        let autumn = runs(&often, "2026-10-24T23:59:00Z", "2026-10-25T02:01:00Z");
        assert_eq!(
            autumn,
            [
                "25 02:00+0200",
                "25 02:20+0200",
                "25 02:40+0200",
                "25 02:00+0100",
                "25 02:20+0100",
                "25 02:40+0100",
                "25 03:00+0100"
            ]
        );
        let spring = runs(&often, "2026-03-29T00:39:00Z", "2026-03-29T01:21:00Z");
        assert_eq!(spring, ["29 01:40+0100", "29 03:00+0200", "29 03:20+0200"]);
    }

    #[test]
    fn what_never_happens_and_what_is_no_pattern_is_refused() {
        let wrong = |text, zone| Schedule::parse(text, zone).unwrap_err();
        assert!(matches!(wrong("0 0 31 2 *", "UTC"), InvalidSchedule::Never(_)));
        assert!(matches!(wrong("0 25 * * *", "UTC"), InvalidSchedule::Pattern { .. }));
        assert!(matches!(wrong("hourly please", "UTC"), InvalidSchedule::Pattern { .. }));
        assert!(matches!(wrong("0 0 * * *", "Europe/Berlim"), InvalidSchedule::Zone(_)));
    }

    #[test]
    fn a_schedule_is_told_in_words() {
        let schedule = Schedule::parse("0 9 * * MON-FRI", "Europe/Berlin").unwrap();
        assert!(schedule.describe().contains("09:00"), "{}", schedule.describe());
        assert!(schedule.describe().ends_with("(Europe/Berlin)"));
    }
}
