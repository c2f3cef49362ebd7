//! Repeating appointments: the part of RFC 5545's rules that a booking needs.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, Weekday};

use crate::time::Millis;

/// A rule without an end, or with a far one, makes this many events.
const MOST: usize = 24;
/// How far a rule is followed.
const DAYS: u64 = 5 * 366;

/// `FREQ`, `INTERVAL`, `COUNT`, `UNTIL` and, by the week, `BYDAY`; with the dates left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    frequency: Frequency,
    interval: i64,
    count: usize,
    until: Option<Millis>,
    days: Vec<Weekday>,
    left_out: Vec<Millis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
}

impl Rule {
    /// None for what is no rule, or one of parts that are not known here.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: MOST,
            until: None,
            days: vec![],
            left_out: vec![],
        };
        let mut has_frequency = false;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(dates) = line.strip_prefix("EXDATE:") {
                rule.left_out = dates.split(',').map(moment).collect::<Option<_>>()?;
                continue;
            }
            for part in line.strip_prefix("RRULE:").unwrap_or(line).split(';').filter(|part| !part.is_empty())
            {
                let (name, value) = part.split_once('=')?;
                has_frequency |= name == "FREQ";
                rule.set(name, value)?;
            }
        }
        has_frequency.then_some(rule)
    }

    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "FREQ" => {
                self.frequency = match value {
                    "DAILY" => Frequency::Daily,
                    "WEEKLY" => Frequency::Weekly,
                    "MONTHLY" => Frequency::Monthly,
                    _ => return None,
                }
            }
            "INTERVAL" => {
                self.interval = value.parse().ok().filter(|interval| (1..=366).contains(interval))?
            }
            "COUNT" => self.count = value.parse().ok().filter(|count| *count > 0)?,
            "UNTIL" => self.until = Some(moment(value)?),
            "BYDAY" => self.days = value.split(',').map(weekday).collect::<Option<_>>()?,
            "WKST" => {}
            _ => return None,
        }
        Some(())
    }

    /// The starts of the events of a series, at the same time of day each, `first` included.
    pub fn starts(&self, first: DateTime<FixedOffset>) -> Vec<DateTime<FixedOffset>> {
        (0..DAYS)
            .filter_map(|n| first.checked_add_days(Days::new(n)))
            .filter(|at| self.fits(first.date_naive(), at.date_naive()))
            .take_while(|at| self.until.is_none_or(|until| at.timestamp_millis() <= until))
            .take(self.count.min(MOST))
            .filter(|at| !self.left_out.contains(&at.timestamp_millis()))
            .collect()
    }

    fn fits(&self, first: NaiveDate, day: NaiveDate) -> bool {
        let is_day = self.days.is_empty() || self.days.contains(&day.weekday());
        let monday = |day: NaiveDate| day - Days::new(day.weekday().num_days_from_monday().into());
        match self.frequency {
            Frequency::Daily => is_day && (day - first).num_days() % self.interval == 0,
            Frequency::Weekly => {
                let is_day = if self.days.is_empty() { day.weekday() == first.weekday() } else { is_day };
                is_day && (monday(day) - monday(first)).num_weeks() % self.interval == 0
            }
            Frequency::Monthly => {
                let months = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month());
                is_day && day.day() == first.day() && (months(day) - months(first)) % self.interval == 0
            }
        }
    }
}

/// `20210623T043000Z` or `20210623`.
fn moment(text: &str) -> Option<Millis> {
    let at = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y%m%dT%H%M%S").ok();
    let at = at.or_else(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok()?.and_hms_opt(23, 59, 59))?;
    Some(at.and_utc().timestamp_millis())
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From Thursday 31 January 2030 on, as month and day.
    fn days(rule: &str) -> Vec<String> {
        let first = DateTime::parse_from_rfc3339("2030-01-31T09:00:00+05:30").unwrap();
        let starts = Rule::parse(rule).unwrap().starts(first);
        assert!(starts.iter().all(|at| at.to_rfc3339().ends_with("T09:00:00+05:30")));
        starts.iter().map(|at| at.format("%m-%d").to_string()).collect()
    }

    #[test]
    fn a_rule_gives_its_days() {
        assert_eq!(days("RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3"), ["01-31", "02-02", "02-04"]);
        assert_eq!(days("FREQ=WEEKLY;INTERVAL=2;COUNT=3"), ["01-31", "02-14", "02-28"]);
        assert_eq!(days("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4"), ["01-31", "02-04", "02-07", "02-11"]);
        assert_eq!(
            days("FREQ=MONTHLY;COUNT=3"),
            ["01-31", "03-31", "05-31"],
            "a month without the day has none"
        );
        assert_eq!(days("FREQ=DAILY;UNTIL=20300202T033000Z"), ["01-31", "02-01", "02-02"]);
        assert_eq!(days("RRULE:FREQ=DAILY;COUNT=3\nEXDATE:20300201T033000Z"), ["01-31", "02-02"]);
        assert_eq!(days("FREQ=DAILY").len(), MOST);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in
            ["", "daily", "INTERVAL=2", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;UNTIL=soon"]
        {
            assert_eq!(Rule::parse(text), None, "{text}");
        }
    }
}
