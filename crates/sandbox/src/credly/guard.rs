//! Basic authentication with the organization's token as user name and a blank password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::exchange::{Call, Reply};
use crate::world::World;

use super::refused;

pub fn admit(world: &World, call: &Call) -> Result<(), Reply> {
    let given = call.authorization.as_deref().and_then(|header| header.strip_prefix("Basic "));
    let decoded = given.and_then(|text| STANDARD.decode(text.trim()).ok());
    if decoded.as_deref() != Some(format!("{}:", world.ready.credly_token).as_bytes()) {
        return Err(refused(401, "authentication failed"));
    }
    let organization = call.param("org");
    if organization != world.ready.credly_organization_id {
        return Err(refused(403, format!("no access to organization {organization}")));
    }
    Ok(())
}
