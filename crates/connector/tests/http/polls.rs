//! What a poll asks, keys and leaves for the next one.

use serde_json::json;

use super::*;

const CONTACTS: &str = "kind: trigger, method: POST, path: /contacts/search, effect: read, body: json,
    fields: [{ name: filters, type: array }, { name: sort, type: array }],
    response: { data: contacts, list: true },
    paging: { search_after: { limit: { name: size, max: 4 }, cursor: searchAfter, from: searchAfter } },
    poll: { emit: new_or_changed, key: [id], changed: dateUpdated, created: dateAdded, window: { overlap: 2m,
        add: { filters: [{ field: '{mark}', operator: range, value: { gte: '{since}' } }] },
        set: { sort: [{ field: '{mark}', direction: asc }] } } }";

fn contact(n: usize, updated: &str) -> Value {
    json!({"id": format!("c{n}"), "dateAdded": "2026-01-01T00:00:00Z", "dateUpdated": updated, "searchAfter": [n]})
}

/// A search over `contacts` that knows the window and the cursor.
async fn search(contacts: Vec<Value>) -> MockServer {
    server(move |request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let since = body["filters"][0]["value"]["gte"].as_str().unwrap_or("").to_owned();
        let after = body["searchAfter"][0].as_u64();
        let found: Vec<&Value> = contacts
            .iter()
            .filter(|contact| contact["dateUpdated"].as_str().unwrap() >= since.as_str())
            .filter(|contact| after.is_none_or(|after| contact["searchAfter"][0].as_u64().unwrap() > after))
            .take(4)
            .collect();
        json(json!({"contacts": found, "traceId": "t"}))
    })
    .await
}

#[tokio::test]
async fn ten_changes_at_one_moment_around_the_cursor_are_all_seen() {
    let moment = "2026-11-21T08:00:00.000Z";
    let server = search((0..10).map(|n| contact(n, moment)).collect()).await;
    let (trigger, connection) = (trigger(CONTACTS), connection(&server.uri()));
    let cursor = json!({"since": moment});
    let now = "2026-11-21T08:00:05Z";
    let batch = poll(&trigger, &connection, (Some(&cursor), Emit::NewOrChanged, now)).await.unwrap();
    assert_eq!(batch.items.len(), 10);
    assert_eq!(batch.requests, 4, "three pages of four and an empty one");
    assert_eq!(batch.cursor, Some(cursor), "the cursor stays at the highest moment");
    let again = poll(&trigger, &connection, (batch.cursor.as_ref(), Emit::NewOrChanged, now)).await.unwrap();
    assert_eq!(again.items, batch.items, "the keys are the same, so nothing becomes an event twice");
}

#[tokio::test]
async fn the_first_poll_asks_from_now_and_the_next_ones_from_the_latest_moment() {
    let server =
        search(vec![contact(1, "2026-11-21T07:59:00.000Z"), contact(2, "2026-11-21T07:00:00.000Z")]).await;
    let (trigger, connection) = (trigger(CONTACTS), connection(&server.uri()));
    let first =
        poll(&trigger, &connection, (None, Emit::NewOrChanged, "2026-11-21T08:00:00Z")).await.unwrap();
    assert_eq!(first.items.len(), 1, "what changed in the overlap is read, to be taken as seen");
    assert_eq!(first.cursor, Some(json!({"since": "2026-11-21T08:00:00.000Z"})));
    let asked: Value = serde_json::from_slice(&server.received_requests().await.unwrap()[0].body).unwrap();
    assert_eq!(asked["filters"][0]["value"]["gte"], "2026-11-21T07:58:00.000Z");
    assert_eq!(asked["sort"], json!([{"field": "dateUpdated", "direction": "asc"}]));
    let earlier = json!({"since": "2026-11-21T07:30:00.000Z"});
    let next = poll(&trigger, &connection, (Some(&earlier), Emit::NewOrChanged, "2026-11-21T08:00:00Z"))
        .await
        .unwrap();
    assert_eq!(next.cursor, Some(json!({"since": "2026-11-21T07:59:00.000Z"})));
}

