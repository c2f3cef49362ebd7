//! `GET /contacts/` and the contacts of a business: newest first.

use std::cmp::Reverse;

use serde_json::{Value, json};
use url::form_urlencoded;

use crate::exchange::{Call, Outcome, Reply};
use crate::world::{Contact, World};

use super::{fields, refusal, view};

/// Cursor paging: `startAfter` (the `dateAdded` of the last contact in milliseconds) and `startAfterId`.
pub fn list_contacts(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "startAfterId", "startAfter", "query", "limit"])?;
    let limit = fields::number(call, "limit", 20, 1..=100)?;
    let found = newest_first(world, |contact| mentions(contact, call.query("query")));
    let total = found.len();
    let from = match start_after(call)? {
        None => 0,
        Some(cursor) => {
            found.partition_point(|contact| order(contact) <= (Reverse(cursor.0), Reverse(cursor.1)))
        }
    };
    let page = &found[from..total.min(from + limit)];
    let current = from / limit + 1;
    let more = from + page.len() < total;
    let last = page.last();
    let next_page_url = last.filter(|_| more).map(|last| next_page_url(world, call, last));
    let items: Vec<Value> = page.iter().map(|contact| view::list_item(world, contact)).collect();
    Ok(Reply::ok(json!({
        "contacts": items,
        "count": total,
        "meta": {
            "total": total,
            "nextPageUrl": next_page_url,
            "startAfterId": last.map(|contact| &contact.id),
            "startAfter": last.map(|contact| contact.added),
            "currentPage": current,
            "nextPage": more.then_some(current + 1),
            "prevPage": (current > 1).then(|| current - 1),
        },
    })))
}

/// Offset paging, counted in `count`. A business that nobody has gives an empty list.
pub fn list_contacts_of_business(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "limit", "skip", "query"])?;
    let limit = fields::number(call, "limit", 25, 1..=100)?;
    let skip = fields::number(call, "skip", 0, 0..=usize::MAX)?;
    let business = call.param("businessId");
    let found = newest_first(world, |contact| {
        contact.business.as_deref() == Some(business) && mentions(contact, call.query("query"))
    });
    let items: Vec<Value> =
        found.iter().skip(skip).take(limit).map(|contact| view::list_item(world, contact)).collect();
    Ok(Reply::ok(json!({ "contacts": items, "count": found.len() })))
}

/// Whether a text occurs in a contact's names, e-mail address, company or phone number.
pub fn mentions(contact: &Contact, query: Option<&str>) -> bool {
    let Some(query) = query.map(|query| query.trim().to_lowercase()).filter(|query| !query.is_empty()) else {
        return true;
    };
    contact.name().to_lowercase().contains(&query)
        || ["email", "companyName", "phone"]
            .iter()
            .filter_map(|field| contact.text(field))
            .any(|value| value.to_lowercase().contains(&query))
}

fn newest_first(world: &World, fits: impl Fn(&Contact) -> bool) -> Vec<&Contact> {
    let mut found: Vec<&Contact> = world.contacts.values().filter(|contact| fits(contact)).collect();
    found.sort_unstable_by_key(|contact| order(contact));
    found
}

fn order(contact: &Contact) -> (Reverse<i64>, Reverse<&str>) {
    (Reverse(contact.added), Reverse(&contact.id))
}

fn start_after(call: &Call) -> Result<Option<(i64, &str)>, Reply> {
    match (call.query("startAfter"), call.query("startAfterId")) {
        (None, None) => Ok(None),
        (Some(at), Some(id)) => match at.parse() {
            Ok(at) => Ok(Some((at, id))),
            Err(_) => Err(refusal::invalid(vec!["startAfter must be a number".to_owned()])),
        },
        _ => Err(refusal::invalid(vec!["startAfter and startAfterId go together".to_owned()])),
    }
}

/// The address of the next page keeps every parameter of this one.
fn next_page_url(world: &World, call: &Call, last: &Contact) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in call.query.iter().filter(|(name, _)| !name.starts_with("startAfter")) {
        query.append_pair(name, value);
    }
    query.append_pair("startAfter", &last.added.to_string()).append_pair("startAfterId", &last.id);
    format!("{}/contacts/?{}", world.ready.base_url, query.finish())
}
