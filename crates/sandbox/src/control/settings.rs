//! What may be set while the sandbox runs.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::exchange::{Call, Outcome, Reply};
use crate::site::State;

use super::read;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    token_expires_in: Option<i64>,
    index_lag_ms: Option<u64>,
}

pub fn get_settings(state: &mut State, _: &Call) -> Outcome {
    let world = &state.world;
    Ok(Reply::ok(json!({
        "token_expires_in": world.oauth.lifetime,
        "index_lag_ms": world.index.lag().as_millis() as u64,
    })))
}

/// Sets what is named and leaves the rest.
pub fn change_settings(state: &mut State, call: &Call) -> Outcome {
    let changed: Changed = read(call)?;
    if let Some(seconds) = changed.token_expires_in {
        state.world.oauth.lifetime = seconds;
    }
    if let Some(lag) = changed.index_lag_ms {
        state.world.index.set_lag(Duration::from_millis(lag));
        state.world.update_index();
    }
    get_settings(state, call)
}
