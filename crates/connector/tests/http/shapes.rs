//! Bodies and answers of other shapes than one object: arrays, parts of a bulk call, files, lists that come newest first.

use highline_catalog::Done;
use highline_model::ErrorKind;
use serde_json::json;

use super::*;

fn input(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn a_body_may_be_an_array_of_one_object() {
    let server = server(|_| json(json!([{"id": "n1"}]))).await;
    let create = operation(
        "kind: action, method: POST, path: /notices, body: json_array, fields: [{ name: kind }], response: { data: '0', fields: [{ name: id }] }",
    );
    let connection = connection(&server.uri());
    let input = input(json!({"kind": "email"}));
    let call = Call::new(&input, &connection, Duration::from_secs(5));
    assert_eq!(create.call(call).await.unwrap().data, json!({"id": "n1"}));
    let sent = &server.received_requests().await.unwrap()[0];
    assert_eq!(serde_json::from_slice::<Value>(&sent.body).unwrap(), json!([{"kind": "email"}]));
}

const BULK: &str = "kind: action, method: POST, path: /bulk, repeat: safe, fields: [{ name: ids, type: array, items: string, required: true }],
    chunks: { field: ids, size: 100, done: ids }, response: { fields: [{ name: ids, type: array }] }";

fn ids(count: usize) -> Map<String, Value> {
    input(json!({"ids": (0..count).map(|n| format!("c{n}")).collect::<Vec<_>>()}))
}

/// Answers a bulk call by what is in its body.
async fn bulk(answer: impl Fn(&[Value]) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    server(move |request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        answer(body["ids"].as_array().unwrap())
    })
    .await
}

#[tokio::test]
async fn five_hundred_records_go_in_parts_with_a_result_for_each() {
    let server = bulk(|ids| {
        let done: Vec<&Value> = ids.iter().filter(|id| *id != "c250").collect();
        json(json!({"success": true, "ids": done}))
    })
    .await;
    let connection = connection(&server.uri());
    let input = ids(500);
    let call = Call::new(&input, &connection, Duration::from_secs(5));
    let output = operation(BULK).call(call).await.unwrap();
    assert_eq!(output.requests, 5);
    assert_eq!((output.data["ids"].as_array().unwrap().len(), &output.data["failed"]), (499, &json!(1)));
    let results = output.data["results"].as_array().unwrap();
    assert_eq!(
        (results.len(), &results[250]["done"], &results[251]["done"]),
        (500, &json!(false), &json!(true))
    );
}

#[tokio::test]
async fn a_part_that_is_refused_does_not_keep_the_others_from_being_done() {
    let refused = |ids: &[Value]| match ids[0] == "c100" {
        true => ResponseTemplate::new(400).set_body_json(json!({"message": "one is wrong"})),
        false => json(json!({"ids": ids})),
    };
    let server = bulk(refused).await;
    let connection = connection(&server.uri());
    let input = ids(250);
    let call = Call::new(&input, &connection, Duration::from_secs(5));
    let output = operation(BULK).call(call).await.unwrap();
    assert_eq!(output.data["failed"], 100);
    assert!(output.data["results"][100]["message"].as_str().unwrap().contains("one is wrong"));
    let server = bulk(|_| ResponseTemplate::new(400).set_body_json(json!({"message": "all wrong"}))).await;
    let connection = super::connection(&server.uri());
    let input = ids(250);
    let call = Call::new(&input, &connection, Duration::from_secs(5));
    let error = operation(BULK).call(call).await.unwrap_err();
    assert_eq!(
        (error.failure.kind, error.done),
        (ErrorKind::Rejected, Done::No),
        "where nothing is done, it failed"
    );
}

