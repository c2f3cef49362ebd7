//! What the vendor tells by webhook about appointments.

use serde_json::{Value, json};

use crate::world::World;

use super::view;

/// `kind` is `AppointmentCreate`, `AppointmentUpdate` or `AppointmentDelete`. A blocked time is not told of.
pub fn appointment(world: &mut World, kind: &'static str, id: &str) {
    let Ok(event) = world.calendars.events.any(id) else { return };
    if event.contact.is_none() {
        return;
    }
    let mut shown = view::event(world, event);
    let note = event.notes.iter().last().and_then(|note| note.get("body")).cloned();
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|name, _| FIELDS.contains(&name.as_str()));
        fields.insert("source".to_owned(), json!(event.source));
        fields.extend(note.map(|note: Value| ("notes".to_owned(), note)));
    }
    world.tell(kind, json!({ "locationId": world.ready.location_id, "appointment": shown }));
}

const FIELDS: [&str; 13] = [
    "id",
    "address",
    "title",
    "calendarId",
    "contactId",
    "groupId",
    "appointmentStatus",
    "assignedUserId",
    "users",
    "startTime",
    "endTime",
    "dateAdded",
    "dateUpdated",
];
