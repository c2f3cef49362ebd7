//! What the vendor tells by webhook about contacts and what hangs on them.

use serde_json::{Map, Value, json};

use crate::time::{self, iso};
use crate::world::{Contact, Note, Task, World};

use super::view;

/// The fields of a contact that its events carry.
const CONTACT: [&str; 22] = [
    "locationId",
    "id",
    "name",
    "firstName",
    "lastName",
    "email",
    "phone",
    "companyName",
    "address1",
    "city",
    "state",
    "postalCode",
    "country",
    "website",
    "source",
    "dateOfBirth",
    "assignedTo",
    "dnd",
    "tags",
    "customFields",
    "dateAdded",
    "timezone",
];

pub fn contact_added(world: &mut World, id: &str) {
    tell_of_contact(world, "ContactCreate", id);
}

/// `ContactUpdate`, and besides an event of its own for tags or do-not-disturb that are no longer those of `old`.
pub fn contact_changed(world: &mut World, old: &Contact) {
    tell_of_contact(world, "ContactUpdate", &old.id);
    let Some(new) = world.contacts.get(&old.id) else { return };
    let other_dnd = (new.dnd, &new.dnd_settings) != (old.dnd, &old.dnd_settings);
    let settings = new.dnd_settings.clone();
    if new.tags != old.tags {
        tags_changed(world, &old.id);
    }
    if other_dnd && let Some(mut payload) = contact(world, &old.id) {
        payload["dndSettings"] = settings;
        world.tell("ContactDndUpdate", payload);
    }
}

pub fn tags_changed(world: &mut World, id: &str) {
    tell_of_contact(world, "ContactTagUpdate", id);
}

/// To be called while the contact is still there.
pub fn contact_leaves(world: &mut World, id: &str) {
    tell_of_contact(world, "ContactDelete", id);
}

/// `kind` is `NoteCreate`, `NoteUpdate` or `NoteDelete`.
pub fn note(world: &mut World, kind: &'static str, contact_id: &str, note: &Note) {
    let payload = json!({
        "locationId": world.ready.location_id,
        "id": note.id,
        "contactId": contact_id,
        "userId": note.user_id,
        "body": note.body,
        "dateAdded": iso(note.added),
    });
    world.tell(kind, present(payload));
}

/// `kind` is `TaskCreate`, `TaskComplete` or `TaskDelete`: a task that is merely edited is not told of.
pub fn task(world: &mut World, kind: &'static str, task: &Task) {
    let payload = json!({
        "locationId": world.ready.location_id,
        "id": task.id,
        "contactId": task.contact_id,
        "title": task.title,
        "body": task.body,
        "assignedTo": task.assigned_to,
        "dueDate": task.due_date,
        "dateAdded": iso(time::now()),
    });
    world.tell(kind, present(payload));
}

pub fn campaign(world: &mut World, contact_id: &str, campaign: &str, status: &str) {
    let payload = json!({
        "locationId": world.ready.location_id,
        "id": campaign,
        "contactId": contact_id,
        "status": status,
        "replied": false,
        "dateAdded": iso(time::now()),
    });
    world.tell("CampaignStatusUpdate", payload);
}

fn tell_of_contact(world: &mut World, kind: &'static str, id: &str) {
    if let Some(payload) = contact(world, id) {
        world.tell(kind, payload);
    }
}

fn contact(world: &World, id: &str) -> Option<Value> {
    let mut record = view::record(world, world.contacts.get(id)?);
    let record = record.as_object_mut()?;
    record.retain(|name, _| CONTACT.contains(&name.as_str()));
    Some(Value::Object(std::mem::take(record)))
}

fn present(payload: Value) -> Value {
    match payload {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
        }
        other => other,
    }
}
