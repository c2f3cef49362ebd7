//! The rate budget, as the app and its connections see it.

use highline_catalog::{Call, Done, Retry};
use highline_model::ErrorKind;
use serde_json::json;

use super::*;

fn limited(requests: u32, per: &str) -> Operation {
    let limit = format!(
        "rate_limit: {{ requests: {requests}, per: {per}, resource: [accountId], \
         headers: {{ remaining: X-Remaining, window_ms: X-Window }} }}"
    );
    operation_of(&format!("{APP}\n{limit}"), "kind: action, method: POST, path: /things")
}

fn of_account(server: &MockServer, name: &str, account: Option<&str>) -> Connection {
    let mut connection = connection(&server.uri());
    connection.name = name.into();
    connection.values.extend(account.map(|account| ("accountId".to_owned(), json!(account))));
    connection
}

#[tokio::test]
async fn connections_of_one_resource_share_a_budget_and_others_do_not() {
    let server = server(|_| json(json!({}))).await;
    let things = limited(2, "1h");
    let (one, two) = (of_account(&server, "one", Some("A")), of_account(&server, "two", Some("A")));
    call(&things, &one, json!({})).await.unwrap();
    call(&things, &two, json!({})).await.unwrap();
    let error = call(&things, &one, json!({})).await.unwrap_err();
    assert_eq!(error.failure.kind, ErrorKind::RateLimited);
    assert!(
        matches!(error.retry, Retry::After(wait) if wait > Duration::from_secs(3500)),
        "{:?}",
        error.retry
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 2, "nothing is sent beyond the budget");
    call(&things, &of_account(&server, "three", Some("B")), json!({})).await.unwrap();
    call(&things, &of_account(&server, "four", None), json!({})).await.unwrap();
}

#[tokio::test]
async fn the_apps_own_count_is_believed() {
    let server =
        server(|_| json(json!({})).insert_header("x-remaining", "0").insert_header("x-window", "3600000"))
            .await;
    let (things, connection) = (limited(100, "10s"), of_account(&server, "one", None));
    call(&things, &connection, json!({})).await.unwrap();
    let error = call(&things, &connection, json!({})).await.unwrap_err();
    assert!(error.failure.message.contains("the rate budget of connection `one` is spent"), "{error}");
}

#[tokio::test]
async fn a_429_closes_the_budget_for_everyone() {
    let server = server(|_| ResponseTemplate::new(429).insert_header("retry-after", "900")).await;
    let (things, connection) = (limited(100, "10s"), of_account(&server, "one", None));
    for _ in 0..3 {
        let error = call(&things, &connection, json!({})).await.unwrap_err();
        assert!(
            matches!(error.retry, Retry::After(wait) if wait > Duration::from_secs(890)),
            "{:?}",
            error.retry
        );
    }
    assert_eq!(server.received_requests().await.unwrap().len(), 1, "the others waited without asking");
}

#[tokio::test]
async fn a_short_wait_is_taken_in_memory() {
    let server = server(|_| json(json!({}))).await;
    let (things, connection) = (limited(1, "300ms"), of_account(&server, "one", None));
    let start = std::time::Instant::now();
    for _ in 0..3 {
        call(&things, &connection, json!({})).await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(600));
}

#[tokio::test]
async fn what_was_got_beforehand_is_spent_by_the_first_request_and_by_no_other() {
    let server = server(|_| json(json!({}))).await;
    let (things, connection) = (limited(2, "1h"), of_account(&server, "one", None));
    let input = Map::new();
    let own = Call::new(&input, &connection, Duration::from_secs(5));
    let admission = things.admit(own).await.unwrap();
    assert_eq!(server.received_requests().await.unwrap().len(), 0, "nothing is sent yet");
    things.call(Call { admission: Some(&admission), ..own }).await.unwrap();
    call(&things, &connection, json!({})).await.unwrap();
    let error = things.admit(own).await.unwrap_err();
    assert_eq!((error.failure.kind, error.done), (ErrorKind::RateLimited, Done::No));
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}
