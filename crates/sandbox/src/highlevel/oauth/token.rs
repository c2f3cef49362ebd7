//! Tokens for a code, a refresh token, the app's own credentials, or an agency's token.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::{guard, refusal};
use crate::time;
use crate::tokens::Owner;
use crate::world::World;

use super::form::Form;
use super::{Approval, all_scopes, grant, locations_of, make_refreshable, user_id};

/// `POST /oauth/token`. `user_type` is taken and does not matter: who gave the consent decides.
pub fn issue_token(world: &mut World, call: &Call) -> Outcome {
    let form = Form::read(call);
    let [client_id, client_secret, grant_type] = form.need(["client_id", "client_secret", "grant_type"])?;
    if client_id != world.ready.client_id || client_secret != world.ready.client_secret {
        return Err(refusal::unauthorized("Invalid client: client credentials are invalid"));
    }
    match grant_type {
        "authorization_code" => take_code(world, &form),
        "refresh_token" => refresh(world, &form),
        "client_credentials" => Ok(Reply::ok(for_the_app_itself(world))),
        _ => Err(refusal::invalid(vec![
            "grant_type must be one of the following values: authorization_code, refresh_token, client_credentials"
                .to_owned(),
        ])),
    }
}

/// A code is gone once it was shown, also where it then turns out to be for another address.
fn take_code(world: &mut World, form: &Form) -> Outcome {
    let [code] = form.need(["code"])?;
    let code = world
        .oauth
        .codes
        .remove(code)
        .ok_or_else(|| refusal::invalid_grant("authorization code is invalid"))?;
    if form.get("redirect_uri").is_some_and(|given| given != code.redirect_uri) {
        return Err(refusal::invalid_grant("redirect_uri is not the one of the authorization code"));
    }
    install(world, &code.approval.owner);
    Ok(Reply::ok(pair(world, code.approval)))
}

/// Ends the refresh token and gives a new pair. Access tokens given before last as long as they would have.
fn refresh(world: &mut World, form: &Form) -> Outcome {
    let [token] = form.need(["refresh_token"])?;
    let approval = world
        .oauth
        .approvals
        .remove(token)
        .ok_or_else(|| refusal::invalid_grant("refresh token is invalid"))?;
    Ok(Reply::ok(pair(world, approval)))
}

/// An agency's token without a refresh token: the app asks again.
fn for_the_app_itself(world: &mut World) -> Value {
    let owner = Owner::Agency(world.ready.company_id.clone());
    let approval = Approval { owner, scopes: all_scopes() };
    let answer = grant(world, &approval);
    with_installation(world, &approval.owner, answer)
}

fn pair(world: &mut World, approval: Approval) -> Value {
    let answer = grant(world, &approval);
    let mut answer = with_installation(world, &approval.owner, answer);
    make_refreshable(world, approval, &mut answer);
    answer
}

fn with_installation(world: &World, owner: &Owner, mut answer: Value) -> Value {
    let of_agency = matches!(owner, Owner::Agency(_));
    answer["approvedLocations"] = json!(locations_of(world, owner));
    answer["isBulkInstallation"] = json!(of_agency);
    if of_agency {
        answer["installToFutureLocations"] = json!(true);
        answer["approveAllLocations"] = json!(true);
    }
    answer
}

/// `POST /oauth/locationToken`, with the token of an agency that has let the app in.
pub fn issue_location_token(world: &mut World, call: &Call) -> Outcome {
    let form = Form::read(call);
    let [company, location] = form.need(["companyId", "locationId"])?;
    if company != world.ready.company_id {
        return Err(refusal::forbidden("The token does not have access to this company."));
    }
    world.locations.get(location)?;
    let asking = guard::caller(world, call)?.scopes.clone().unwrap_or_else(all_scopes);
    let scopes = asking.into_iter().filter(|scope| !scope.starts_with("oauth.")).collect();
    let approval = Approval { owner: Owner::Location(location.to_owned()), scopes };
    let mut answer = grant(world, &approval);
    answer["appId"] = json!(world.ready.app_id());
    answer["versionId"] = json!(world.ready.app_id());
    make_refreshable(world, approval, &mut answer);
    Ok(Reply::ok(answer))
}

/// Notes that the app is there, and tells of it: of each location that is new, and of the agency if it is one.
fn install(world: &mut World, owner: &Owner) {
    let user = user_id(world, owner);
    let app = world.ready.app_id().to_owned();
    let base = json!({
        "appId": app,
        "versionId": app,
        "companyId": world.ready.company_id,
        "userId": user,
        "installType": "Location",
    });
    if matches!(owner, Owner::Agency(_)) {
        let mut payload = base.clone();
        payload["installType"] = json!("Company");
        world.tell("INSTALL", payload);
    }
    for location in locations_of(world, owner) {
        if world.oauth.installed.insert(location.clone(), time::now()).is_none() {
            let mut payload = base.clone();
            payload["locationId"] = json!(location);
            world.tell("INSTALL", payload);
        }
    }
}
