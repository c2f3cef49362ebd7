use serde_json::{Value, json};

use crate::client::{Client, id, ids, keys};

/// A contact with an e-mail address.
async fn ada(client: &Client) -> String {
    id(&client.create(json!({ "firstName": "Ada", "email": "ada@example.com" })).await)
}

fn list(message: &Value) -> String {
    format!("/conversations/{}/messages", message["conversationId"].as_str().unwrap())
}

#[tokio::test]
async fn messages_are_listed_newest_first_page_by_page() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let mut made = Vec::new();
    for n in 0..5 {
        made.push(client.receive(&ada, json!({ "body": format!("Message {n}") })).await);
    }
    let path = list(&made[0]);
    let mut expected: Vec<String> = made.iter().map(id).collect();
    expected.reverse();
    let all = client.get(&path).await.1["messages"].clone();
    assert_eq!(ids(&all["messages"]), expected);
    assert_eq!(all["nextPage"], false);
    assert_eq!(all["lastMessageId"], made[0]["id"]);
    let first = client.get(&format!("{path}?limit=3")).await.1["messages"].clone();
    assert_eq!((ids(&first["messages"]), &first["nextPage"]), (expected[..3].to_vec(), &json!(true)));
    let cursor = first["lastMessageId"].as_str().unwrap();
    let second = client.get(&format!("{path}?limit=3&lastMessageId={cursor}")).await.1["messages"].clone();
    assert_eq!((ids(&second["messages"]), &second["nextPage"]), (expected[3..].to_vec(), &json!(false)));
    assert_eq!(client.get(&format!("{path}?lastMessageId=nothing")).await.0, 404);
    assert_eq!(client.get("/conversations/nothing/messages").await.0, 404);
}

#[tokio::test]
async fn messages_are_chosen_by_their_types() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let sms = client.receive(&ada, json!({ "type": "TYPE_SMS" })).await;
    let call = client.receive(&ada, json!({ "type": "TYPE_CALL" })).await;
    client.receive(&ada, json!({ "type": "TYPE_EMAIL" })).await;
    let chosen = client.get(&format!("{}?type=TYPE_SMS,TYPE_CALL", list(&sms))).await.1;
    assert_eq!(ids(&chosen["messages"]["messages"]), [id(&call), id(&sms)]);
    assert_eq!(client.get(&format!("{}?type=TYPE_SMS,SMS", list(&sms))).await.0, 422);
}

#[tokio::test]
async fn one_message_stands_under_message() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let sms =
        client.receive(&ada, json!({ "body": "Hello", "attachments": ["https://example.com/a.png"] })).await;
    let (status, body) = client.get(&format!("/conversations/messages/{}", id(&sms))).await;
    assert_eq!((status, &body["message"]), (200, &sms));
    assert_eq!((&sms["type"], &sms["messageType"]), (&json!(2), &json!("TYPE_SMS")));
    assert_eq!((&sms["body"], &sms["direction"]), (&json!("Hello"), &json!("inbound")));
    assert_eq!(sms["attachments"], json!(["https://example.com/a.png"]));
    assert_eq!(client.get("/conversations/messages/nothing").await.0, 404);
}

#[tokio::test]
async fn the_body_of_an_email_is_read_by_its_own_id() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let email = json!({ "type": "TYPE_EMAIL", "subject": "A date", "body": "<p>When?</p>" });
    let message = client.receive(&ada, email).await;
    assert_eq!(message["body"], "");
    let email_id = message["meta"]["email"]["messageIds"][0].as_str().unwrap();
    let (status, body) = client.get(&format!("/conversations/messages/email/{email_id}")).await;
    assert_eq!(status, 200);
    let email = &body["emailMessage"];
    assert_eq!((&email["subject"], &email["body"]), (&json!("A date"), &json!("<p>When?</p>")));
    assert_eq!((&email["threadId"], &email["contentType"]), (&message["id"], &json!("text/html")));
    assert_eq!(email["from"], "ada@example.com");
    assert_eq!(client.get(&format!("/conversations/messages/email/{}", id(&message))).await.0, 404);
}

#[tokio::test]
async fn an_answer_to_an_email_joins_its_thread() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let message = client.receive(&ada, json!({ "type": "TYPE_EMAIL" })).await;
    let answer = json!({ "type": "TYPE_EMAIL", "threadId": id(&message), "body": "One more thing." });
    let thread = client.receive(&ada, answer).await;
    assert_eq!(thread["id"], message["id"]);
    assert_eq!(thread["meta"]["email"]["messageIds"].as_array().unwrap().len(), 2);
    assert_ne!(thread["dateUpdated"], message["dateUpdated"]);
    assert_eq!(thread["dateAdded"], message["dateAdded"]);
}

#[tokio::test]
async fn the_status_of_a_message_is_updated() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let sms = client.receive(&ada, json!({})).await;
    let path = format!("/conversations/messages/{}/status", id(&sms));
    let error = json!({ "code": "1", "type": "saas", "message": "Not reachable" });
    let (status, body) = client.put(&path, json!({ "status": "failed", "error": error })).await;
    assert_eq!((status, keys(&body)), (200, vec!["conversationId", "messageId", "status", "traceId"]));
    let now = client.get(&format!("/conversations/messages/{}", id(&sms))).await.1["message"].clone();
    assert_eq!((&now["status"], &now["error"]), (&json!("failed"), &error));
    assert_ne!(now["dateUpdated"], sms["dateUpdated"]);
    for (wrong, refused) in [
        (json!({}), 422),
        (json!({ "status": "unread" }), 422),
        (json!({ "status": "failed", "error": { "code": "1" } }), 422),
        (json!({ "status": "read", "emailMessageId": "nothing" }), 404),
    ] {
        assert_eq!(client.put(&path, wrong.clone()).await.0, refused, "{wrong}");
    }
    let unknown = client.put("/conversations/messages/nothing/status", json!({ "status": "read" })).await;
    assert_eq!(unknown.0, 404);
}
