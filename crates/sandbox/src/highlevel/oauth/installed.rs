//! `GET /oauth/installedLocations`

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::fields;
use crate::highlevel::records::{Pages, Record, need};
use crate::time::iso;
use crate::world::World;

const PAGES: Pages = Pages { limit: "limit", skip: "skip", default: 20, max: 500 };

/// The company's locations, whether they have the app or not. Another app's id finds none.
pub fn list_locations(world: &mut World, call: &Call) -> Outcome {
    fields::known_query(
        call,
        &[
            "companyId",
            "appId",
            "skip",
            "limit",
            "query",
            "isInstalled",
            "versionId",
            "onTrial",
            "planId",
            "locationId",
        ],
    )?;
    need(call, &["companyId", "appId"])?;
    let wanted = |name: &str, value: &str| call.query(name).is_none_or(|wanted| wanted == value);
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let app = world.ready.app_id();
    let fits = |location: &Value| {
        let text = |name: &str| location[name].as_str().unwrap_or_default();
        wanted("appId", app)
            && wanted("versionId", app)
            && wanted("locationId", text("_id"))
            && wanted("isInstalled", &location["isInstalled"].to_string())
            && wanted("onTrial", "false")
            && wanted("planId", "")
            && text("name").to_lowercase().contains(&query)
    };
    let found: Vec<Value> = world.locations.iter().map(|one| item(world, one)).filter(fits).collect();
    let count = found.len();
    Ok(Reply::ok(json!({
        "locations": PAGES.cut(call, found)?,
        "count": count,
        "installToFutureLocations": true,
    })))
}

fn item(world: &World, location: &Record) -> Value {
    let text = |name: &str| location.get(name).and_then(Value::as_str).unwrap_or_default();
    let address: Vec<&str> = ["address", "city", "state", "postalCode", "country"]
        .map(text)
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let since = world.oauth.installed.get(text("id"));
    let mut item = json!({
        "_id": text("id"),
        "name": text("name"),
        "address": address.join(", "),
        "isInstalled": since.is_some(),
    });
    if let Some(since) = since {
        item["versionId"] = json!(world.ready.app_id());
        item["installedAt"] = json!(iso(*since));
    }
    item
}