#[tokio::test]
async fn a_moment_in_the_future_does_not_skip_what_comes_until_then() {
    let server = search(vec![contact(1, "2031-01-01T00:00:00.000Z")]).await;
    let cursor = json!({"since": "2026-11-21T07:59:00.000Z"});
    let now = "2026-11-21T08:00:00Z";
    let batch =
        poll(&trigger(CONTACTS), &connection(&server.uri()), (Some(&cursor), Emit::NewOrChanged, now)).await;
    assert_eq!(batch.unwrap().cursor, Some(json!({"since": "2026-11-21T08:00:00.000Z"})));
}

#[tokio::test]
async fn new_asks_by_creation_and_keys_by_id() {
    let server = search(vec![contact(1, "2026-11-21T08:00:00.000Z")]).await;
    let batch =
        poll(&trigger(CONTACTS), &connection(&server.uri()), (None, Emit::New, "2026-11-21T08:00:00Z")).await;
    assert_eq!(batch.unwrap().items[0].key, "c1");
    let asked: Value = serde_json::from_slice(&server.received_requests().await.unwrap()[0].body).unwrap();
    assert_eq!(asked["filters"][0]["field"], "dateAdded");
}

#[tokio::test]
async fn backfill_reads_everything_in_order() {
    let server = search(vec![contact(1, "2020-01-01T00:00:00.000Z")]).await;
    let (trigger, connection) = (trigger(CONTACTS), connection(&server.uri()));
    let now = "2026-11-21T08:00:00Z".parse().unwrap();
    let since = Since { cursor: None, backfill: true, emit: Emit::NewOrChanged, now };
    let input = Map::new();
    let call = Call::new(&input, &connection, Duration::from_secs(10));
    let batch = trigger.poll(call, since).await.unwrap();
    assert_eq!(batch.items.len(), 1);
    assert_eq!(batch.cursor, Some(json!({"since": "2020-01-01T00:00:00.000Z"})));
    let asked: Value = serde_json::from_slice(&server.received_requests().await.unwrap()[0].body).unwrap();
    assert!(asked.get("filters").is_none() && asked.get("sort").is_some(), "{asked}");
}

#[tokio::test]
async fn a_watched_record_is_keyed_by_its_content_and_its_bookkeeping_does_not_count() {
    let record = "kind: trigger, method: GET, path: /task, response: { data: task, nullable: true },
        poll: { emit: changed_record, key: [id] }";
    let trigger = trigger(record);
    let mut keys = Vec::new();
    let mut cursor = None;
    for task in [
        json!({"id": "t", "done": false, "traceId": "1"}),
        json!({"traceId": "2", "done": false, "id": "t"}),
        json!({"id": "t", "done": true, "traceId": "3"}),
        json!({"id": "t", "done": false, "traceId": "4"}),
        json!(null),
    ] {
        let server = server(move |_| json(json!({"task": task, "traceId": "x"}))).await;
        let now = "2026-11-21T08:00:00Z";
        let since = (cursor.as_ref(), Emit::ChangedRecord, now);
        let batch = poll(&trigger, &connection(&server.uri()), since).await.unwrap();
        cursor = batch.cursor;
        keys.push(batch.items.into_iter().next().map(|item| item.key));
    }
    assert_eq!(keys[0], keys[1], "neither the trace id nor the order of names is a change");
    assert_ne!(keys[1], keys[2]);
    assert_ne!(keys[2], keys[3]);
    assert_ne!(keys[3], keys[0], "back to what it was is a change");
    assert_eq!(keys[4], None, "no record, no item");
}

#[tokio::test]
async fn an_item_without_its_key_stops_the_poll_with_its_place() {
    let server = server(|_| json(json!({"things": [{"id": 1}, {"name": "no id"}]}))).await;
    let things = trigger(
        "kind: trigger, method: GET, path: /things, response: { data: things, list: true }, poll: { emit: new, key: [id] }",
    );
    let error = poll(&things, &connection(&server.uri()), (None, Emit::New, "2026-11-21T08:00:00Z"))
        .await
        .unwrap_err();
    assert!(error.failure.message.contains("item 2 of the answer has no `id`"), "{error}");
}

#[tokio::test]
async fn a_cursor_of_another_kind_is_refused() {
    let server = search(vec![]).await;
    let cursor = json!({"page": 3});
    let now = "2026-11-21T08:00:00Z";
    let error = poll(&trigger(CONTACTS), &connection(&server.uri()), (Some(&cursor), Emit::New, now))
        .await
        .unwrap_err();
    assert!(error.failure.message.contains("holds no moment `since`"), "{error}");
}
