//! Validation of bodies and queries, with messages worded as class-validator words them.

use serde_json::{Map, Value};

use crate::exchange::{Call, Reply};
use crate::time;

use super::refusal;

#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Text or null, where null clears the field.
    Clearable,
    Boolean,
    Texts,
    Objects,
    Object,
    /// An object with these fields only.
    Nested(&'static [Field]),
    /// An array of objects with these fields only.
    List(&'static [Field]),
    Time,
    Number,
    /// One of these numbers.
    NumberOf(&'static [f64]),
    /// A number from the first to the second.
    Between(i32, i32),
    /// Numbers from the first to the second.
    Numbers(i32, i32),
    Array,
}

/// A property that a body may have.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

pub const fn needed(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

pub const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

/// The body as an object that has only these fields, all required ones and the right types.
///
/// # Errors
/// 400 when the body is not a JSON object, 422 with one message for each thing wrong.
pub fn body<'a>(call: &'a Call, allowed: &[Field]) -> Result<&'a Map<String, Value>, Reply> {
    let object = match &call.body {
        Some(Ok(Value::Object(object))) => object,
        Some(Ok(_)) => return Err(refusal::bad_request("the body must be a JSON object")),
        Some(Err(text)) => {
            return Err(refusal::bad_request(format!("the body is not JSON: {text}")));
        }
        None => return Err(refusal::bad_request("a JSON body is required")),
    };
    let wrong = problems(object, allowed, "");
    if wrong.is_empty() { Ok(object) } else { Err(refusal::invalid(wrong)) }
}

/// Refuses query parameters that are not `allowed`, and a missing `locationId` if that is one of them.
pub fn query(call: &Call, allowed: &[&str]) -> Result<(), Reply> {
    let mut wrong = unknown_in_query(call, allowed);
    if allowed.contains(&"locationId") && call.query("locationId").is_none_or(str::is_empty) {
        wrong.push("locationId should not be empty".to_owned());
    }
    if wrong.is_empty() { Ok(()) } else { Err(refusal::invalid(wrong)) }
}

/// The same where `locationId` may be left out.
pub fn known_query(call: &Call, allowed: &[&str]) -> Result<(), Reply> {
    let wrong = unknown_in_query(call, allowed);
    if wrong.is_empty() { Ok(()) } else { Err(refusal::invalid(wrong)) }
}

fn unknown_in_query(call: &Call, allowed: &[&str]) -> Vec<String> {
    let unknown = call.query.iter().filter(|(name, _)| !allowed.contains(&name.as_str()));
    unknown.map(|(name, _)| format!("property {name} should not exist")).collect()
}

/// A whole number of the query, within bounds.
pub fn number(
    call: &Call,
    name: &str,
    default: usize,
    range: std::ops::RangeInclusive<usize>,
) -> Result<usize, Reply> {
    let Some(text) = call.query(name) else { return Ok(default) };
    let wrong = |message| refusal::invalid(vec![format!("{name} must {message}")]);
    let number: usize = text.parse().map_err(|_| wrong("be a number".to_owned()))?;
    if number > *range.end() {
        return Err(wrong(format!("not be greater than {}", range.end())));
    }
    if number < *range.start() {
        return Err(wrong(format!("not be less than {}", range.start())));
    }
    Ok(number)
}

/// A word of the query that is one of those allowed.
pub fn choice<'a>(call: &'a Call, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, Reply> {
    match call.query(name) {
        Some(word) if !allowed.contains(&word) => {
            Err(refusal::invalid(vec![format!("{name} must be {}", listed(allowed))]))
        }
        word => Ok(word),
    }
}

/// The body as an array of objects that have only these fields, all required ones and the right types.
///
/// # Errors
/// 400 when the body is not a JSON array, 422 with one message for each thing wrong.
pub fn items<'a>(call: &'a Call, allowed: &'static [Field]) -> Result<Vec<&'a Map<String, Value>>, Reply> {
    let Some(body @ Value::Array(items)) = call.json() else {
        return Err(refusal::bad_request("the body must be a JSON array"));
    };
    let wrong = match mismatch(Kind::List(allowed), body) {
        Some(kind) => vec![format!("the body must be {kind}")],
        None => problems_within(Kind::List(allowed), body, "items"),
    };
    if !wrong.is_empty() {
        return Err(refusal::invalid(wrong));
    }
    Ok(items.iter().filter_map(Value::as_object).collect())
}

/// `inside` is where the object stands in the body, with a dot at its end.
fn problems(object: &Map<String, Value>, allowed: &[Field], inside: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for name in object.keys() {
        if !allowed.iter().any(|field| field.name == name) {
            wrong.push(format!("property {inside}{name} should not exist"));
        }
    }
    for field in allowed {
        let name = format!("{inside}{}", field.name);
        match object.get(field.name) {
            None if field.required => wrong.push(format!("{name} should not be empty")),
            None => {}
            Some(value) => match mismatch(field.kind, value) {
                Some(kind) => wrong.push(format!("{name} must be {kind}")),
                None if field.required && (*value == *"" || *value == Value::Array(vec![])) => {
                    wrong.push(format!("{name} should not be empty"));
                }
                None => wrong.extend(problems_within(field.kind, value, &name)),
            },
        }
    }
    wrong
}

fn problems_within(kind: Kind, value: &Value, name: &str) -> Vec<String> {
    match (kind, value) {
        (Kind::Nested(allowed), Value::Object(object)) => problems(object, allowed, &format!("{name}.")),
        (Kind::List(allowed), Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_object)
            .enumerate()
            .flat_map(|(n, item)| problems(item, allowed, &format!("{name}.{n}.")))
            .collect(),
        _ => Vec::new(),
    }
}

/// What the value should have been, if it is not.
fn mismatch(kind: Kind, value: &Value) -> Option<String> {
    let (fits, name) = match kind {
        Kind::Text => (value.is_string(), "a string"),
        Kind::OneOf(allowed) => {
            let fits = value.as_str().is_some_and(|text| allowed.contains(&text));
            return (!fits).then(|| listed(allowed));
        }
        Kind::Clearable => (value.is_string() || value.is_null(), "a string"),
        Kind::Boolean => (value.is_boolean(), "a boolean value"),
        Kind::Texts => (all(value, Value::is_string), "an array of strings"),
        Kind::Objects | Kind::List(_) => (all(value, Value::is_object), "an array of objects"),
        Kind::Object | Kind::Nested(_) => (value.is_object(), "an object"),
        Kind::Time => (value.as_str().and_then(time::parse_iso).is_some(), "a valid ISO 8601 date string"),
        Kind::Number => (value.is_number(), "a number"),
        Kind::NumberOf(allowed) => {
            let fits = value.as_f64().is_some_and(|number| allowed.contains(&number));
            return (!fits).then(|| format!("one of the following values: {allowed:?}"));
        }
        Kind::Between(low, high) => {
            return (!within(low, high, value)).then(|| format!("a number from {low} to {high}"));
        }
        Kind::Numbers(low, high) => {
            let fits = all(value, |number| within(low, high, number));
            return (!fits).then(|| format!("an array of numbers from {low} to {high}"));
        }
        Kind::Array => (value.is_array(), "an array"),
    };
    (!fits).then(|| name.to_owned())
}

fn listed(allowed: &[&str]) -> String {
    format!("one of the following values: {}", allowed.join(", "))
}

fn within(low: i32, high: i32, value: &Value) -> bool {
    value.as_f64().is_some_and(|number| (low.into()..=high.into()).contains(&number))
}

fn all(value: &Value, test: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(test))
}
