//! Who may ask: the bearer token, the `Version` header, the location.

use crate::exchange::{Call, Reply};
use crate::world::World;

use super::refusal;

/// The two versions that the vendor's docs name for these endpoints.
const VERSIONS: [&str; 2] = ["2021-07-28", "2021-04-15"];

/// Lets a request through, or answers it.
pub fn admit(world: &World, call: &Call) -> Result<(), Reply> {
    match call.version.as_deref() {
        None => return Err(refusal::unauthorized("version header was not found.")),
        Some(version) if !VERSIONS.contains(&version) => {
            return Err(refusal::unauthorized("version header is invalid"));
        }
        Some(_) => {}
    }
    let token = bearer(call).unwrap_or_default();
    if token == world.ready.agency_token {
        return Err(refusal::unauthorized("The token is not authorized for this scope."));
    }
    let wrong_location = location(call).is_some_and(|asked| asked != world.ready.location_id);
    if token == world.foreign_token || wrong_location {
        return Err(refusal::forbidden("The token does not have access to this location."));
    }
    Ok(())
}

/// The location or company whose budget the request spends; refused when the token is none of this world's.
pub fn resource<'a>(world: &'a World, call: &Call) -> Result<&'a str, Reply> {
    match bearer(call) {
        Some(token) if token == world.ready.token => Ok(&world.ready.location_id),
        Some(token) if token == world.ready.agency_token => Ok(&world.ready.company_id),
        Some(token) if token == world.foreign_token => Ok("another location"),
        _ => Err(refusal::unauthorized("Invalid JWT")),
    }
}

fn bearer(call: &Call) -> Option<&str> {
    call.authorization.as_deref()?.strip_prefix("Bearer ").map(str::trim)
}

fn location(call: &Call) -> Option<&str> {
    let in_body = || call.json()?.get("locationId")?.as_str();
    call.query("locationId").or_else(in_body)
}
