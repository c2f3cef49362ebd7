//! The rule of this location: no two contacts share an e-mail address or a phone number.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::{Contact, World};

use super::{fields, profile, refusal, view};

/// A contact other than `candidate` with its e-mail address, else with its phone number, and which matched.
pub fn duplicate_of<'a>(world: &'a World, candidate: &Contact) -> Option<(&'a Contact, &'static str)> {
    ["email", "phone"].into_iter().find_map(|field| {
        let value = candidate.text(field)?;
        let holds = |other: &&Contact| other.id != candidate.id && other.text(field) == Some(value);
        Some((world.contacts.values().find(holds)?, field))
    })
}

pub fn refuse_duplicate(world: &World, candidate: &Contact) -> Result<(), Reply> {
    let Some((existing, field)) = duplicate_of(world, candidate) else { return Ok(()) };
    let mut reply = refusal::bad_request("This location does not allow duplicated contacts.");
    reply.body["meta"] =
        json!({ "contactId": existing.id, "contactName": existing.name(), "matchingField": field });
    Err(reply)
}

/// `GET /contacts/search/duplicate`
pub fn find_duplicate(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "number", "email"])?;
    if call.query("email").or(call.query("number")).is_none() {
        return Err(refusal::invalid(vec!["email or number should not be empty".to_owned()]));
    }
    let mut wanted = Contact::new(String::new(), 0);
    if let Some(email) = call.query("email") {
        wanted.profile.insert("email", email.trim().to_lowercase());
    }
    if let Some(number) = call.query("number") {
        wanted.profile.insert("phone", profile::phone(number.trim()).unwrap_or_else(|| number.to_owned()));
    }
    Ok(Reply::ok(match duplicate_of(world, &wanted) {
        Some((contact, field)) => json!({ "contact": view::record(world, contact), "matchingField": field }),
        None => json!({ "contact": Value::Null }),
    }))
}
