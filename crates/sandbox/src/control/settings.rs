//! What may be set while the sandbox runs.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::refusal;
use crate::site::State;

use super::object;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    token_expires_in: Option<i64>,
}

pub fn get_settings(state: &mut State, _: &Call) -> Outcome {
    Ok(Reply::ok(json!({ "token_expires_in": state.world.oauth.lifetime })))
}

/// Sets what is named and leaves the rest.
pub fn change_settings(state: &mut State, call: &Call) -> Outcome {
    let changed: Changed = serde_json::from_value(Value::Object(object(call)?))
        .map_err(|wrong| refusal::bad_request(wrong.to_string()))?;
    if let Some(seconds) = changed.token_expires_in {
        state.world.oauth.lifetime = seconds;
    }
    get_settings(state, call)
}
