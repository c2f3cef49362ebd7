//! Lists that are only read: a contact's appointments, the campaigns, the HighLevel workflows.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::time::iso;
use crate::world::World;

use super::{calendars, contacts, fields};

pub fn list_appointments(world: &mut World, call: &Call) -> Outcome {
    let contact = contacts::known(world, call)?;
    let events = world.calendars.events.of_contact(&contact.id);
    let events: Vec<Value> = events.map(|event| calendars::view::of_contact(world, event)).collect();
    Ok(Reply::ok(json!({ "events": events })))
}

pub fn list_campaigns(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "status"])?;
    let wanted = call.query("status");
    let campaigns: Vec<Value> = world
        .campaigns
        .iter()
        .filter(|campaign| wanted.is_none_or(|status| status == campaign.status))
        .map(|campaign| {
            json!({
                "id": campaign.id,
                "name": campaign.name,
                "status": campaign.status,
                "locationId": world.ready.location_id,
            })
        })
        .collect();
    Ok(Reply::ok(json!({ "campaigns": campaigns })))
}

pub fn list_workflows(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId"])?;
    let workflows: Vec<Value> = world
        .workflows
        .iter()
        .map(|workflow| {
            json!({
                "id": workflow.id,
                "name": workflow.name,
                "status": workflow.status,
                "version": workflow.version,
                "createdAt": iso(workflow.created),
                "updatedAt": iso(workflow.updated),
                "locationId": world.ready.location_id,
            })
        })
        .collect();
    Ok(Reply::ok(json!({ "workflows": workflows })))
}
