//! Opportunities of contacts, in the stages of pipelines.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::Location;
use crate::time::Millis;
use crate::world::{Opportunity, World};

use super::fields::{self, Field, Kind, needed, optional};
use super::{custom_fields, refusal};

mod events;
mod followers;
mod pipelines;
mod search;
mod upsert;
mod view;

pub use view::{of_contact, pluck};

pub const ROUTES: &[Route] = &[
    Location.route("POST", "/opportunities/search", "opportunities.readonly", search::search_opportunities),
    Location.route("GET", "/opportunities/pipelines", "opportunities.readonly", pipelines::list_pipelines),
    Location.route("POST", "/opportunities/upsert", "opportunities.write", upsert::upsert_opportunity),
    Location.route("POST", "/opportunities/", "opportunities.write", create_opportunity),
    Location.route("GET", "/opportunities/{id}", "opportunities.readonly", get_opportunity),
    Location.route("PUT", "/opportunities/{id}", "opportunities.write", update_opportunity),
    Location.route("DELETE", "/opportunities/{id}", "opportunities.write", delete_opportunity),
    Location.route("PUT", "/opportunities/{id}/status", "opportunities.write", update_status),
    Location.route("POST", "/opportunities/{id}/followers", "opportunities.write", followers::add_followers),
    Location.route(
        "DELETE",
        "/opportunities/{id}/followers",
        "opportunities.write",
        followers::remove_followers,
    ),
];

/// What one may be; `all`, which the description lists too, is for searching only.
const STATUSES: [&str; 4] = ["open", "won", "lost", "abandoned"];

const STATUS: Kind = Kind::OneOf(&STATUSES);

const CREATE: [Field; 9] = [
    needed("pipelineId", Kind::Text),
    needed("locationId", Kind::Text),
    needed("name", Kind::Text),
    optional("pipelineStageId", Kind::Text),
    needed("status", STATUS),
    needed("contactId", Kind::Text),
    optional("monetaryValue", Kind::Number),
    optional("assignedTo", Kind::Text),
    optional("customFields", Kind::Objects),
];

const UPDATE: [Field; 7] = [
    optional("pipelineId", Kind::Text),
    optional("name", Kind::Text),
    optional("pipelineStageId", Kind::Text),
    optional("status", STATUS),
    optional("monetaryValue", Kind::Number),
    optional("assignedTo", Kind::Text),
    optional("customFields", Kind::Objects),
];

fn get_opportunity(world: &mut World, call: &Call) -> Outcome {
    Ok(Reply::ok(json!({ "opportunity": view::record(world, known(world, call)?) })))
}

pub fn create_opportunity(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &CREATE)?;
    let opportunity = made(world, body)?;
    let shown = view::record(world, &opportunity);
    events::tell_new(world, &opportunity);
    world.opportunities.insert(opportunity.id.clone(), opportunity);
    Ok(Reply::created(json!({ "opportunity": shown })))
}

fn update_opportunity(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &UPDATE)?;
    let mut opportunity = known(world, call)?.clone();
    apply(world, &mut opportunity, body)?;
    Ok(Reply::ok(json!({ "opportunity": replace(world, opportunity) })))
}

fn update_status(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &[needed("status", STATUS), optional("lostReasonId", Kind::Text)])?;
    let mut opportunity = known(world, call)?.clone();
    apply(world, &mut opportunity, body)?;
    replace(world, opportunity);
    Ok(Reply::ok(json!({ "succeded": true })))
}

/// Acknowledged as seen in recorded traffic, where the description says `succeded`.
fn delete_opportunity(world: &mut World, call: &Call) -> Outcome {
    let opportunity = known(world, call)?.clone();
    remove(world, &opportunity);
    Ok(Reply::ok(json!({ "success": true })))
}

/// Takes the opportunities of a deleted contact with it.
pub fn remove_of_contact(world: &mut World, contact_id: &str) {
    let theirs = world.opportunities.values().filter(|one| one.contact.as_deref() == Some(contact_id));
    for opportunity in theirs.cloned().collect::<Vec<_>>() {
        remove(world, &opportunity);
    }
}

/// A change of nothing but `updatedAt`.
pub fn touch(world: &mut World, id: &str, at: Millis) {
    let Some(opportunity) = world.opportunities.get_mut(id) else { return };
    opportunity.updated = at;
    let same = opportunity.clone();
    events::tell_changed(world, &same, &same);
}

fn remove(world: &mut World, opportunity: &Opportunity) {
    world.opportunities.remove(&opportunity.id);
    world.tell("OpportunityDelete", events::payload(world, opportunity));
}

fn known<'a>(world: &'a World, call: &Call) -> Result<&'a Opportunity, Reply> {
    let id = call.param("id");
    world.opportunities.get(id).ok_or_else(|| refusal::not_found("Opportunity", id))
}

fn made(world: &mut World, body: &Map<String, Value>) -> Result<Opportunity, Reply> {
    let mut opportunity = Opportunity::new(world.dice.id(), world.clock.tick());
    apply(world, &mut opportunity, body)?;
    Ok(opportunity)
}

/// Puts the changed opportunity in the place of the old one, with its new times, and tells of it; gives its record.
fn replace(world: &mut World, mut opportunity: Opportunity) -> Value {
    let now = world.clock.tick();
    let old = world.opportunities.get(&opportunity.id).cloned();
    opportunity.updated = now;
    if old.as_ref().is_some_and(|old| old.status != opportunity.status) {
        opportunity.status_changed = now;
    }
    if old.as_ref().is_some_and(|old| old.stage != opportunity.stage) {
        opportunity.stage_changed = now;
    }
    let shown = view::record(world, &opportunity);
    if let Some(old) = old {
        events::tell_changed(world, &old, &opportunity);
    }
    world.opportunities.insert(opportunity.id.clone(), opportunity);
    shown
}

/// The fields of `body` laid over `opportunity`.
///
/// # Errors
/// 404 for a contact, pipeline, stage or user that does not exist, 422 for a custom field without a value.
fn apply(world: &World, opportunity: &mut Opportunity, body: &Map<String, Value>) -> Result<(), Reply> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    pipelines::place(world, opportunity, text("pipelineId"), text("pipelineStageId"))?;
    if let Some(name) = text("name") {
        opportunity.name = name.to_owned();
    }
    if let Some(status) = text("status") {
        opportunity.status = status.to_owned();
    }
    if let Some(reason) = text("lostReasonId") {
        opportunity.lost_reason = Some(reason.to_owned());
    }
    if opportunity.status != "lost" {
        opportunity.lost_reason = None;
    }
    if let Some(Value::Number(value)) = body.get("monetaryValue") {
        opportunity.value = value.clone();
    }
    if let Some(id) = text("contactId") {
        let known = world.contacts.get(id).ok_or_else(|| refusal::not_found("Contact", id))?;
        opportunity.contact = Some(known.id.clone());
    }
    if let Some(id) = text("assignedTo") {
        let known = world.users.iter().find(|user| user.id == id);
        opportunity.assigned_to = Some(known.ok_or_else(|| refusal::not_found("User", id))?.id.clone());
    }
    for item in body.get("customFields").and_then(Value::as_array).into_iter().flatten() {
        opportunity.custom_fields.extend(custom_fields::written(world, "opportunity", item)?);
    }
    Ok(())
}
