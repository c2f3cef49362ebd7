//! Missing values, choices and comparisons.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Arguments, Helper, as_number, other};
use crate::template::Trouble;
use crate::value::{is_empty, is_truthy, kind};

type Given = Result<Value, Trouble>;

pub(super) const CHOICES: &[Helper] = &[
    Helper::new(
        ("default value fallback", "The value, or the fallback when it is missing, null or blank."),
        (r#"{{ default steps.contact.companyName "none" }}"#, r#""none""#),
        2..=2,
        |given| match given.get(0) {
            Some(value) if !is_empty(value) => Ok(value.clone()),
            _ => given.value(1).cloned(),
        },
    )
    .takes_missing(),
    Helper::new(
        (
            "coalesce first second …",
            "The first value that is not missing, null or blank; null when there is none.",
        ),
        (
            "{{ coalesce steps.contact.mobile steps.contact.companyName steps.contact.name }}",
            r#""Ada King Lovelace""#,
        ),
        1..=usize::MAX,
        coalesce,
    )
    .takes_missing(),
    Helper::new(
        ("isEmpty value", "Whether the value is missing, null, blank text, or an empty list or object."),
        ("{{ isEmpty steps.contact.companyName }}", "true"),
        1..=1,
        |given| Ok(Value::Bool(given.get(0).is_none_or(is_empty))),
    )
    .takes_missing(),
    Helper::new(
        ("choose condition then otherwise", "The second value when the condition holds, else the third."),
        (r#"{{ choose (gt steps.contact.score 10) "hot" "cold" }}"#, r#""hot""#),
        3..=3,
        choose,
    )
    .takes_missing(),
];

pub(super) const COMPARISONS: &[Helper] = &[
    Helper::new(
        ("eq a b", "Whether two values are equal and of one type; 1 and 1.0 are."),
        (r#"{{ eq steps.contact.name "Ada" }}"#, "false"),
        2..=2,
        |given| Ok(Value::Bool(equal(given.value(0)?, given.value(1)?))),
    ),
    Helper::new(
        ("ne a b", "The contrary of `eq`."),
        (r#"{{ ne steps.contact.name "Ada" }}"#, "true"),
        2..=2,
        |given| Ok(Value::Bool(!equal(given.value(0)?, given.value(1)?))),
    ),
    Helper::new(
        (
            "gt a b",
            "Whether `a` is greater. Two numbers (or text that is one), or two texts by their characters.",
        ),
        ("{{ gt steps.contact.score 12 }}", "true"),
        2..=2,
        |given| Ok(Value::Bool(order(given)? == Ordering::Greater)),
    ),
    Helper::new(
        ("gte a b", "Whether `a` is greater or equal."),
        ("{{ gte steps.contact.score 12.5 }}", "true"),
        2..=2,
        |given| Ok(Value::Bool(order(given)? != Ordering::Less)),
    ),
    Helper::new(
        ("lt a b", "Whether `a` is less."),
        (r#"{{ lt steps.contact.dateAdded "2026-04" }}"#, "true"),
        2..=2,
        |given| Ok(Value::Bool(order(given)? == Ordering::Less)),
    ),
    Helper::new(
        ("lte a b", "Whether `a` is less or equal."),
        ("{{ lte (length steps.tasks) 2 }}", "true"),
        2..=2,
        |given| Ok(Value::Bool(order(given)? != Ordering::Greater)),
    ),
    Helper::new(
        ("and a b …", "Whether all hold; stops at the first that does not."),
        (r#"{{ and (contains steps.contact.tags "vip") (gt steps.contact.score 10) }}"#, "true"),
        1..=usize::MAX,
        |given| all(given, true),
    ),
    Helper::new(
        ("or a b …", "Whether one holds; stops at the first that does."),
        (r#"{{ or (isEmpty steps.contact.email) (gt steps.contact.score 100) }}"#, "false"),
        1..=usize::MAX,
        |given| all(given, false),
    ),
    Helper::new(
        ("not value", "Whether the value does not hold."),
        ("{{ not (isEmpty steps.contact.email) }}", "true"),
        1..=1,
        |given| Ok(Value::Bool(!is_truthy(given.value(0)?))),
    ),
];

fn coalesce(given: &Arguments<'_>) -> Given {
    let found = (0..given.len()).filter_map(|at| given.get(at)).find(|value| !is_empty(value));
    Ok(found.cloned().unwrap_or(Value::Null))
}

fn choose(given: &Arguments<'_>) -> Given {
    let at = if given.get(0).is_some_and(is_truthy) { 1 } else { 2 };
    given.value(at).cloned()
}

/// Templates decide `and` and `or` one argument at a time; this is the same for a list of all of them.
fn all(given: &Arguments<'_>, wanted: bool) -> Given {
    for at in 0..given.len() {
        if is_truthy(given.value(at)?) != wanted {
            return Ok(Value::Bool(!wanted));
        }
    }
    Ok(Value::Bool(wanted))
}

/// Equality over types: numbers by their value.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

fn order(given: &Arguments<'_>) -> Result<Ordering, Trouble> {
    compare(given.value(0)?, given.value(1)?)
}

/// Numbers by their value, texts by their characters; a number and a text only when the text is a number.
pub(super) fn compare(a: &Value, b: &Value) -> Result<Ordering, Trouble> {
    if let (Value::String(a), Value::String(b)) = (a, b) {
        return Ok(a.cmp(b));
    }
    if let (Some(a), Some(b)) = (as_number(a), as_number(b)) {
        if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
            return Ok(a.cmp(&b));
        }
        if let Some(order) = a.as_f64().zip(b.as_f64()).and_then(|(a, b)| a.partial_cmp(&b)) {
            return Ok(order);
        }
    }
    Err(other(format!("{} and {} cannot be compared", kind(a), kind(b))))
}
