//! Changing the simulated data from outside.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::{contacts, duplicates, events, notes, profile, refusal, tasks};
use crate::seed;
use crate::site::State;
use crate::time::{self, DAY, Millis};
use crate::world::World;

use super::object;

/// One contact with the given fields, or `{"count": N, "template": {…}}`: that many made-up ones with the
/// template laid over, where `{n}` in a text is the number of the contact.
pub fn add_contacts(state: &mut State, call: &Call) -> Outcome {
    let body = object(call)?;
    let world = &mut state.world;
    let Some(count) = body.get("count") else {
        let mut contact = world.new_contact();
        lay_over(world, &mut contact, &body)?;
        duplicates::refuse_duplicate(world, &contact)?;
        let record = contacts::add(world, contact);
        return Ok(Reply::created(json!({ "contact": record })));
    };
    let count = count.as_u64().ok_or_else(|| refusal::bad_request("count must be a whole number"))?;
    let template = body.get("template").and_then(Value::as_object).cloned().unwrap_or_default();
    let ids = (0..count).map(|_| add_made_up(world, &template)).collect::<Result<Vec<_>, _>>()?;
    Ok(Reply::created(json!({ "ids": ids })))
}

fn add_made_up(world: &mut World, template: &Map<String, Value>) -> Result<String, Reply> {
    let mut contact = world.new_contact();
    let mut dice = world.dice.clone();
    seed::fill_profile(&mut contact, &mut dice, world.made);
    world.dice = dice;
    let filled = numbered(template, world.made);
    world.made += 1;
    lay_over(world, &mut contact, &filled)?;
    let id = contact.id.clone();
    contacts::add(world, contact);
    Ok(id)
}

/// The template with the number put in for each `{n}` in its texts.
pub fn numbered(template: &Map<String, Value>, n: usize) -> Map<String, Value> {
    let fill = |value: &Value| match value.as_str() {
        Some(text) => json!(text.replace("{n}", &n.to_string())),
        None => value.clone(),
    };
    template.iter().map(|(name, value)| (name.clone(), fill(value))).collect()
}

/// Any writable field of a contact; moves `dateUpdated`.
pub fn change_contact(state: &mut State, call: &Call) -> Outcome {
    let body = object(call)?;
    let world = &mut state.world;
    let mut contact = contacts::known(world, call)?.clone();
    lay_over(world, &mut contact, &body)?;
    let record = contacts::replace(world, contact);
    Ok(Reply::ok(json!({ "contact": record })))
}

fn lay_over(
    world: &World,
    contact: &mut crate::world::Contact,
    body: &Map<String, Value>,
) -> Result<(), Reply> {
    let known = profile::create_fields();
    if let Some(name) = body.keys().find(|name| !known.iter().any(|field| field.name == **name)) {
        return Err(refusal::bad_request(format!("a contact has no field {name}")));
    }
    profile::apply(world, contact, body)
}

/// Moves `dateUpdated` of the `count` contacts changed longest ago, each to a moment of its own; with
/// `"same_time": true` all to one.
pub fn touch_contacts(state: &mut State, call: &Call) -> Outcome {
    let world = &mut state.world;
    let all = world.contacts.values().map(|contact| (contact.updated, contact.id.clone())).collect();
    let touched = moments(world, &object(call)?, all);
    for (id, now) in &touched {
        if let Some(contact) = world.contacts.get_mut(id) {
            contact.updated = *now;
            let same = contact.clone();
            events::contact_changed(world, &same);
        }
    }
    let ids: Vec<String> = touched.into_iter().map(|(id, _)| id).collect();
    Ok(Reply::ok(json!({ "touched": ids })))
}

/// The records changed longest ago of `all`, as many as the body asks for, with a new moment for each.
pub fn moments(
    world: &mut World,
    body: &Map<String, Value>,
    mut all: Vec<(Millis, String)>,
) -> Vec<(String, Millis)> {
    let count = body.get("count").and_then(Value::as_u64).unwrap_or(1) as usize;
    let together = body.get("same_time") == Some(&Value::Bool(true));
    all.sort_unstable();
    all.truncate(count);
    let mut now = world.clock.tick();
    let mut first = true;
    let moved = all.into_iter().map(|(_, id)| {
        if !first && !together {
            now = world.clock.tick();
        }
        first = false;
        (id, now)
    });
    moved.collect()
}

/// A task as HighLevel takes it; title, due date and `completed` may be left out.
pub fn add_task(state: &mut State, call: &Call) -> Outcome {
    let mut body = object(call)?;
    let due = time::iso(state.world.clock.tick() + 7 * DAY);
    for (name, value) in [("title", json!("A task")), ("dueDate", json!(due)), ("completed", json!(false))] {
        body.entry(name).or_insert(value);
    }
    tasks::create_task(&mut state.world, &Call { body: Some(Ok(Value::Object(body))), ..call.clone() })
}

/// A note as HighLevel takes it; the body may be left out.
pub fn add_note(state: &mut State, call: &Call) -> Outcome {
    let mut body = object(call)?;
    body.entry("body").or_insert(json!("A note."));
    notes::create_note(&mut state.world, &Call { body: Some(Ok(Value::Object(body))), ..call.clone() })
}

/// Makes the next `count` of the changes that otherwise happen by themselves; says what they were.
pub fn make_changes(state: &mut State, call: &Call) -> Outcome {
    let count = object(call)?.get("count").and_then(Value::as_u64).unwrap_or(1);
    let said: Vec<String> = (0..count).map(|_| state.changes.next(&mut state.world)).collect();
    Ok(Reply::ok(json!({ "changes": said })))
}
