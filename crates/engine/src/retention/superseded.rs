//! Which keys of polls may be forgotten without a record ever being taken for new again: pure.
//!
//! A key `id@moment` is one state of a record. It may go when a later state of the record is known, because the app has
//! only the latest, and when the polls have passed its moment by a week, so that no slow copy of the app brings it once
//! more. The latest state of each record stays for ever: whoever lets a workflow begin anew finds that one again.

use chrono::TimeDelta;
use highline_catalog::moment;
use highline_model::{EventId, Timestamp};
use highline_store::PolledKey;
use serde_json::Value;

/// So far beyond a moment the polls must be, longer than any app's search lags behind.
const PASSED: TimeDelta = TimeDelta::days(7);

/// Goes through keys in their order and tells which may go.
pub(super) struct Superseded {
    before: Timestamp,
    record: String,
    states: Vec<(Timestamp, Option<EventId>)>,
}

impl Superseded {
    /// `cursor` is where the polls have got to. `None`: it tells no moment, and nothing can be forgotten.
    pub fn of(cursor: &Value, now: Timestamp) -> Option<Self> {
        let since = cursor.get("since").and_then(moment)?.min(now);
        Some(Self { before: since - PASSED, record: String::new(), states: Vec::new() })
    }

    /// Takes the next keys; the events that may go so far.
    pub fn take(&mut self, keys: &[PolledKey]) -> Vec<EventId> {
        let mut gone = Vec::new();
        for key in keys {
            let Some((record, at)) = state(&key.key) else { continue };
            if record != self.record {
                gone.extend(self.end());
                record.clone_into(&mut self.record);
            }
            let idle = key.idle && key.found_at < self.before;
            self.states.push((at, idle.then_some(key.event)));
        }
        gone
    }

    /// There are no more keys of the last record.
    pub fn end(&mut self) -> Vec<EventId> {
        let states = std::mem::take(&mut self.states);
        let Some(latest) = states.iter().map(|(at, _)| *at).max() else { return Vec::new() };
        let old =
            |(at, event): (Timestamp, Option<EventId>)| event.filter(|_| at < latest && at < self.before);
        states.into_iter().filter_map(old).collect()
    }
}

/// The record of a key, and the moment of its state.
fn state(key: &str) -> Option<(&str, Timestamp)> {
    let (record, mark) = key.rsplit_once('@')?;
    let number = || mark.parse::<i64>().ok().map(Value::from);
    Some((record, moment(&Value::from(mark)).or_else(|| moment(&number()?))?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-11-21T08:00:00Z";

    /// Of these keys, found long ago, those that may go; a `!` in front says that a run needs the event.
    fn gone(keys: &[&str]) -> Vec<String> {
        let (since, long_ago) = (json!({ "since": "2026-11-21T07:59:00.000Z" }), "2026-01-01T00:00:00Z");
        let keys: Vec<PolledKey> = keys
            .iter()
            .map(|key| PolledKey {
                event: EventId::at(NOW.parse().unwrap()),
                key: key.trim_start_matches('!').to_owned(),
                idle: !key.starts_with('!'),
                found_at: long_ago.parse().unwrap(),
            })
            .collect();
        let mut superseded = Superseded::of(&since, NOW.parse().unwrap()).unwrap();
        let mut events: Vec<EventId> = keys.chunks(2).flat_map(|page| superseded.take(page)).collect();
        events.extend(superseded.end());
        keys.into_iter().filter(|key| events.contains(&key.event)).map(|key| key.key).collect()
    }

    #[test]
    fn the_latest_state_of_each_record_stays_for_ever() {
        let keys = [
            "a@2026-01-01T00:00:00Z",
            "a@2026-02-01T00:00:00Z",
            "a@2026-03-01T00:00:00Z",
            "b@2026-01-01T00:00:00Z",
        ];
        assert_eq!(gone(&keys), keys[..2]);
    }

    #[test]
    fn what_the_polls_have_not_left_behind_by_a_week_stays() {
        let keys = ["a@2026-11-14T07:58:00Z", "a@2026-11-14T08:00:00Z", "a@2026-11-21T07:00:00Z"];
        assert_eq!(gone(&keys), keys[..1]);
    }

    #[test]
    fn what_has_a_run_and_what_tells_no_moment_stays() {
        assert!(gone(&["!a@2026-01-01T00:00:00Z", "a@2026-02-01T00:00:00Z"]).is_empty());
        assert!(gone(&["a", "a#1f", "a#2e", "ada@example.com", "b@soon", "b@sooner"]).is_empty());
        assert!(Superseded::of(&json!({ "contents": {} }), NOW.parse().unwrap()).is_none());
    }

    #[test]
    fn moments_count_and_not_their_spelling() {
        let keys =
            ["a@1767225600000", "a@1769904000000", "b@2026-01-01T00:00:00.5Z", "b@2026-01-01T00:00:00Z"];
        assert_eq!(gone(&keys), ["a@1767225600000", "b@2026-01-01T00:00:00Z"]);
    }
}
