//! Notes of a contact. They do not move the contact's `dateUpdated`, and an edit leaves no time behind.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::{Note, World};

use super::fields::{self, Field, Kind, needed, optional};
use super::{contacts, events, refusal, view};

const fn with_body(body: Field) -> [Field; 5] {
    [
        optional("userId", Kind::Text),
        body,
        optional("title", Kind::Text),
        optional("color", Kind::Text),
        optional("pinned", Kind::Boolean),
    ]
}

const CREATE: [Field; 5] = with_body(needed("body", Kind::Text));
const UPDATE: [Field; 5] = with_body(optional("body", Kind::Text));

/// Newest first.
pub fn list_notes(world: &mut World, call: &Call) -> Outcome {
    let contact = contacts::known(world, call)?;
    let mut notes: Vec<&Note> = contact.notes.iter().collect();
    notes.sort_by_key(|note| std::cmp::Reverse(note.added));
    let notes: Vec<Value> = notes.into_iter().map(|note| view::note(&contact.id, note)).collect();
    Ok(Reply::ok(json!({ "notes": notes })))
}

pub fn get_note(world: &mut World, call: &Call) -> Outcome {
    let note = known(world, call)?;
    Ok(Reply::ok(json!({ "note": view::note(call.param("contactId"), note) })))
}

pub fn create_note(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &CREATE)?;
    let (id, added) = (world.dice.id(), world.clock.tick());
    let contact = contacts::known_mut(world, call)?;
    let mut note =
        Note { id, body: String::new(), user_id: None, title: None, color: None, pinned: false, added };
    apply(&mut note, body);
    let shown = view::note(&contact.id, &note);
    contact.notes.push(note.clone());
    events::note(world, "NoteCreate", call.param("contactId"), &note);
    Ok(Reply::created(json!({ "note": shown })))
}

pub fn update_note(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &UPDATE)?;
    let note = known(world, call)?;
    apply(note, body);
    let note = note.clone();
    events::note(world, "NoteUpdate", call.param("contactId"), &note);
    Ok(Reply::ok(json!({ "note": view::note(call.param("contactId"), &note) })))
}

pub fn delete_note(world: &mut World, call: &Call) -> Outcome {
    let gone = known(world, call)?.clone();
    contacts::known_mut(world, call)?.notes.retain(|note| note.id != gone.id);
    events::note(world, "NoteDelete", call.param("contactId"), &gone);
    Ok(Reply::ok(contacts::acknowledged()))
}

fn known<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Note, Reply> {
    let id = call.param("id");
    let contact = contacts::known_mut(world, call)?;
    contact.notes.iter_mut().find(|note| note.id == id).ok_or_else(|| refusal::not_found("Note", id))
}

fn apply(note: &mut Note, body: &Map<String, Value>) {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(words) = text("body") {
        note.body = words;
    }
    if let Some(pinned) = body.get("pinned").and_then(Value::as_bool) {
        note.pinned = pinned;
    }
    note.user_id = text("userId").or(note.user_id.take());
    note.title = text("title").or(note.title.take());
    note.color = text("color").or(note.color.take());
}
