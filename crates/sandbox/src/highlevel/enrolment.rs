//! Joining and leaving campaigns and HighLevel workflows. Neither moves the contact's `dateUpdated`.

use crate::exchange::{Call, Outcome, Reply};
use crate::world::World;

use super::fields::{self, Kind, optional};
use super::{contacts, events, refusal};

/// What `CampaignStatusUpdate` tells.
const STARTED: &str = "started";
const REMOVED: &str = "removed";

pub fn join_campaign(world: &mut World, call: &Call) -> Outcome {
    fields::body(call, &[])?;
    let campaign = known_campaign(world, call)?;
    if contacts::known_mut(world, call)?.campaigns.insert(campaign.clone()) {
        events::campaign(world, call.param("contactId"), &campaign, STARTED);
    }
    Ok(Reply::created(contacts::acknowledged()))
}

pub fn leave_campaign(world: &mut World, call: &Call) -> Outcome {
    let campaign = known_campaign(world, call)?;
    if contacts::known_mut(world, call)?.campaigns.remove(&campaign) {
        events::campaign(world, call.param("contactId"), &campaign, REMOVED);
    }
    Ok(Reply::ok(contacts::acknowledged()))
}

pub fn leave_all_campaigns(world: &mut World, call: &Call) -> Outcome {
    for campaign in std::mem::take(&mut contacts::known_mut(world, call)?.campaigns) {
        events::campaign(world, call.param("contactId"), &campaign, REMOVED);
    }
    Ok(Reply::ok(contacts::acknowledged()))
}

pub fn join_workflow(world: &mut World, call: &Call) -> Outcome {
    let workflow = known_workflow(world, call)?;
    contacts::known_mut(world, call)?.workflows.insert(workflow);
    Ok(Reply::ok(contacts::acknowledged()))
}

pub fn leave_workflow(world: &mut World, call: &Call) -> Outcome {
    let workflow = known_workflow(world, call)?;
    contacts::known_mut(world, call)?.workflows.remove(&workflow);
    Ok(Reply::ok(contacts::acknowledged()))
}

fn known_campaign(world: &World, call: &Call) -> Result<String, Reply> {
    let id = call.param("campaignId");
    let known = world.campaigns.iter().any(|campaign| campaign.id == id);
    if known { Ok(id.to_owned()) } else { Err(refusal::not_found("Campaign", id)) }
}

fn known_workflow(world: &World, call: &Call) -> Result<String, Reply> {
    fields::body(call, &[optional("eventStartTime", Kind::Time)])?;
    let id = call.param("workflowId");
    let known = world.workflows.iter().any(|workflow| workflow.id == id);
    if known { Ok(id.to_owned()) } else { Err(refusal::not_found("Workflow", id)) }
}
