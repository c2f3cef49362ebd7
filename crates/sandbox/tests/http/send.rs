use serde_json::{Value, json};

use crate::client::{Answer, Client, id, keys};

/// A contact that can be written to.
async fn ada(client: &Client) -> String {
    let fields = json!({ "firstName": "Ada", "email": "ada@example.com", "phone": "+15125550111" });
    id(&client.create(fields).await)
}

async fn send(client: &Client, body: Value) -> Answer {
    client.post("/conversations/messages", body).await
}

async fn message(client: &Client, sent: &Value) -> Value {
    let path = format!("/conversations/messages/{}", sent["messageId"].as_str().unwrap());
    client.get(&path).await.1["message"].clone()
}

async fn email(client: &Client, sent: &Value) -> Value {
    let path = format!("/conversations/messages/email/{}", sent["emailMessageId"].as_str().unwrap());
    client.get(&path).await.1["emailMessage"].clone()
}

#[tokio::test]
async fn an_sms_opens_a_conversation_and_the_next_one_stays_in_it() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let sms = json!({ "type": "SMS", "contactId": ada, "message": "Hello" });
    let (status, sent) = send(&client, sms.clone()).await;
    assert_eq!(status, 200);
    assert_eq!(keys(&sent), ["conversationId", "messageId", "msg", "status", "traceId"]);
    let kept = message(&client, &sent).await;
    assert_eq!((&kept["body"], &kept["direction"]), (&json!("Hello"), &json!("outbound")));
    assert_eq!((&kept["to"], &kept["source"]), (&json!("+15125550111"), &json!("api")));
    let (_, second) = send(&client, sms).await;
    assert_eq!(second["conversationId"], sent["conversationId"]);
    assert_ne!(second["messageId"], sent["messageId"]);
}

#[tokio::test]
async fn every_type_is_sent() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    for (kind, message_type) in [
        ("SMS", "TYPE_SMS"),
        ("RCS", "TYPE_RCS"),
        ("Email", "TYPE_EMAIL"),
        ("WhatsApp", "TYPE_WHATSAPP"),
        ("IG", "TYPE_INSTAGRAM"),
        ("FB", "TYPE_FACEBOOK"),
        ("Custom", "TYPE_CUSTOM_SMS"),
        ("Live_Chat", "TYPE_LIVE_CHAT"),
        ("TIKTOK", "TYPE_TIKTOK"),
    ] {
        let body = json!({ "type": kind, "contactId": ada, "message": "Hello", "subject": "Hello" });
        let (status, sent) = send(&client, body).await;
        assert_eq!((status, &message(&client, &sent).await["messageType"]), (200, &json!(message_type)));
    }
}

#[tokio::test]
async fn an_email_carries_its_html_and_an_answer_joins_the_thread() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let new = json!({
        "type": "Email",
        "contactId": ada,
        "subject": "Your badge",
        "html": "<p>Here it is</p>",
        "emailCc": ["ben@example.com"],
    });
    let (status, sent) = send(&client, new).await;
    assert_eq!(status, 200);
    let kept = email(&client, &sent).await;
    assert_eq!((&kept["body"], &kept["subject"]), (&json!("<p>Here it is</p>"), &json!("Your badge")));
    assert_eq!((&kept["to"], &kept["cc"]), (&json!(["ada@example.com"]), &json!(["ben@example.com"])));
    assert_eq!(message(&client, &sent).await["body"], "");
    for field in ["threadId", "replyMessageId"] {
        let named = if field == "threadId" { &sent["messageId"] } else { &sent["emailMessageId"] };
        let body = json!({ "type": "Email", "contactId": ada, "message": "And this.", field: named });
        let (status, answer) = send(&client, body).await;
        assert_eq!((status, &answer["messageId"]), (200, &sent["messageId"]));
        assert_ne!(answer["emailMessageId"], sent["emailMessageId"]);
        assert_eq!(email(&client, &answer).await["contentType"], "text/plain");
    }
    let thread = message(&client, &sent).await;
    assert_eq!(thread["meta"]["email"]["messageIds"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_message_for_later_is_scheduled_in_seconds() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let at =
        |time: u64| json!({ "type": "SMS", "contactId": ada, "message": "Hi", "scheduledTimestamp": time });
    for (time, status) in [(4_102_444_800, "scheduled"), (1_669_287_863, "delivered")] {
        let (_, sent) = send(&client, at(time)).await;
        assert_eq!(message(&client, &sent).await["status"], status);
    }
    let (status, body) = send(&client, at(4_102_444_800_000)).await;
    assert_eq!((status, &body["message"]), (422, &json!(["scheduledTimestamp must be in seconds"])));
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_is_refused() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let bare = id(&client.create(json!({ "firstName": "Nobody" })).await);
    for (body, refused) in [
        (json!({ "contactId": ada, "message": "Hi" }), 422),
        (json!({ "type": "Fax", "contactId": ada, "message": "Hi" }), 422),
        (json!({ "type": "SMS", "contactId": ada, "text": "Hi" }), 422),
        (json!({ "type": "SMS", "contactId": ada, "message": "Hi", "status": "sent" }), 422),
        (json!({ "type": "SMS", "contactId": "nobody", "message": "Hi" }), 404),
        (json!({ "type": "SMS", "contactId": ada }), 400),
        (json!({ "type": "SMS", "contactId": ada, "html": "<p>Hi</p>" }), 400),
        (json!({ "type": "Email", "contactId": ada, "html": "<p>Hi</p>" }), 400),
        (json!({ "type": "Email", "contactId": ada, "subject": "Hi" }), 400),
        (json!({ "type": "SMS", "contactId": bare, "message": "Hi" }), 400),
        (json!({ "type": "Email", "contactId": bare, "subject": "Hi", "message": "Hi" }), 400),
        (json!({ "type": "Email", "contactId": ada, "message": "Hi", "threadId": "nothing" }), 404),
        (json!({ "type": "Email", "contactId": ada, "forward": { "isForwarded": true } }), 422),
    ] {
        assert_eq!(send(&client, body.clone()).await.0, refused, "{body}");
    }
    let found = client.get(&format!("/conversations/search?locationId={}", client.location())).await.1;
    assert_eq!(found["total"], 0, "nothing refused opens a conversation");
}

#[tokio::test]
async fn a_message_of_attachments_needs_no_text() {
    let client = Client::with_contacts(0).await;
    let ada = ada(&client).await;
    let body = json!({ "type": "SMS", "contactId": ada, "attachments": ["https://example.com/a.png"] });
    let (status, sent) = send(&client, body).await;
    assert_eq!(status, 200);
    assert_eq!(message(&client, &sent).await["attachments"], json!(["https://example.com/a.png"]));
}
