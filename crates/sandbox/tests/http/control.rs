use std::collections::BTreeSet;
use std::time::Duration;

use highline_sandbox::SandboxSettings;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, id, keys};

#[tokio::test]
async fn ready_is_one_line_of_json_with_all_that_a_client_needs() {
    let client = Client::with_contacts(0).await;
    let ready = serde_json::to_value(client.ready()).unwrap();
    assert_eq!(
        keys(&ready),
        [
            "agency_token",
            "base_url",
            "client_id",
            "client_secret",
            "company_id",
            "control_url",
            "credly_base_url",
            "credly_organization_id",
            "credly_token",
            "location_id",
            "token",
            "webhook_public_key",
        ]
    );
    assert_eq!(client.control(Method::GET, "/ready", None).await, ready);
    assert!(!serde_json::to_string(client.ready()).unwrap().contains('\n'));
}

#[tokio::test]
async fn contacts_are_added_one_by_one_or_by_template() {
    let client = Client::with_contacts(5).await;
    let one =
        client.control(Method::POST, "/contacts", Some(json!({ "firstName": "Ada", "tags": ["vip"] }))).await;
    assert_eq!(one["contact"]["tags"], json!(["vip"]));
    let many = json!({ "count": 1050, "template": { "email": "p{n}@example.org", "tags": ["imported"] } });
    let added = client.control(Method::POST, "/contacts", Some(many)).await;
    assert_eq!(added["ids"].as_array().unwrap().len(), 1_050);
    let (_, found) = client
        .search(json!({ "pageLimit": 500, "filters": [{ "field": "tags", "operator": "eq", "value": "imported" }] }))
        .await;
    assert_eq!(found["total"], 1_050);
    let items = found["contacts"].as_array().unwrap();
    assert_eq!(items.iter().map(|item| item["email"].as_str().unwrap()).collect::<BTreeSet<_>>().len(), 500);
    assert!(items.iter().all(|item| item["firstName"].is_string()));
    let misspelt =
        client.http.post(format!("{}/contacts", client.ready().control_url)).json(&json!({ "frist": 1 }));
    assert_eq!(crate::client::answer(misspelt).await.0, 400);
}

#[tokio::test]
async fn a_change_from_outside_moves_the_update_time() {
    let client = Client::with_contacts(3).await;
    let before = client.some_contact(|_| true).await;
    let path = format!("/contacts/{}", id(&before));
    let changed =
        client.control(Method::PUT, &path, Some(json!({ "city": "Boston", "companyName": null }))).await;
    assert_eq!(changed["contact"]["city"], "Boston");
    assert!(changed["contact"]["dateUpdated"].as_str() > before["dateUpdated"].as_str());
    let task = client.control(Method::POST, &format!("{path}/tasks"), Some(json!({ "title": "Call" }))).await;
    assert_eq!((&task["task"]["title"], &task["task"]["completed"]), (&json!("Call"), &json!(false)));
    let note = client.control(Method::POST, &format!("{path}/notes"), None).await;
    assert_eq!(note["note"]["body"], "A note.");
    let (_, tasks) = client.get(&format!("{path}/tasks")).await;
    assert!(tasks["tasks"].as_array().unwrap().contains(&task["task"]));
}

#[tokio::test]
async fn touched_contacts_have_moments_of_their_own_or_share_one() {
    let client = Client::with_contacts(30).await;
    let moments = || async {
        let all = client.control(Method::GET, "/contacts", None).await;
        all["contacts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|contact| contact["dateUpdated"].as_str().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    client.control(Method::POST, "/touch", Some(json!({ "count": 30 }))).await;
    assert_eq!(moments().await.len(), 30);
    client.control(Method::POST, "/touch", Some(json!({ "count": 10, "same_time": true }))).await;
    assert_eq!(moments().await.len(), 21);
}

#[tokio::test]
async fn requests_are_kept_and_counted_by_route() {
    let client = Client::with_contacts(0).await;
    let ada = id(&client.create(json!({ "firstName": "Ada" })).await);
    client.get(&format!("/contacts/{ada}")).await;
    client.get("/contacts/nobody").await;
    let (_, _) = client.get(&format!("/campaigns/?locationId={}", client.location())).await;
    let state = client.control(Method::GET, "/state", None).await;
    assert_eq!(state["requests"]["total"], 4);
    assert_eq!(state["requests"]["by_route"]["GET /contacts/{contactId}"], json!({ "200": 1, "404": 1 }));
    let posted = client.control(Method::GET, "/requests?method=POST", None).await["requests"].clone();
    assert_eq!(posted[0]["body"], json!({ "firstName": "Ada", "locationId": client.location() }));
    assert_eq!((&posted[0]["route"], &posted[0]["status"]), (&json!("POST /contacts/"), &json!(201)));
    let last = client.control(Method::GET, "/requests?limit=1", None).await["requests"].clone();
    assert_eq!(last[0]["query"], format!("locationId={}", client.location()));
    let missed = client.control(Method::GET, "/requests?status=404", None).await["requests"].clone();
    assert_eq!((missed.as_array().unwrap().len(), &missed[0]["path"]), (1, &json!("/contacts/nobody")));
}

#[tokio::test]
async fn a_reset_is_a_new_start_from_the_same_seed() {
    let client = Client::with_contacts(20).await;
    let before = client.control(Method::GET, "/contacts", None).await;
    client.control(Method::POST, "/changes", Some(json!({ "count": 50 }))).await;
    client.control(Method::POST, "/faults", Some(json!({ "status": 500 }))).await;
    assert_ne!(client.control(Method::GET, "/contacts", None).await, before);
    client.control(Method::POST, "/reset", None).await;
    assert_eq!(client.control(Method::GET, "/contacts", None).await, before);
    assert_eq!(client.control(Method::GET, "/state", None).await["requests"]["total"], 0);
    assert_eq!(client.create(json!({})).await["tags"], json!([]), "the fault is gone");
}

#[tokio::test]
async fn changes_happen_by_themselves_until_the_sandbox_stops() {
    let every = Duration::from_millis(5);
    let client = Client::with(SandboxSettings { changes_every: Some(every), ..Default::default() }).await;
    let first = client.control(Method::GET, "/contacts", None).await;
    let changed = async {
        while client.control(Method::GET, "/contacts", None).await == first {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), changed).await.expect("a change within ten seconds");
    client.sandbox.stop().await;
}

#[tokio::test]
async fn the_changes_of_a_seed_come_in_one_order() {
    let changes = || async {
        let client = Client::with_contacts(20).await;
        client.control(Method::POST, "/changes", Some(json!({ "count": 40 }))).await["changes"].clone()
    };
    let (first, second): (Value, Value) = (changes().await, changes().await);
    assert_eq!(first, second);
    assert_eq!(first.as_array().unwrap().len(), 40);
}
