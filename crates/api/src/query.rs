//! What stands behind the question mark: what a route does not know, or cannot read, is refused by its name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::QueryPayloadError;
use actix_web::middleware::Next;
use actix_web::{HttpRequest, ResponseError};
use chrono::{DateTime, Datelike};
use serde_json::Value;
use uuid::Uuid;

use crate::document::{self, DOCUMENT};
use crate::error::Error;

/// The query parameters of each route, as the document has them.
static KNOWN: LazyLock<HashMap<(&'static str, String), Vec<&'static Value>>> = LazyLock::new(|| {
    let of = |(base, entry): (&str, &'static crate::table::Entry)| {
        let operation = &DOCUMENT["paths"][format!("{base}{}", entry.documented_path())][entry.method];
        let all = operation["parameters"].as_array().into_iter().flatten();
        let query = all.filter(|parameter| parameter["in"] == "query").collect();
        ((entry.method, format!("{base}{}", entry.path)), query)
    };
    document::entries().map(of).collect()
});

fn known(request: &HttpRequest) -> &'static [&'static Value] {
    let method = request.method().as_str().to_ascii_lowercase();
    let method = if method == "head" { "get" } else { &method };
    let pattern = request.match_pattern().unwrap_or_default();
    let found = KNOWN.iter().find(|((known, path), _)| *known == method && *path == pattern);
    found.map_or(&[], |(_, parameters)| parameters)
}

/// For routes that have no query: there is nothing that reads one, so nothing else would refuse it.
pub async fn refuse_unknown<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if request.query_string().is_empty() {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let known = known(request.request());
    match known.is_empty().then(|| explain(known, request.query_string())).flatten() {
        Some(refused) => {
            let refused = Error::BadRequest(refused).error_response();
            Ok(request.into_response(refused).map_into_right_body())
        }
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}

/// For what a handler's query type could not be made of.
pub fn refusal(error: QueryPayloadError, request: &HttpRequest) -> actix_web::Error {
    let explained = explain(known(request), request.query_string());
    Error::BadRequest(explained.unwrap_or_else(|| error.to_string())).into()
}

/// What is wrong with a query: which parameter, its value, and what would be right.
fn explain(known: &[&Value], query: &str) -> Option<String> {
    let name_of = |parameter: &Value| parameter["name"].as_str().unwrap_or_default().to_owned();
    let names: Vec<String> = known.iter().map(|parameter| name_of(parameter)).collect();
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let Some(parameter) = known.iter().find(|parameter| parameter["name"] == *name) else {
            let instead = match names.is_empty() {
                true => "it has none".to_owned(),
                false => format!("it has {}", names.join(", ")),
            };
            return Some(format!("{name}: this route has no such query parameter; {instead}"));
        };
        if seen.contains(&name) {
            return Some(format!("{name}: it is there twice"));
        }
        if let Some(wanted) = wanted(&parameter["schema"], &value) {
            return Some(format!("{name}: `{value}` is not {wanted}"));
        }
        seen.push(name);
    }
    let missing = known.iter().filter(|parameter| parameter["required"] == true).map(|one| name_of(one));
    let missing = missing.into_iter().find(|name| !seen.iter().any(|seen| seen == name));
    missing.map(|name| format!("{name}: this query parameter is missing"))
}

/// What a value should be, where it is not.
fn wanted(schema: &Value, value: &str) -> Option<String> {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return (!words.contains(&value)).then(|| format!("one of {}", words.join(", ")));
    }
    let (fits, wanted) = match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("integer"), _) => (value.parse::<u32>().is_ok(), numbers(schema)),
        (Some("boolean"), _) => (matches!(value, "true" | "false"), "true or false".to_owned()),
        (_, Some("uuid")) => {
            (Uuid::try_parse(value).is_ok(), "a UUID: it is the `next` of the page before".to_owned())
        }
        (_, Some("date-time")) => (is_moment(value), moments(value)),
        _ => return None,
    };
    (!fits).then_some(wanted)
}

fn numbers(schema: &Value) -> String {
    match (schema["minimum"].as_u64(), schema["maximum"].as_u64()) {
        (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
        _ => "a whole number".to_owned(),
    }
}

fn is_moment(value: &str) -> bool {
    DateTime::parse_from_rfc3339(value).is_ok_and(|moment| (1970..=9999).contains(&moment.to_utc().year()))
}

fn moments(value: &str) -> String {
    let hint = if value.contains(' ') { "; a `+` is written `%2B` in a query" } else { "" };
    format!("a moment of the years 1970 to 9999, such as 2026-11-22T09:30:00Z{hint}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_is_named_with_its_value_and_what_would_be_right() {
        let parameters = [
            json!({ "name": "since", "schema": { "type": "string", "format": "date-time" } }),
            json!({ "name": "after", "schema": { "type": "string", "format": "uuid" } }),
            json!({ "name": "limit", "schema": { "type": "integer", "minimum": 1, "maximum": 500 } }),
            json!({ "name": "bucket", "schema": { "type": "string", "enum": ["hour", "day"] } }),
            json!({ "name": "text", "schema": { "type": "string" } }),
        ];
        let known: Vec<&Value> = parameters.iter().collect();
        for (query, expected) in [
            (
                "since=2026-11-22",
                "since: `2026-11-22` is not a moment of the years 1970 to 9999, such as 2026-11-22T09:30:00Z",
            ),
            (
                "since=2026-11-22T00:00:00+01:00",
                "since: `2026-11-22T00:00:00 01:00` is not a moment of the years 1970 to 9999, such as 2026-11-22T09:30:00Z; a `+` is written `%2B` in a query",
            ),
            ("after=x", "after: `x` is not a UUID: it is the `next` of the page before"),
            ("limit=many", "limit: `many` is not a whole number from 1 to 500"),
            ("bucket=year", "bucket: `year` is not one of hour, day"),
            ("limit=5&limit=6", "limit: it is there twice"),
            (
                "limt=5",
                "limt: this route has no such query parameter; it has since, after, limit, bucket, text",
            ),
        ] {
            assert_eq!(explain(&known, query).as_deref(), Some(expected));
        }
        assert_eq!(explain(&known, "since=2026-11-22T09:30:00Z&text=%C3%A4+b&limit=5"), None);
        assert_eq!(explain(&[], "a"), Some("a: this route has no such query parameter; it has none".into()));
        assert_eq!(explain(&[], ""), None);
        let needed = json!({ "name": "record", "required": true, "schema": { "type": "string" } });
        assert_eq!(explain(&[&needed], ""), Some("record: this query parameter is missing".into()));
    }
}
