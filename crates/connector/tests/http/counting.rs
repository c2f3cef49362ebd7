//! Requests as they are told to whoever counts.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use highline_catalog::Sent;

use super::*;

/// Connection, operation and status of each request of this test: the counter is a plain function.
static TOLD: Mutex<Vec<(String, String, Option<u16>)>> = Mutex::new(Vec::new());

fn count(sent: Sent<'_>) {
    let errand = sent.errand;
    TOLD.lock().unwrap().push((errand.connection.into(), errand.operation.into(), sent.status));
}

#[tokio::test]
async fn each_request_that_leaves_is_told_with_its_connection_its_operation_and_its_status() {
    let asked = AtomicUsize::new(0);
    let server = server(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => json(serde_json::json!({ "things": [{ "id": "1" }, { "id": "2" }] })),
        1 => json(serde_json::json!({ "things": [{ "id": "3" }] })),
        2 => ResponseTemplate::new(429),
        _ => ResponseTemplate::new(503),
    })
    .await;
    let http = http();
    http.count_with(count);
    let list = operation_with(
        &http,
        APP,
        "kind: trigger, poll: { emit: new, key: [id] }, response: { data: things, list: true }, method: GET, \
         path: /things, paging: { offset: { limit: { name: limit, max: 2 }, offset: skip } }",
    );
    let connection = connection(&server.uri());
    let input = serde_json::json!({});
    assert_eq!(call(&list, &connection, input.clone()).await.unwrap().requests, 2);
    call(&list, &connection, input.clone()).await.unwrap_err();
    call(&list, &connection, input.clone()).await.unwrap_err();
    drop(server);
    let gone = super::connection("http://127.0.0.1:1");
    call(&list, &gone, input.clone()).await.unwrap_err();
    let forbidden = super::connection("http://demo.example.com");
    call(&list, &forbidden, input).await.unwrap_err();
    let told = TOLD.lock().unwrap().clone();
    let statuses: Vec<Option<u16>> = told.iter().map(|(_, _, status)| *status).collect();
    assert_eq!(statuses, [Some(200), Some(200), Some(429), Some(503), None], "what never left is not told");
    assert!(
        told.iter().all(|(connection, operation, _)| connection == "acme" && operation == "demo.things.use")
    );
}
