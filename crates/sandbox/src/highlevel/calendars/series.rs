//! A repeating appointment: a record that stands for all, and an event for each time.

use serde_json::{Map, Value, json};

use crate::exchange::Reply;
use crate::highlevel::refusal;
use crate::world::World;

use super::appointments;
use super::book::{Event, Role};
use super::recurrence::Rule;

/// # Errors
/// 422 when the body has a rule that cannot be read.
pub fn rule(body: &Map<String, Value>) -> Result<Option<Rule>, Reply> {
    let wrong =
        || refusal::invalid(vec!["rrule must be a rule of RFC 5545 by day, week or month".to_owned()]);
    body.get("rrule").and_then(Value::as_str).map(|text| Rule::parse(text).ok_or_else(wrong)).transpose()
}

/// Makes an appointment stand for a series, and its events anew; a time that is not free is left out.
pub fn spread(world: &mut World, id: &str, rule: &Rule, body: &Map<String, Value>) {
    let now = world.clock.tick();
    for event in world.calendars.events.with_its_series(id).filter(|event| event.id != id) {
        event.delete(now);
    }
    let Ok(event) = world.calendars.events.get_mut(id) else { return };
    event.role = Role::Series;
    event.details.insert("rrule".to_owned(), json!(body.get("rrule")));
    let whole = event.clone();
    for starts in rule.starts(whole.starts) {
        let mut one = Event { starts, ends: starts + (whole.ends - whole.starts), ..whole.clone() };
        one.role = Role::Instance { of: id.to_owned() };
        let seconds = (one.ends - one.starts).num_seconds();
        one.id = format!("{id}_{}_{seconds}", starts.timestamp_millis());
        if appointments::settle(world, &mut one, body).is_ok() {
            world.calendars.events.add(one);
        }
    }
}
