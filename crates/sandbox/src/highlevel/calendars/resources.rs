//! Rooms and equipment. The vendor declares no id in them; here it is `_id`.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::fields::{self, Field, Kind, needed, optional};
use crate::highlevel::records::{self, Pages, Record};
use crate::highlevel::refusal;
use crate::world::World;

const CREATE: [Field; 7] = [
    needed("locationId", Kind::Text),
    needed("name", Kind::Text),
    needed("description", Kind::Text),
    needed("quantity", Kind::Number),
    needed("outOfService", Kind::Number),
    needed("capacity", Kind::Number),
    needed("calendarIds", Kind::Texts),
];

const UPDATE: [Field; 8] = [
    optional("locationId", Kind::Text),
    optional("name", Kind::Text),
    optional("description", Kind::Text),
    optional("quantity", Kind::Number),
    optional("outOfService", Kind::Number),
    optional("capacity", Kind::Number),
    optional("calendarIds", Kind::Texts),
    optional("isActive", Kind::Boolean),
];

const PAGES: Pages = Pages { limit: "limit", skip: "skip", default: 100, max: 100 };

/// A bare array.
pub fn list_resources(world: &mut World, call: &Call) -> Outcome {
    let kind = kind(call)?;
    fields::query(call, &["locationId", "limit", "skip"])?;
    records::need(call, &["limit", "skip"])?;
    let of_kind = world.calendars.resources.iter().filter(|resource| resource["resourceType"] == kind);
    Ok(Reply::ok(json!(PAGES.cut(call, of_kind)?)))
}

pub fn get_resource(world: &mut World, call: &Call) -> Outcome {
    Ok(Reply::ok(json!(known(world, call)?)))
}

pub fn create_resource(world: &mut World, call: &Call) -> Outcome {
    let kind = kind(call)?;
    let body = fields::body(call, &CREATE)?;
    check_calendars(world, kind, body)?;
    let mut resource = body.clone();
    resource.insert("_id".to_owned(), json!(world.dice.object_id()));
    resource.insert("resourceType".to_owned(), json!(kind));
    resource.insert("isActive".to_owned(), json!(true));
    Ok(Reply::created(json!(world.calendars.resources.add(resource))))
}

/// The answer leaves `calendarIds` out, as the vendor's description does.
pub fn update_resource(world: &mut World, call: &Call) -> Outcome {
    let kind = kind(call)?;
    let body = fields::body(call, &UPDATE)?;
    known(world, call)?;
    check_calendars(world, kind, body)?;
    let resource = world.calendars.resources.get_mut(call.param("id"))?;
    records::merge(resource, body);
    let mut answer = resource.clone();
    answer.remove("calendarIds");
    Ok(Reply::ok(json!(answer)))
}

pub fn delete_resource(world: &mut World, call: &Call) -> Outcome {
    known(world, call)?;
    world.calendars.resources.remove(call.param("id"))?;
    Ok(Reply::ok(json!({ "success": true })))
}

fn kind(call: &Call) -> Result<&str, Reply> {
    match call.param("resourceType") {
        kind @ ("equipments" | "rooms") => Ok(kind),
        _ => Err(refusal::invalid(vec![
            "resourceType must be one of the following values: equipments, rooms".to_owned(),
        ])),
    }
}

/// A room is not found among the equipment.
fn known<'a>(world: &'a World, call: &Call) -> Result<&'a Record, Reply> {
    let (kind, id) = (kind(call)?, call.param("id"));
    let resource = world.calendars.resources.get(id)?;
    match resource["resourceType"] == kind {
        true => Ok(resource),
        false => Err(refusal::not_found("Calendar resource", id)),
    }
}

/// The calendars must exist; a piece of equipment serves one of them only.
fn check_calendars(world: &World, kind: &str, body: &Map<String, Value>) -> Result<(), Reply> {
    let Some(calendars) = body.get("calendarIds").and_then(Value::as_array) else { return Ok(()) };
    let most = if kind == "equipments" { 1 } else { 100 };
    if calendars.len() > most {
        let message = format!("calendarIds must contain no more than {most} elements");
        return Err(refusal::invalid(vec![message]));
    }
    for id in calendars.iter().filter_map(Value::as_str) {
        world.calendars.calendars.get(id)?;
    }
    Ok(())
}
