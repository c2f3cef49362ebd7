//! Validation of bodies and queries, with messages worded as class-validator words them.

use serde_json::{Map, Value};

use crate::exchange::{Call, Reply};
use crate::time;

use super::refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Text or null, where null clears the field.
    Clearable,
    Boolean,
    Texts,
    Objects,
    Object,
    Time,
    Number,
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
    let wrong = problems(object, allowed);
    if wrong.is_empty() { Ok(object) } else { Err(refusal::invalid(wrong)) }
}

/// Refuses query parameters that are not `allowed`, and a missing `locationId` if that is one of them.
pub fn query(call: &Call, allowed: &[&str]) -> Result<(), Reply> {
    let mut wrong: Vec<String> = call
        .query
        .iter()
        .filter(|(name, _)| !allowed.contains(&name.as_str()))
        .map(|(name, _)| format!("property {name} should not exist"))
        .collect();
    if allowed.contains(&"locationId") && call.query("locationId").is_none_or(str::is_empty) {
        wrong.push("locationId should not be empty".to_owned());
    }
    if wrong.is_empty() { Ok(()) } else { Err(refusal::invalid(wrong)) }
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

fn problems(object: &Map<String, Value>, allowed: &[Field]) -> Vec<String> {
    let mut wrong = Vec::new();
    for name in object.keys() {
        if !allowed.iter().any(|field| field.name == name) {
            wrong.push(format!("property {name} should not exist"));
        }
    }
    for field in allowed {
        let name = field.name;
        match object.get(name) {
            None if field.required => wrong.push(format!("{name} should not be empty")),
            None => {}
            Some(value) => {
                if let Some(kind) = mismatch(field.kind, value) {
                    wrong.push(format!("{name} must be {kind}"));
                } else if field.required && (value.as_str() == Some("") || *value == Value::Array(vec![])) {
                    wrong.push(format!("{name} should not be empty"));
                }
            }
        }
    }
    wrong
}

/// What the value should have been, if it is not.
fn mismatch(kind: Kind, value: &Value) -> Option<&'static str> {
    let (fits, name) = match kind {
        Kind::Text => (value.is_string(), "a string"),
        Kind::Clearable => (value.is_string() || value.is_null(), "a string"),
        Kind::Boolean => (value.is_boolean(), "a boolean value"),
        Kind::Texts => (all(value, Value::is_string), "an array of strings"),
        Kind::Objects => (all(value, Value::is_object), "an array of objects"),
        Kind::Object => (value.is_object(), "an object"),
        Kind::Time => (value.as_str().and_then(time::parse_iso).is_some(), "a valid ISO 8601 date string"),
        Kind::Number => (value.is_number(), "a number"),
        Kind::Array => (value.is_array(), "an array"),
    };
    (!fits).then_some(name)
}

fn all(value: &Value, test: fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(test))
}
