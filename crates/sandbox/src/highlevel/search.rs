//! `POST /contacts/search`. A write is found at once here; the real index lags by seconds.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::{Contact, World};

use super::fields::{self, Kind, needed, optional};
use super::filter::Filter;
use super::list::mentions;
use super::sort::{Sort, Sorted};
use super::{refusal, view};

const MOST_PER_PAGE: u64 = 500;
/// How far `page` reaches; beyond it only `searchAfter`.
const MOST_BY_PAGE: u64 = 10_000;

pub fn search_contacts(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(
        call,
        &[
            needed("locationId", Kind::Text),
            needed("pageLimit", Kind::Number),
            optional("page", Kind::Number),
            optional("searchAfter", Kind::Array),
            optional("query", Kind::Text),
            optional("filters", Kind::Array),
            optional("sort", Kind::Objects),
        ],
    )?;
    let limit = whole(body.get("pageLimit"), "pageLimit", 1)?;
    if limit > MOST_PER_PAGE {
        return Err(refusal::invalid(vec![format!("pageLimit must not be greater than {MOST_PER_PAGE}")]));
    }
    let query = body.get("query").and_then(Value::as_str);
    if query.is_some_and(|query| query.chars().count() > 75) {
        return Err(refusal::invalid(vec![
            "query must be shorter than or equal to 75 characters".to_owned(),
        ]));
    }
    let filter = Filter::read_all(body.get("filters")).map_err(refusal::invalid)?;
    let sort = Sort::read(body.get("sort"))?;
    let fits = |contact: &&Contact| mentions(contact, query) && filter.holds(world, contact);
    let sorted = sort.apply(world, world.contacts.values().filter(fits).collect());
    let from = match body.get("searchAfter") {
        Some(_) if body.contains_key("page") => {
            return Err(refusal::invalid(vec!["page and searchAfter must not be used together".to_owned()]));
        }
        Some(cursor) => sort.passed(&sorted, cursor)?,
        None => by_page(whole(body.get("page"), "page", 1)?, limit)?,
    };
    let items: Vec<Value> =
        sorted.iter().skip(from).take(limit as usize).map(|one| item(world, one)).collect();
    Ok(Reply::ok(json!({ "contacts": items, "total": sorted.len() })))
}

fn item(world: &World, one: &Sorted) -> Value {
    view::search_item(world, one.contact, one.search_after())
}

fn by_page(page: u64, limit: u64) -> Result<usize, Reply> {
    match page.checked_mul(limit).filter(|end| *end <= MOST_BY_PAGE) {
        Some(end) => Ok((end - limit) as usize),
        None => Err(refusal::bad_request(format!(
            "page reaches {MOST_BY_PAGE} records at most, use searchAfter beyond: page {page} of {limit}"
        ))),
    }
}

fn whole(value: Option<&Value>, name: &str, default: u64) -> Result<u64, Reply> {
    match value {
        None => Ok(default),
        Some(value) => value
            .as_u64()
            .filter(|number| *number >= 1)
            .ok_or_else(|| refusal::invalid(vec![format!("{name} must be a whole number from 1")])),
    }
}
