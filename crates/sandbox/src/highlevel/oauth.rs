//! OAuth 2.0 of the app: consent, tokens, and a location's token from an agency's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::routes::Route;
use crate::routes::Token::AgencyApp;
use crate::time::{self, Millis};
use crate::tokens::{Grant, Issuer, Owner};
use crate::world::World;

use super::TABLES;

mod consent;
mod form;
mod installed;
mod token;

/// The two paths of the consent page are those of the vendor's docs and of its JavaScript client.
pub const ROUTES: &[Route] = &[
    Route::open("GET", "/oauth/chooselocation", consent::choose_location),
    Route::open("GET", "/v2/oauth/chooselocation", consent::choose_location),
    Route::open("POST", "/oauth/token", token::issue_token),
    AgencyApp.route("POST", "/oauth/locationToken", "oauth.write", token::issue_location_token),
    AgencyApp.route("GET", "/oauth/installedLocations", "oauth.readonly", installed::list_locations),
];

/// What the app has been given.
#[derive(Debug, Default)]
pub struct OAuth {
    /// By code, each good for one token.
    codes: BTreeMap<String, Code>,
    /// By refresh token, each good for one pair.
    approvals: BTreeMap<String, Approval>,
    /// Locations that have the app, and since when.
    installed: BTreeMap<String, Millis>,
    /// Seconds that an access token lasts.
    pub lifetime: i64,
}

#[derive(Debug)]
struct Code {
    approval: Approval,
    redirect_uri: String,
}

/// Who has let the app in, and to what.
#[derive(Debug, Clone)]
struct Approval {
    owner: Owner,
    scopes: BTreeSet<String>,
}

impl OAuth {
    /// Ends a refresh token; says whether there was one.
    pub fn remove_refresh_token(&mut self, token: &str) -> bool {
        self.approvals.remove(token).is_some()
    }
}

/// Takes the app away from a location or the agency: its tokens end, and a webhook tells of it.
pub fn uninstall(world: &mut World, owner: &Owner) {
    world.tokens.remove_app(owner);
    world.oauth.approvals.retain(|_, approval| approval.owner != *owner);
    world.oauth.codes.retain(|_, code| code.approval.owner != *owner);
    let mut payload = json!({ "appId": world.ready.app_id() });
    match owner {
        Owner::Agency(id) => payload["companyId"] = json!(id),
        Owner::Location(id) => {
            world.oauth.installed.remove(id);
            payload["locationId"] = json!(id);
        }
    }
    world.tell("UNINSTALL", payload);
}

/// Every scope that some endpoint asks for: what the app may have.
fn all_scopes() -> BTreeSet<String> {
    let routes = TABLES.iter().copied().flatten();
    routes.filter_map(|route| route.access).map(|access| access.scope.to_owned()).collect()
}

/// Who stands behind a token: of an agency one of its own users, else one of the location.
fn user_id(world: &World, owner: &Owner) -> String {
    let kind = match owner {
        Owner::Agency(_) => "agency",
        Owner::Location(_) => "account",
    };
    let user = world.users.iter().find(|user| user.kind == kind).or(world.users.first());
    user.map(|user| user.id.clone()).unwrap_or_default()
}

/// The locations that a token reaches.
fn locations_of(world: &World, owner: &Owner) -> Vec<String> {
    match owner {
        Owner::Location(id) => vec![id.clone()],
        Owner::Agency(_) => {
            world.locations.iter().filter_map(|one| one.get("id")?.as_str()).map(str::to_owned).collect()
        }
    }
}

/// Makes an access token; what the answers of both token endpoints have in common.
fn grant(world: &mut World, approval: &Approval) -> Value {
    let token = world.secrets.token(Issuer::App);
    let lifetime = world.oauth.lifetime;
    let grant = Grant {
        owner: approval.owner.clone(),
        issuer: Issuer::App,
        scopes: Some(approval.scopes.clone()),
        expires: Some(time::now().saturating_add(lifetime.saturating_mul(1000))),
    };
    world.tokens.add(token.clone(), grant);
    let scopes: Vec<&str> = approval.scopes.iter().map(String::as_str).collect();
    let mut answer = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": scopes.join(" "),
        "userType": "Company",
        "companyId": world.ready.company_id,
        "userId": user_id(world, &approval.owner),
    });
    if let Owner::Location(id) = &approval.owner {
        answer["userType"] = json!("Location");
        answer["locationId"] = json!(id);
    }
    answer
}

/// Adds a refresh token to an answer.
fn make_refreshable(world: &mut World, approval: Approval, answer: &mut Value) {
    let token = world.secrets.token(Issuer::App);
    answer["refresh_token"] = json!(token);
    answer["refreshTokenId"] = json!(world.secrets.object_id());
    world.oauth.approvals.insert(token, approval);
}
