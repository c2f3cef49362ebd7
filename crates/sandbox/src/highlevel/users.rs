//! Users of the company. One who is deleted is gone at once; the real one says that it takes a few minutes.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::{Agency, Either, Location};
use crate::tokens::Owner;
use crate::world::{User, World};

use super::fields::{self, Field, Kind, needed, optional};
use super::followers::texts;
use super::{guard, profile, refusal};

mod permissions;
mod search;
mod view;

pub const ROUTES: &[Route] = &[
    Either.route("GET", "/users/search", "users.readonly", search::search_users),
    Agency.route("POST", "/users/search/filter-by-email", "users.readonly", search::filter_by_email),
    Location.route("GET", "/users/", "users.readonly", list_users),
    Either.route("POST", "/users/", "users.write", create_user),
    Either.route("GET", "/users/{userId}", "users.readonly", get_user),
    Either.route("PUT", "/users/{userId}", "users.write", update_user),
    Either.route("DELETE", "/users/{userId}", "users.write", delete_user),
];

const LANGUAGES: [&str; 13] =
    ["en_US", "es", "fr_CA", "fr_FR", "nl", "de", "pt_PT", "pt_BR", "it", "sv", "da", "fi", "no"];

const COMMON: [Field; 7] = [
    optional("phone", Kind::Text),
    optional("permissions", Kind::Nested(&permissions::FIELDS)),
    optional("scopes", Kind::Texts),
    optional("scopesAssignedToOnly", Kind::Texts),
    optional("profilePhoto", Kind::Text),
    optional("twilioPhone", Kind::Object),
    optional("platformLanguage", Kind::OneOf(&LANGUAGES)),
];

const CREATE: [Field; 8] = [
    needed("companyId", Kind::Text),
    needed("firstName", Kind::Text),
    needed("lastName", Kind::Text),
    needed("email", Kind::Text),
    needed("password", Kind::Text),
    needed("type", Kind::Text),
    needed("role", Kind::Text),
    needed("locationIds", Kind::Texts),
];

const UPDATE: [Field; 8] = [
    optional("companyId", Kind::Text),
    optional("firstName", Kind::Text),
    optional("lastName", Kind::Text),
    optional("email", Kind::Text),
    optional("password", Kind::Text),
    optional("type", Kind::Text),
    optional("role", Kind::Text),
    optional("locationIds", Kind::Texts),
];

/// Those who work in the location; agency users do not.
fn list_users(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId"])?;
    let here = world.users.iter().filter(|user| user.locations.contains(&world.ready.location_id));
    let shown: Vec<Value> = here.map(|user| view::record(user, false)).collect();
    Ok(Reply::ok(json!({ "users": shown })))
}

fn get_user(world: &mut World, call: &Call) -> Outcome {
    Ok(Reply::ok(view::record(&world.users[known(world, call)?], false)))
}

fn create_user(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &[&CREATE[..], &COMMON[..]].concat())?;
    let email = body["email"].as_str().and_then(profile::email);
    let email = email.ok_or_else(|| refusal::invalid(vec!["email must be an email".to_owned()]))?;
    if world.users.iter().any(|user| user.email == email) {
        return Err(refusal::bad_request(format!("A user with email {email} already exists")));
    }
    let mut user = User {
        id: world.dice.id(),
        first_name: String::new(),
        last_name: String::new(),
        email,
        phone: None,
        kind: String::new(),
        role: String::new(),
        locations: Vec::new(),
        permissions: Map::new(),
        scopes: Vec::new(),
        language: LANGUAGES[0].to_owned(),
        photo: None,
        added: world.clock.tick(),
    };
    apply(world, &mut user, body)?;
    let shown = view::record(&user, false);
    world.tell("UserCreate", view::event(world, &user));
    world.users.push(user);
    Ok(Reply::created(shown))
}

/// The e-mail address stays what it is: the field is accepted and does nothing any more.
fn update_user(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &[&UPDATE[..], &COMMON[..]].concat())?;
    let by_agency = matches!(guard::caller(world, call)?.owner, Owner::Agency(_));
    if by_agency && !body.contains_key("companyId") {
        return Err(refusal::invalid(vec!["companyId should not be empty".to_owned()]));
    }
    let n = known(world, call)?;
    let mut user = world.users[n].clone();
    apply(world, &mut user, body)?;
    let shown = view::record(&user, false);
    world.users[n] = user;
    Ok(Reply::ok(shown))
}

fn delete_user(world: &mut World, call: &Call) -> Outcome {
    let n = known(world, call)?;
    let user = world.users.remove(n);
    let message = format!(
        "Queued deleting user with e-mail {} and name {}. Will take effect in a few minutes.",
        user.email,
        user.name()
    );
    world.deleted_users.push(user);
    Ok(Reply::ok(json!({ "succeded": true, "message": message })))
}

fn known(world: &World, call: &Call) -> Result<usize, Reply> {
    let id = call.param("userId");
    world.users.iter().position(|user| user.id == id).ok_or_else(|| refusal::not_found("User", id))
}

/// The fields of the body but the e-mail address. Scopes are replaced, permissions only where they are named.
fn apply(world: &World, user: &mut User, body: &Map<String, Value>) -> Result<(), Reply> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    if body.contains_key("locationIds") {
        user.locations = texts(body, "locationIds");
        for id in &user.locations {
            world.locations.get(id)?;
        }
    }
    for (field, name) in [
        (&mut user.first_name, "firstName"),
        (&mut user.last_name, "lastName"),
        (&mut user.kind, "type"),
        (&mut user.role, "role"),
        (&mut user.language, "platformLanguage"),
    ] {
        if let Some(value) = text(name) {
            *field = value;
        }
    }
    user.phone = text("phone").or(user.phone.take());
    user.photo = text("profilePhoto").or(user.photo.take());
    if body.contains_key("scopes") {
        user.scopes = texts(body, "scopes");
    }
    if let Some(Value::Object(permissions)) = body.get("permissions") {
        user.permissions.extend(permissions.clone());
    }
    Ok(())
}
