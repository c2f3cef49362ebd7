use serde_json::{Value, json};

use crate::client::{Client, id, ids, keys};

fn list(client: &Client, query: &str) -> String {
    format!("/businesses/?locationId={}{query}", client.location())
}

#[tokio::test]
async fn a_business_lives_from_create_to_delete() {
    let client = Client::with_contacts(0).await;
    let new = json!({ "name": "Night School", "locationId": client.location(), "city": "Boston" });
    let (status, body) = client.post("/businesses/", new).await;
    assert_eq!((status, &body["success"]), (201, &json!(true)));
    let made = &body["buiseness"];
    assert_eq!(keys(made), ["city", "createdAt", "id", "locationId", "name", "updatedAt"]);
    assert_eq!(id(made).len(), 24);
    let path = format!("/businesses/{}", id(made));
    assert_eq!(client.get(&path).await.1["business"], *made);
    let (status, body) = client.put(&path, json!({ "phone": "+12025550101", "city": "" })).await;
    let changed = &body["buiseness"];
    assert_eq!((status, &changed["phone"], changed.get("city")), (200, &json!("+12025550101"), None));
    assert_eq!((&changed["name"], &changed["createdAt"]), (&made["name"], &made["createdAt"]));
    assert!(changed["updatedAt"].as_str() > made["updatedAt"].as_str());
    assert!(ids(&client.get(&list(&client, "")).await.1["businesses"]).contains(&id(made)));
    let (status, body) = client.delete(&path).await;
    assert_eq!((status, &body["success"]), (200, &json!(true)));
    let (status, body) = client.get(&path).await;
    assert_eq!(
        (status, body["message"].as_str().unwrap()),
        (404, format!("Business with id {} not found", id(made)).as_str())
    );
}

#[tokio::test]
async fn businesses_are_listed_in_pages() {
    let client = Client::with_contacts(0).await;
    let all = ids(&client.get(&list(&client, "")).await.1["businesses"]);
    assert_eq!(all.len(), 4);
    assert_eq!(all[0], client.directory("businesses", 0).await);
    assert_eq!(ids(&client.get(&list(&client, "&limit=2&skip=1")).await.1["businesses"]), all[1..3]);
    assert_eq!(client.get(&list(&client, "&skip=4")).await.1["businesses"], json!([]));
    assert_eq!(client.get(&list(&client, "&limit=101")).await.0, 422);
    assert_eq!(client.get("/businesses/").await.0, 422, "the location is required");
}

#[tokio::test]
async fn a_new_name_is_found_and_a_deleted_business_lets_its_contacts_go() {
    let client = Client::with_contacts(0).await;
    let ada = id(&client.create(json!({})).await);
    let business = client.directory("businesses", 0).await;
    let path = format!("/businesses/{business}");
    let body = json!({ "locationId": client.location(), "ids": [ada], "businessId": business });
    assert_eq!(client.post("/contacts/bulk/business", body).await.0, 200);
    client.put(&path, json!({ "name": "Evening School" })).await;
    let named = json!([{ "field": "businessName", "operator": "eq", "value": "evening school" }]);
    assert_eq!(client.found(named.clone()).await, [ada.as_str()]);
    client.delete(&path).await;
    assert_eq!(client.found(named).await, Vec::<String>::new());
    assert_eq!(client.get(&format!("/contacts/{ada}")).await.1["contact"].get("businessId"), None);
}

#[tokio::test]
async fn a_wrong_business_is_refused() {
    let client = Client::with_contacts(0).await;
    let here = client.location().to_owned();
    for (body, message) in [
        (json!({ "locationId": here }), "name should not be empty"),
        (json!({ "locationId": here, "name": "A", "postalCode": 2108 }), "postalCode must be a string"),
        (json!({ "locationId": here, "name": "A", "email": "nobody" }), "email must be an email"),
        (json!({ "locationId": here, "name": "A", "zip": "2108" }), "property zip should not exist"),
    ] {
        let (status, answer) = client.post("/businesses/", body).await;
        assert_eq!((status, &answer["message"]), (422, &json!([message])));
    }
    let location: Value = json!({ "name": "B", "locationId": here });
    let path = format!("/businesses/{}", client.directory("businesses", 0).await);
    assert_eq!(client.put(&path, location).await.0, 422, "an update names no location");
}
