//! `filter=key::value|key::value` or `filter[key]=value`, and `sort=key|-key2`.

use std::cmp::Ordering;

use serde_json::Value;

use crate::exchange::{Call, Reply};

use super::refused;

/// The conditions of a query, both ways of writing, in the order given.
pub fn read(call: &Call, allowed: &[&str]) -> Result<Vec<(String, String)>, Reply> {
    let mut filters = Vec::new();
    for (name, value) in &call.query {
        if name == "filter" {
            for part in value.split('|').filter(|part| !part.is_empty()) {
                let (key, value) = part
                    .split_once("::")
                    .ok_or_else(|| refused(422, format!("a filter is key::value, not {part}")))?;
                filters.push((key.to_owned(), value.to_owned()));
            }
        } else if let Some(key) = name.strip_prefix("filter[").and_then(|rest| rest.strip_suffix(']')) {
            filters.push((key.to_owned(), value.clone()));
        }
    }
    match filters.iter().find(|(key, _)| !allowed.contains(&key.as_str())) {
        Some((key, _)) => Err(refused(422, format!("unknown filter {key}"))),
        None => Ok(filters),
    }
}

/// Sorts by the keys of the query; keys that a record lacks count as equal.
pub fn sort(call: &Call, items: &mut [Value]) {
    let keys: Vec<(&str, bool)> = call
        .query("sort")
        .unwrap_or_default()
        .split('|')
        .map(|key| key.strip_prefix('-').map_or((key, false), |key| (key, true)))
        .collect();
    items.sort_by(|a, b| {
        keys.iter().fold(Ordering::Equal, |order, (key, descending)| {
            let next = text(&a[*key]).cmp(&text(&b[*key]));
            order.then(if *descending { next.reverse() } else { next })
        })
    });
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
}
