use serde_json::{Value, json};

use crate::client::{Client, id, ids, keys};

async fn search(client: &Client, more: &str) -> Value {
    let (status, body) =
        client.get(&format!("/conversations/search?locationId={}{more}", client.location())).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// The ids of the conversations that are found.
async fn found(client: &Client, more: &str) -> Vec<String> {
    ids(&search(client, more).await["conversations"])
}

/// Contacts that wrote one SMS each, and their conversations, oldest first.
async fn three(client: &Client) -> (Vec<String>, Vec<String>) {
    let (mut contacts, mut conversations) = (Vec::new(), Vec::new());
    for name in ["Ada", "Ben", "Cleo"] {
        let contact = id(&client.create(json!({ "firstName": name })).await);
        let message = client.receive(&contact, json!({ "body": format!("Hello from {name}") })).await;
        conversations.push(message["conversationId"].as_str().unwrap().to_owned());
        contacts.push(contact);
    }
    (contacts, conversations)
}

#[tokio::test]
async fn a_conversation_is_opened_once_for_a_contact() {
    let client = Client::with_contacts(0).await;
    let ada = client.create(json!({ "firstName": "Ada", "phone": "+15125550111" })).await;
    let new = json!({ "locationId": client.location(), "contactId": id(&ada) });
    let (status, body) = client.post("/conversations/", new.clone()).await;
    assert_eq!((status, &body["success"]), (201, &json!(true)));
    let made = &body["conversation"];
    assert!(made["dateAdded"].as_str().unwrap().ends_with('Z'));
    let (status, again) = client.post("/conversations/", new).await;
    assert_eq!((status, &again["conversationId"]), (400, &made["id"]));
    let unknown = json!({ "locationId": client.location(), "contactId": "nobody" });
    assert_eq!(client.post("/conversations/", unknown).await.0, 404);
    let (status, one) = client.get(&format!("/conversations/{}", id(made))).await;
    assert_eq!(status, 200);
    assert_eq!(
        keys(&one),
        ["contactId", "deleted", "id", "lastMessageDate", "locationId", "starred", "traceId", "type"]
    );
    assert_eq!(one["type"], 1);
    assert!(one["lastMessageDate"]["seconds"].is_i64() && one["lastMessageDate"]["nanoseconds"].is_i64());
    assert_eq!(client.get("/conversations/nothing").await.0, 404);
}

#[tokio::test]
async fn a_message_that_comes_in_is_unread_and_moves_its_conversation_up() {
    let client = Client::with_contacts(0).await;
    let (contacts, conversations) = three(&client).await;
    let newest_first = search(&client, "").await;
    assert_eq!(newest_first["total"], 3);
    let first = &newest_first["conversations"][0];
    assert_eq!((&first["id"], &first["type"]), (&json!(conversations[2]), &json!("TYPE_EMAIL")));
    assert_eq!(first["lastMessageBody"], "Hello from Cleo");
    assert_eq!(first["sort"], json!([first["lastMessageDate"]]));
    assert!(first["dateAdded"].is_i64() && first["dateUpdated"].is_i64());
    client.receive(&contacts[0], json!({ "type": "TYPE_WHATSAPP", "body": "Still there?" })).await;
    let item = search(&client, "").await["conversations"][0].clone();
    assert_eq!((&item["id"], &item["unreadCount"]), (&json!(conversations[0]), &json!(2)));
    assert_eq!(item["lastMessageType"], "TYPE_WHATSAPP");
    let one = client.get(&format!("/conversations/{}", conversations[0])).await.1;
    assert_eq!((&one["unreadCount"], &one["inbox"]), (&json!(2), &json!(true)));
}

#[tokio::test]
async fn the_sort_value_of_the_last_conversation_leads_to_the_next_page() {
    let client = Client::with_contacts(0).await;
    let (_, oldest_first) = three(&client).await;
    for (sort, mut expected) in [("asc", oldest_first.clone()), ("desc", oldest_first)] {
        if sort == "desc" {
            expected.reverse();
        }
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = search(&client, &format!("&limit=2&sort={sort}{after}")).await;
            assert_eq!(page["total"], 3);
            let items = page["conversations"].as_array().unwrap();
            let Some(last) = items.last() else { break };
            after = format!("&startAfterDate={}", last["sort"][0]);
            seen.extend(ids(&page["conversations"]));
        }
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn a_filter_keeps_what_fits() {
    let client = Client::with_contacts(0).await;
    let (contacts, all) = three(&client).await;
    let user = client.directory("users", 0).await;
    client.put(&format!("/contacts/{}", contacts[1]), json!({ "assignedTo": user })).await;
    client
        .post("/conversations/messages", json!({ "type": "FB", "contactId": contacts[2], "message": "Hi" }))
        .await;
    let added = search(&client, &format!("&id={}", all[1])).await["conversations"][0]["dateAdded"].clone();
    for (query, expected) in [
        (format!("&contactId={}", contacts[0]), vec![&all[0]]),
        (format!("&assignedTo={user}"), vec![&all[1]]),
        (format!("&assignedTo={user},unassigned"), vec![&all[2], &all[1], &all[0]]),
        ("&assignedTo=unassigned".to_owned(), vec![&all[2], &all[0]]),
        ("&query=from%20Ben".to_owned(), vec![&all[1]]),
        ("&query=cleo".to_owned(), vec![&all[2]]),
        ("&lastMessageType=TYPE_FACEBOOK".to_owned(), vec![&all[2]]),
        ("&lastMessageDirection=outbound".to_owned(), vec![&all[2]]),
        ("&lastMessageAction=automated".to_owned(), vec![&all[2]]),
        ("&status=starred".to_owned(), vec![]),
        ("&status=read".to_owned(), vec![]),
        ("&status=unread&limit=1".to_owned(), vec![&all[2]]),
        ("&sortBy=last_manual_message_date&limit=1".to_owned(), vec![&all[2]]),
        (format!("&startDate={added}&endDate={added}"), vec![&all[1]]),
        (format!("&followers={user}"), vec![]),
        (format!("&mentions={user}"), vec![]),
    ] {
        let expected: Vec<String> = expected.into_iter().cloned().collect();
        assert_eq!(found(&client, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_search_that_makes_no_sense_is_refused() {
    let client = Client::with_contacts(0).await;
    let here = format!("/conversations/search?locationId={}", client.location());
    for query in [
        "limit=101",
        "limit=0",
        "sort=up",
        "sortBy=name",
        "status=new",
        "startAfterDate=today",
        "startDate=2025-01-01",
        "lastMessageType=SMS",
        "page=2",
    ] {
        assert_eq!(client.get(&format!("{here}&{query}")).await.0, 422, "{query}");
    }
    assert_eq!(client.get("/conversations/search").await.0, 422, "without a location");
}

#[tokio::test]
async fn a_deleted_contact_takes_its_conversation_along() {
    let client = Client::with_contacts(0).await;
    let (contacts, conversations) = three(&client).await;
    client.delete(&format!("/contacts/{}", contacts[0])).await;
    assert_eq!(client.get(&format!("/conversations/{}", conversations[0])).await.0, 404);
    assert_eq!(search(&client, "").await["total"], 2);
}

#[tokio::test]
async fn an_agent_types_in_a_conversation_that_exists() {
    let client = Client::with_contacts(0).await;
    let (_, conversations) = three(&client).await;
    let path = "/conversations/providers/live-chat/typing";
    let mut typing = json!({
        "locationId": client.location(),
        "isTyping": true,
        "visitorId": "a visitor",
        "conversationId": conversations[0],
    });
    let (status, body) = client.post(path, typing.clone()).await;
    assert_eq!((status, &body["success"]), (201, &json!(true)));
    typing["conversationId"] = json!("nothing");
    assert_eq!(client.post(path, typing.clone()).await.0, 404);
    typing["isTyping"] = json!("true");
    assert_eq!(client.post(path, typing).await.0, 422);
}

#[tokio::test]
async fn the_seed_has_conversations_by_sms_email_and_telephone() {
    let client = Client::with_contacts(10).await;
    assert_eq!(search(&client, "").await["total"], 6);
    for kind in ["TYPE_SMS", "TYPE_EMAIL", "TYPE_CALL"] {
        assert_eq!(found(&client, &format!("&lastMessageType={kind}")).await.len(), 2, "{kind}");
    }
}