#[tokio::test]
async fn a_part_that_may_work_later_fails_the_call_so_that_it_is_tried_again() {
    let server = bulk(|ids| match ids[0] == "c100" {
        true => ResponseTemplate::new(503),
        false => json(json!({"ids": ids})),
    })
    .await;
    let connection = connection(&server.uri());
    let input = ids(250);
    let call = Call::new(&input, &connection, Duration::from_secs(5));
    let error = operation(BULK).call(call).await.unwrap_err();
    assert_eq!(error.failure.kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_file_comes_as_base64_with_what_the_headers_say() {
    let server = server(|_| {
        ResponseTemplate::new(200)
            .set_body_raw(vec![82, 73, 70, 70, 0, 255], "audio/x-wav")
            .insert_header("content-disposition", "attachment; filename=\"audio.wav\"")
    })
    .await;
    let get = "kind: trigger, method: GET, path: '/calls/{id}', fields: [{ name: id, required: true }],
        poll: { emit: changed_record, key: [id] }, response: { format: bytes, from_input: [id], fields: [{ name: base64 }] }";
    let connection = connection(&server.uri());
    let since = Since { cursor: None, backfill: true, emit: Emit::ChangedRecord, now: chrono::Utc::now() };
    let input = input(json!({"id": "m1"}));
    let call = Call::new(&input, &connection, Duration::from_secs(5));
    let batch = trigger(get).poll(call, since).await.unwrap();
    assert_eq!(
        batch.items[0].data,
        json!({"base64": "UklGRgD/", "contentType": "audio/x-wav", "fileName": "audio.wav", "size": 6, "id": "m1"})
    );
    assert!(batch.items[0].key.starts_with("m1#"), "{}", batch.items[0].key);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused() {
    let server = server(|_| ResponseTemplate::new(200).set_body_bytes(vec![0; 9 << 20])).await;
    let connection = connection(&server.uri());
    let get = operation(
        "kind: action, method: GET, path: /file, response: { format: bytes, fields: [{ name: base64 }] }",
    );
    let input = Map::new();
    let call = Call::new(&input, &connection, Duration::from_secs(5));
    let error = get.call(call).await.unwrap_err();
    assert!(error.failure.message.contains("more than 8388608 bytes"), "{error}");
}

const MESSAGES: &str = "kind: trigger, method: GET, path: /messages, fields: [{ name: size, type: integer }],
    response: { data: messages, list: true, fields: [{ name: id }] },
    paging: { cursor: { limit: { name: size, max: 10 }, cursor: { after: next } } },
    poll: { emit: new, key: [id], created: at, window: { overlap: 1m, newest_first: at } }";

/// A hundred messages, one a minute until 08:00, newest first, ten on a page.
async fn messages() -> MockServer {
    server(|request| {
        let after =
            request.url.query_pairs().find(|(name, _)| name == "after").map(|(_, value)| value.into_owned());
        let first: i64 = after.map_or(0, |after| after.parse().unwrap());
        let newest: chrono::DateTime<chrono::Utc> = "2026-11-21T08:00:00Z".parse().unwrap();
        let at = |n: i64| (newest - chrono::TimeDelta::minutes(n)).to_rfc3339();
        let page: Vec<Value> = (first..first + 10).map(|n| json!({"id": n, "at": at(n)})).collect();
        let next = (first + 10 < 100).then(|| (first + 10).to_string());
        json(json!({"messages": page, "next": next}))
    })
    .await
}

#[tokio::test]
async fn a_list_that_comes_newest_first_is_read_only_as_far_as_the_last_poll() {
    let server = messages().await;
    let (trigger, connection) = (trigger(MESSAGES), connection(&server.uri()));
    let now = "2026-11-21T08:00:30Z";
    let first = poll(&trigger, &connection, (None, Emit::New, now)).await.unwrap();
    assert_eq!((first.requests, first.items.len()), (1, 10), "the first poll takes the newest as seen");
    let cursor = json!({"since": "2026-11-21T07:35:00Z"});
    let batch = poll(&trigger, &connection, (Some(&cursor), Emit::New, now)).await.unwrap();
    assert_eq!(batch.requests, 3, "the third page goes past 07:34");
    assert!(batch.items.iter().any(|item| item.key == "26"), "what the overlap reaches is read too");
    assert_eq!(batch.items.len(), 27, "what lies before that is not");
    assert_eq!(batch.cursor, Some(json!({"since": "2026-11-21T08:00:00.000Z"})));
}

#[tokio::test]
async fn an_old_record_that_comes_to_the_front_has_changed_and_is_not_new() {
    let server = server(|_| {
        json(json!([
            {"id": 1, "added": "2026-01-01T00:00:00Z", "last": "2026-11-21T07:59:00Z"},
            {"id": 2, "added": "2026-11-21T07:58:00Z", "last": "2026-11-21T07:58:00Z"},
        ]))
    })
    .await;
    let talks = trigger(
        "kind: trigger, method: GET, path: /talks, response: { list: true, fields: [{ name: id }] },
         poll: { emit: new, key: [id], created: added, changed: last, window: { overlap: 1m, newest_first: last } }",
    );
    let connection = connection(&server.uri());
    let cursor = json!({"since": "2026-11-21T07:50:00Z"});
    for (emit, wanted) in [
        (Emit::New, vec!["2"]),
        (Emit::NewOrChanged, vec!["2@2026-11-21T07:58:00Z", "1@2026-11-21T07:59:00Z"]),
    ] {
        let batch = poll(&talks, &connection, (Some(&cursor), emit, "2026-11-21T08:00:00Z")).await.unwrap();
        let keys: Vec<&str> = batch.items.iter().map(|item| item.key.as_str()).collect();
        assert_eq!(keys, wanted);
    }
}
