//! Who may ask: the bearer token with its kind and scopes, the `Version` header, the location and company.

use crate::exchange::{Call, Reply};
use crate::routes::{Access, Token};
use crate::tokens::{Grant, Issuer, Owner};
use crate::world::World;

use super::refusal;

/// The two that the vendor's docs name for these endpoints, and the one that its own JavaScript client sends.
const VERSIONS: [&str; 3] = ["2021-07-28", "2021-04-15", "2023-02-21"];

/// What the token of a request opens.
///
/// # Errors
/// 401 when there is none, or it is unknown or expired.
pub fn caller<'a>(world: &'a World, call: &Call) -> Result<&'a Grant, Reply> {
    let bearer = call.authorization.as_deref().and_then(|header| header.strip_prefix("Bearer "));
    bearer
        .and_then(|token| world.tokens.valid(token.trim()))
        .ok_or_else(|| refusal::unauthorized("Invalid JWT"))
}

/// Lets a request through, or answers it.
pub fn admit(world: &World, call: &Call, access: Access) -> Result<(), Reply> {
    match call.version.as_deref() {
        None => return Err(refusal::unauthorized("version header was not found.")),
        Some(version) if !VERSIONS.contains(&version) => {
            return Err(refusal::unauthorized("version header is invalid"));
        }
        Some(_) => {}
    }
    let grant = caller(world, call)?;
    check_kind(grant, access.token)?;
    if !grant.has(access.scope) {
        return Err(not_for_this_scope());
    }
    check_company(world, grant, call)?;
    check_location(world, grant, call)
}

fn not_for_this_scope() -> Reply {
    refusal::unauthorized("The token is not authorized for this scope.")
}

fn check_kind(grant: &Grant, wanted: Token) -> Result<(), Reply> {
    let of_agency = matches!(grant.owner, Owner::Agency(_));
    match wanted {
        Token::Location if of_agency => Err(not_for_this_scope()),
        Token::Agency if !of_agency => Err(not_for_this_scope()),
        Token::AgencyApp if !of_agency || grant.issuer != Issuer::App => {
            Err(refusal::unauthorized("Token's user type mismatch!"))
        }
        _ => Ok(()),
    }
}

/// This world knows one company, to which its locations belong.
fn check_company(world: &World, grant: &Grant, call: &Call) -> Result<(), Reply> {
    let own = match &grant.owner {
        Owner::Agency(company) => company,
        Owner::Location(_) => &world.ready.company_id,
    };
    let other = own != &world.ready.company_id || named(call, "companyId").is_some_and(|asked| asked != own);
    if other { Err(refusal::forbidden("The token does not have access to this company.")) } else { Ok(()) }
}

/// An agency may name any location: which ones it has, the handler knows. Of a location other than the
/// simulated one there is nothing to see but the location itself.
fn check_location(world: &World, grant: &Grant, call: &Call) -> Result<(), Reply> {
    let Owner::Location(own) = &grant.owner else { return Ok(()) };
    let asked = named(call, "locationId");
    let itself = call.params.iter().any(|(name, value)| *name == "locationId" && value == own);
    let foreign = *own != world.ready.location_id && !itself;
    if foreign || asked.is_some_and(|asked| asked != own) {
        return Err(refusal::forbidden("The token does not have access to this location."));
    }
    Ok(())
}

/// An id that a request names in its path, its query or its body.
fn named<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    let in_path = call.params.iter().find(|(param, _)| *param == name).map(|(_, value)| value.as_str());
    let in_body = || call.json()?.get(name)?.as_str();
    in_path.or_else(|| call.query(name)).or_else(in_body)
}
