//! Locations of the company: the simulated one, its neighbours, and those that are created. Only the first has contacts.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::{Agency, Either};
use crate::time::iso;
use crate::tokens::Owner;
use crate::world::World;

use super::fields::{self, Field, Kind, needed, optional};
use super::records::{Pages, Record};
use super::{guard, refusal};

pub const ROUTES: &[Route] = &[
    Either.route("GET", "/locations/search", "locations.readonly", search_locations),
    Agency.route("POST", "/locations/", "locations.write", create_location),
    Either.route("GET", "/locations/{locationId}", "locations.readonly", get_location),
];

const PAGES: Pages = Pages { limit: "limit", skip: "skip", default: 10, max: 100 };

const PROSPECT: [Field; 3] =
    [needed("firstName", Kind::Text), needed("lastName", Kind::Text), needed("email", Kind::Text)];

const SETTINGS: [Field; 4] = [
    optional("allowDuplicateContact", Kind::Boolean),
    optional("allowDuplicateOpportunity", Kind::Boolean),
    optional("allowFacebookNameMerge", Kind::Boolean),
    optional("disableContactTimezone", Kind::Boolean),
];

const SOCIAL: [Field; 11] = [
    optional("facebookUrl", Kind::Text),
    optional("googlePlus", Kind::Text),
    optional("linkedIn", Kind::Text),
    optional("foursquare", Kind::Text),
    optional("twitter", Kind::Text),
    optional("yelp", Kind::Text),
    optional("instagram", Kind::Text),
    optional("youtube", Kind::Text),
    optional("pinterest", Kind::Text),
    optional("blogRss", Kind::Text),
    optional("googlePlacesId", Kind::Text),
];

const CREATE: [Field; 16] = [
    needed("name", Kind::Text),
    needed("companyId", Kind::Text),
    optional("phone", Kind::Text),
    optional("address", Kind::Text),
    optional("city", Kind::Text),
    optional("state", Kind::Text),
    optional("country", Kind::Text),
    optional("postalCode", Kind::Text),
    optional("website", Kind::Text),
    optional("timezone", Kind::Text),
    optional("prospectInfo", Kind::Nested(&PROSPECT)),
    optional("settings", Kind::Nested(&SETTINGS)),
    optional("social", Kind::Nested(&SOCIAL)),
    optional("twilio", Kind::Nested(&[needed("sid", Kind::Text), needed("authToken", Kind::Text)])),
    optional("mailgun", Kind::Nested(&[needed("apiKey", Kind::Text), needed("domain", Kind::Text)])),
    optional("snapshotId", Kind::Text),
];

/// What is asked of a provider of calls or mail, or is no part of the record.
const NOT_KEPT: [&str; 4] = ["prospectInfo", "twilio", "mailgun", "snapshotId"];

/// What an item of the search leaves out.
const NOT_SEARCHED: [&str; 3] = ["companyId", "business", "dateAdded"];

/// In the order they were made. A location's token finds its location only.
fn search_locations(world: &mut World, call: &Call) -> Outcome {
    fields::known_query(call, &["companyId", "skip", "limit", "order", "email"])?;
    let own = match &guard::caller(world, call)?.owner {
        Owner::Location(own) => Some(json!(own)),
        Owner::Agency(_) => None,
    };
    let email = call.query("email").map(|email| json!(email.trim().to_lowercase()));
    let fits = |record: &&Record, name: &str, wanted: &Option<Value>| {
        wanted.as_ref().is_none_or(|wanted| record.get(name) == Some(wanted))
    };
    let mut found: Vec<&Record> =
        world.locations.iter().filter(|one| fits(one, "id", &own) && fits(one, "email", &email)).collect();
    if fields::choice(call, "order", &["asc", "desc"])? == Some("desc") {
        found.reverse();
    }
    let items: Vec<Value> = PAGES.cut(call, found)?.into_iter().map(item).collect();
    Ok(Reply::ok(json!({ "locations": items })))
}

fn item(location: &Record) -> Value {
    let shown = location.iter().filter(|(name, _)| !NOT_SEARCHED.contains(&name.as_str()));
    Value::Object(shown.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn get_location(world: &mut World, call: &Call) -> Outcome {
    Ok(Reply::ok(json!({ "location": world.locations.get(call.param("locationId"))? })))
}

/// 200, and the record is the whole body.
fn create_location(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &CREATE)?;
    let country = body.get("country").and_then(Value::as_str);
    if country.is_some_and(|code| code.len() != 2 || !code.chars().all(|c| c.is_ascii_uppercase())) {
        return Err(refusal::invalid(vec!["country must be a code of two letters".to_owned()]));
    }
    if let Some(id) = body.get("snapshotId").and_then(Value::as_str) {
        world.snapshots.get(id)?;
    }
    let location = made(world, body);
    world.tell(
        "LocationCreate",
        json!({
            "id": location["id"],
            "companyId": location["companyId"],
            "name": location["name"],
            "email": location["email"],
            "stripeProductId": "",
        }),
    );
    let mut shown = location.clone();
    world.locations.add(location);
    shown.retain(|name, _| !["business", "dateAdded"].contains(&name.as_str()));
    Ok(Reply::ok(Value::Object(shown)))
}

fn made(world: &mut World, body: &Map<String, Value>) -> Record {
    let mut location = Record::new();
    location.insert("id".to_owned(), json!(world.dice.id()));
    let kept = body.iter().filter(|(name, _)| !NOT_KEPT.contains(&name.as_str()));
    location.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    let mut settings: Record = SETTINGS.iter().map(|field| (field.name.to_owned(), json!(false))).collect();
    if let Some(Value::Object(wanted)) = body.get("settings") {
        settings.extend(wanted.clone());
    }
    location.insert("settings".to_owned(), Value::Object(settings));
    location.entry("social").or_insert_with(|| json!({}));
    let email = body.get("prospectInfo").map_or(json!(""), |prospect| prospect["email"].clone());
    location.insert("email".to_owned(), email);
    let of_business = ["name", "address", "city", "state", "country", "postalCode", "website", "timezone"];
    let business: Record =
        of_business.iter().filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone()))).collect();
    location.insert("business".to_owned(), Value::Object(business));
    location.insert("dateAdded".to_owned(), json!(iso(world.clock.tick())));
    location
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed;

    #[test]
    fn a_new_location_is_told() {
        let mut world = seed::world(1, 0, "http://sandbox");
        let body = json!({ "name": "Harbor Academy East", "companyId": world.ready.company_id });
        let made = create_location(&mut world, &Call { body: Some(Ok(body)), ..Default::default() }).unwrap();
        let happening = world.outbox.pop().unwrap();
        assert_eq!((happening.kind, &happening.payload["id"]), ("LocationCreate", &made.body["id"]));
        assert_eq!(happening.payload["companyId"], json!(world.ready.company_id));
    }
}
