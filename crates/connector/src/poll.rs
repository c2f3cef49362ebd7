//! What a poll asks for, and which of its findings are which events. Pure.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use highline_catalog::{Emit, Item};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::extract;
use crate::manifest::{MarkFormat, Poll, Window};

/// Hex digits of an item's hash that go into its key: 80 bits.
const HASH_DIGITS: usize = 20;

/// The path of the moment that tells what is new, where there is one.
pub fn mark_path(poll: &Poll, emit: Emit) -> Option<&str> {
    match emit {
        Emit::New => poll.created.as_deref().or(poll.changed.as_deref()),
        Emit::NewOrChanged | Emit::ChangedRecord => poll.changed.as_deref().or(poll.created.as_deref()),
    }
}

/// What the last poll left: the moment up to which everything has been read.
pub fn since_of(cursor: &Value) -> Result<DateTime<Utc>, String> {
    cursor
        .get("since")
        .and_then(moment)
        .ok_or_else(|| format!("the cursor {cursor} of the last poll holds no moment `since`"))
}

pub fn cursor(since: DateTime<Utc>) -> Value {
    json!({ "since": since.to_rfc3339_opts(SecondsFormat::Millis, true) })
}

/// The input of a poll that asks only for what changed since `since`, or of one that reads everything.
pub fn windowed(
    input: &Map<String, Value>,
    window: &Window,
    mark: &str,
    since: Option<DateTime<Utc>>,
) -> Map<String, Value> {
    let overlap = TimeDelta::from_std(window.overlap.0).unwrap_or_default();
    let since = since.map(|since| since - overlap);
    let wanted = |value: &&Value| since.is_some() || !value.to_string().contains("{since}");
    let mut input = input.clone();
    for (name, value) in window.set.iter().filter(|(_, value)| wanted(value)) {
        input.insert(name.clone(), filled(value, window.format, mark, since));
    }
    for (name, value) in &window.add {
        let value = match value {
            Value::Array(items) => Value::Array(items.iter().filter(wanted).cloned().collect()),
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .filter(|(_, value)| wanted(value))
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect(),
            ),
            other if wanted(&other) => other.clone(),
            _ => continue,
        };
        added(&mut input, name, filled(&value, window.format, mark, since));
    }
    input
}

fn added(input: &mut Map<String, Value>, name: &str, value: Value) {
    match (input.get_mut(name), value) {
        (Some(Value::Array(items)), Value::Array(more)) => items.extend(more),
        (Some(Value::Object(fields)), Value::Object(more)) => fields.extend(more),
        (_, Value::Array(more)) if more.is_empty() => {}
        (_, Value::Object(more)) if more.is_empty() => {}
        (_, value) => {
            input.insert(name.to_owned(), value);
        }
    }
}

fn filled(value: &Value, format: MarkFormat, mark: &str, since: Option<DateTime<Utc>>) -> Value {
    match value {
        Value::String(text) => match (text.as_str(), format, since) {
            ("{since}", MarkFormat::EpochMs, Some(since)) => since.timestamp_millis().into(),
            ("{since}", MarkFormat::EpochS, Some(since)) => since.timestamp().into(),
            _ => {
                let since = since.map(|since| written(since, format)).unwrap_or_default();
                text.replace("{mark}", mark).replace("{since}", &since).into()
            }
        },
        Value::Array(items) => items.iter().map(|item| filled(item, format, mark, since)).collect(),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(name, value)| (name.clone(), filled(value, format, mark, since))).collect(),
        ),
        other => other.clone(),
    }
}

fn written(since: DateTime<Utc>, format: MarkFormat) -> String {
    match format {
        MarkFormat::Iso => since.to_rfc3339_opts(SecondsFormat::Millis, true),
        MarkFormat::EpochMs => since.timestamp_millis().to_string(),
        MarkFormat::EpochS => since.timestamp().to_string(),
    }
}

/// A moment as apps write it: ISO 8601 with a zone, `2026-11-21 08:00:00` (UTC), or seconds or milliseconds since 1970.
pub fn moment(value: &Value) -> Option<DateTime<Utc>> {
    /// As seconds this is the year 5138; as milliseconds, March 1973.
    const MILLISECONDS_FROM: i64 = 100_000_000_000;
    match value {
        Value::String(text) => {
            let zoned = DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.with_timezone(&Utc));
            let naive =
                || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok().map(|m| m.and_utc());
            let offset = || DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok().map(|m| m.to_utc());
            zoned.or_else(naive).or_else(offset)
        }
        Value::Number(number) => match number.as_i64()? {
            ms if ms.abs() >= MILLISECONDS_FROM => DateTime::from_timestamp_millis(ms),
            seconds => DateTime::from_timestamp(seconds, 0),
        },
        _ => None,
    }
}

/// The findings with their keys, each key once, oldest first where a moment tells. The error names what an item lacks.
pub fn items(poll: &Poll, emit: Emit, records: Vec<Value>) -> Result<Vec<Item>, String> {
    let mark = mark_path(poll, emit);
    let mut seen = HashSet::new();
    let mut found = Vec::with_capacity(records.len());
    for (index, data) in records.into_iter().enumerate() {
        let key = key(poll, emit, &data).map_err(|path| {
            format!("item {} of the answer has no `{path}`, which names the record", index + 1)
        })?;
        if seen.insert(key.clone()) {
            let at = mark.and_then(|path| moment(extract::at(&data, path)?));
            found.push((at, Item { key, data }));
        }
    }
    if mark.is_some() {
        found.sort_by_key(|(at, _)| *at);
    }
    Ok(found.into_iter().map(|(_, item)| item).collect())
}

/// The latest moment among the items.
pub fn latest(items: &[Item], path: &str) -> Option<DateTime<Utc>> {
    items.iter().filter_map(|item| moment(extract::at(&item.data, path)?)).max()
}

/// Leaves each record once: one that moved while the pages were read is on two of them.
pub fn keep_each_once(poll: &Poll, records: &mut Vec<Value>) {
    let mut seen = HashSet::new();
    records.retain(|record| key(poll, Emit::New, record).map_or(true, |key| seen.insert(key)));
}

fn key(poll: &Poll, emit: Emit, data: &Value) -> Result<String, String> {
    let parts: Result<Vec<String>, String> = poll
        .key
        .iter()
        .map(|path| extract::at(data, path).and_then(extract::text).ok_or_else(|| path.clone()))
        .collect();
    let id = parts?.join("/");
    if emit == Emit::New {
        return Ok(id);
    }
    let mark = poll.changed.as_deref().and_then(|path| extract::text(extract::at(data, path)?));
    Ok(match mark {
        Some(mark) => format!("{id}@{mark}"),
        None => format!("{id}#{}", hash(data)),
    })
}

/// A hash of the content, whatever the order of an object's names.
pub fn hash(data: &Value) -> String {
    let mut digest = hex::encode(Sha256::digest(ordered(data).to_string()));
    digest.truncate(HASH_DIGITS);
    digest
}

fn ordered(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            Value::Object(fields.into_iter().map(|(name, value)| (name.clone(), ordered(value))).collect())
        }
        Value::Array(items) => items.iter().map(ordered).collect(),
        scalar => scalar.clone(),
    }
}

#[cfg(test)]
mod tests;
