//! Who is told what happens, and how it went.

use serde_json::json;

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::refusal;
use crate::site::State;
use crate::webhooks::{Fault, Hook};

use super::read;

/// `{"url": …}` and what else a [`Hook`] takes.
pub fn add_webhook(state: &mut State, call: &Call) -> Outcome {
    let hook: Hook = read(call)?;
    Ok(Reply::created(json!({ "webhook": state.webhooks.add(hook) })))
}

pub fn list_webhooks(state: &mut State, _: &Call) -> Outcome {
    Ok(Reply::ok(json!({ "webhooks": state.webhooks.hooks })))
}

pub fn delete_webhook(state: &mut State, call: &Call) -> Outcome {
    let id = call.param("id");
    let hooks = &mut state.webhooks.hooks;
    let before = hooks.len();
    hooks.retain(|hook| id.parse() != Ok(hook.id));
    if hooks.len() == before { Err(refusal::not_found("Webhook", id)) } else { list_webhooks(state, call) }
}

pub fn clear_webhooks(state: &mut State, call: &Call) -> Outcome {
    state.webhooks.hooks.clear();
    list_webhooks(state, call)
}

pub fn list_faults(state: &mut State, _: &Call) -> Outcome {
    Ok(Reply::ok(json!(state.webhooks.faults)))
}

pub fn add_fault(state: &mut State, call: &Call) -> Outcome {
    let fault: Fault = read(call)?;
    state.webhooks.faults.add(fault);
    Ok(Reply::created(json!(state.webhooks.faults)))
}

pub fn clear_faults(state: &mut State, call: &Call) -> Outcome {
    state.webhooks.faults.clear();
    list_faults(state, call)
}

/// The last deliveries, oldest first: `?limit=`, and equality on `type`, `state`, `webhook` and `url`.
pub fn list_deliveries(state: &mut State, call: &Call) -> Outcome {
    let limit = call.query("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100);
    let wanted: Vec<(String, String)> =
        call.query.iter().filter(|(name, _)| name != "limit").cloned().collect();
    Ok(Reply::ok(json!({ "deliveries": state.webhooks.deliveries.list(limit, &wanted) })))
}
