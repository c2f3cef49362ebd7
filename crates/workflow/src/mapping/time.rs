//! Dates and times. A moment is ISO 8601 text in UTC, `2026-11-21T08:00:00Z`; a zone is only for reading and showing.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::{Arguments, Helper, other};
use crate::duration::parse_duration;
use crate::template::Trouble;

type Given = Result<Value, Trouble>;

pub(super) const HELPERS: &[Helper] = &[
    Helper::new(
        ("formatDate date format [zone=\"UTC\"]", "A date as text, by strftime's letters, in a time zone."),
        (
            r#"{{ formatDate steps.contact.dateAdded "%d.%m.%Y %H:%M" zone="Europe/Berlin" }}"#,
            r#""29.03.2026 01:30""#,
        ),
        2..=2,
        format_date,
    )
    .named(&["zone"]),
    Helper::new(
        (
            "parseDate text [format] [zone=\"UTC\"]",
            "The moment that a text says, by strftime's letters; without a format ISO 8601.",
        ),
        (r#"{{ parseDate steps.contact.birthday "%d.%m.%Y" }}"#, r#""1815-12-10T00:00:00Z""#),
        1..=2,
        parse_date,
    )
    .named(&["zone"]),
    Helper::new(
        ("addTime date duration", "A moment later by `30s`, `5m`, `2h`, `1d`, `1w`, or earlier by `-1d`."),
        (r#"{{ addTime now "1d" }}"#, r#""2026-11-22T08:00:00Z""#),
        2..=2,
        add_time,
    ),
    Helper::new(
        (
            "dateDiff from to [unit]",
            "How much time is between two dates, cut to whole `d`, `h`, `m`, `s` (`s`); negative when `to` is earlier.",
        ),
        (r#"{{ dateDiff steps.contact.dateAdded now "d" }}"#, "237"),
        2..=3,
        date_diff,
    ),
    Helper::new(
        ("toEpoch date [unit]", "Seconds (`s`) or milliseconds (`ms`) since 1970."),
        ("{{ toEpoch now }}", "1795248000"),
        1..=2,
        |given| {
            let moment = moment(given, 0)?;
            Ok(Value::from(if millis(given)? { moment.timestamp_millis() } else { moment.timestamp() }))
        },
    ),
    Helper::new(
        ("fromEpoch number [unit]", "The moment so many seconds (`s`) or milliseconds (`ms`) after 1970."),
        (r#"{{ fromEpoch 1795248000000 "ms" }}"#, r#""2026-11-21T08:00:00Z""#),
        1..=2,
        from_epoch,
    ),
    Helper::new(
        ("isDate value", "Whether the value is a date that the other helpers can read."),
        ("{{ isDate steps.contact.birthday }}", "false"),
        1..=1,
        |given| {
            Ok(Value::Bool(
                given.get(0).and_then(Value::as_str).is_some_and(|text| iso(text, Tz::UTC).is_some()),
            ))
        },
    )
    .takes_missing(),
];

fn said(moment: DateTime<Utc>) -> Given {
    Ok(Value::String(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
}

fn zone(given: &Arguments<'_>) -> Result<Tz, Trouble> {
    match given.option("zone")? {
        None => Ok(Tz::UTC),
        Some(name) => Tz::from_str(&name).map_err(|_| other(format!("unknown time zone `{name}`"))),
    }
}

fn moment(given: &Arguments<'_>, at: usize) -> Result<DateTime<Utc>, Trouble> {
    let text = given.text(at)?;
    iso(&text, Tz::UTC)
        .ok_or_else(|| other(format!("`{text}` is not an ISO 8601 date; use parseDate with a format")))
}

/// ISO 8601 with or without time and zone; without a zone it is a time in `zone`.
pub(crate) fn iso(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.with_timezone(&Utc));
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M:%S%.f %z"] {
        if let Ok(moment) = DateTime::parse_from_str(text, format) {
            return Some(moment.with_timezone(&Utc));
        }
    }
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let local = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    local
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
        .and_then(|local| utc(local, zone))
}

/// A local time in UTC. One that comes twice is the first; one that a change of the clocks leaves out is an hour later.
fn utc(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let found = zone.from_local_datetime(&local).earliest();
    let found =
        found.or_else(|| zone.from_local_datetime(&local.checked_add_signed(Duration::hours(1))?).earliest());
    found.map(|moment| moment.with_timezone(&Utc))
}

fn checked(format: Cow<'_, str>) -> Result<Cow<'_, str>, Trouble> {
    if StrftimeItems::new(&format).any(|item| matches!(item, Item::Error)) {
        return Err(other(format!("`{format}` is not a date format: use %Y %m %d %H %M %S …")));
    }
    Ok(format)
}

fn format_date(given: &Arguments<'_>) -> Given {
    let (moment, format) = (moment(given, 0)?, checked(given.text(1)?)?);
    Ok(Value::String(moment.with_timezone(&zone(given)?).format(&format).to_string()))
}

fn parse_date(given: &Arguments<'_>) -> Given {
    let (text, zone) = (given.text(0)?, zone(given)?);
    let trimmed = text.trim();
    if given.len() == 1 {
        let found = iso(trimmed, zone);
        return said(found.ok_or_else(|| other(format!("`{trimmed}` is not an ISO 8601 date")))?);
    }
    let format = checked(given.text(1)?)?;
    let exact = DateTime::parse_from_str(trimmed, &format).ok().map(|moment| moment.with_timezone(&Utc));
    let local = || NaiveDateTime::parse_from_str(trimmed, &format).ok();
    let day = || NaiveDate::parse_from_str(trimmed, &format).ok()?.and_hms_opt(0, 0, 0);
    let found = exact.or_else(|| utc(local().or_else(day)?, zone));
    said(found.ok_or_else(|| other(format!("`{trimmed}` is not a date of the form `{format}`")))?)
}

fn add_time(given: &Arguments<'_>) -> Given {
    let (moment, text) = (moment(given, 0)?, given.text(1)?);
    let (negative, length) = match text.trim().strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.trim()),
    };
    let length = parse_duration(length).map_err(|error| other(error.to_string()))?;
    let length = Duration::from_std(length).map_err(|error| other(error.to_string()))?;
    let moved = moment.checked_add_signed(if negative { -length } else { length });
    said(moved.ok_or_else(|| other("the date is out of range"))?)
}

fn date_diff(given: &Arguments<'_>) -> Given {
    let between = moment(given, 1)? - moment(given, 0)?;
    let unit = if given.len() > 2 { given.text(2)? } else { Cow::Borrowed("s") };
    Ok(Value::from(match unit.as_ref() {
        "d" => between.num_days(),
        "h" => between.num_hours(),
        "m" => between.num_minutes(),
        "s" => between.num_seconds(),
        _ => return Err(other(format!("unknown unit `{unit}`: d, h, m or s"))),
    }))
}

fn millis(given: &Arguments<'_>) -> Result<bool, Trouble> {
    match given.len() {
        1 => Ok(false),
        _ => match given.text(1)?.as_ref() {
            "s" => Ok(false),
            "ms" => Ok(true),
            unit => Err(other(format!("unknown unit `{unit}`: s or ms"))),
        },
    }
}

fn from_epoch(given: &Arguments<'_>) -> Given {
    let number = given.integer(0)?;
    let found = if millis(given)? {
        DateTime::from_timestamp_millis(number)
    } else {
        DateTime::from_timestamp(number, 0)
    };
    said(found.ok_or_else(|| other(format!("{number} is out of range")))?)
}
