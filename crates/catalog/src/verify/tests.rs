use serde_json::json;

use super::*;

fn notes() -> Verify {
    Verify {
        operation: "highlevel.contacts.notes.list".into(),
        with: object(json!({ "contactId": "{contactId}" })),
        same: vec![same("body", "body", FieldType::String)],
        id: "id".into(),
        created: Some("dateAdded".into()),
        after: 10,
    }
}

fn same(input: &str, record: &str, kind: FieldType) -> Same {
    Same { input: input.into(), record: record.into(), kind }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn began() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn ids(found: Result<Vec<Value>, String>) -> Vec<String> {
    found.unwrap().iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_record_is_the_one_with_the_same_values_that_was_made_since() {
    let input = object(json!({ "contactId": "c1", "body": "Prefers calls", "title": null }));
    let data = json!([
        { "id": "older", "body": "Prefers calls", "dateAdded": "2026-11-21T07:59:00Z" },
        { "id": "other", "body": "Prefers mail", "dateAdded": "2026-11-21T08:00:01Z" },
        { "id": "made", "body": " prefers  calls\n", "dateAdded": "2026-11-21T08:00:01Z" },
        { "id": "by a slow clock", "body": "Prefers calls", "dateAdded": "2026-11-21T07:59:45Z" },
        { "body": "Prefers calls", "dateAdded": "2026-11-21T08:00:01Z" },
    ]);
    assert_eq!(ids(notes().find(&input, began(), &data)), ["made", "by a slow clock"]);
}

#[test]
fn one_record_and_none_are_answers_too() {
    let input = object(json!({ "body": "x" }));
    let record = json!({ "id": "a", "body": "x", "dateAdded": 1_795_248_001_000_i64 });
    assert_eq!(ids(notes().find(&input, began(), &record)), ["a"]);
    assert_eq!(notes().find(&input, began(), &Value::Null), Ok(vec![]));
}

#[test]
fn nothing_to_compare_and_a_record_without_a_date_are_no_answer() {
    let none = notes().find(&object(json!({ "contactId": "c1" })), began(), &json!([]));
    assert!(none.unwrap_err().contains("body"));
    let undated =
        notes().find(&object(json!({ "body": "x" })), began(), &json!([{ "id": "a", "body": "x" }]));
    assert!(undated.unwrap_err().contains("dateAdded"));
}

#[test]
fn values_are_equal_as_their_type_has_it() {
    let equal = |kind, input: Value, record: Value| {
        same("v", "v", kind).holds(&input, &json!({ "v": record })).unwrap()
    };
    assert!(equal(
        FieldType::Datetime,
        json!("2026-12-01T09:30:00+01:00"),
        json!("2026-12-01T08:30:00.000Z")
    ));
    assert!(equal(FieldType::Datetime, json!("2026-11-20 09:05:00 -0500"), json!("2026-11-20T14:05:00Z")));
    assert!(!equal(FieldType::Datetime, json!("2026-11-20T14:05:00Z"), json!("2026-11-20T14:05:01Z")));
    assert!(equal(FieldType::Phone, json!("(312) 555-0147"), json!("+13125550147")));
    assert!(equal(FieldType::Phone, json!("030 1234567"), json!("+49301234567")));
    assert!(!equal(FieldType::Phone, json!("+13125550147"), json!("+13125550148")));
    assert!(equal(FieldType::Email, json!("Mara@Example.com"), json!("mara@example.com")));
    assert!(equal(FieldType::Number, json!("1500"), json!(1500.0)));
    assert!(equal(FieldType::Boolean, json!("true"), json!(true)));
    assert!(equal(FieldType::Boolean, json!(false), Value::Null));
    assert!(!equal(FieldType::String, json!("x"), Value::Null));
    let naive = same("v", "v", FieldType::Datetime);
    assert!(naive.holds(&json!("2026-12-01 09:30:00"), &json!({ "v": "2026-12-01T08:30:00Z" })).is_err());
}

#[test]
fn what_is_asked_leaves_out_what_the_input_lacks() {
    let verify = Verify {
        with: object(json!({
            "calendarId": "{calendarId}",
            "startTime": "{start-1m}",
            "endTime": "{end+1d}",
            "filters": [
                { "field": "date_added", "operator": "range", "value": { "gte": "{since}" } },
                { "field": "email", "operator": "eq", "value": "{email}" },
            ],
            "deleted": false,
        })),
        ..notes()
    };
    let input = object(json!({ "calendarId": 7, "start": "2026-12-01T09:30:00+01:00", "email": null }));
    assert_eq!(
        Value::Object(verify.ask(&input, began()).unwrap()),
        json!({
            "calendarId": 7,
            "startTime": "2026-12-01T08:29:00.000Z",
            "filters": [{ "field": "date_added", "operator": "range", "value": { "gte": "2026-11-21T07:59:30.000Z" } }],
            "deleted": false,
        })
    );
    assert_eq!(verify.asked_by(), ["calendarId", "start", "end", "email"]);
    let vague = object(json!({ "start": "tomorrow" }));
    assert!(verify.ask(&vague, began()).unwrap_err().contains("tomorrow"));
}

#[test]
fn inputs_are_alike_when_their_records_could_be_taken_for_each_other() {
    let input =
        |contact: &str, body: &str| object(json!({ "contactId": contact, "body": body, "color": contact }));
    assert!(notes().alike(&input("c1", "x"), &input("c1", "X ")));
    assert!(!notes().alike(&input("c1", "x"), &input("c2", "x")));
    assert!(!notes().alike(&input("c1", "x"), &input("c1", "y")));
    assert!(notes().alike(&input("c1", "x"), &object(json!({ "contactId": "c1" }))));
}
