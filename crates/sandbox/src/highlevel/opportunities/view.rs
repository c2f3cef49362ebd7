//! How an opportunity looks in answers: the same in the search and alone, but for what a search is asked to add.

use serde_json::{Value, json};

use crate::time::iso;
use crate::world::{Contact, Opportunity, World};

pub fn record(world: &World, opportunity: &Opportunity) -> Value {
    let values = opportunity.custom_fields.iter();
    let mut shown = json!({
        "id": opportunity.id,
        "name": opportunity.name,
        "monetaryValue": opportunity.value,
        "pipelineId": opportunity.pipeline,
        "pipelineStageId": opportunity.stage,
        "assignedTo": opportunity.assigned_to,
        "status": opportunity.status,
        "source": opportunity.source,
        "lastStatusChangeAt": iso(opportunity.status_changed),
        "lastStageChangeAt": iso(opportunity.stage_changed),
        "createdAt": iso(opportunity.created),
        "updatedAt": iso(opportunity.updated),
        "contactId": opportunity.contact,
        "locationId": world.ready.location_id,
        "customFields": values.map(|(id, value)| json!({ "id": id, "fieldValue": value })).collect::<Vec<_>>(),
        "followers": opportunity.followers,
        "notes": [],
        "tasks": [],
        "calendarEvents": [],
    });
    if let Some(reason) = &opportunity.lost_reason {
        shown["lostReasonId"] = json!(reason);
    }
    if let Some(contact) = contact(world, opportunity) {
        shown["contact"] = json!({
            "id": contact.id,
            "name": contact.name(),
            "companyName": contact.text("companyName"),
            "email": contact.text("email"),
            "phone": contact.text("phone"),
            "tags": contact.tags,
        });
    }
    shown
}

pub fn contact<'a>(world: &'a World, opportunity: &Opportunity) -> Option<&'a Contact> {
    world.contacts.get(opportunity.contact.as_ref()?)
}

/// What the search of contacts shows of a contact's opportunities.
pub fn of_contact(world: &World, contact_id: &str) -> Value {
    let shown = of(world, contact_id).map(|one| {
        json!({
            "id": one.id,
            "pipelineId": one.pipeline,
            "pipelineStageId": one.stage,
            "monetaryValue": one.value,
            "status": one.status,
        })
    });
    shown.collect()
}

/// One text of each of a contact's opportunities.
pub fn pluck(world: &World, contact_id: &str, text: fn(&Opportunity) -> &String) -> Vec<Value> {
    of(world, contact_id).map(|one| json!(text(one))).collect()
}

fn of<'a>(world: &'a World, contact_id: &str) -> impl Iterator<Item = &'a Opportunity> {
    world.opportunities.values().filter(move |one| one.contact.as_deref() == Some(contact_id))
}
