//! Time as both vendors write it. Seeded dates count from a fixed start; changes take the wall clock.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// 2025-01-06T09:00:00Z: the earliest date of seeded data, so that it never depends on when the sandbox runs.
pub const START: Millis = 1_736_154_000_000;
pub const HOUR: Millis = 3_600_000;
pub const DAY: Millis = 24 * HOUR;
/// Where the sub-account is: its opening hours and every time without an offset are meant there.
pub const ZONE: Tz = Tz::America__Chicago;

/// Gives each change a moment of its own: two changes in one millisecond would be one to a client that
/// sorts by time.
#[derive(Debug)]
pub struct Clock {
    last: Millis,
}

impl Clock {
    pub fn starting_at(last: Millis) -> Self {
        Self { last }
    }

    pub fn tick(&mut self) -> Millis {
        self.last = now().max(self.last + 1);
        self.last
    }
}

pub fn now() -> Millis {
    Utc::now().timestamp_millis()
}

fn utc(at: Millis) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(at).single().expect("every millisecond count made here is a date")
}

/// `2021-07-02T05:18:26.704Z`
pub fn iso(at: Millis) -> String {
    utc(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `2021-07-16 11:00:00` in the sub-account's zone, as a contact's appointments have it.
pub fn without_offset(at: Millis) -> String {
    local(at).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2021-06-23T03:30:00+05:30`, as calendars have it.
pub fn with_offset<Z: TimeZone<Offset: std::fmt::Display>>(at: &DateTime<Z>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// In the sub-account's zone.
pub fn local(at: Millis) -> DateTime<Tz> {
    utc(at).with_timezone(&ZONE)
}

/// `2021-07-16`
pub fn date(at: Millis) -> String {
    utc(at).format("%Y-%m-%d").to_string()
}

/// Reads ISO 8601 with an offset or without (then UTC), or a bare date.
pub fn parse_iso(text: &str) -> Option<Millis> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.timestamp_millis())
        .or_else(|_| {
            NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
                .map(|at| at.and_utc().timestamp_millis())
        })
        .ok()
        .or_else(|| midnight(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?))
}

/// Reads what `parse_iso` reads, of a year of four digits, and keeps the offset; a time without one is meant in the sub-account's zone.
pub fn parse_with_offset(text: &str) -> Option<DateTime<FixedOffset>> {
    let meant_here = |at: NaiveDateTime| Some(ZONE.from_local_datetime(&at).earliest()?.fixed_offset());
    DateTime::parse_from_rfc3339(text)
        .ok()
        .or_else(|| meant_here(NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?))
        .or_else(|| meant_here(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?))
        .filter(|at| (0..=9999).contains(&at.year()))
}

/// Reads what Credly's docs show, `2014-04-01 09:41:00 -0500`, or ISO 8601.
pub fn parse_credly(text: &str) -> Option<Millis> {
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z")
        .map(|at| at.timestamp_millis())
        .ok()
        .or_else(|| parse_iso(text))
}

/// Reads one of the eight date formats that HighLevel accepts for a birth date; gives `YYYY-MM-DD`.
pub fn parse_birth_date(text: &str) -> Option<String> {
    let separator = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| "/-._".contains(*c))?;
    let plain = text.replace(separator, "-");
    ["%Y-%m-%d", "%m-%d-%Y"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(&plain, format).ok())
        .map(|date| date.format("%Y-%m-%d").to_string())
}

fn midnight(date: NaiveDate) -> Option<Millis> {
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ticks_never_give_the_same_moment() {
        let mut clock = Clock::starting_at(START);
        let ticks: Vec<_> = (0..1000).map(|_| clock.tick()).collect();
        assert!(ticks.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn iso_times_are_read_back() {
        assert_eq!(iso(START), "2025-01-06T09:00:00.000Z");
        assert_eq!(parse_iso("2025-01-06T10:00:00+01:00"), Some(START));
        assert_eq!(parse_iso("2025-01-06T09:00:00"), Some(START));
        assert_eq!(parse_iso("2025-01-06"), Some(START - 9 * HOUR));
        assert_eq!(parse_iso("yesterday"), None);
    }

    #[test]
    fn a_time_keeps_its_offset_and_else_has_the_one_of_the_sub_account() {
        let kept = |text| parse_with_offset(text).map(|at| with_offset(&at));
        assert_eq!(kept("2021-06-23T03:30:00+05:30").as_deref(), Some("2021-06-23T03:30:00+05:30"));
        assert_eq!(kept("2021-06-23T03:30:00Z").as_deref(), Some("2021-06-23T03:30:00+00:00"));
        assert_eq!(kept("2021-06-23T03:30:00").as_deref(), Some("2021-06-23T03:30:00-05:00"));
        assert_eq!(kept("2021-01-23").as_deref(), Some("2021-01-23T00:00:00-06:00"));
        assert_eq!(kept("soon"), None);
        assert_eq!(kept("+12000-01-23T00:00:00"), None);
        assert_eq!(without_offset(START), "2025-01-06 03:00:00");
    }

    #[test]
    fn credly_times_carry_their_offset() {
        assert_eq!(parse_credly("2025-01-06 04:00:00 -0500"), Some(START));
    }

    #[test]
    fn eight_birth_date_formats_are_read() {
        for separator in ["/", "-", ".", "_"] {
            assert_eq!(
                parse_birth_date(&["1990", "09", "25"].join(separator)).as_deref(),
                Some("1990-09-25")
            );
            assert_eq!(
                parse_birth_date(&["09", "25", "1990"].join(separator)).as_deref(),
                Some("1990-09-25")
            );
        }
        assert_eq!(parse_birth_date("25 September"), None);
    }
}
