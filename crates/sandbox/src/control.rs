//! The control endpoints under `/sandbox`: for tests and demos, without a token.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::faults::Fault;
use crate::highlevel::refusal;
use crate::routes::{self, Found, Route};
use crate::site::State;

mod access;
mod data;
mod messages;
mod opportunities;
mod report;
mod settings;
mod webhooks;

pub const PREFIX: &str = "/sandbox";

type Handler = fn(&mut State, &Call) -> Outcome;

const fn route(method: &'static str, pattern: &'static str, handler: Handler) -> Route<Handler> {
    Route::open(method, pattern, handler)
}

const ROUTES: &[Route<Handler>] = &[
    route("GET", "/sandbox/ready", report::get_ready),
    route("GET", "/sandbox/state", report::get_state),
    route("GET", "/sandbox/contacts", report::list_contacts),
    route("GET", "/sandbox/badges", report::list_badges),
    route("GET", "/sandbox/requests", report::list_requests),
    route("POST", "/sandbox/contacts", data::add_contacts),
    route("PUT", "/sandbox/contacts/{contactId}", data::change_contact),
    route("POST", "/sandbox/contacts/{contactId}/tasks", data::add_task),
    route("POST", "/sandbox/contacts/{contactId}/notes", data::add_note),
    route("POST", "/sandbox/conversations/{contactId}/messages", messages::receive_message),
    route("POST", "/sandbox/opportunities", opportunities::add_opportunities),
    route("POST", "/sandbox/opportunities/touch", opportunities::touch_opportunities),
    route("POST", "/sandbox/touch", data::touch_contacts),
    route("POST", "/sandbox/changes", data::make_changes),
    route("POST", "/sandbox/tokens", access::add_token),
    route("DELETE", "/sandbox/tokens/{token}", access::delete_token),
    route("POST", "/sandbox/uninstall", access::uninstall),
    route("GET", "/sandbox/settings", settings::get_settings),
    route("PUT", "/sandbox/settings", settings::change_settings),
    route("GET", "/sandbox/webhooks", webhooks::list_webhooks),
    route("POST", "/sandbox/webhooks", webhooks::add_webhook),
    route("DELETE", "/sandbox/webhooks", webhooks::clear_webhooks),
    route("GET", "/sandbox/webhooks/faults", webhooks::list_faults),
    route("POST", "/sandbox/webhooks/faults", webhooks::add_fault),
    route("DELETE", "/sandbox/webhooks/faults", webhooks::clear_faults),
    route("DELETE", "/sandbox/webhooks/{id}", webhooks::delete_webhook),
    route("GET", "/sandbox/deliveries", webhooks::list_deliveries),
    route("GET", "/sandbox/faults", get_faults),
    route("POST", "/sandbox/faults", add_fault),
    route("DELETE", "/sandbox/faults", clear_faults),
    route("POST", "/sandbox/reset", reset),
];

/// Answers a control request; its errors look like HighLevel's.
pub fn answer(state: &mut State, mut call: Call) -> Reply {
    match routes::find(&[ROUTES], &call.method, &call.path) {
        Found::Route(route, params) => {
            call.params = params;
            (route.handler)(state, &call).unwrap_or_else(|refused| refused)
        }
        Found::OtherMethod => refusal::bad_request(format!("{} does not take {}", call.path, call.method)),
        Found::Nothing => refusal::no_route(&call.method, &call.path),
    }
}

/// The body as an object; none is an empty one.
fn object(call: &Call) -> Result<Map<String, Value>, Reply> {
    match &call.body {
        None => Ok(Map::new()),
        Some(Ok(Value::Object(object))) => Ok(object.clone()),
        Some(_) => Err(refusal::bad_request("a JSON object is required")),
    }
}

/// The body as what an endpoint takes.
fn read<T: DeserializeOwned>(call: &Call) -> Result<T, Reply> {
    serde_json::from_value(Value::Object(object(call)?))
        .map_err(|wrong| refusal::bad_request(wrong.to_string()))
}

fn get_faults(state: &mut State, _: &Call) -> Outcome {
    Ok(Reply::ok(json!(state.faults)))
}

fn add_fault(state: &mut State, call: &Call) -> Outcome {
    let fault: Fault = read(call)?;
    state.faults.add(fault);
    Ok(Reply::created(json!(state.faults)))
}

fn clear_faults(state: &mut State, _: &Call) -> Outcome {
    state.faults.clear();
    Ok(Reply::ok(json!(state.faults)))
}

fn reset(state: &mut State, _: &Call) -> Outcome {
    state.reset();
    Ok(Reply::ok(json!(state.world.ready)))
}
