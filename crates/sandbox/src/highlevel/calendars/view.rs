//! How events look in answers and in webhooks.

use serde_json::{Map, Value, json};

use crate::time::{iso, with_offset, without_offset};
use crate::world::World;

use super::book::{Event, Role};

/// In the lists of events and blocked times, and as one appointment.
pub fn event(world: &World, event: &Event) -> Value {
    let mut view = shared(world, event);
    view.insert("users".to_owned(), json!(event.user.iter().collect::<Vec<_>>()));
    view.insert("assignedResources".to_owned(), json!([]));
    view.insert("createdBy".to_owned(), json!({ "source": event.source }));
    view.insert("dateAdded".to_owned(), json!(iso(event.added)));
    view.insert("dateUpdated".to_owned(), json!(iso(event.updated)));
    view.insert("deleted".to_owned(), json!(event.deleted));
    if event.contact.is_some() {
        view.insert("appoinmentStatus".to_owned(), json!(event.status));
        view.insert("groupId".to_owned(), json!(group_of(world, event)));
        view.insert("isRecurring".to_owned(), json!(event.role != Role::Single));
    }
    if let Role::Instance { of } = &event.role {
        view.insert("masterEventId".to_owned(), json!(of));
    }
    with_details(view, event)
}

/// What making and changing an appointment answers.
pub fn booked(world: &World, event: &Event) -> Value {
    let mut view = shared(world, event);
    view.insert("isRecurring".to_owned(), json!(event.role != Role::Single));
    view.insert("dateAdded".to_owned(), json!(iso(event.added)));
    view.insert("dateUpdated".to_owned(), json!(iso(event.updated)));
    with_details(view, event)
}

/// What making and changing a blocked time answers.
pub fn blocked(world: &World, event: &Event) -> Value {
    with_details(shared(world, event), event)
}

/// Among the appointments of a contact.
pub fn of_contact(world: &World, event: &Event) -> Value {
    let mut view = shared(world, event);
    for (name, at) in [("startTime", event.starts), ("endTime", event.ends)] {
        view.insert(name.to_owned(), json!(without_offset(at.timestamp_millis())));
    }
    view.insert("status".to_owned(), json!("booked"));
    view.insert("users".to_owned(), json!(event.user.iter().collect::<Vec<_>>()));
    view.insert("assignedResources".to_owned(), json!([]));
    view.insert("groupId".to_owned(), json!(group_of(world, event)));
    view.insert("dateAdded".to_owned(), json!(without_offset(event.added)));
    view.insert("dateUpdated".to_owned(), json!(without_offset(event.updated)));
    with_details(view, event)
}

fn shared(world: &World, event: &Event) -> Map<String, Value> {
    let mut view = Map::new();
    let status = event.contact.is_some().then_some(&event.status);
    for (name, value) in [
        ("id", json!(event.id)),
        ("locationId", json!(world.ready.location_id)),
        ("title", json!(event.title)),
        ("calendarId", json!(event.calendar)),
        ("contactId", json!(event.contact)),
        ("assignedUserId", json!(event.user)),
        ("appointmentStatus", json!(status)),
        ("startTime", json!(with_offset(&event.starts))),
        ("endTime", json!(with_offset(&event.ends))),
    ] {
        view.insert(name.to_owned(), value);
    }
    view
}

/// Adds the rest as it was sent, and leaves out what there is not.
fn with_details(mut view: Map<String, Value>, event: &Event) -> Value {
    view.extend(event.details.clone());
    view.retain(|_, value| !value.is_null());
    Value::Object(view)
}

fn group_of<'a>(world: &'a World, event: &Event) -> Option<&'a Value> {
    world.calendars.calendars.get(event.calendar.as_deref()?).ok()?.get("groupId")
}
