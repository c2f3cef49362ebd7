//! What a poll asks for, and which of its findings are which events. Pure.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use highline_catalog::{Emit, Item};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::extract;
use crate::manifest::{MarkFormat, Poll, Window};
use crate::moment::moment;

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
    let mark = window.names.get(mark).map_or(mark, String::as_str);
    let since = since.map(|since| reached_back(window, since));
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

/// The moment that a poll asks from, so that nothing is missed that came in late.
pub fn reached_back(window: &Window, since: DateTime<Utc>) -> DateTime<Utc> {
    since - TimeDelta::from_std(window.overlap.0).unwrap_or_default()
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

/// The contents that the last poll saw, by record: a hash, and behind a dot how often it had changed by then. With it a
/// record that goes back to what it once was is told as a change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    contents: BTreeMap<String, String>,
}

impl Contents {
    /// Whether changes are told by contents: there is no mark, and no window that leaves records out.
    pub fn tell(poll: &Poll, emit: Emit) -> bool {
        emit != Emit::New && poll.changed.is_none() && poll.window.is_none()
    }

    /// What the last poll left; a cursor that holds something else is that of an older manifest.
    pub fn of(cursor: Option<&Value>) -> Self {
        cursor.and_then(|cursor| serde_json::from_value(cursor.clone()).ok()).unwrap_or_default()
    }

    /// Gives each item the key of its content, and notes it for the next poll.
    pub fn keyed(&self, items: &mut [Item]) -> Self {
        let mut now = Self::default();
        for item in items {
            let Some((id, hash)) = item.key.rsplit_once('#') else { continue };
            let content = match self.contents.get(id) {
                None => hash.to_owned(),
                Some(before) => {
                    let (old, changes) = before.split_once('.').unwrap_or((before, "0"));
                    if old == hash {
                        before.clone()
                    } else {
                        format!("{hash}.{}", changes.parse::<u64>().unwrap_or_default() + 1)
                    }
                }
            };
            let id = id.to_owned();
            item.key = format!("{id}#{content}");
            now.contents.insert(id, content);
        }
        now
    }

    /// As a cursor.
    pub fn cursor(&self) -> Value {
        json!(self)
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

/// Leaves out what lies before the moment that is asked from: an old record may come to the front of a list, as an old
/// conversation does with a new message.
pub fn keep_since(items: &mut Vec<Item>, mark: &str, from: DateTime<Utc>) {
    items.retain(|item| extract::at(&item.data, mark).and_then(moment).is_none_or(|at| at >= from));
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
