//! The functions that templates can call.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde_json::{Map, Number, Value, json};

use crate::template::Trouble;
use crate::value::{kind, shown};

mod list;
mod logic;
mod number;
mod object;
mod text;
mod time;

pub(crate) use time::iso;

/// One helper: how it is called, what it does, and an example that a test runs and the docs show.
pub struct Helper {
    pub name: &'static str,
    /// `formatDate date format [zone="UTC"]`
    pub signature: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// A template over [`example_data`].
    pub example: &'static str,
    /// The example's value, as JSON.
    pub result: &'static str,
    /// How many plain arguments it takes.
    pub(crate) arity: RangeInclusive<usize>,
    /// The options it knows: `zone="UTC"`.
    pub(crate) named: &'static [&'static str],
    /// Whether an argument may be missing; for all others a missing value is an error.
    pub(crate) takes_missing: bool,
    pub(crate) run: fn(&Arguments<'_>) -> Result<Value, Trouble>,
}

impl Helper {
    pub(crate) const fn new(
        about: (&'static str, &'static str),
        example: (&'static str, &'static str),
        arity: RangeInclusive<usize>,
        run: fn(&Arguments<'_>) -> Result<Value, Trouble>,
    ) -> Self {
        let (signature, about) = about;
        let (example, result) = example;
        Self {
            name: first_word(signature),
            signature,
            about,
            example,
            result,
            arity,
            named: &[],
            takes_missing: false,
            run,
        }
    }

    pub(crate) const fn named(mut self, named: &'static [&'static str]) -> Self {
        self.named = named;
        self
    }

    pub(crate) const fn takes_missing(mut self) -> Self {
        self.takes_missing = true;
        self
    }
}

const fn first_word(signature: &'static str) -> &'static str {
    let bytes = signature.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b' ' {
        end += 1;
    }
    signature.split_at(end).0
}

/// All helpers, by subject.
pub const HELPERS: &[(&str, &[Helper])] = &[
    ("Missing values and choices", logic::CHOICES),
    ("Comparison", logic::COMPARISONS),
    ("Text", text::HELPERS),
    ("Numbers", number::HELPERS),
    ("Dates and times", time::HELPERS),
    ("Lists", list::HELPERS),
    ("Objects and JSON", object::HELPERS),
];

pub(crate) fn find(name: &str) -> Option<&'static Helper> {
    HELPERS.iter().flat_map(|(_, helpers)| helpers.iter()).find(|helper| helper.name == name)
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    HELPERS.iter().flat_map(|(_, helpers)| helpers.iter()).map(|helper| helper.name)
}

/// What the examples of [`HELPERS`] see.
pub fn example_data() -> Map<String, Value> {
    let data = json!({
        "now": "2026-11-21T08:00:00Z",
        "maps": { "badge": { "vip": "4f1e", "certified": "9b2c" } },
        "steps": {
            "contact": {
                "name": "Ada King Lovelace",
                "email": " Ada@Example.com ",
                "phone": "(415) 555-2671",
                "companyName": null,
                "score": "12.5",
                "dateAdded": "2026-03-29T00:30:00Z",
                "birthday": "10.12.1815",
                "tags": ["vip", "certified", "vip"]
            },
            "tasks": [
                { "id": "t1", "title": "Call", "completed": true, "minutes": 30 },
                { "id": "t2", "title": "Visit", "completed": false, "minutes": 90 }
            ]
        }
    });
    match data {
        Value::Object(data) => data,
        _ => Map::new(),
    }
}

pub(crate) enum Argument<'a> {
    Value(Cow<'a, Value>),
    /// There is nothing at this path.
    Missing(String),
}

pub(crate) struct Arguments<'a> {
    pub(crate) all: Vec<Argument<'a>>,
    pub(crate) named: Vec<(&'a str, Argument<'a>)>,
}

