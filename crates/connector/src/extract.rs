//! Out of an answer: values by dotted path, and the record or list that an operation promises.

pub use highline_catalog::at;
use serde_json::{Map, Value};

use crate::manifest::{Entries, Response};

/// The path of the whole answer.
const WHOLE: &str = ".";

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
    let paths = response.data.as_ref().map(|paths| paths.0.as_slice()).unwrap_or_default();
    let found = match paths {
        [] => Some(body),
        paths => paths.iter().find_map(|path| if path == WHOLE { Some(body) } else { at(body, path) }),
    };
    let found = match found {
        Some(Value::Null) | None if response.nullable => return Ok(Value::Null),
        None => return Err(format!("the answer has no `{}`", paths.join("` and no `"))),
        Some(found) => found,
    };
    if let Some(name) = &response.wrap {
        let items = match found {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let items: Value = items.iter().map(|item| stripped(item, strip)).collect();
        return Ok(Value::Object(Map::from_iter([(name.clone(), items)])));
    }
    if let Some(entries) = &response.entries {
        return Ok(Value::Array(flattened(entries, &stripped(found, strip))?));
    }
    match found {
        Value::Array(items) if response.list => {
            Ok(Value::Array(items.iter().map(|item| stripped(item, strip)).collect()))
        }
        Value::Object(_) if response.list && response.or_one => {
            Ok(Value::Array(vec![stripped(found, strip)]))
        }
        other if response.list => Err(format!("the answer has {} where a list should be", kind(other))),
        Value::Object(_) => Ok(kept(response, body, stripped(found, strip))),
        _ if response.data.is_none() => Ok(stripped(body, strip)),
        other => Err(format!("the answer has {} where a record should be", kind(other))),
    }
}

/// One item for each entry of an object, or for each item of the lists in its entries.
fn flattened(entries: &Entries, found: &Value) -> Result<Vec<Value>, String> {
    let Value::Object(fields) = found else {
        return Err(format!("the answer has {} where names with entries should be", kind(found)));
    };
    let mut items = Vec::new();
    for (name, entry) in fields {
        let found = match &entries.list {
            None => std::slice::from_ref(entry),
            Some(path) => match at(entry, path) {
                Some(Value::Array(found)) => found.as_slice(),
                _ => continue,
            },
        };
        items.extend(found.iter().map(|item| {
            let mut record = match item {
                Value::Object(fields) => fields.clone(),
                other => entries.item.iter().map(|field| (field.clone(), other.clone())).collect(),
            };
            record.insert(entries.name.clone(), Value::from(name.as_str()));
            Value::Object(record)
        }));
    }
    Ok(items)
}

/// Puts fields of the input into the record, or into each item, where it lacks them.
pub fn put_input(response: &Response, input: &Map<String, Value>, data: &mut Value) {
    let records = match data {
        Value::Array(items) => items.as_mut_slice(),
        record => std::slice::from_mut(record),
    };
    for record in records.iter_mut().filter_map(Value::as_object_mut) {
        for name in &response.from_input {
            if let (false, Some(value)) = (record.contains_key(name), input.get(name)) {
                record.insert(name.clone(), value.clone());
            }
        }
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
    use crate::manifest::Alternatives;

    fn response(data: Option<&str>) -> Response {
        Response { data: data.map(|path| Alternatives(vec![path.to_owned()])), ..Response::default() }
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
    fn of_several_places_the_first_that_is_there_holds_the_record() {
        let wanted = Response {
            data: Some(Alternatives(vec!["appointment".into(), "event".into(), ".".into()])),
            ..Response::default()
        };
        for body in [json!({"appointment": {"id": "1"}}), json!({"event": {"id": "1"}}), json!({"id": "1"})] {
            assert_eq!(data(&wanted, &[], Some(&body)), Ok(json!({"id": "1"})));
        }
    }

    #[test]
    fn one_record_may_stand_for_a_list() {
        let wanted = Response { list: true, or_one: true, ..response(Some("things")) };
        for body in [json!({"things": {"id": 1}}), json!({"things": [{"id": 1}]})] {
            assert_eq!(data(&wanted, &[], Some(&body)), Ok(json!([{"id": 1}])));
        }
        assert!(data(&Response { or_one: false, ..wanted }, &[], Some(&json!({"things": {}}))).is_err());
    }

    #[test]
    fn a_list_may_be_wrapped_into_one_record() {
        let wanted = Response { wrap: Some("lines".into()), ..Response::default() };
        for body in [json!([{"n": 1, "traceId": "t"}]), json!({"n": 1, "traceId": "t"})] {
            assert_eq!(data(&wanted, &["traceId".into()], Some(&body)), Ok(json!({"lines": [{"n": 1}]})));
        }
    }

    #[test]
    fn an_answer_with_speaking_names_becomes_a_list() {
        let entries = Entries { name: "date".into(), list: Some("slots".into()), item: Some("slot".into()) };
        let wanted = Response { list: true, entries: Some(entries), ..Response::default() };
        let body =
            json!({"2026-12-01": {"slots": ["09:00", "10:00"]}, "2026-12-02": {"slots": []}, "traceId": "t"});
        assert_eq!(
            data(&wanted, &["traceId".into()], Some(&body)),
            Ok(json!([{"slot": "09:00", "date": "2026-12-01"}, {"slot": "10:00", "date": "2026-12-01"}]))
        );
    }

    #[test]
    fn what_the_input_said_is_put_where_the_answer_lacks_it() {
        let wanted = Response { from_input: vec!["calendarId".into()], ..Response::default() };
        let input = json!({"calendarId": "C1"});
        let mut items = json!([{"slot": 1}, {"slot": 2, "calendarId": "C2"}]);
        put_input(&wanted, input.as_object().unwrap(), &mut items);
        assert_eq!(items, json!([{"slot": 1, "calendarId": "C1"}, {"slot": 2, "calendarId": "C2"}]));
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
