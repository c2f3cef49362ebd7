//! `POST /opportunities/upsert`. Of the body's fields the description requires the three about followers too; here as
//! for the real one's clients they are optional, and `contactId`, which it does not list, is taken.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::{Opportunity, World};

use super::super::fields::{self, Field, Kind, needed, optional};
use super::super::followers::{join, leave, users};
use super::super::refusal;
use super::{STATUS, apply, events, made, replace, view};

const FIELDS: [Field; 13] = [
    optional("id", Kind::Text),
    needed("pipelineId", Kind::Text),
    needed("locationId", Kind::Text),
    optional("contactId", Kind::Text),
    optional("followers", Kind::Texts),
    optional("isRemoveAllFollowers", Kind::Boolean),
    optional("followersActionType", Kind::OneOf(&["add", "remove"])),
    optional("name", Kind::Text),
    optional("status", STATUS),
    optional("pipelineStageId", Kind::Text),
    optional("monetaryValue", Kind::Number),
    optional("assignedTo", Kind::Text),
    optional("lostReasonId", Kind::Text),
];

pub fn upsert_opportunity(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &FIELDS)?;
    let Some(mut existing) = existing(world, body)? else {
        let mut opportunity = made(world, body)?;
        follow(world, &mut opportunity, body)?;
        if opportunity.name.is_empty() {
            opportunity.name = name_of_contact(world, &opportunity);
        }
        let shown = view::record(world, &opportunity);
        events::tell_new(world, &opportunity);
        world.opportunities.insert(opportunity.id.clone(), opportunity);
        return Ok(Reply::ok(json!({ "new": true, "opportunity": shown })));
    };
    apply(world, &mut existing, body)?;
    follow(world, &mut existing, body)?;
    Ok(Reply::ok(json!({ "new": false, "opportunity": replace(world, existing) })))
}

/// The one of this id; without an id the contact's newest in this pipeline.
fn existing(world: &World, body: &Map<String, Value>) -> Result<Option<Opportunity>, Reply> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if let Some(id) = text("id") {
        let known = world.opportunities.get(id).ok_or_else(|| refusal::not_found("Opportunity", id))?;
        return Ok(Some(known.clone()));
    }
    let Some(contact) = text("contactId") else { return Ok(None) };
    let theirs = world
        .opportunities
        .values()
        .filter(|one| one.contact.as_deref() == Some(contact) && text("pipelineId") == Some(&one.pipeline));
    Ok(theirs.max_by_key(|one| one.created).cloned())
}

fn follow(world: &World, opportunity: &mut Opportunity, body: &Map<String, Value>) -> Result<(), Reply> {
    if body.get("isRemoveAllFollowers") == Some(&Value::Bool(true)) {
        opportunity.followers.clear();
    }
    let named = users(world, body)?;
    if body.get("followersActionType").and_then(Value::as_str) == Some("remove") {
        leave(&mut opportunity.followers, &named);
    } else {
        join(&mut opportunity.followers, named);
    }
    Ok(())
}

fn name_of_contact(world: &World, opportunity: &Opportunity) -> String {
    let contact = opportunity.contact.as_ref().and_then(|id| world.contacts.get(id));
    contact.map(|contact| contact.name()).unwrap_or_default()
}
