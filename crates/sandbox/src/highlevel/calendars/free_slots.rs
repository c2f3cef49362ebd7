//! `GET /calendars/{calendarId}/free-slots`.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::{fields, refusal};
use crate::time::{DAY, ZONE, with_offset};
use crate::world::World;

use super::diary::Diary;
use super::window;

const LONGEST: i64 = 31 * DAY;

/// Keyed by date; a day without a free slot is left out.
pub fn list_free_slots(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["startDate", "endDate", "timezone", "userId", "userIds", "userIds[]"])?;
    let now = world.clock.tick();
    let calendar = world.calendars.calendars.get(call.param("calendarId"))?;
    let span = window::asked(call, "startDate", "endDate")?;
    if span.to - span.from > LONGEST {
        return Err(refusal::bad_request("The date range cannot be more than 31 days"));
    }
    let zone = zone(call)?;
    let users: Vec<&str> = call
        .query
        .iter()
        .filter(|(name, _)| matches!(name.as_str(), "userId" | "userIds" | "userIds[]"))
        .map(|(_, id)| id.as_str())
        .collect();
    let diary = Diary::around(&world.calendars, calendar, span).of_users(&users);
    let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for slot in diary.slots(span, now) {
        let slot = slot.with_timezone(&zone);
        days.entry(slot.format("%Y-%m-%d").to_string()).or_default().push(with_offset(&slot));
    }
    let days = days.into_iter().map(|(day, slots)| (day, json!({ "slots": slots })));
    Ok(Reply::ok(Value::Object(days.collect())))
}

/// The sub-account's own unless another one is asked for.
fn zone(call: &Call) -> Result<Tz, Reply> {
    let wrong = || refusal::invalid(vec!["timezone must be the name of a time zone".to_owned()]);
    call.query("timezone").map_or(Ok(ZONE), |name| name.parse().map_err(|_| wrong()))
}
