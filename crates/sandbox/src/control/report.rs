//! Reading what the sandbox knows and what was asked of it.

use serde_json::{Value, json};

use crate::credly;
use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::view;
use crate::seed;
use crate::site::State;

pub fn get_ready(state: &mut State, _: &Call) -> Outcome {
    Ok(Reply::ok(json!(state.world.ready)))
}

pub fn get_state(state: &mut State, _: &Call) -> Outcome {
    let contacts = state.world.contacts.values();
    let (tasks, notes) = contacts
        .fold((0, 0), |(tasks, notes), contact| (tasks + contact.tasks.len(), notes + contact.notes.len()));
    Ok(Reply::ok(json!({
        "contacts": state.world.contacts.len(),
        "tasks": tasks,
        "notes": notes,
        "appointments": state.world.calendars.events.shown().filter(|event| event.contact.is_some()).count(),
        "opportunities": state.world.opportunities.len(),
        "badges": state.world.badges.len(),
        "requests": state.journal.counts(),
        "directory": seed::directory(&state.world),
    })))
}

/// All contacts with everything that hangs on them, in the order of their ids.
pub fn list_contacts(state: &mut State, _: &Call) -> Outcome {
    let world = &state.world;
    let contacts: Vec<Value> = world
        .contacts
        .values()
        .map(|contact| {
            let mut view = view::record(world, contact);
            view["tasks"] = json!(contact.tasks);
            view["notes"] = contact.notes.iter().map(|note| view::note(&contact.id, note)).collect();
            view["campaigns"] = json!(contact.campaigns);
            view["workflows"] = json!(contact.workflows);
            view
        })
        .collect();
    Ok(Reply::ok(json!({ "contacts": contacts })))
}

/// All badges in the order issued.
pub fn list_badges(state: &mut State, _: &Call) -> Outcome {
    let world = &state.world;
    let badges: Vec<Value> = world.badges.iter().map(|badge| credly::view::badge(world, badge)).collect();
    Ok(Reply::ok(json!({ "badges": badges })))
}

/// The last requests, oldest first: `?limit=`, and equality on `method`, `path`, `route` and `status`.
pub fn list_requests(state: &mut State, call: &Call) -> Outcome {
    let limit = call.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100);
    let wanted: Vec<(String, String)> =
        call.query.iter().filter(|(name, _)| name != "limit").cloned().collect();
    Ok(Reply::ok(json!({ "requests": state.journal.requests(limit, &wanted) })))
}
