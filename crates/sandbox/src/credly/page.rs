//! The envelope of a list: 50 a page, with the address of the next one.

use serde_json::{Value, json};
use url::form_urlencoded;

use crate::exchange::{Call, Reply};
use crate::world::World;

use super::refused;

const PER_PAGE: usize = 50;

pub fn one(data: Value) -> Value {
    json!({ "data": data, "metadata": {} })
}

/// The page that `page` of the query names, from 1.
pub fn many(world: &World, call: &Call, items: Vec<Value>) -> Result<Reply, Reply> {
    let page: usize = call.query("page").unwrap_or("1").parse().unwrap_or(0);
    if page == 0 {
        return Err(refused(422, "page must be a number from 1"));
    }
    let total = items.len();
    let pages = total.div_ceil(PER_PAGE).max(1);
    let data: Vec<Value> =
        items.into_iter().skip((page - 1).saturating_mul(PER_PAGE)).take(PER_PAGE).collect();
    Ok(Reply::ok(json!({
        "metadata": {
            "count": data.len(),
            "current_page": page,
            "total_count": total,
            "total_pages": pages,
            "per": PER_PAGE,
            "previous_page_url": (page > 1).then(|| address(world, call, page - 1)),
            "next_page_url": (page < pages).then(|| address(world, call, page + 1)),
        },
        "data": data,
    })))
}

/// Keeps every parameter but the page number.
fn address(world: &World, call: &Call, page: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in call.query.iter().filter(|(name, _)| name != "page") {
        query.append_pair(name, value);
    }
    query.append_pair("page", &page.to_string());
    format!("{}{}?{}", world.ready.base_url, call.path, query.finish())
}
