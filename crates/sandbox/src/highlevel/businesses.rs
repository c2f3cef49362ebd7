//! Businesses of the location. The answers to create and update misspell `business`, as the description has it.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::Location;
use crate::time::iso;
use crate::world::{Business, World};

use super::fields::{self, Field, Kind, needed, optional};
use super::records::Pages;
use super::{followers, profile, refusal};

pub const ROUTES: &[Route] = &[
    Location.route("GET", "/businesses/", "businesses.readonly", list_businesses),
    Location.route("POST", "/businesses/", "businesses.write", create_business),
    Location.route("GET", "/businesses/{businessId}", "businesses.readonly", get_business),
    Location.route("PUT", "/businesses/{businessId}", "businesses.write", update_business),
    Location.route("DELETE", "/businesses/{businessId}", "businesses.write", delete_business),
];

const PAGES: Pages = Pages { limit: "limit", skip: "skip", default: 100, max: 100 };

const DETAILS: [Field; 9] = [
    optional("phone", Kind::Text),
    optional("email", Kind::Text),
    optional("website", Kind::Text),
    optional("address", Kind::Text),
    optional("city", Kind::Text),
    optional("postalCode", Kind::Text),
    optional("state", Kind::Text),
    optional("country", Kind::Text),
    optional("description", Kind::Text),
];

fn list_businesses(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "limit", "skip"])?;
    let page = PAGES.cut(call, &world.businesses)?;
    let shown: Vec<Value> = page.into_iter().map(|business| view(world, business)).collect();
    Ok(Reply::ok(json!({ "businesses": shown })))
}

fn get_business(world: &mut World, call: &Call) -> Outcome {
    let business = &world.businesses[known(world, call)?];
    Ok(Reply::ok(json!({ "business": view(world, business) })))
}

fn create_business(world: &mut World, call: &Call) -> Outcome {
    let allowed = [&[needed("name", Kind::Text), needed("locationId", Kind::Text)], &DETAILS[..]].concat();
    let body = fields::body(call, &allowed)?;
    let now = world.clock.tick();
    let mut business = Business {
        id: world.dice.object_id(),
        name: String::new(),
        details: Default::default(),
        created: now,
        updated: now,
    };
    apply(&mut business, body)?;
    let shown = view(world, &business);
    world.businesses.push(business);
    Ok(Reply::created(json!({ "success": true, "buiseness": shown })))
}

fn update_business(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &[&[optional("name", Kind::Text)], &DETAILS[..]].concat())?;
    let n = known(world, call)?;
    let mut business = world.businesses[n].clone();
    apply(&mut business, body)?;
    business.updated = world.clock.tick();
    let shown = view(world, &business);
    world.businesses[n] = business;
    Ok(Reply::ok(json!({ "success": true, "buiseness": shown })))
}

/// Its contacts are in no business then.
fn delete_business(world: &mut World, call: &Call) -> Outcome {
    let n = known(world, call)?;
    let business = world.businesses.remove(n);
    let of_it = |business_id: &Option<String>| business_id.as_ref() == Some(&business.id);
    let members: Vec<String> = world
        .contacts
        .values()
        .filter(|contact| of_it(&contact.business))
        .map(|contact| contact.id.clone())
        .collect();
    for id in members {
        followers::put_into(world, &id, None);
    }
    Ok(Reply::ok(json!({ "success": true })))
}

fn known(world: &World, call: &Call) -> Result<usize, Reply> {
    let id = call.param("businessId");
    let found = world.businesses.iter().position(|business| business.id == id);
    found.ok_or_else(|| refusal::not_found("Business", id))
}

/// An empty text clears a detail.
fn apply(business: &mut Business, body: &Map<String, Value>) -> Result<(), Reply> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if let Some(name) = text("name") {
        business.name = name.to_owned();
    }
    for field in DETAILS {
        match (field.name, text(field.name)) {
            (_, None) => {}
            (name, Some("")) => drop(business.details.remove(name)),
            ("email", Some(email)) if profile::email(email).is_none() => {
                return Err(refusal::invalid(vec!["email must be an email".to_owned()]));
            }
            (name, Some(value)) => drop(business.details.insert(name, value.to_owned())),
        }
    }
    Ok(())
}

fn view(world: &World, business: &Business) -> Value {
    let mut shown = json!({
        "id": business.id,
        "name": business.name,
        "locationId": world.ready.location_id,
        "createdAt": iso(business.created),
        "updatedAt": iso(business.updated),
    });
    let object = shown.as_object_mut().expect("built as an object");
    object.extend(business.details.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    shown
}
