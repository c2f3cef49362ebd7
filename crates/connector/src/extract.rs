//! Out of an answer: values by dotted path, and the record or list that an operation promises.

use serde_json::{Map, Value};

use crate::manifest::Response;

/// The value at a dotted path. A number steps into an array, `-1` is its last item.
pub fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| match value {
        Value::Object(fields) => fields.get(name),
        Value::Array(items) => {
            let index: isize = name.parse().ok()?;
            let index = if index < 0 { items.len().checked_add_signed(index)? } else { index.unsigned_abs() };
            items.get(index)
        }
        _ => None,
    })
}

/// The value at a path, if it is there and not null.
pub fn present<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    at(value, path).filter(|found| !found.is_null())
}

/// A scalar as text; nothing for null, arrays and objects.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Takes what `response` promises out of the body, without `strip`; or says what is not as promised.
/// `body` is none when the answer was empty.
pub fn data(response: &Response, strip: &[String], body: Option<&Value>) -> Result<Value, String> {
    let empty = Value::Object(Map::new());
    let body = match (body, &response.data) {
        (Some(body), _) => body,
        (None, None) if !response.list => &empty,
        (None, _) => return Err("the answer is empty".into()),
    };
    let found = match &response.data {
        None => Some(body),
        Some(path) => at(body, path),
    };
    match found {
        Some(Value::Null) | None if response.nullable => Ok(Value::Null),
        None => Err(format!("the answer has no `{}`", response.data.as_deref().unwrap_or_default())),
        Some(Value::Array(items)) if response.list => {
            Ok(Value::Array(items.iter().map(|item| stripped(item, strip)).collect()))
        }
        Some(other) if response.list => Err(format!("the answer has {} where a list should be", kind(other))),
        Some(Value::Object(_)) => Ok(kept(response, body, stripped(found.unwrap_or(body), strip))),
        Some(_) if response.data.is_none() => Ok(stripped(body, strip)),
        Some(other) => Err(format!("the answer has {} where a record should be", kind(other))),
    }
}

/// The first path of `required` that a record, or an item of a list, does not have.
pub fn lacking(data: &Value, required: &[String]) -> Option<String> {
    let lacks = |record: &Value| required.iter().find(|path| present(record, path).is_none());
    match data {
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            lacks(item).map(|path| format!("item {} of the answer has no `{path}`", index + 1))
        }),
        Value::Null => None,
        record => lacks(record).map(|path| format!("the answer has no `{path}`")),
    }
}

fn kept(response: &Response, body: &Value, mut record: Value) -> Value {
    if let (Value::Object(fields), Some(_)) = (&mut record, &response.data) {
        for name in &response.keep {
            if let Some(extra) = body.get(name) {
                fields.insert(name.clone(), extra.clone());
            }
        }
    }
    record
}

/// The value without the top-level names of `strip`.
fn stripped(value: &Value, strip: &[String]) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .filter(|(name, _)| !strip.contains(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a record",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn response(data: Option<&str>) -> Response {
        Response { data: data.map(str::to_owned), ..Response::default() }
    }

    #[test]
    fn paths_step_into_objects_and_arrays() {
        let value = json!({"a": {"b": [1, {"c": 2}]}});
        assert_eq!(at(&value, "a.b.0"), Some(&json!(1)));
        assert_eq!(at(&value, "a.b.-1.c"), Some(&json!(2)));
        assert_eq!(at(&value, "a.b.-3"), None);
        assert_eq!(at(&value, "a.x"), None);
    }

    #[test]
    fn a_record_keeps_what_it_is_told_and_loses_the_bookkeeping() {
        let mut wanted = response(Some("contact"));
        wanted.keep = vec!["new".into()];
        let body = json!({"contact": {"id": "1", "traceId": "t"}, "new": true, "other": 1});
        assert_eq!(data(&wanted, &["traceId".into()], Some(&body)), Ok(json!({"id": "1", "new": true})));
    }

    #[test]
    fn a_null_record_is_an_answer_only_where_the_manifest_says_so() {
        let body = json!({"contact": null});
        assert!(data(&response(Some("contact")), &[], Some(&body)).is_err());
        let nullable = Response { nullable: true, ..response(Some("contact")) };
        assert_eq!(data(&nullable, &[], Some(&body)), Ok(Value::Null));
        assert_eq!(lacking(&Value::Null, &["id".into()]), None);
    }

    #[test]
    fn an_empty_answer_is_right_where_nothing_is_promised() {
        assert_eq!(data(&response(None), &[], None), Ok(json!({})));
        assert_eq!(data(&response(Some("contact")), &[], None), Err("the answer is empty".into()));
    }

    #[test]
    fn what_an_item_lacks_is_named_with_its_place() {
        let items = json!([{"id": 1}, {"id": null}]);
        assert_eq!(lacking(&items, &["id".into()]), Some("item 2 of the answer has no `id`".into()));
    }
}
