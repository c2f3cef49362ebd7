//! Tokens made and ended from outside, as somebody does in the vendor's settings.

use serde::Deserialize;
use serde_json::json;

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::{oauth, refusal};
use crate::site::State;
use crate::time;
use crate::tokens::{Grant, Issuer, Owner};

use super::read;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
    kind: Kind,
    scopes: Option<Vec<String>>,
    /// Seconds; 0 and below gives an expired token.
    expires_in: Option<i64>,
    /// Another location or company than the simulated one.
    owner_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Location,
    Agency,
    LocationApp,
    AgencyApp,
}

/// Makes a token with the given scopes, or all of them.
pub fn add_token(state: &mut State, call: &Call) -> Outcome {
    let asked: NewToken = read(call)?;
    let world = &mut state.world;
    let ready = &world.ready;
    let owner = match asked.kind {
        Kind::Location | Kind::LocationApp => {
            Owner::Location(asked.owner_id.unwrap_or_else(|| ready.location_id.clone()))
        }
        Kind::Agency | Kind::AgencyApp => {
            Owner::Agency(asked.owner_id.unwrap_or_else(|| ready.company_id.clone()))
        }
    };
    let issuer = match asked.kind {
        Kind::Location | Kind::Agency => Issuer::PrivateIntegration,
        Kind::LocationApp | Kind::AgencyApp => Issuer::App,
    };
    let token = world.secrets.token(issuer);
    let grant = Grant {
        owner,
        issuer,
        scopes: asked.scopes.map(|scopes| scopes.into_iter().collect()),
        expires: asked.expires_in.map(|seconds| time::now().saturating_add(seconds.saturating_mul(1000))),
    };
    world.tokens.add(token.clone(), grant);
    Ok(Reply::created(json!({ "token": token })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uninstalled {
    /// The agency if there is none.
    location_id: Option<String>,
}

/// Does what somebody does who removes the app.
pub fn uninstall(state: &mut State, call: &Call) -> Outcome {
    let Uninstalled { location_id } = read(call)?;
    let world = &mut state.world;
    let owner = match location_id {
        Some(id) => Owner::Location(id),
        None => Owner::Agency(world.ready.company_id.clone()),
    };
    oauth::uninstall(world, &owner);
    Ok(Reply::ok(json!({ "uninstalled": owner.id() })))
}

/// Ends an access or refresh token at once, as when somebody deletes the integration.
pub fn delete_token(state: &mut State, call: &Call) -> Outcome {
    let token = call.param("token");
    let world = &mut state.world;
    if world.tokens.remove(token) || world.oauth.remove_refresh_token(token) {
        Ok(Reply::ok(json!({ "ended": token })))
    } else {
        Err(refusal::not_found("Token", token))
    }
}
