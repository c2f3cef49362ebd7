//! Values in answers: where they are, and the moments among them. Pure.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;

/// The value at a dotted path. A number steps into an array, `-1` is its last item.
pub fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| match value {
        Value::Object(fields) => fields.get(name),
        Value::Array(items) => {
            let index: isize = name.parse().ok()?;
            let index = if index < 0 { items.len().checked_add_signed(index)? } else { index.unsigned_abs() };
            items.get(index)
        }
        _ => None,
    })
}

/// A moment as apps write it: ISO 8601 with a zone, `2026-11-21 08:00:00` (UTC), or seconds or milliseconds since 1970.
pub fn moment(value: &Value) -> Option<DateTime<Utc>> {
    let naive = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok();
    certain_moment(value).or_else(|| naive(value.as_str()?).map(|moment| moment.and_utc()))
}

/// A moment that leaves no doubt about its zone.
pub(crate) fn certain_moment(value: &Value) -> Option<DateTime<Utc>> {
    /// As seconds this is the year 5138; as milliseconds, March 1973.
    const MILLISECONDS_FROM: i64 = 100_000_000_000;
    match value {
        Value::String(text) => {
            let iso = DateTime::parse_from_rfc3339(text);
            let others = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z"];
            let other = || others.iter().find_map(|format| DateTime::parse_from_str(text, format).ok());
            iso.ok().or_else(other).map(|moment| moment.to_utc())
        }
        Value::Number(number) => match number.as_i64()? {
            ms if ms.abs() >= MILLISECONDS_FROM => DateTime::from_timestamp_millis(ms),
            seconds => DateTime::from_timestamp(seconds, 0),
        },
        _ => None,
    }
}
