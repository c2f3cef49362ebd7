//! Tags of one contact and of many. A change of the list moves `dateUpdated`; a call that changes nothing does not.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::World;

use super::fields::{self, Kind, needed, optional};
use super::{contacts, profile, refusal};

pub fn add_tags(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &[needed("tags", Kind::Texts)])?;
    let id = contacts::known(world, call)?.id.clone();
    let added = add(world, &id, &profile::tag_list(&body["tags"]));
    Ok(Reply::created(json!({ "tags": world.contacts[&id].tags, "tagsAdded": added })))
}

pub fn remove_tags(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &[needed("tags", Kind::Texts)])?;
    let id = contacts::known(world, call)?.id.clone();
    let removed = remove(world, &id, &profile::tag_list(&body["tags"]));
    Ok(Reply::ok(json!({ "tags": world.contacts[&id].tags, "tagsRemoved": removed })))
}

/// `POST /contacts/bulk/tags/update/{type}`: 201 even when some contacts are refused.
pub fn update_tags(world: &mut World, call: &Call) -> Outcome {
    let adding = match call.param("type") {
        "add" => true,
        "remove" => false,
        other => return Err(refusal::invalid(vec![format!("type must be add or remove, not {other}")])),
    };
    let body = fields::body(
        call,
        &[
            needed("contacts", Kind::Texts),
            optional("tags", Kind::Texts),
            needed("locationId", Kind::Text),
            optional("removeAllTags", Kind::Boolean),
        ],
    )?;
    let remove_all = body.get("removeAllTags") == Some(&Value::Bool(true));
    if remove_all && adding {
        return Err(refusal::invalid(vec!["removeAllTags can only be used with remove".to_owned()]));
    }
    let tags = match body.get("tags") {
        Some(tags) => profile::tag_list(tags),
        None => return Err(refusal::invalid(vec!["tags should not be empty".to_owned()])),
    };
    let ids: Vec<&str> =
        body["contacts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut errors = 0;
    let mut responses = Vec::new();
    for id in ids {
        let Some(old) = world.contacts.get(id).map(|contact| contact.tags.clone()) else {
            errors += 1;
            responses.push(json!({
                "contactId": id,
                "message": "contact does not belong to location",
                "type": "error",
            }));
            continue;
        };
        let added = if adding { add(world, id, &tags) } else { Vec::new() };
        let removed =
            if adding { Vec::new() } else { remove(world, id, if remove_all { &old } else { &tags }) };
        responses.push(json!({
            "contactId": id,
            "message": "Tags updated",
            "type": "success",
            "oldTags": old,
            "tagsAdded": added,
            "tagsRemoved": removed,
        }));
    }
    Ok(Reply::created(json!({ "succeded": true, "errorCount": errors, "responses": responses })))
}

/// Adds what is new; gives what was.
pub fn add(world: &mut World, id: &str, tags: &[String]) -> Vec<String> {
    let Some(contact) = world.contacts.get(id) else { return Vec::new() };
    let added: Vec<String> = tags.iter().filter(|tag| !contact.tags.contains(tag)).cloned().collect();
    if !added.is_empty() {
        world.change(id, |contact| contact.tags.extend(added.iter().cloned()));
    }
    added
}

fn remove(world: &mut World, id: &str, tags: &[String]) -> Vec<String> {
    let Some(contact) = world.contacts.get(id) else { return Vec::new() };
    let removed: Vec<String> = tags.iter().filter(|tag| contact.tags.contains(tag)).cloned().collect();
    if !removed.is_empty() {
        world.change(id, |contact| contact.tags.retain(|tag| !removed.contains(tag)));
    }
    removed
}