impl Arguments<'_> {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The value of argument `at`, from 0; missing ones and those that were not given are none.
    pub(crate) fn get(&self, at: usize) -> Option<&Value> {
        match self.all.get(at)? {
            Argument::Value(value) => Some(value),
            Argument::Missing(_) => None,
        }
    }

    pub(crate) fn value(&self, at: usize) -> Result<&Value, Trouble> {
        match self.all.get(at) {
            Some(Argument::Value(value)) => Ok(value),
            Some(Argument::Missing(path)) => Err(Trouble::Missing(path.clone())),
            None => Err(other(format!("argument {} is not there", at + 1))),
        }
    }

    /// Text; numbers and booleans as they are written.
    pub(crate) fn text(&self, at: usize) -> Result<Cow<'_, str>, Trouble> {
        as_text(self.value(at)?).ok_or_else(|| self.wrong(at, "text"))
    }

    /// A number, or text that is one.
    pub(crate) fn number(&self, at: usize) -> Result<Number, Trouble> {
        as_number(self.value(at)?).ok_or_else(|| self.wrong(at, "a number"))
    }

    pub(crate) fn integer(&self, at: usize) -> Result<i64, Trouble> {
        self.number(at)?.as_i64().ok_or_else(|| self.wrong(at, "a whole number"))
    }

    pub(crate) fn list(&self, at: usize) -> Result<&[Value], Trouble> {
        self.value(at)?.as_array().map(Vec::as_slice).ok_or_else(|| self.wrong(at, "a list"))
    }

    pub(crate) fn object(&self, at: usize) -> Result<&Map<String, Value>, Trouble> {
        self.value(at)?.as_object().ok_or_else(|| self.wrong(at, "an object"))
    }

    /// The text of option `name`.
    pub(crate) fn option(&self, name: &str) -> Result<Option<Cow<'_, str>>, Trouble> {
        let Some((_, argument)) = self.named.iter().find(|(known, _)| *known == name) else {
            return Ok(None);
        };
        match argument {
            Argument::Value(value) => match as_text(value) {
                Some(text) => Ok(Some(text)),
                None => Err(other(format!("`{name}` must be text, not {}", kind(value)))),
            },
            Argument::Missing(path) => Err(Trouble::Missing(path.clone())),
        }
    }

    fn wrong(&self, at: usize, wanted: &str) -> Trouble {
        let given = match self.get(at) {
            Some(Value::Null) | None => "null".to_owned(),
            Some(value) => format!("{} ({})", kind(value), shown(value)),
        };
        other(format!("argument {} must be {wanted}, not {given}", at + 1))
    }
}

pub(crate) fn other(message: impl Into<String>) -> Trouble {
    Trouble::Other(message.into())
}

pub(crate) fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) | Value::Bool(_) => Some(Cow::Owned(value.to_string())),
        _ => None,
    }
}

pub(crate) fn as_number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => {
            let text = text.trim();
            let whole = text.parse::<i64>().ok().map(Number::from);
            whole.or_else(|| {
                let plain =
                    text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
                Number::from_f64(text.parse::<f64>().ok().filter(|_| plain)?)
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expr, Scope};

    #[test]
    fn every_example_gives_its_result() {
        let scope = Scope::new(example_data());
        let mut wrong = Vec::new();
        for helper in HELPERS.iter().flat_map(|(_, helpers)| helpers.iter()) {
            let expected: Value = serde_json::from_str(helper.result).expect(helper.name);
            let expr = Expr::template(helper.example).unwrap_or_else(|e| panic!("{}: {e:?}", helper.name));
            let given = expr.evaluate(&scope).map_err(|error| error.to_string());
            if given != Ok(expected) {
                wrong.push(format!("{}: {given:?}", helper.example));
            }
            assert!(helper.example.contains(helper.name), "{} must show itself", helper.name);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn no_helper_is_there_twice() {
        let mut seen = std::collections::HashSet::new();
        assert!(names().all(|name| seen.insert(name)));
    }
}
