//! Tags of one contact and of many. A change of the list moves `dateUpdated`; a call that changes nothing does not.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::World;

use super::fields::{self, Kind, needed, optional};
use super::{contacts, events, profile, refusal};

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

/// What a bulk update does to each contact.
enum Edit {
    Add(Vec<String>),
    Remove(Vec<String>),
    RemoveAll,
}

/// `POST /contacts/bulk/tags/update/{type}`: 201 even when some contacts are refused.
pub fn update_tags(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(
        call,
        &[
            needed("contacts", Kind::Texts),
            optional("tags", Kind::Texts),
            needed("locationId", Kind::Text),
            optional("removeAllTags", Kind::Boolean),
        ],
    )?;
    let edit = read_edit(call.param("type"), body)?;
    let ids = body["contacts"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let responses: Vec<Value> = ids.map(|id| update_one(world, id, &edit)).collect();
    let errors = responses.iter().filter(|response| response["type"] == "error").count();
    Ok(Reply::created(json!({ "succeded": true, "errorCount": errors, "responses": responses })))
}

fn read_edit(kind: &str, body: &Map<String, Value>) -> Result<Edit, Reply> {
    let wrong = |message: String| Err(refusal::invalid(vec![message]));
    let remove_all = body.get("removeAllTags") == Some(&Value::Bool(true));
    let Some(tags) = body.get("tags") else { return wrong("tags should not be empty".to_owned()) };
    match kind {
        "add" if remove_all => wrong("removeAllTags can only be used with remove".to_owned()),
        "add" => Ok(Edit::Add(profile::tag_list(tags))),
        "remove" if remove_all => Ok(Edit::RemoveAll),
        "remove" => Ok(Edit::Remove(profile::tag_list(tags))),
        other => wrong(format!("type must be add or remove, not {other}")),
    }
}

fn update_one(world: &mut World, id: &str, edit: &Edit) -> Value {
    let Some(old) = world.contacts.get(id).map(|contact| contact.tags.clone()) else {
        let message = "contact does not belong to location";
        return json!({ "contactId": id, "message": message, "type": "error" });
    };
    let (added, removed) = match edit {
        Edit::Add(tags) => (add(world, id, tags), Vec::new()),
        Edit::Remove(tags) => (Vec::new(), remove(world, id, tags)),
        Edit::RemoveAll => (Vec::new(), remove(world, id, &old)),
    };
    json!({
        "contactId": id,
        "message": "Tags updated",
        "type": "success",
        "oldTags": old,
        "tagsAdded": added,
        "tagsRemoved": removed,
    })
}

/// Adds what is new; gives what was.
pub fn add(world: &mut World, id: &str, tags: &[String]) -> Vec<String> {
    let Some(contact) = world.contacts.get(id) else { return Vec::new() };
    let added: Vec<String> = tags.iter().filter(|tag| !contact.tags.contains(tag)).cloned().collect();
    if !added.is_empty() {
        world.change(id, |contact| contact.tags.extend(added.iter().cloned()));
        events::tags_changed(world, id);
    }
    added
}

fn remove(world: &mut World, id: &str, tags: &[String]) -> Vec<String> {
    let Some(contact) = world.contacts.get(id) else { return Vec::new() };
    let removed: Vec<String> = tags.iter().filter(|tag| contact.tags.contains(tag)).cloned().collect();
    if !removed.is_empty() {
        world.change(id, |contact| contact.tags.retain(|tag| !removed.contains(tag)));
        events::tags_changed(world, id);
    }
    removed
}
