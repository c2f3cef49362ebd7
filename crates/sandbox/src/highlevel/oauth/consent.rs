//! Where the vendor asks its user which location, or the whole agency, the app may have. Here nobody is asked.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::refusal;
use crate::tokens::{Issuer, Owner};
use crate::world::World;

use super::{Approval, Code, all_scopes};

/// Sends the browser back with a code. Besides the vendor's parameters it takes `user_type=Company` for the agency's
/// consent, `location_id` for that of another location, and `deny=true` for none.
pub fn choose_location(world: &mut World, call: &Call) -> Outcome {
    if call.query("response_type") != Some("code") {
        return Err(refusal::bad_request("response_type must be code"));
    }
    if call.query("client_id") != Some(&world.ready.client_id) {
        return Err(refusal::bad_request("no app has this client_id"));
    }
    let redirect_uri = call.query("redirect_uri").unwrap_or_default().to_owned();
    let mut back = Url::parse(&redirect_uri)
        .map_err(|error| refusal::bad_request(format!("redirect_uri {redirect_uri:?}: {error}")))?;
    if call.query("deny") == Some("true") {
        back.query_pairs_mut().append_pair("error", "access_denied");
    } else {
        let approval = Approval { owner: owner(world, call)?, scopes: scopes(call) };
        let code = world.secrets.token(Issuer::App);
        back.query_pairs_mut().append_pair("code", &code);
        world.oauth.codes.insert(code, Code { approval, redirect_uri });
    }
    if let Some(state) = call.query("state") {
        back.query_pairs_mut().append_pair("state", state);
    }
    let mut reply = Reply::new(302, Value::String(String::new()));
    reply.headers.push(("Location".to_owned(), back.into()));
    Ok(reply)
}

fn owner(world: &World, call: &Call) -> Result<Owner, Reply> {
    match (call.query("user_type"), call.query("location_id")) {
        (Some("Company"), None) => Ok(Owner::Agency(world.ready.company_id.clone())),
        (None | Some("Location"), None) => Ok(Owner::Location(world.ready.location_id.clone())),
        (None | Some("Location"), Some(id)) => {
            world.locations.get(id)?;
            Ok(Owner::Location(id.to_owned()))
        }
        (Some(kind), _) => Err(refusal::bad_request(format!("user_type {kind} with this location_id"))),
    }
}

/// What is asked for; all that there is when nothing is.
fn scopes(call: &Call) -> BTreeSet<String> {
    let asked = call.query("scope").unwrap_or_default().split_whitespace().map(str::to_owned);
    let asked: BTreeSet<String> = asked.collect();
    if asked.is_empty() { all_scopes() } else { asked }
}
