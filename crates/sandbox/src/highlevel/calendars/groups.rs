//! Groups of calendars.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::fields::{self, Field, Kind, needed, optional};
use crate::highlevel::records::{self, Record};
use crate::world::World;

use super::slug;

const UPDATE: [Field; 3] =
    [needed("name", Kind::Text), needed("description", Kind::Text), needed("slug", Kind::Text)];

const CREATE: [Field; 5] =
    [UPDATE[0], UPDATE[1], UPDATE[2], needed("locationId", Kind::Text), optional("isActive", Kind::Boolean)];

pub fn list_groups(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId"])?;
    let groups: Vec<&Record> = world.calendars.groups.iter().collect();
    Ok(Reply::ok(json!({ "groups": groups })))
}

pub fn create_group(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &CREATE)?;
    let groups = &mut world.calendars.groups;
    slug::refuse_taken(groups, body["slug"].as_str().unwrap_or_default(), None)?;
    let mut group = Record::from_iter([("isActive".to_owned(), json!(true))]);
    records::merge(&mut group, body);
    group.insert("id".to_owned(), json!(world.dice.id()));
    Ok(Reply::created(json!({ "group": groups.add(group) })))
}

pub fn update_group(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &UPDATE)?;
    let (groups, id) = (&mut world.calendars.groups, call.param("groupId"));
    groups.get(id)?;
    slug::refuse_taken(groups, body["slug"].as_str().unwrap_or_default(), Some(id))?;
    let group = groups.get_mut(id)?;
    records::merge(group, body);
    Ok(Reply::ok(json!({ "group": group })))
}

pub fn update_group_status(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &[needed("isActive", Kind::Boolean)])?;
    records::merge(world.calendars.groups.get_mut(call.param("groupId"))?, body);
    Ok(Reply::ok(json!({ "success": true })))
}

/// Its calendars stay, in no group.
pub fn delete_group(world: &mut World, call: &Call) -> Outcome {
    let id = call.param("groupId");
    world.calendars.groups.remove(id)?;
    for calendar in world.calendars.calendars.iter_mut() {
        if calendar.get("groupId").is_some_and(|group| group == id) {
            calendar.remove("groupId");
        }
    }
    Ok(Reply::ok(json!({ "success": true })))
}

pub fn validate_slug(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &[needed("locationId", Kind::Text), needed("slug", Kind::Text)])?;
    let slug = body.get("slug").and_then(Value::as_str).unwrap_or_default();
    Ok(Reply::ok(json!({ "available": slug::is_free(&world.calendars.groups, slug, None) })))
}
