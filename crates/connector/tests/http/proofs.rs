//! Signatures, and the keys by which an app knows a write that is sent again.

use highline_catalog::Origin;
use highline_model::{RunId, StepPath};
use serde_json::json;

use super::*;

fn app() -> String {
    format!("{APP}sign: {{ header: X-Demo-Signature }}\nidempotency_header: Idempotency-Key\n")
}

const BULK: &str =
    "kind: action, method: POST, path: /bulk, repeat: safe, fields: [{ name: ids, type: array }],
    chunks: { field: ids, size: 2, done: done, id: id }";

#[tokio::test]
async fn an_app_that_wants_signatures_and_keys_gets_them_on_each_part_of_a_write() {
    let server = server(|_| json(json!({ "done": [] }))).await;
    let operation = operation_of(&app(), BULK);
    let mut connection = connection(&server.uri());
    let input = json!({ "ids": ["a", "b", "c"] });
    let lacking = call(&operation, &connection, input.clone()).await.unwrap_err();
    assert!(lacking.failure.message.contains("`signing_secret`"), "{}", lacking.failure.message);
    connection.secrets.insert("signing_secret".into(), SecretString::from("s3cret-signature"));
    let (workflow, run, step) = ("bulk".parse().unwrap(), RunId::new(), StepPath::from("send"));
    let origin = Some(Origin { workflow: &workflow, run, step: &step });
    for _ in 0..2 {
        let call = Call::new(input.as_object().unwrap(), &connection, Duration::from_secs(5));
        operation.call(Call { origin, ..call }).await.unwrap();
    }
    let sent = server.received_requests().await.unwrap();
    let key = |at: usize| sent[at].headers["idempotency-key"].to_str().unwrap().to_owned();
    assert_eq!(sent.len(), 4);
    assert_eq!((key(0), key(1)), (key(2), key(3)), "the same for all attempts");
    assert_ne!(key(0), key(1), "and another for each part");
    assert!(sent.iter().all(|sent| sent.headers["x-demo-signature"].to_str().unwrap().starts_with("t=")));
}

#[tokio::test]
async fn a_call_by_hand_has_no_key() {
    let server = server(|_| json(json!({}))).await;
    let app = app().replace("sign: { header: X-Demo-Signature }", "sign: { optional: true }");
    let operation = operation_of(&app, "kind: action, method: POST, path: /one");
    call(&operation, &connection(&server.uri()), json!({})).await.unwrap();
    let sent = &server.received_requests().await.unwrap()[0];
    assert!(
        !sent.headers.contains_key("idempotency-key") && !sent.headers.contains_key("x-highline-signature")
    );
}
