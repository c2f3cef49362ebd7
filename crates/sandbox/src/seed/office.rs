//! What a location has beside its contacts: users, businesses, custom fields; its company and the other locations.

use serde_json::json;

use crate::dice::Dice;
use crate::highlevel::records::{Record, Records};
use crate::settings::Ready;
use crate::time::{self, DAY, HOUR, Millis, START};
use crate::world::{Business, CustomField, User};

use super::words;

pub fn businesses(dice: &mut Dice) -> Vec<Business> {
    let made = |(n, name): (usize, &str)| {
        let place = &words::PLACES[n];
        let domain = format!("{}.example.com", name.to_lowercase().replace(' ', "-"));
        let details = [
            ("email", format!("office@{domain}")),
            ("website", format!("https://{domain}")),
            ("city", place.city.to_owned()),
            ("state", place.state.to_owned()),
            ("postalCode", place.postal_code.to_owned()),
            ("country", "US".to_owned()),
        ];
        Business {
            id: dice.object_id(),
            name: name.to_owned(),
            details: details.into(),
            created: START + n as Millis * DAY,
            updated: START + n as Millis * DAY,
        }
    };
    words::COMPANIES.into_iter().enumerate().map(made).collect()
}

pub fn users(dice: &mut Dice, location_id: &str) -> Vec<User> {
    let made = |(n, name)| User { locations: vec![location_id.to_owned()], ..user(dice.id(), n, name) };
    words::USERS.into_iter().enumerate().map(made).collect()
}

/// One of the company, who works in no location.
pub fn agency_user(dice: &mut Dice) -> User {
    let office = user(dice.id(), words::USERS.len(), ("Head", "Office"));
    User { kind: "agency".to_owned(), role: "admin".to_owned(), ..office }
}

fn user(id: String, n: usize, (first, last): (&str, &str)) -> User {
    User {
        id,
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        email: format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase()),
        phone: Some(format!("+1512555019{n}")),
        kind: "account".to_owned(),
        role: if n == 0 { "admin" } else { "user" }.to_owned(),
        locations: Vec::new(),
        permissions: Default::default(),
        scopes: Vec::new(),
        language: "en_US".to_owned(),
        photo: None,
        added: START + n as Millis * HOUR,
    }
}

/// The location of this world and its two neighbours.
pub fn locations(dice: &mut Dice, ready: &Ready) -> Records {
    let mut locations = Records::new("Location", "id");
    for (n, name) in words::LOCATIONS.into_iter().enumerate() {
        let id = if n == 0 { ready.location_id.clone() } else { dice.id() };
        locations.add(location(id, n, name, &ready.company_id));
    }
    locations
}

fn location(id: String, n: usize, name: &str, company_id: &str) -> Record {
    let place = &words::PLACES[n];
    let site = format!("https://{}.example.com", name.to_lowercase().replace(' ', "-"));
    let address = json!({
        "address": format!("{} {}", 10 * (n + 1), words::STREETS[n]),
        "city": place.city,
        "state": place.state,
        "country": "US",
        "postalCode": place.postal_code,
        "website": site,
        "timezone": place.timezone,
    });
    let mut location = json!({
        "id": id,
        "companyId": company_id,
        "name": name,
        "email": format!("hello{n}@example.com"),
        "phone": format!("+1512555018{n}"),
        "business": address,
        "social": {},
        "settings": {
            "allowDuplicateContact": false,
            "allowDuplicateOpportunity": true,
            "allowFacebookNameMerge": false,
            "disableContactTimezone": false,
        },
        "dateAdded": time::iso(START - 30 * DAY + n as Millis * DAY),
    });
    location["business"]["name"] = json!(name);
    let location = location.as_object_mut().expect("built as an object");
    location.extend(address.as_object().cloned().unwrap_or_default());
    std::mem::take(location)
}

pub fn snapshots(dice: &mut Dice) -> Records {
    let mut snapshots = Records::new("Snapshot", "id");
    for (name, kind) in words::SNAPSHOTS {
        let snapshot = [("id", dice.id()), ("name", name.to_owned()), ("type", kind.to_owned())];
        snapshots.add(snapshot.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect());
    }
    snapshots
}

/// `dice` makes the ids of the two fields that contacts have values in, `more` those of the others.
pub fn custom_fields(dice: &mut Dice, more: &mut Dice) -> Vec<CustomField> {
    let made = |(n, words): (usize, words::FieldWords)| CustomField {
        id: if n < 2 { dice.id() } else { more.id() },
        model: words.model,
        key: words.key,
        name: words.name,
        data_type: words.data_type,
        options: words.options,
        added: START + n as Millis * HOUR,
    };
    words::CUSTOM_FIELDS.into_iter().enumerate().map(made).collect()
}
