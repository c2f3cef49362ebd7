use super::*;

fn poll(manifest: Value) -> Poll {
    serde_json::from_value(manifest).unwrap()
}

fn contacts() -> Poll {
    poll(json!({
        "emit": "new_or_changed", "key": ["id"], "changed": "dateUpdated", "created": "dateAdded",
        "window": {
            "overlap": "2m",
            "add": { "filters": [{ "field": "{mark}", "operator": "range", "value": { "gte": "{since}" } }] },
            "set": { "sort": [{ "field": "{mark}", "direction": "asc" }] },
        },
    }))
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn keys(poll: &Poll, emit: Emit, records: Value) -> Vec<String> {
    let records = records.as_array().cloned().unwrap();
    items(poll, emit, records).unwrap().into_iter().map(|item| item.key).collect()
}

#[test]
fn a_window_adds_to_what_the_workflow_asks_and_reaches_back() {
    let poll = contacts();
    let input =
        object(json!({"filters": [{"field": "tags", "operator": "eq", "value": "vip"}], "sort": "mine"}));
    let mark = mark_path(&poll, Emit::NewOrChanged).unwrap();
    let asked = windowed(&input, poll.window.as_ref().unwrap(), mark, Some(at("2026-11-21T08:00:00Z")));
    assert_eq!(
        Value::Object(asked),
        json!({
            "filters": [
                {"field": "tags", "operator": "eq", "value": "vip"},
                {"field": "dateUpdated", "operator": "range", "value": {"gte": "2026-11-21T07:58:00.000Z"}},
            ],
            "sort": [{"field": "dateUpdated", "direction": "asc"}],
        })
    );
}

#[test]
fn reading_everything_still_sorts_but_asks_for_no_moment() {
    let poll = contacts();
    let asked =
        windowed(&Map::new(), poll.window.as_ref().unwrap(), mark_path(&poll, Emit::New).unwrap(), None);
    assert_eq!(Value::Object(asked), json!({"sort": [{"field": "dateAdded", "direction": "asc"}]}));
}

#[test]
fn a_moment_is_written_as_the_app_wants_it() {
    let set = |format: &str| {
        let manifest = json!({"emit": "new", "key": ["id"], "created": "at", "window": {
            "overlap": "0s", "format": format, "set": {"from": "{since}", "filter": "at>{since}"},
        }});
        let poll = poll(manifest);
        let since = Some(at("2026-11-21T08:00:00.5Z"));
        Value::Object(windowed(&Map::new(), poll.window.as_ref().unwrap(), "at", since))
    };
    assert_eq!(
        set("iso"),
        json!({"from": "2026-11-21T08:00:00.500Z", "filter": "at>2026-11-21T08:00:00.500Z"})
    );
    assert_eq!(set("epoch_ms"), json!({"from": 1795248000500i64, "filter": "at>1795248000500"}));
    assert_eq!(set("epoch_s"), json!({"from": 1795248000, "filter": "at>1795248000"}));
}

#[test]
fn a_record_is_new_once_and_changed_each_time_its_mark_differs() {
    let records = json!([
        {"id": "a", "dateAdded": "2026-01-01T00:00:00Z", "dateUpdated": "2026-03-01T00:00:00Z"},
        {"id": "b", "dateAdded": "2026-01-02T00:00:00Z", "dateUpdated": "2026-02-01T00:00:00Z"},
    ]);
    assert_eq!(keys(&contacts(), Emit::New, records.clone()), ["a", "b"]);
    assert_eq!(
        keys(&contacts(), Emit::NewOrChanged, records),
        ["b@2026-02-01T00:00:00Z", "a@2026-03-01T00:00:00Z"],
        "oldest change first"
    );
}

#[test]
fn without_a_mark_the_content_tells_the_change() {
    let poll = poll(json!({"emit": "new_or_changed", "key": ["id"]}));
    let of = |record: Value| keys(&poll, Emit::NewOrChanged, json!([record])).remove(0);
    let first = of(json!({"id": "a", "size": {"x": 1, "y": 2}}));
    assert_eq!(first, of(json!({"size": {"y": 2, "x": 1}, "id": "a"})), "the order of names is no change");
    assert_ne!(first, of(json!({"id": "a", "size": {"x": 1, "y": 3}})));
    assert!(first.starts_with("a#"));
}

#[test]
fn a_record_on_two_pages_is_one_finding() {
    let poll = poll(json!({"emit": "new", "key": ["kind", "id"]}));
    let records = json!([{"kind": "x", "id": 1}, {"kind": "y", "id": 1}, {"kind": "x", "id": 1}]);
    assert_eq!(keys(&poll, Emit::New, records), ["x/1", "y/1"]);
}

#[test]
fn an_item_without_its_key_is_told() {
    let poll = poll(json!({"emit": "new", "key": ["id"]}));
    let error = items(&poll, Emit::New, vec![json!({"id": 1}), json!({"id": null})]).unwrap_err();
    assert_eq!(error, "item 2 of the answer has no `id`, which names the record");
}

#[test]
fn moments_are_read_as_apps_write_them() {
    let wanted = at("2026-11-21T08:00:00Z");
    for value in [
        json!("2026-11-21T08:00:00.000Z"),
        json!("2026-11-21T03:00:00-05:00"),
        json!("2026-11-21T03:00:00-0500"),
        json!("2026-11-21 08:00:00"),
        json!(1795248000),
        json!(1795248000000i64),
    ] {
        assert_eq!(moment(&value), Some(wanted), "{value}");
    }
    for value in [json!(null), json!("yesterday"), json!(true), json!({})] {
        assert_eq!(moment(&value), None, "{value}");
    }
}
