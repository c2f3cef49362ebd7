//! The echo guard: what a workflow of this installation has written itself is no news for a workflow that says
//! `ignore_own_writes`. A write is remembered by its record for as long as the guards of its connection want it; a poll
//! that finds the record exactly so has heard an echo, and any difference is a change.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use chrono::DateTime;
use highline_catalog::{Connection, Definition, Effect, Item, OperationError, Output};
use highline_model::Timestamp;
use highline_store::{Error, NewState, StateFilter, StateScope, Store};
use highline_workflow::{PollTrigger, hash};
use serde_json::{Map, Value, json};

use crate::plan::Attempt;
use crate::send::connection;
use crate::shared::Shared;

/// For so long a node trusts what it knows of guards.
const TRUSTED: chrono::Duration = chrono::Duration::seconds(2);
/// Kinds of writes of one record that are looked at.
const MOST_KINDS: u32 = 50;

/// What this node knows of guards, by resource: since when, and for how long writes are remembered.
#[derive(Default)]
pub(crate) struct Guards(Mutex<HashMap<String, (Timestamp, Option<Duration>)>>);

/// The records behind a connection, whatever its name.
pub(crate) fn resource(connection: &Connection) -> String {
    let host = connection.base_url.as_ref().map(ToString::to_string);
    hash(&json!([connection.app, host, connection.values]).to_string())
}

/// Lets all nodes know that writes over this connection are to be remembered for at least so long.
pub(crate) async fn guard(
    store: &Store,
    connection: &Connection,
    lasts: Duration,
    now: Timestamp,
) -> Result<(), Error> {
    let key = resource(connection);
    let known = store.in_time(store.state(&StateScope::Guards, &key, now)).await?;
    let known = known.and_then(|entry| entry.value.as_u64()).unwrap_or(0);
    let seconds = lasts.as_secs().max(1);
    if known >= seconds {
        return Ok(());
    }
    let (value, scope) = (json!(seconds), &StateScope::Guards);
    let new = NewState { scope, key: &key, value: &value, expires_at: None, by: None, now };
    store.in_time(store.put_state(new)).await
}

/// Remembers a write, before it is sent and again with its answer: a poll may see it before its answer is here. A
/// database that does not answer costs an echo, not the write.
pub(crate) async fn wrote(
    shared: &Shared,
    attempt: &Attempt,
    reply: Option<&Result<Output, OperationError>>,
) {
    let output = match reply {
        None => None,
        Some(Ok(output)) => Some(&output.data),
        Some(Err(_)) => return,
    };
    if attempt.effect == Effect::Read {
        return;
    }
    let write = (attempt.operation.as_str(), &attempt.input);
    remember_or_warn(shared, attempt, write, output).await;
}

/// Remembers a write of which a read has told that it was done, and what it has made.
pub(crate) async fn verified(shared: &Shared, attempt: &Attempt, result: &Result<Output, OperationError>) {
    let (Some(inquiry), Ok(output)) = (&attempt.inquiry, result) else { return };
    if let Some(record) = inquiry.made(&output.data) {
        let write = (inquiry.operation.as_str(), &*inquiry.sent.input);
        remember_or_warn(shared, attempt, write, Some(&record)).await;
    }
}

/// A write: its operation and its input.
type Write<'a> = (&'a str, &'a Map<String, Value>);

async fn remember_or_warn(shared: &Shared, attempt: &Attempt, write: Write<'_>, output: Option<&Value>) {
    if let Err(error) = remember(shared, attempt, write, output).await {
        tracing::warn!(step = %attempt.step, %error, "a write is not remembered, its echo will be taken for a change");
    }
}

async fn remember(
    shared: &Shared,
    attempt: &Attempt,
    (operation_id, input): Write<'_>,
    output: Option<&Value>,
) -> Result<(), Error> {
    let Some(operation) = shared.catalog.get(operation_id) else { return Ok(()) };
    let definition = operation.definition();
    let Ok(connection) = connection(&shared.connections, attempt.connection.as_deref(), &definition.app)
    else {
        return Ok(());
    };
    let resource = resource(&connection);
    let Some(lasts) = guarded(shared, &resource).await? else { return Ok(()) };
    let Some(record) = output.and_then(id_of).or_else(|| written_record(definition, input)) else {
        return Ok(());
    };
    let now = shared.clock.now();
    let kind = operation_id.rsplit_once('.').map_or("", |(kind, _)| kind);
    let value = json!({ "sent": input, "reply": output });
    let new = NewState {
        scope: &StateScope::Writes(resource),
        key: &format!("{record} {kind}"),
        value: &value,
        expires_at: now
            .checked_add_signed(chrono::Duration::from_std(lasts).unwrap_or(chrono::Duration::MAX)),
        by: Some((attempt.run, &attempt.step)),
        now,
    };
    shared.store.in_time(shared.store.put_state(new)).await
}

async fn guarded(shared: &Shared, resource: &str) -> Result<Option<Duration>, Error> {
    let now = shared.clock.now();
    let lock = || shared.guards.0.lock().expect("no one panics while holding the guards");
    if let Some((since, lasts)) = lock().get(resource)
        // A clock that was set back has trusted long enough too.
        && (now - *since).abs() < TRUSTED
    {
        return Ok(*lasts);
    }
    let entry = shared.store.in_time(shared.store.state(&StateScope::Guards, resource, now)).await?;
    let lasts = entry.and_then(|entry| entry.value.as_u64()).map(Duration::from_secs);
    lock().insert(resource.to_owned(), (now, lasts));
    Ok(lasts)
}

