//! Objects and JSON.

use serde_json::{Map, Value};

use super::{Arguments, Helper, as_text, other};
use crate::template::Trouble;
use crate::value::kind;

type Given = Result<Value, Trouble>;

pub(super) const HELPERS: &[Helper] = &[
    Helper::new(
        (
            "lookup table key",
            "The value under a key of an object, or at a position of a list; missing when there is none.",
        ),
        ("{{ lookup maps.badge (first steps.contact.tags) }}", r#""4f1e""#),
        2..=2,
        lookup,
    ),
    Helper::new(
        ("has object key", "Whether an object has a key with something in it; the object may be missing."),
        (r#"{{ has steps.contact "companyName" }}"#, "false"),
        2..=2,
        has,
    )
    .takes_missing(),
    Helper::new(
        ("keys object", "The names of an object's fields."),
        ("{{ keys maps.badge }}", r#"["vip", "certified"]"#),
        1..=1,
        |given| Ok(given.object(0)?.keys().map(|key| Value::from(key.as_str())).collect()),
    ),
    Helper::new(
        ("values object", "The values of an object's fields."),
        ("{{ values maps.badge }}", r#"["4f1e", "9b2c"]"#),
        1..=1,
        |given| Ok(given.object(0)?.values().cloned().collect()),
    ),
    Helper::new(
        (
            "merge a b …",
            "One object with the fields of all; where two have the same field, the later one counts.",
        ),
        (r#"{{ merge maps.badge (parseJson '{"vip": "new"}') }}"#, r#"{"vip": "new", "certified": "9b2c"}"#),
        2..=usize::MAX,
        merge,
    ),
    Helper::new(
        ("json value", "The value as JSON text."),
        (
            "{{ json (first steps.tasks) }}",
            r#""{\"id\":\"t1\",\"title\":\"Call\",\"completed\":true,\"minutes\":30}""#,
        ),
        1..=1,
        |given| Ok(Value::String(given.value(0)?.to_string())),
    ),
    Helper::new(
        ("parseJson text", "The value that JSON text says."),
        (r#"{{ parseJson "[1, 2]" }}"#, "[1, 2]"),
        1..=1,
        |given| serde_json::from_str(&given.text(0)?).map_err(|error| other(format!("not JSON: {error}"))),
    ),
];

fn lookup(given: &Arguments<'_>) -> Given {
    let key = given.value(1)?;
    let key = as_text(key).ok_or_else(|| other(format!("the key must be text, not {}", kind(key))))?;
    let found = match given.value(0)? {
        Value::Object(fields) => fields.get(key.as_ref()),
        Value::Array(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
        wrong => return Err(other(format!("argument 1 must be an object or a list, not {}", kind(wrong)))),
    };
    found.cloned().ok_or_else(|| Trouble::Missing(format!("lookup … \"{key}\"")))
}

fn has(given: &Arguments<'_>) -> Given {
    let key = given.text(1)?;
    let found = given.get(0).and_then(|object| object.get(key.as_ref()));
    Ok(Value::Bool(found.is_some_and(|value| !crate::value::is_empty(value))))
}

fn merge(given: &Arguments<'_>) -> Given {
    let mut all = Map::new();
    for at in 0..given.len() {
        all.extend(given.object(at)?.clone());
    }
    Ok(Value::Object(all))
}
