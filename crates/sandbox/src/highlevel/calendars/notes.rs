//! Notes of an appointment.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::fields::{self, Field, Kind, needed, optional};
use crate::highlevel::records::{self, Pages, Record};
use crate::highlevel::refusal;
use crate::time;
use crate::world::{User, World};

use super::book::Event;

const FIELDS: [Field; 2] = [needed("body", Kind::Text), optional("userId", Kind::Text)];
const LONGEST: usize = 5000;
const PAGES: Pages = Pages { limit: "limit", skip: "offset", default: 20, max: 20 };

/// Newest first.
pub fn list_notes(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["limit", "offset"])?;
    records::need(call, &["limit", "offset"])?;
    let notes = &known(world, call)?.notes;
    let page = PAGES.cut(call, notes.iter().rev())?;
    let seen = fields::number(call, "offset", 0, 0..=usize::MAX)?.saturating_add(page.len());
    Ok(Reply::ok(json!({ "notes": page, "hasMore": seen < notes.iter().count() })))
}

pub fn create_note(world: &mut World, call: &Call) -> Outcome {
    let body = read(world, call)?;
    let (id, added) = (world.dice.id(), time::iso(world.clock.tick()));
    let event = known(world, call)?;
    let mut note = Record::new();
    for (name, value) in [("id", json!(id)), ("dateAdded", json!(added)), ("contactId", json!(event.contact))]
    {
        note.insert(name.to_owned(), value);
    }
    records::merge(&mut note, &body);
    Ok(Reply::created(json!({ "note": event.notes.add(note) })))
}

pub fn update_note(world: &mut World, call: &Call) -> Outcome {
    let body = read(world, call)?;
    let note = known(world, call)?.notes.get_mut(call.param("noteId"))?;
    records::merge(note, &body);
    Ok(Reply::ok(json!({ "note": note })))
}

pub fn delete_note(world: &mut World, call: &Call) -> Outcome {
    known(world, call)?.notes.remove(call.param("noteId"))?;
    Ok(Reply::ok(json!({ "success": true })))
}

/// The body, with the name of the user who wrote the note.
fn read(world: &World, call: &Call) -> Result<Map<String, Value>, Reply> {
    let mut body = fields::body(call, &FIELDS)?.clone();
    if body["body"].as_str().is_some_and(|text| text.chars().count() > LONGEST) {
        let message = format!("body must be shorter than or equal to {LONGEST} characters");
        return Err(refusal::invalid(vec![message]));
    }
    if let Some(id) = body.get("userId").and_then(Value::as_str) {
        super::known_user(world, id)?;
        let user = world.users.iter().find(|user| user.id == id);
        let author = json!({ "id": id, "name": user.map(User::name) });
        body.insert("createdBy".to_owned(), author);
    }
    Ok(body)
}

/// The appointment that the path names; a blocked time has no notes.
fn known<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Event, Reply> {
    let id = call.param("appointmentId");
    let event = world.calendars.events.get_mut(id)?;
    if event.contact.is_some() { Ok(event) } else { Err(refusal::not_found("Appointment", id)) }
}
