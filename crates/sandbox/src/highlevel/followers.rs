//! Users who follow a contact, and contacts put into a business.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::Location;
use crate::world::World;

use super::fields::{self, Field, Kind, needed};
use super::{contacts, refusal};

pub const ROUTES: &[Route] = &[
    Location.route("POST", "/contacts/bulk/business", "contacts.write", update_business),
    Location.route("POST", "/contacts/{contactId}/followers", "contacts.write", add_followers),
    Location.route("DELETE", "/contacts/{contactId}/followers", "contacts.write", remove_followers),
];

pub const FOLLOWERS: [Field; 1] = [needed("followers", Kind::Texts)];

/// `dateUpdated` moves only when somebody comes or goes.
fn add_followers(world: &mut World, call: &Call) -> Outcome {
    let wanted = users(world, fields::body(call, &FOLLOWERS)?)?;
    let mut contact = contacts::known(world, call)?.clone();
    let added = join(&mut contact.followers, wanted);
    let followers = contact.followers.clone();
    if !added.is_empty() {
        contacts::replace(world, contact);
    }
    Ok(Reply::created(json!({ "followers": followers, "followersAdded": added })))
}

fn remove_followers(world: &mut World, call: &Call) -> Outcome {
    let unwanted = texts(fields::body(call, &FOLLOWERS)?, "followers");
    let mut contact = contacts::known(world, call)?.clone();
    let removed = leave(&mut contact.followers, &unwanted);
    let followers = contact.followers.clone();
    if !removed.is_empty() {
        contacts::replace(world, contact);
    }
    Ok(Reply::ok(json!({ "followers": followers, "followersRemoved": removed })))
}

/// The `followers` of a body, each of them a user.
///
/// # Errors
/// 404 for an id that no user has.
pub fn users(world: &World, body: &Map<String, Value>) -> Result<Vec<String>, Reply> {
    let ids = texts(body, "followers");
    match ids.iter().find(|id| !world.users.iter().any(|user| user.id == **id)) {
        Some(unknown) => Err(refusal::not_found("User", unknown)),
        None => Ok(ids),
    }
}

/// Adds those that do not follow yet; gives them.
pub fn join(followers: &mut Vec<String>, wanted: Vec<String>) -> Vec<String> {
    let mut added: Vec<String> = Vec::new();
    for id in wanted {
        if !followers.contains(&id) {
            followers.push(id.clone());
            added.push(id);
        }
    }
    added
}

/// Removes those that follow; gives them.
pub fn leave(followers: &mut Vec<String>, unwanted: &[String]) -> Vec<String> {
    followers.extract_if(.., |id| unwanted.contains(id)).collect()
}

pub fn texts(body: &Map<String, Value>, name: &str) -> Vec<String> {
    let items = body.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// `POST /contacts/bulk/business`: null takes the contacts out of their business. Contacts that do not exist are
/// passed over: the answer has the ids of the others.
fn update_business(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(
        call,
        &[
            needed("locationId", Kind::Text),
            needed("ids", Kind::Texts),
            needed("businessId", Kind::Clearable),
        ],
    )?;
    let business = match body["businessId"].as_str() {
        None => None,
        Some(id) => {
            let known = world.businesses.iter().find(|business| business.id == id);
            let known = known.ok_or_else(|| refusal::not_found("Business", id))?;
            Some((known.id.clone(), known.name.clone()))
        }
    };
    let mut ids = texts(body, "ids");
    ids.retain(|id| put_into(world, id, business.as_ref()));
    Ok(Reply::ok(json!({ "success": true, "ids": ids })))
}

/// The company name of a contact is the name of its business. Gives whether there is such a contact.
pub fn put_into(world: &mut World, contact_id: &str, business: Option<&(String, String)>) -> bool {
    let Some(mut contact) = world.contacts.get(contact_id).cloned() else { return false };
    contact.business = business.map(|(id, _)| id.clone());
    match business {
        Some((_, name)) => drop(contact.profile.insert("companyName", name.clone())),
        None => drop(contact.profile.remove("companyName")),
    }
    contacts::replace(world, contact);
    true
}
