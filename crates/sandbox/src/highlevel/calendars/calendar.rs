//! Calendars themselves: list, get, create, update, delete.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::records::{self, Record};
use crate::highlevel::{fields, refusal};
use crate::world::World;

use super::settings;
use super::slug;

/// Drafts are calendars that are not active.
pub fn list_calendars(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "groupId", "showDrafted"])?;
    let drafts = super::flag(call, "showDrafted")?.unwrap_or(true);
    let group = call.query("groupId");
    let shown = |calendar: &&Record| {
        (drafts || calendar["isActive"] == true)
            && group.is_none_or(|group| calendar.get("groupId").is_some_and(|id| id == group))
    };
    let calendars: Vec<&Record> = world.calendars.calendars.iter().filter(shown).collect();
    Ok(Reply::ok(json!({ "calendars": calendars })))
}

pub fn get_calendar(world: &mut World, call: &Call) -> Outcome {
    let calendar = world.calendars.calendars.get(call.param("calendarId"))?;
    Ok(Reply::ok(json!({ "calendar": calendar })))
}

/// Answers 200, not 201.
pub fn create_calendar(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &settings::create_fields())?;
    check_links(world, body)?;
    let mut calendar = settings::defaults();
    if !body.contains_key("openHours") && !body.contains_key("availabilities") {
        calendar.insert("openHours".to_owned(), settings::office_hours());
    }
    let default_type = if body.contains_key("teamMembers") { "round_robin" } else { "event" };
    calendar.insert("calendarType".to_owned(), json!(default_type));
    records::merge(&mut calendar, body);
    check_team(&calendar)?;
    name_availabilities(world, &mut calendar);
    let slug = match body.get("slug").and_then(Value::as_str) {
        Some(asked) => slug::refuse_taken(&world.calendars.calendars, asked, None)?.to_owned(),
        None => slug::made_from(&world.calendars.calendars, calendar["name"].as_str().unwrap_or_default()),
    };
    calendar.entry("widgetSlug").or_insert_with(|| json!(slug));
    calendar.insert("slug".to_owned(), json!(slug));
    calendar.insert("id".to_owned(), json!(world.dice.id()));
    Ok(Reply::ok(json!({ "calendar": world.calendars.calendars.add(calendar) })))
}

pub fn update_calendar(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &settings::update_fields())?;
    let id = call.param("calendarId");
    let mut calendar = world.calendars.calendars.get(id)?.clone();
    check_links(world, body)?;
    if let Some(asked) = body.get("slug").and_then(Value::as_str) {
        slug::refuse_taken(&world.calendars.calendars, asked, Some(id))?;
    }
    records::merge(&mut calendar, body);
    check_team(&calendar)?;
    name_availabilities(world, &mut calendar);
    let known = world.calendars.calendars.get_mut(id)?;
    *known = calendar;
    Ok(Reply::ok(json!({ "calendar": known })))
}

/// Its notifications go with it; the appointments stay with their contacts.
pub fn delete_calendar(world: &mut World, call: &Call) -> Outcome {
    let id = call.param("calendarId");
    let calendar = world.calendars.calendars.remove(id)?;
    world.calendars.notifications.remove(id);
    Ok(Reply::ok(json!({ "message": "Calendar deleted successfully", "calendar": calendar })))
}

/// The group and the users that a body names must exist.
fn check_links(world: &World, body: &Map<String, Value>) -> Result<(), Reply> {
    if let Some(group) = body.get("groupId").and_then(Value::as_str) {
        world.calendars.groups.get(group)?;
    }
    let team = body.get("teamMembers").and_then(Value::as_array).into_iter().flatten();
    for id in team.filter_map(|member| member["userId"].as_str()) {
        super::known_user(world, id)?;
    }
    Ok(())
}

/// Some kinds of calendar need a team, a personal one is of one person.
fn check_team(calendar: &Record) -> Result<(), Reply> {
    let size = calendar.get("teamMembers").and_then(Value::as_array).map_or(0, Vec::len);
    let kind = calendar["calendarType"].as_str().unwrap_or_default();
    match (kind, size) {
        ("round_robin" | "collective" | "class_booking" | "service_booking", 0) => {
            Err(refusal::invalid(vec![format!("teamMembers are required for a {kind} calendar")]))
        }
        ("personal", size) if size != 1 => {
            Err(refusal::invalid(vec!["a personal calendar must have exactly one team member".to_owned()]))
        }
        _ => Ok(()),
    }
}

/// Custom dates get an id; those marked as deleted are dropped.
fn name_availabilities(world: &mut World, calendar: &mut Record) {
    let Some(dates) = calendar.get_mut("availabilities").and_then(Value::as_array_mut) else { return };
    dates.retain(|date| date["deleted"] != true);
    for date in dates.iter_mut().filter(|date| date.get("id").is_none()) {
        date["id"] = json!(world.dice.object_id());
    }
}
