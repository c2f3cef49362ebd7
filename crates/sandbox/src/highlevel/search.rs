//! What the searches of contacts and of opportunities share. They see records as the
//! [`index`](crate::index) shows them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::exchange::Reply;
use crate::world::World;

use super::refusal;

mod filter;
mod sort;

use filter::Filter;
use sort::Sort;
pub use sort::Sorted;

const MOST_PER_PAGE: u64 = 500;
/// How far `page` reaches; beyond it only `searchAfter`.
const MOST_BY_PAGE: u64 = 10_000;

/// A kind of record that a search finds.
pub trait Searched {
    /// The date of its making: what a search without `sort` sorts by, newest first.
    const MADE: &'static str;
    const SORTABLE: &'static [&'static str];

    /// The operators that a field takes, without their `not_`; nothing for a field that is not searched.
    fn operators(field: &str) -> Option<&'static [&'static str]>;

    fn id(&self) -> &str;

    /// The values in a field, dates in milliseconds. An absent field has none; one that is sorted by has one.
    fn values(&self, world: &World, field: &str) -> Vec<Value>;

    /// Whether a text occurs in the names and addresses of the record.
    fn mentions(&self, world: &World, text: &str) -> bool;
}

/// The values of a custom field: none where the record has none, several where it takes several.
pub fn custom_values(fields: &BTreeMap<String, Value>, id: &str) -> Vec<Value> {
    match fields.get(id) {
        Some(Value::Array(values)) => values.clone(),
        value => value.cloned().into_iter().collect(),
    }
}

/// One page of what a search found.
pub struct Found<'a, T> {
    pub total: usize,
    pub page: Vec<Sorted<'a, T>>,
}

/// Finds what `body` asks for by `query`, `filters`, `sort`, `page` and `searchAfter`, which are each optional, and by
/// the page size, whose name differs.
///
/// # Errors
/// 422 for what cannot be asked, 400 for a page beyond the reach of `page`.
pub fn search<'a, T: Searched>(
    world: &World,
    body: &Map<String, Value>,
    limit_name: &str,
    all: impl Iterator<Item = &'a T>,
) -> Result<Found<'a, T>, Reply> {
    let limit = whole(body.get(limit_name), limit_name, 1..=MOST_PER_PAGE)?;
    let query = body.get("query").and_then(Value::as_str).unwrap_or_default();
    if query.chars().count() > 75 {
        let message = "query must be shorter than or equal to 75 characters";
        return Err(refusal::invalid(vec![message.to_owned()]));
    }
    let filter = Filter::read_all::<T>(body.get("filters")).map_err(refusal::invalid)?;
    let sort = Sort::read::<T>(body.get("sort"))?;
    let mentioned = |record: &T| query.trim().is_empty() || record.mentions(world, query.trim());
    let fits = |record: &&T| mentioned(record) && filter.holds(world, *record);
    let sorted = sort.apply(world, all.filter(fits).collect());
    let cursor =
        body.get("searchAfter").filter(|cursor| cursor.as_array().is_none_or(|keys| !keys.is_empty()));
    let from = match cursor {
        Some(_) if body.contains_key("page") => {
            return Err(refusal::invalid(vec!["page and searchAfter must not be used together".to_owned()]));
        }
        Some(cursor) => sort.passed(&sorted, cursor)?,
        None => by_page(whole(body.get("page"), "page", 0..=u64::MAX)?.max(1), limit)?,
    };
    Ok(Found { total: sorted.len(), page: sorted.into_iter().skip(from).take(limit as usize).collect() })
}

fn by_page(page: u64, limit: u64) -> Result<usize, Reply> {
    match page.checked_mul(limit).filter(|end| *end <= MOST_BY_PAGE) {
        Some(end) => Ok((end - limit) as usize),
        None => Err(refusal::bad_request(format!(
            "page reaches {MOST_BY_PAGE} records at most, use searchAfter beyond: page {page} of {limit}"
        ))),
    }
}

/// A whole number within bounds; the lowest if it is left out.
fn whole(value: Option<&Value>, name: &str, range: std::ops::RangeInclusive<u64>) -> Result<u64, Reply> {
    let Some(value) = value else { return Ok(*range.start()) };
    let number = value.as_u64().filter(|number| number >= range.start());
    let number = number.ok_or_else(|| format!("{name} must be a whole number from {}", range.start()));
    let within = |number| {
        let fits = number <= *range.end();
        if fits { Ok(number) } else { Err(format!("{name} must not be greater than {}", range.end())) }
    };
    number.and_then(within).map_err(|message| refusal::invalid(vec![message]))
}
