use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, answer, id};

impl Client {
    async fn delete_with(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.request(Method::DELETE, path).json(&body)).await
    }
}

#[tokio::test]
async fn users_follow_a_contact_and_leave_it() {
    let client = Client::with_contacts(0).await;
    let ada = id(&client.create(json!({})).await);
    client.create(json!({})).await;
    let (path, record) = (format!("/contacts/{ada}/followers"), format!("/contacts/{ada}"));
    let [desk, team] = [client.directory("users", 0).await, client.directory("users", 1).await];
    let (status, body) = client.post(&path, json!({ "followers": [team, desk, team] })).await;
    assert_eq!((status, &body["followersAdded"]), (201, &json!([team, desk])));
    let updated = client.get(&record).await.1["contact"]["dateUpdated"].clone();
    let (_, body) = client.post(&path, json!({ "followers": [desk] })).await;
    assert_eq!((&body["followers"], &body["followersAdded"]), (&json!([team, desk]), &json!([])));
    let contact = client.get(&record).await.1["contact"].clone();
    assert_eq!(contact["followers"], json!([team, desk]));
    assert_eq!(contact["dateUpdated"], updated, "following twice changes nothing");
    let following = json!([{ "field": "followers", "operator": "eq", "value": team }]);
    assert_eq!(client.found(following.clone()).await, [ada.as_str()]);
    let (status, body) = client.delete_with(&path, json!({ "followers": [team, "nobody"] })).await;
    assert_eq!((status, &body["followersRemoved"]), (200, &json!([team])));
    assert_eq!(body["followers"], json!([desk]));
    assert_eq!(client.found(following).await, Vec::<String>::new());
}

#[tokio::test]
async fn followers_are_users_and_are_required() {
    let client = Client::with_contacts(0).await;
    let path = format!("/contacts/{}/followers", id(&client.create(json!({})).await));
    let (status, body) = client.post(&path, json!({ "followers": ["nobody"] })).await;
    assert_eq!((status, &body["message"]), (404, &json!("User with id nobody not found")));
    assert_eq!(client.post(&path, json!({ "followers": [] })).await.0, 422);
    assert_eq!(client.delete(&path).await.0, 400, "a DELETE without its body");
    let user = client.directory("users", 0).await;
    assert_eq!(client.post("/contacts/nobody/followers", json!({ "followers": [user] })).await.0, 404);
}

#[tokio::test]
async fn contacts_are_put_into_a_business_and_taken_out_of_it() {
    let client = Client::with_contacts(0).await;
    let (ada, ben) = (id(&client.create(json!({})).await), id(&client.create(json!({})).await));
    let business = client.directory("businesses", 1).await;
    let update = |business: Value, ids: Value| {
        let body = json!({ "locationId": client.location(), "ids": ids, "businessId": business });
        let client = &client;
        async move { client.post("/contacts/bulk/business", body).await }
    };
    let (status, body) = update(json!(business), json!([ada, "nobody", ben])).await;
    assert_eq!(status, 200);
    assert_eq!((&body["success"], &body["ids"]), (&json!(true), &json!([ada, ben])));
    let path = format!("/contacts/business/{business}?locationId={}", client.location());
    assert_eq!(client.get(&path).await.1["count"], 2);
    let contact = client.get(&format!("/contacts/{ada}")).await.1["contact"].clone();
    assert_eq!(
        (&contact["businessId"], &contact["companyName"]),
        (&json!(business), &json!("Blue Harbor Labs"))
    );
    assert_eq!(update(Value::Null, json!([ada])).await.1["ids"], json!([ada]));
    let contact = client.get(&format!("/contacts/{ada}")).await.1["contact"].clone();
    assert_eq!((contact.get("businessId"), contact.get("companyName")), (None, None));
    assert_eq!(client.get(&path).await.1["contacts"][0]["id"], json!(ben));
    assert_eq!(update(json!("no business"), json!([ada])).await.0, 404);
    let without = json!({ "locationId": client.location(), "ids": [ada] });
    let (status, body) = client.post("/contacts/bulk/business", without).await;
    assert_eq!((status, &body["message"]), (422, &json!(["businessId should not be empty"])));
}
