//! One contact: get, create, update, upsert, delete.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::{Contact, World};

use super::{duplicates, events, fields, opportunities, profile, refusal, view};

pub mod search;

/// The contact that the path names.
pub fn known<'a>(world: &'a World, call: &Call) -> Result<&'a Contact, Reply> {
    let id = call.param("contactId");
    world.contacts.get(id).ok_or_else(|| refusal::not_found("Contact", id))
}

/// The same to be changed, where the change is not one of the contact itself: `dateUpdated` stays.
pub fn known_mut<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Contact, Reply> {
    let id = call.param("contactId");
    world.contacts.get_mut(id).ok_or_else(|| refusal::not_found("Contact", id))
}

/// Both spellings, as seen in recorded traffic.
pub fn acknowledged() -> Value {
    json!({ "succeded": true, "succeeded": true })
}

pub fn get_contact(world: &mut World, call: &Call) -> Outcome {
    let contact = known(world, call)?;
    Ok(Reply::ok(json!({ "contact": view::record(world, contact) })))
}

pub fn create_contact(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &profile::create_fields())?;
    let mut contact = world.new_contact();
    profile::apply(world, &mut contact, body)?;
    duplicates::refuse_duplicate(world, &contact)?;
    let record = add(world, contact);
    Ok(Reply::created(json!({ "contact": record })))
}

pub fn update_contact(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &profile::update_fields())?;
    let mut contact = known(world, call)?.clone();
    profile::apply(world, &mut contact, body)?;
    duplicates::refuse_duplicate(world, &contact)?;
    let mut answer = acknowledged();
    answer["contact"] = replace(world, contact);
    Ok(Reply::ok(answer))
}

pub fn upsert_contact(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &profile::upsert_fields())?;
    let mut contact = world.new_contact();
    profile::apply(world, &mut contact, body)?;
    let existing = duplicates::duplicate_of(world, &contact).map(|(existing, _)| existing.clone());
    let Some(mut existing) = existing else {
        let record = add(world, contact);
        return Ok(Reply::ok(json!({ "new": true, "contact": record })));
    };
    profile::apply(world, &mut existing, body)?;
    let record = replace(world, existing);
    Ok(Reply::ok(json!({ "new": false, "contact": record })))
}

pub fn delete_contact(world: &mut World, call: &Call) -> Outcome {
    known(world, call)?;
    events::contact_leaves(world, call.param("contactId"));
    opportunities::remove_of_contact(world, call.param("contactId"));
    world.contacts.remove(call.param("contactId"));
    world.associations.forget(call.param("contactId"));
    let now = world.clock.tick();
    world.calendars.events.forget(call.param("contactId"), now);
    world.conversations.forget(call.param("contactId"));
    Ok(Reply::ok(acknowledged()))
}

/// Takes in a new contact; gives its record.
pub fn add(world: &mut World, contact: Contact) -> Value {
    let record = view::record(world, &contact);
    let id = contact.id.clone();
    world.contacts.insert(id.clone(), contact);
    events::contact_added(world, &id);
    record
}

/// Puts the changed contact in the place of the old one; gives its record with the new `dateUpdated`.
pub fn replace(world: &mut World, mut contact: Contact) -> Value {
    contact.updated = world.clock.tick();
    let record = view::record(world, &contact);
    if let Some(old) = world.contacts.insert(contact.id.clone(), contact) {
        events::contact_changed(world, &old);
    }
    record
}
