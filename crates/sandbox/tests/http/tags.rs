use reqwest::Method;
use serde_json::json;

use crate::client::{Client, answer, id};

#[tokio::test]
async fn tags_are_added_once_and_move_the_date_once() {
    let client = Client::with_contacts(0).await;
    let ada = client.create(json!({ "tags": ["lead"] })).await;
    let path = format!("/contacts/{}", id(&ada));
    let (status, body) = client.post(&format!("{path}/tags"), json!({ "tags": ["lead", "VIP"] })).await;
    assert_eq!(status, 201);
    assert_eq!((&body["tags"], &body["tagsAdded"]), (&json!(["lead", "vip"]), &json!(["vip"])));
    let changed = client.get(&path).await.1["contact"]["dateUpdated"].clone();
    assert!(changed.as_str() > ada["dateUpdated"].as_str());
    let (_, body) = client.post(&format!("{path}/tags"), json!({ "tags": ["vip"] })).await;
    assert_eq!(body["tagsAdded"], json!([]));
    assert_eq!(client.get(&path).await.1["contact"]["dateUpdated"], changed);
}

#[tokio::test]
async fn tags_are_removed_by_a_delete_with_a_body() {
    let client = Client::with_contacts(0).await;
    let path = format!("/contacts/{}/tags", id(&client.create(json!({ "tags": ["lead", "vip"] })).await));
    let request = client.request(Method::DELETE, &path).json(&json!({ "tags": ["vip", "never"] }));
    let (status, body) = answer(request).await;
    assert_eq!(status, 200);
    assert_eq!((&body["tags"], &body["tagsRemoved"]), (&json!(["lead"]), &json!(["vip"])));
    assert_eq!(client.delete(&path).await.0, 400);
    let request = client.request(Method::DELETE, &path).json(&json!({ "tags": [] }));
    assert_eq!(answer(request).await.1["message"], json!(["tags should not be empty"]));
}

#[tokio::test]
async fn a_bulk_update_answers_201_with_the_failures_in_it() {
    let client = Client::with_contacts(0).await;
    let ada = id(&client.create(json!({ "tags": ["lead"] })).await);
    let bulk = |tags| json!({ "contacts": [ada, "nobody"], "tags": tags, "locationId": client.location() });
    let (status, body) = client.post("/contacts/bulk/tags/update/add", bulk(json!(["vip"]))).await;
    assert_eq!((status, &body["errorCount"]), (201, &json!(1)));
    assert_eq!(body["responses"][0]["tagsAdded"], json!(["vip"]));
    assert_eq!(body["responses"][0]["oldTags"], json!(["lead"]));
    assert_eq!(body["responses"][1]["type"], "error");
    let mut all = bulk(json!([]));
    all["removeAllTags"] = json!(true);
    assert_eq!(client.post("/contacts/bulk/tags/update/add", all.clone()).await.0, 422);
    let (_, body) = client.post("/contacts/bulk/tags/update/remove", all).await;
    assert_eq!(body["responses"][0]["tagsRemoved"], json!(["lead", "vip"]));
    assert_eq!(client.post("/contacts/bulk/tags/update/set", bulk(json!(["a"]))).await.0, 422);
}
