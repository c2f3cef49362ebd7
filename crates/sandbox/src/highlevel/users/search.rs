//! Finding users: by words and filters in a query, or by e-mail addresses in a body.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::tokens::Owner;
use crate::world::{User, World};

use super::super::fields::{self, Kind, needed, optional};
use super::super::records::{Pages, need};
use super::super::{guard, refusal};
use super::view;

const PAGES: Pages = Pages { limit: "limit", skip: "skip", default: 25, max: 100 };

const QUERY: [&str; 11] = [
    "companyId",
    "query",
    "skip",
    "limit",
    "locationId",
    "type",
    "role",
    "ids",
    "sort",
    "sortDirection",
    "enabled2waySync",
];

/// A location's token finds the users of its location only.
pub fn search_users(world: &mut World, call: &Call) -> Outcome {
    fields::known_query(call, &QUERY)?;
    need(call, &["companyId"])?;
    fields::choice(call, "enabled2waySync", &["true", "false"])?;
    let location = match &guard::caller(world, call)?.owner {
        Owner::Location(own) => Some(own.as_str()),
        Owner::Agency(_) => call.query("locationId"),
    };
    let here = |user: &&User| location.is_none_or(|id| user.locations.iter().any(|own| own == id));
    let mut found: Vec<&User> = world.users.iter().filter(here).filter(|user| fits(user, call)).collect();
    sort(&mut found, call)?;
    let count = found.len();
    let page = PAGES.cut(call, found)?;
    let users: Vec<Value> = page.into_iter().map(|user| view::record(user, false)).collect();
    Ok(Reply::ok(json!({ "users": users, "count": count })))
}

fn fits(user: &User, call: &Call) -> bool {
    let is = |name: &str, value: &str| call.query(name).is_none_or(|wanted| wanted == value);
    let listed = call.query("ids").is_none_or(|ids| ids.split(',').any(|id| id.trim() == user.id));
    let mentioned = call.query("query").is_none_or(|text| {
        let text = text.trim().to_lowercase();
        let phone = user.phone.as_deref().unwrap_or_default();
        [&user.name(), &user.email, phone].iter().any(|value| value.to_lowercase().contains(&text))
    });
    is("type", &user.kind) && is("role", &user.role) && listed && mentioned
}

/// By first and last name unless `sort` says otherwise.
fn sort(found: &mut [&User], call: &Call) -> Result<(), Reply> {
    let by = fields::choice(call, "sort", &["name", "firstName", "lastName", "email", "dateAdded"])?;
    match by {
        Some("dateAdded") => found.sort_by_key(|user| user.added),
        Some("lastName") => found.sort_by_key(|user| user.last_name.to_lowercase()),
        Some("email") => found.sort_by_key(|user| user.email.clone()),
        _ => found.sort_by_key(|user| user.name().to_lowercase()),
    }
    if fields::choice(call, "sortDirection", &["asc", "desc"])? == Some("desc") {
        found.reverse();
    }
    Ok(())
}

/// `POST /users/search/filter-by-email`: id and e-mail address only, unless `projection` asks for more.
pub fn filter_by_email(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(
        call,
        &[
            needed("companyId", Kind::Text),
            needed("emails", Kind::Text),
            optional("deleted", Kind::Boolean),
            optional("skip", Kind::Text),
            optional("limit", Kind::Text),
            optional("projection", Kind::Text),
        ],
    )?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let emails: Vec<String> =
        text("emails").unwrap_or_default().split(',').map(|email| email.trim().to_lowercase()).collect();
    let deleted = body.get("deleted") == Some(&Value::Bool(true));
    let among = if deleted { &world.deleted_users } else { &world.users };
    let found: Vec<&User> = among.iter().filter(|user| emails.contains(&user.email)).collect();
    let skip = whole(body, "skip", 0)?;
    let limit = whole(body, "limit", PAGES.default)?;
    if !(1..=PAGES.max).contains(&limit) {
        return Err(refusal::invalid(vec![format!("limit must be from 1 to {}", PAGES.max)]));
    }
    let projection = text("projection").unwrap_or("id,email");
    let page = found.iter().skip(skip).take(limit);
    let users: Vec<Value> = page.map(|user| projected(view::record(user, deleted), projection)).collect();
    Ok(Reply::ok(json!({ "users": users, "count": found.len() })))
}

/// A number that a body carries as a text.
fn whole(body: &Map<String, Value>, name: &str, default: usize) -> Result<usize, Reply> {
    let Some(text) = body.get(name).and_then(Value::as_str) else { return Ok(default) };
    text.parse().map_err(|_| refusal::invalid(vec![format!("{name} must be a number string")]))
}

fn projected(mut user: Value, projection: &str) -> Value {
    if projection != "all" {
        let wanted: Vec<&str> = projection.split(',').map(str::trim).collect();
        let object = user.as_object_mut().expect("a user is shown as an object");
        object.retain(|name, _| wanted.contains(&name.as_str()));
    }
    user
}
