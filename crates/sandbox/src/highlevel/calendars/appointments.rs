//! One appointment: get, create, update.

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::fields::{self, Field, Kind, needed, optional};
use crate::highlevel::refusal;
use crate::time;
use crate::world::World;

use super::book::{Event, Role};
use super::diary::{Diary, Span};
use super::plan::Plan;
use super::{series, told, view};

const SHARED: [Field; 12] = [
    optional("title", Kind::Text),
    optional(
        "meetingLocationType",
        Kind::OneOf(&["custom", "zoom", "gmeet", "phone", "address", "ms_teams", "google"]),
    ),
    optional("meetingLocationId", Kind::Text),
    optional("overrideLocationConfig", Kind::Boolean),
    optional(
        "appointmentStatus",
        Kind::OneOf(&["new", "confirmed", "cancelled", "showed", "noshow", "invalid"]),
    ),
    optional("assignedUserId", Kind::Text),
    optional("description", Kind::Text),
    optional("address", Kind::Text),
    optional("ignoreDateRange", Kind::Boolean),
    optional("toNotify", Kind::Boolean),
    optional("ignoreFreeSlotValidation", Kind::Boolean),
    optional("rrule", Kind::Text),
];

fn create_fields() -> Vec<Field> {
    let own = ["calendarId", "locationId", "contactId"].map(|name| needed(name, Kind::Text));
    let times = [needed("startTime", Kind::Time), optional("endTime", Kind::Time)];
    SHARED.into_iter().chain(own).chain(times).collect()
}

fn update_fields() -> Vec<Field> {
    let times = ["startTime", "endTime"].map(|name| optional(name, Kind::Time));
    SHARED.into_iter().chain([optional("calendarId", Kind::Text)]).chain(times).collect()
}

/// A deleted one is still answered, and says so. The record is under `appointment`, not under `event`.
pub fn get_appointment(world: &mut World, call: &Call) -> Outcome {
    let id = call.param("eventId");
    let event = world.calendars.events.any(id)?;
    match event.contact {
        Some(_) => Ok(Reply::ok(json!({ "appointment": view::event(world, event) }))),
        None => Err(refusal::not_found("Appointment", id)),
    }
}

/// Answers 200, and the record is the whole body.
pub fn create_appointment(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &create_fields())?;
    let rule = series::rule(body)?;
    let contact_id = text(body, "contactId").unwrap_or_default();
    let contact = world.contacts.get(contact_id).ok_or_else(|| refusal::not_found("Contact", contact_id))?;
    let calendar_id = text(body, "calendarId").unwrap_or_default();
    let plan = Plan(world.calendars.calendars.get(calendar_id)?);
    let starts = moment(body, "startTime").ok_or_else(no_time)?;
    let ends = moment(body, "endTime").unwrap_or(starts + plan.length());
    let mut event = Event::new(String::new(), (starts, ends), 0);
    event.contact = Some(contact_id.to_owned());
    event.calendar = Some(calendar_id.to_owned());
    event.title = plan.title(&contact.name());
    event.status = if plan.confirms() { "confirmed" } else { "new" }.to_owned();
    event.details.insert("meetingLocationType".to_owned(), json!("default"));
    apply(&mut event, body);
    event.refuse_backwards()?;
    settle(world, &mut event, body)?;
    event.id = world.dice.id();
    event.added = world.clock.tick();
    event.updated = event.added;
    let id = event.id.clone();
    world.calendars.events.add(event);
    if let Some(rule) = rule {
        series::spread(world, &id, &rule, body);
    }
    told::appointment(world, "AppointmentCreate", &id);
    Ok(Reply::ok(view::booked(world, world.calendars.events.any(&id)?)))
}

/// A series is changed by its own id, with all of its events: each is moved as far as the first is.
pub fn update_appointment(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &update_fields())?;
    let id = call.param("eventId");
    let old = known(world, id)?.clone();
    let rule = series::rule(body)?.filter(|_| body.get("rrule") != old.details.get("rrule"));
    if rule.is_some() && matches!(old.role, Role::Instance { .. }) {
        return Err(refusal::bad_request("only the series itself has a rule"));
    }
    if let Some(calendar) = text(body, "calendarId") {
        world.calendars.calendars.get(calendar)?;
    }
    let changed = changed(world, &old, body)?;
    let now = world.clock.tick();
    for mut event in changed {
        event.updated = now;
        let known = world.calendars.events.get_mut(&event.id)?;
        *known = event;
    }
    if let Some(rule) = rule {
        series::spread(world, id, &rule, body);
    }
    told::appointment(world, "AppointmentUpdate", id);
    Ok(Reply::ok(view::booked(world, world.calendars.events.any(id)?)))
}

