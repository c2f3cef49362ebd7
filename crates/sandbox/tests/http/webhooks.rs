use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers};

use crate::client::{Client, answer, id, keys};

/// A sandbox without contacts, and somebody who listens.
struct Told {
    client: Client,
    listener: MockServer,
}

impl Told {
    async fn with(hook: Value) -> Self {
        let told = Self { client: Client::with_contacts(0).await, listener: MockServer::start().await };
        Mock::given(matchers::any()).respond_with(ResponseTemplate::new(200)).mount(&told.listener).await;
        told.register(hook).await;
        told
    }

    async fn register(&self, mut hook: Value) -> Value {
        hook["url"] = json!(format!("{}/events", self.listener.uri()));
        hook["backoff_ms"] = json!(1);
        self.client.control(Method::POST, "/webhooks", Some(hook)).await["webhook"].clone()
    }

    /// The listener's answers to the next requests; 200 afterwards.
    async fn listener_answers(&self, statuses: &[u16]) {
        for status in statuses {
            let mock = Mock::given(matchers::any()).respond_with(ResponseTemplate::new(*status));
            mock.up_to_n_times(1).with_priority(1).mount(&self.listener).await;
        }
    }

    /// The deliveries once none is pending.
    async fn deliveries(&self) -> Vec<Value> {
        let settled = async {
            loop {
                let all = self.client.control(Method::GET, "/deliveries", None).await["deliveries"].clone();
                let all = all.as_array().unwrap().clone();
                if all.iter().all(|delivery| delivery["state"] != "pending") {
                    return all;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), settled).await.expect("deliveries end in ten seconds")
    }

    async fn kinds(&self) -> Vec<String> {
        self.deliveries().await.iter().map(|one| one["type"].as_str().unwrap().to_owned()).collect()
    }

    async fn received(&self) -> Vec<Request> {
        self.deliveries().await;
        self.listener.received_requests().await.unwrap()
    }

    fn is_signed(&self, request: &Request) -> bool {
        let pem = &self.client.ready().webhook_public_key;
        let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let key = UnparsedPublicKey::new(&ED25519, STANDARD.decode(base64).unwrap()[12..].to_vec());
        let Some(signature) = request.headers.get("x-ghl-signature") else { return false };
        key.verify(&request.body, &STANDARD.decode(signature).unwrap()).is_ok()
    }
}

#[tokio::test]
async fn a_new_contact_is_told_with_a_signature_over_the_body() {
    let told = Told::with(json!({})).await;
    let ada = told.client.create(json!({ "firstName": "Ada", "email": "ada@example.com" })).await;
    let received = told.received().await;
    assert_eq!(received.len(), 1);
    assert!(told.is_signed(&received[0]));
    let body: Value = received[0].body_json().unwrap();
    assert_eq!((&body["type"], &body["id"]), (&json!("ContactCreate"), &ada["id"]));
    assert_eq!(body["locationId"], told.client.location());
    assert_eq!(body["email"], "ada@example.com");
    assert_eq!(body["webhookId"].as_str().unwrap().len(), 36);
    assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
    let app_id = told.client.ready().client_id.split('-').next().unwrap();
    assert_eq!(body["appId"], app_id);
}

#[tokio::test]
async fn each_change_of_a_contact_tells_what_the_vendor_tells() {
    let told = Told::with(json!({})).await;
    let client = &told.client;
    let contact = format!("/contacts/{}", id(&client.create(json!({ "email": "ada@example.com" })).await));
    client.put(&contact, json!({ "city": "Boston" })).await;
    client.put(&contact, json!({ "dnd": true, "tags": ["vip"] })).await;
    client.post(&format!("{contact}/tags"), json!({ "tags": ["vip", "new"] })).await;
    client.post(&format!("{contact}/tags"), json!({ "tags": ["vip"] })).await;
    let upsert = json!({ "locationId": client.location(), "email": "ada@example.com", "city": "Rome" });
    client.post("/contacts/upsert", upsert).await;
    client.delete(&contact).await;
    let expected = [
        "ContactCreate",
        "ContactUpdate",
        "ContactUpdate",
        "ContactTagUpdate",
        "ContactDndUpdate",
        "ContactTagUpdate",
        "ContactUpdate",
        "ContactDelete",
    ];
    assert_eq!(told.kinds().await, expected);
}

#[tokio::test]
async fn tasks_notes_and_campaigns_tell_too() {
    let told = Told::with(json!({})).await;
    let client = &told.client;
    let contact = format!("/contacts/{}", id(&client.create(json!({})).await));
    let task = json!({ "title": "Call", "dueDate": "2026-01-01T00:00:00Z", "completed": false });
    let (_, made) = client.post(&format!("{contact}/tasks"), task).await;
    let task = format!("{contact}/tasks/{}", id(&made["task"]));
    client.put(&task, json!({ "title": "Call again" })).await;
    client.put(&format!("{task}/completed"), json!({ "completed": true })).await;
    client.put(&format!("{task}/completed"), json!({ "completed": true })).await;
    client.delete(&task).await;
    let (_, made) = client.post(&format!("{contact}/notes"), json!({ "body": "Hello" })).await;
    let note = format!("{contact}/notes/{}", id(&made["note"]));
    client.put(&note, json!({ "body": "Bye" })).await;
    client.delete(&note).await;
    let campaign = format!("{contact}/campaigns/{}", client.directory("campaigns", 0).await);
    client.post(&campaign, json!({})).await;
    client.delete(&campaign).await;
    let expected = [
        "ContactCreate",
        "TaskCreate",
        "TaskComplete",
        "TaskDelete",
        "NoteCreate",
        "NoteUpdate",
        "NoteDelete",
        "CampaignStatusUpdate",
        "CampaignStatusUpdate",
    ];
    assert_eq!(told.kinds().await, expected);
    let done = &told.deliveries().await[2]["payload"];
    assert_eq!((&done["title"], &done["contactId"]), (&json!("Call again"), &json!(&contact[10..])));
}

#[tokio::test]
async fn appointments_are_told_with_the_record_within_and_blocked_times_are_not() {
    let told =
        Told::with(json!({ "events": ["AppointmentCreate", "AppointmentUpdate", "AppointmentDelete"] }))
            .await;
    let client = &told.client;
    let contact = id(&client.create(json!({})).await);
    let (calendar, location) = (client.directory("calendars", 0).await, client.location());
    let new = json!({
        "calendarId": calendar, "locationId": location, "contactId": contact,
        "startTime": "2030-01-07T10:00:00+01:00", "ignoreFreeSlotValidation": true,
    });
    let made = client.post("/calendars/events/appointments", new).await.1;
    let one = format!("/calendars/events/appointments/{}", id(&made));
    client.put(&one, json!({ "appointmentStatus": "cancelled" })).await;
    let block = json!({
        "calendarId": calendar, "locationId": location,
        "startTime": "2030-01-08T10:00:00Z", "endTime": "2030-01-08T11:00:00Z",
    });
    let block = client.post("/calendars/events/block-slots", block).await.1;
    for event in [block, made.clone()] {
        let path = format!("/calendars/events/{}", id(&event));
        answer(client.request(Method::DELETE, &path).json(&json!({}))).await;
    }
    assert_eq!(told.kinds().await, ["AppointmentCreate", "AppointmentUpdate", "AppointmentDelete"]);
    let payloads: Vec<Value> = told.deliveries().await.iter().map(|one| one["payload"].clone()).collect();
    assert_eq!(payloads[0]["locationId"], location);
    let appointment = &payloads[0]["appointment"];
    assert_eq!((&appointment["id"], &appointment["contactId"]), (&made["id"], &json!(contact)));
    assert_eq!(appointment["startTime"], "2030-01-07T10:00:00+01:00");
    assert_eq!(appointment["users"], json!([made["assignedUserId"]]));
    assert_eq!(appointment["source"], "public_api");
    assert_eq!(payloads[1]["appointment"]["appointmentStatus"], "cancelled");
}

#[tokio::test]
async fn changes_that_happen_by_themselves_are_told() {
    let told = Told::with(json!({})).await;
    told.client.control(Method::POST, "/changes", Some(json!({ "count": 30 }))).await;
    let kinds = told.kinds().await;
    for kind in ["ContactCreate", "ContactUpdate", "ContactTagUpdate", "TaskCreate", "NoteCreate"] {
        assert!(kinds.iter().any(|told| told == kind), "{kind} in {kinds:?}");
    }
}

#[tokio::test]
async fn only_the_events_asked_for_are_sent_and_none_after_the_end() {
    let told = Told::with(json!({ "events": ["ContactDelete"], "nested": true })).await;
    let client = &told.client;
    let first = client.create(json!({})).await;
    client.delete(&format!("/contacts/{}", id(&first))).await;
    let received = told.received().await;
    assert_eq!(received.len(), 1);
    let body: Value = received[0].body_json().unwrap();
    assert_eq!(keys(&body), ["appId", "data", "timestamp", "type", "webhookId"]);
    assert_eq!(body["data"]["id"], first["id"]);
    let second = client.create(json!({})).await;
    client.control(Method::DELETE, "/webhooks/1", None).await;
    client.delete(&format!("/contacts/{}", id(&second))).await;
    assert_eq!(told.received().await.len(), 1);
}

#[tokio::test]
async fn a_listener_that_fails_is_tried_again_with_the_same_body() {
    let told = Told::with(json!({})).await;
    told.listener_answers(&[500, 429]).await;
    told.client.create(json!({})).await;
    let delivery = &told.deliveries().await[0];
    assert_eq!((&delivery["state"], &delivery["tries"]), (&json!("delivered"), &json!([500, 429, 200])));
    let received = told.received().await;
    assert!(received.iter().all(|request| request.body == received[0].body && told.is_signed(request)));
}

#[tokio::test]
async fn tries_come_to_an_end() {
    let told = Told::with(json!({ "tries": 2 })).await;
    told.listener_answers(&[500, 500, 500]).await;
    told.client.create(json!({})).await;
    let delivery = &told.deliveries().await[0];
    assert_eq!((&delivery["state"], &delivery["tries"]), (&json!("failed"), &json!([500, 500])));
    let failed = told.client.control(Method::GET, "/deliveries?state=failed&type=ContactCreate", None).await;
    assert_eq!(failed["deliveries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_listener_that_is_not_there_is_a_failure_and_hinders_nobody() {
    let told = Told::with(json!({})).await;
    let gone = json!({ "url": "http://127.0.0.1:1/", "tries": 2, "backoff_ms": 1 });
    told.client.control(Method::POST, "/webhooks", Some(gone)).await;
    told.client.create(json!({})).await;
    let deliveries = told.deliveries().await;
    let states: Vec<&Value> = deliveries.iter().map(|delivery| &delivery["state"]).collect();
    assert_eq!(states, ["delivered", "failed"]);
    assert!(deliveries[1]["tries"][0].is_string());
}

#[tokio::test]
async fn faults_spoil_deliveries_as_often_as_told() {
    let told = Told::with(json!({})).await;
    let faults = [
        json!({ "drop": true, "event": "ContactCreate", "times": 1 }),
        json!({ "signature": "wrong", "times": 1 }),
        json!({ "signature": "missing", "times": 1 }),
        json!({ "twice": true, "age_ms": 3_600_000, "times": 1 }),
    ];
    for fault in faults {
        told.client.control(Method::POST, "/webhooks/faults", Some(fault)).await;
    }
    for _ in 0..5 {
        told.client.create(json!({})).await;
        told.deliveries().await;
    }
    let received = told.received().await;
    let signed: Vec<bool> = received.iter().map(|request| told.is_signed(request)).collect();
    assert_eq!(signed, [false, false, true, true, true]);
    assert!(received[0].headers.contains_key("x-ghl-signature"));
    assert!(!received[1].headers.contains_key("x-ghl-signature"));
    assert_eq!(received[2].body, received[3].body, "the same webhookId twice");
    let stamps: Vec<Value> =
        received.iter().map(|request| request.body_json::<Value>().unwrap()["timestamp"].clone()).collect();
    assert!(stamps[2].as_str() < stamps[1].as_str(), "{stamps:?}");
    assert_eq!(told.deliveries().await[0]["state"], "dropped");
}

#[tokio::test]
async fn a_webhook_without_a_url_or_with_a_misspelt_key_is_refused() {
    let client = Client::with_contacts(0).await;
    let url = format!("{}/webhooks", client.ready().control_url);
    for wrong in [json!({}), json!({ "url": "nowhere" }), json!({ "url": "http://a.example/", "event": [] })]
    {
        assert_eq!(answer(client.http.post(&url).json(&wrong)).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_message_that_comes_in_is_told_with_its_unread_count() {
    let told =
        Told::with(json!({ "events": ["InboundMessage", "OutboundMessage", "ConversationUnreadUpdate"] }))
            .await;
    let ada = id(&told.client.create(json!({ "firstName": "Ada", "phone": "+15125550111" })).await);
    let message = told.client.receive(&ada, json!({ "body": "Hello" })).await;
    let answer = json!({ "type": "SMS", "contactId": ada, "message": "Good morning" });
    told.client.post("/conversations/messages", answer).await;
    let mut kinds = told.kinds().await;
    kinds.sort_unstable();
    assert_eq!(kinds, ["ConversationUnreadUpdate", "InboundMessage", "OutboundMessage"]);
    for request in told.received().await {
        let body: Value = request.body_json().unwrap();
        match body["type"].as_str().unwrap() {
            "InboundMessage" => {
                assert_eq!((&body["messageId"], &body["body"]), (&message["id"], &json!("Hello")))
            }
            "OutboundMessage" => {
                assert_eq!((&body["body"], &body["direction"]), (&json!("Good morning"), &json!("outbound")))
            }
            _ => assert_eq!((&body["id"], &body["unreadCount"]), (&message["conversationId"], &json!(1))),
        }
    }
}
