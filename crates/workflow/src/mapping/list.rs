//! Lists. A field may be a path: `customFields.0.value`.

use serde_json::Value;

use super::logic::{compare, equal};
use super::text::position;
use super::{Argument, Arguments, Helper, other};
use crate::template::{Trouble, walk};
use crate::value::kind;

type Given = Result<Value, Trouble>;

pub(super) const HELPERS: &[Helper] = &[
    Helper::new(
        ("first list", "The first item; missing when there is none."),
        ("{{ first steps.contact.tags }}", r#""vip""#),
        1..=1,
        |given| given.list(0)?.first().cloned().ok_or_else(|| none("first")),
    ),
    Helper::new(
        ("last list", "The last item; missing when there is none."),
        ("{{ lookup (last steps.tasks) \"id\" }}", r#""t2""#),
        1..=1,
        |given| given.list(0)?.last().cloned().ok_or_else(|| none("last")),
    ),
    Helper::new(
        ("length value", "How many items a list, fields an object, or characters a text has."),
        ("{{ length steps.contact.tags }}", "3"),
        1..=1,
        length,
    ),
    Helper::new(
        ("pluck list field", "The field of each item; null where an item has none."),
        (r#"{{ pluck steps.tasks "title" }}"#, r#"["Call", "Visit"]"#),
        2..=2,
        |given| {
            let field = given.text(1)?;
            Ok(given.list(0)?.iter().map(|item| get(item, &field).cloned().unwrap_or(Value::Null)).collect())
        },
    ),
    Helper::new(
        ("map list helper", "Each item through a helper that takes one argument."),
        (r#"{{ map steps.contact.tags "upper" }}"#, r#"["VIP", "CERTIFIED", "VIP"]"#),
        2..=2,
        map,
    ),
    Helper::new(
        ("filter list field value", "The items whose field equals the value."),
        (r#"{{ length (filter steps.tasks "completed" true) }}"#, "1"),
        3..=3,
        |given| keep(given, |item, wanted| Ok(item.is_some_and(|item| equal(item, wanted))), 2),
    ),
    Helper::new(
        (
            "where list field comparison value",
            "The items whose field compares: `eq`, `ne`, `gt`, `gte`, `lt`, `lte` or `contains`.",
        ),
        (r#"{{ pluck (where steps.tasks "minutes" "gt" 60) "id" }}"#, r#"["t2"]"#),
        4..=4,
        only_where,
    ),
    Helper::new(
        ("sort list [field]", "In ascending order, by a field where one is named."),
        (r#"{{ sort steps.contact.tags }}"#, r#"["certified", "vip", "vip"]"#),
        1..=2,
        sort,
    ),
    Helper::new(
        ("unique list [field]", "Each item once, by a field where one is named."),
        ("{{ unique steps.contact.tags }}", r#"["vip", "certified"]"#),
        1..=2,
        unique,
    ),
    Helper::new(
        ("reverse list", "In the other order."),
        ("{{ reverse steps.contact.tags }}", r#"["vip", "certified", "vip"]"#),
        1..=1,
        |given| Ok(given.list(0)?.iter().rev().cloned().collect()),
    ),
    Helper::new(
        (
            "slice list start [end]",
            "The items from `start` (0 is the first) up to `end`; negative counts from the end.",
        ),
        ("{{ slice steps.contact.tags 0 2 }}", r#"["vip", "certified"]"#),
        2..=3,
        slice,
    ),
    Helper::new(
        ("concat a b …", "Lists one after the other, or texts."),
        (r#"{{ concat steps.contact.tags (split "new" ",") }}"#, r#"["vip", "certified", "vip", "new"]"#),
        1..=usize::MAX,
        concat,
    ),
];

fn none(which: &str) -> Trouble {
    Trouble::Missing(format!("{which} item of an empty list"))
}

/// The value at a path in an item.
fn get<'v>(item: &'v Value, field: &str) -> Option<&'v Value> {
    let path: Vec<String> = field.split('.').map(str::to_owned).collect();
    walk(item, &path)
}

fn length(given: &Arguments<'_>) -> Given {
    let count = match given.value(0)? {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        Value::String(text) => text.chars().count(),
        wrong => return Err(other(format!("{} has no length", kind(wrong)))),
    };
    Ok(Value::from(count))
}

fn map(given: &Arguments<'_>) -> Given {
    let name = given.text(1)?;
    let helper = super::find(&name).filter(|helper| helper.arity.contains(&1) && helper.name != "map");
    let helper = helper.ok_or_else(|| other(format!("`{name}` is not a helper that takes one argument")))?;
    let each = |item: &Value| {
        let argument = Argument::Value(std::borrow::Cow::Borrowed(item));
        (helper.run)(&Arguments { all: vec![argument], named: Vec::new() })
    };
    given.list(0)?.iter().map(each).collect()
}

type Comparison = fn(Option<&Value>, &Value) -> Result<bool, Trouble>;

fn keep(given: &Arguments<'_>, fits: Comparison, wanted: usize) -> Given {
    let (field, wanted) = (given.text(1)?, given.value(wanted)?);
    let mut kept = Vec::new();
    for item in given.list(0)? {
        if fits(get(item, &field), wanted)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::Array(kept))
}

fn only_where(given: &Arguments<'_>) -> Given {
    let fits: Comparison = match given.text(2)?.as_ref() {
        "eq" => |item, wanted| Ok(item.is_some_and(|item| equal(item, wanted))),
        "ne" => |item, wanted| Ok(!item.is_some_and(|item| equal(item, wanted))),
        "gt" => |item, wanted| ordered(item, wanted, &[std::cmp::Ordering::Greater]),
        "gte" => {
            |item, wanted| ordered(item, wanted, &[std::cmp::Ordering::Greater, std::cmp::Ordering::Equal])
        }
        "lt" => |item, wanted| ordered(item, wanted, &[std::cmp::Ordering::Less]),
        "lte" => |item, wanted| ordered(item, wanted, &[std::cmp::Ordering::Less, std::cmp::Ordering::Equal]),
        "contains" => |item, wanted| {
            Ok(match (item, wanted) {
                (Some(Value::Array(items)), wanted) => items.iter().any(|item| equal(item, wanted)),
                (Some(Value::String(text)), Value::String(part)) => text.contains(part.as_str()),
                _ => false,
            })
        },
        unknown => return Err(other(format!("unknown comparison `{unknown}`"))),
    };
    keep(given, fits, 3)
}

/// An item without the field, or with null in it, compares with nothing.
fn ordered(item: Option<&Value>, wanted: &Value, fits: &[std::cmp::Ordering]) -> Result<bool, Trouble> {
    match item {
        None | Some(Value::Null) => Ok(false),
        Some(item) => Ok(fits.contains(&compare(item, wanted)?)),
    }
}

fn sort(given: &Arguments<'_>) -> Given {
    let field = if given.len() > 1 { Some(given.text(1)?) } else { None };
    let mut keyed = Vec::new();
    for item in given.list(0)? {
        let key = match &field {
            Some(field) => {
                get(item, field).ok_or_else(|| other(format!("an item has no field `{field}`")))?
            }
            None => item,
        };
        keyed.push((key, item));
    }
    let mut trouble = None;
    keyed.sort_by(|a, b| {
        compare(a.0, b.0).unwrap_or_else(|found| {
            trouble.get_or_insert(found);
            std::cmp::Ordering::Equal
        })
    });
    match trouble {
        Some(trouble) => Err(trouble),
        None => Ok(keyed.into_iter().map(|(_, item)| item.clone()).collect()),
    }
}

fn unique(given: &Arguments<'_>) -> Given {
    let field = if given.len() > 1 { Some(given.text(1)?) } else { None };
    let mut seen = std::collections::HashSet::new();
    let items = given.list(0)?.iter().filter(|item| {
        let key = field.as_deref().map_or(Some(*item), |field| get(item, field));
        seen.insert(key.map(Value::to_string))
    });
    Ok(items.cloned().collect())
}

fn slice(given: &Arguments<'_>) -> Given {
    let items = given.list(0)?;
    let start = position(given.integer(1)?, items.len());
    let end = if given.len() > 2 { position(given.integer(2)?, items.len()) } else { items.len() };
    Ok(items[start..end.max(start)].iter().cloned().collect())
}

fn concat(given: &Arguments<'_>) -> Given {
    if given.value(0)?.is_array() {
        let mut all = Vec::new();
        for at in 0..given.len() {
            all.extend_from_slice(given.list(at)?);
        }
        return Ok(Value::Array(all));
    }
    let mut all = String::new();
    for at in 0..given.len() {
        all += &given.text(at)?;
    }
    Ok(Value::String(all))
}