/// What becomes of an appointment, or of a whole series.
fn changed(world: &mut World, old: &Event, body: &Map<String, Value>) -> Result<Vec<Event>, Reply> {
    let starts = moment(body, "startTime").unwrap_or(old.starts);
    let ends = moment(body, "endTime").unwrap_or(starts + (old.ends - old.starts));
    let is_timed = body.contains_key("startTime") || body.contains_key("endTime");
    let all: Vec<Event> =
        world.calendars.events.with_its_series(&old.id).map(|event| event.clone()).collect();
    let mut changed = Vec::with_capacity(all.len());
    for before in all {
        let mut event = before.clone();
        apply(&mut event, body);
        if is_timed {
            event.starts = (before.starts + (starts - old.starts)).with_timezone(starts.offset());
            event.ends = event.starts + (ends - starts);
        }
        event.refuse_backwards()?;
        if is_moved(&before, &event) {
            settle(world, &mut event, body)?;
        }
        changed.push(event);
    }
    Ok(changed)
}

/// Whether it needs a free slot that it did not have before.
fn is_moved(before: &Event, after: &Event) -> bool {
    let place = |event: &Event| (event.starts, event.ends, event.calendar.clone(), event.user.clone());
    after.takes_time() && (place(before) != place(after) || !before.takes_time())
}

/// Sees that the time is free, unless the body says not to look, and gives the appointment to somebody.
///
/// # Errors
/// 400 when the time is taken, or the person is not of the calendar's team.
pub fn settle(world: &World, event: &mut Event, body: &Map<String, Value>) -> Result<(), Reply> {
    let calendar = world.calendars.calendars.get(event.calendar.as_deref().unwrap_or_default())?;
    let plan = Plan(calendar);
    if let Some(user) = &event.user {
        super::known_user(world, user)?;
        if plan.team().next().is_some() && !plan.team().any(|member| member == user) {
            return Err(refusal::bad_request("The user id not part of calendar team."));
        }
    }
    let asked = event.user.clone();
    let users: Vec<&str> = asked.iter().map(String::as_str).collect();
    let span = Span::of(event);
    let diary = Diary::around(&world.calendars, calendar, span).without(event.series()).of_users(&users);
    if is_set(body, "ignoreFreeSlotValidation") {
        event.user = asked.clone().or_else(|| plan.team().next().map(str::to_owned));
        return Ok(());
    }
    if !is_set(body, "ignoreDateRange") {
        diary.refuse_out_of_range(span, time::now())?;
    }
    event.user = diary.book(span)?.map(str::to_owned);
    Ok(())
}

/// Everything but the times.
fn apply(event: &mut Event, body: &Map<String, Value>) {
    if let Some(title) = text(body, "title") {
        event.title = title.to_owned();
    }
    if let Some(status) = text(body, "appointmentStatus") {
        event.status = status.to_owned();
    }
    if let Some(calendar) = text(body, "calendarId").filter(|id| event.calendar.as_deref() != Some(id)) {
        event.calendar = Some(calendar.to_owned());
        event.user = None;
    }
    if let Some(user) = text(body, "assignedUserId") {
        event.user = Some(user.to_owned());
    }
    if body.contains_key("address") {
        event.details.insert("meetingLocationType".to_owned(), json!("custom"));
    }
    for name in ["meetingLocationType", "address", "description"] {
        if let Some(value) = body.get(name) {
            event.details.insert(name.to_owned(), value.clone());
        }
    }
}

/// A blocked time is not found here.
fn known<'a>(world: &'a mut World, id: &str) -> Result<&'a Event, Reply> {
    let event = world.calendars.events.get_mut(id)?;
    if event.contact.is_some() { Ok(event) } else { Err(refusal::not_found("Appointment", id)) }
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

fn is_set(body: &Map<String, Value>, name: &str) -> bool {
    body.get(name) == Some(&Value::Bool(true))
}

fn moment(body: &Map<String, Value>, name: &str) -> Option<DateTime<FixedOffset>> {
    time::parse_with_offset(text(body, name)?)
}

fn no_time() -> Reply {
    refusal::invalid(vec!["startTime must be a valid ISO 8601 date string".to_owned()])
}