/// The keys of the items that are echoes. An item that differs from what was written is a change, and the write is
/// forgotten: what comes after it cannot be its echo.
pub(crate) async fn echoes(
    shared: &Shared,
    trigger: &PollTrigger,
    items: &[&Item],
) -> Result<HashSet<String>, Error> {
    let mut echoes = HashSet::new();
    let Some(lasts) = trigger.ignore_own_writes else { return Ok(echoes) };
    let Some(operation) = shared.catalog.get(&trigger.operation) else { return Ok(echoes) };
    let definition = operation.definition();
    let Ok(connection) = connection(&shared.connections, trigger.connection.as_deref(), &definition.app)
    else {
        return Ok(echoes);
    };
    let scope = StateScope::Writes(resource(&connection));
    let (now, mark) = (shared.clock.now(), definition.poll.as_ref().and_then(|poll| poll.changed.as_deref()));
    let oldest = now - chrono::Duration::from_std(lasts).unwrap_or(chrono::Duration::MAX);
    for item in items {
        let Some(record) = id_of(&item.data) else { continue };
        let prefix = format!("{record} ");
        let filter = StateFilter { scope: &scope, prefix: &prefix, now };
        let writes = shared.store.in_time(shared.store.states(filter, None, MOST_KINDS)).await?.entries;
        let recent = writes.iter().filter(|write| write.updated_at > oldest);
        if recent.clone().any(|write| is_echo(&write.value, &item.data, mark)) {
            echoes.insert(item.key.clone());
            continue;
        }
        for write in &writes {
            shared.store.in_time(shared.store.delete_state(&scope, &write.key, now)).await?;
        }
    }
    Ok(echoes)
}

fn is_echo(write: &Value, item: &Value, mark: Option<&str>) -> bool {
    let none = Map::new();
    let fields = |value: &Value| value.as_object().cloned().unwrap_or_else(|| none.clone());
    let (sent, mut reply, item) = (fields(&write["sent"]), fields(&write["reply"]), fields(item));
    if let Some(mark) = mark {
        if reply.get(mark).is_some_and(|told| !told.is_null() && Some(told) == item.get(mark)) {
            return true;
        }
        reply.shift_remove(mark);
    }
    let common =
        |name: &&String| item.contains_key(*name) && !names_a_record(name) && mark != Some(name.as_str());
    let shared_with_item = sent.keys().filter(common).count() > 0;
    let mut written = sent;
    written.extend(reply);
    let differs = |(name, value): (&String, &Value)| {
        common(&name) && !item.get(name).is_some_and(|there| same(value, there))
    };
    shared_with_item && !written.iter().any(differs)
}

/// Equal in meaning: apps write numbers as text, and moments with or without milliseconds.
pub(crate) fn same(written: &Value, found: &Value) -> bool {
    let moment = |value: &Value| value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    if let (Some(written), Some(found)) = (moment(written), moment(found)) {
        return written == found;
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    written == found || !written.is_object() && !written.is_array() && text(written) == text(found)
}

fn id_of(record: &Value) -> Option<String> {
    ["id", "_id"].into_iter().find_map(|name| text(record.get(name)?))
}

/// The record that a write is about: the last one in its path, or `id`.
fn written_record(definition: &Definition, input: &Map<String, Value>) -> Option<String> {
    let last = definition.path.as_deref().and_then(|path| path.rsplit_once('{')?.1.split_once('}'));
    let named = last.and_then(|(name, _)| text(input.get(name)?));
    named.or_else(|| text(input.get("id")?))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn names_a_record(name: &str) -> bool {
    name == "id" || name.ends_with("Id") || name.ends_with("_id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_as_it_was_written_is_an_echo_and_any_difference_is_a_change() {
        let write = json!({
            "sent": { "contactId": "c1", "taskId": "t1", "completed": true, "dueDate": "2026-12-01T15:00:00Z" },
            "reply": { "id": "t1", "title": "Call", "completed": true, "dateUpdated": "2026-11-21T08:00:00Z" },
        });
        let found = |title: &str, completed: bool| json!({ "id": "t1", "title": title, "completed": completed, "dueDate": "2026-12-01T15:00:00.000Z" });
        assert!(is_echo(&write, &found("Call", true), None));
        assert!(!is_echo(&write, &found("Call", false), None), "it was opened again");
        assert!(!is_echo(&write, &found("Visit", true), None), "another field was changed as well");
        let marked = json!({ "id": "t1", "title": "Visit", "dateUpdated": "2026-11-21T08:00:00Z" });
        assert!(is_echo(&write, &marked, Some("dateUpdated")), "the mark is that of the answer");
    }

    #[test]
    fn a_record_that_shares_no_written_field_is_no_echo() {
        let write = json!({ "sent": { "contactId": "c1", "body": "x" }, "reply": null });
        assert!(!is_echo(&write, &json!({ "id": "c1", "contactId": "c1", "firstName": "Ada" }), None));
    }
}
