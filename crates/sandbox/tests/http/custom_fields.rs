use serde_json::{Value, json};

use crate::client::{Client, id, keys};

async fn listed(client: &Client, query: &str) -> Vec<Value> {
    let (status, body) = client.get(&format!("/locations/{}/customFields{query}", client.location())).await;
    assert_eq!(status, 200, "{body}");
    body["customFields"].as_array().unwrap().clone()
}

#[tokio::test]
async fn definitions_are_listed_by_model() {
    let client = Client::with_contacts(0).await;
    let of = |fields: &[Value]| {
        fields.iter().map(|field| field["fieldKey"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let contact = of(&listed(&client, "?model=contact").await);
    let opportunity = of(&listed(&client, "?model=opportunity").await);
    assert!(
        contact.contains(&"contact.lead_score".to_owned())
            && contact.iter().all(|key| key.starts_with("contact."))
    );
    assert!(opportunity.contains(&"opportunity.seats".to_owned()));
    assert_eq!(of(&listed(&client, "?model=all").await), [contact.clone(), opportunity].concat());
    assert_eq!(of(&listed(&client, "").await), contact);
    let course = listed(&client, "").await[0].clone();
    assert_eq!(
        keys(&course),
        [
            "dataType",
            "dateAdded",
            "documentType",
            "fieldKey",
            "id",
            "locationId",
            "model",
            "name",
            "picklistOptions",
            "placeholder",
            "position",
            "standard",
        ]
    );
    assert_eq!((&course["name"], &course["dataType"]), (&json!("Course"), &json!("SINGLE_OPTIONS")));
    let base = format!("/locations/{}/customFields", client.location());
    assert_eq!(client.get(&format!("{base}?model=business")).await.0, 422);
    assert_eq!(client.get("/locations/elsewhere/customFields").await.0, 403);
}

#[tokio::test]
async fn values_of_a_contact_are_written_by_id_or_key_and_read_by_id() {
    let client = Client::with_contacts(0).await;
    let fields = listed(&client, "?model=all").await;
    let by_key = |key: &str| id(fields.iter().find(|field| field["fieldKey"] == key).unwrap());
    let lead_score = by_key("contact.lead_score");
    let read = |value: Value| json!([{ "id": lead_score, "value": value }]);
    let ada = client.create(json!({ "customFields": [{ "key": "lead_score", "field_value": 42 }] })).await;
    assert_eq!(ada["customFields"], read(json!(42)));
    let path = format!("/contacts/{}", id(&ada));
    let write = |field: Value| {
        let (client, path) = (&client, &path);
        async move {
            client.put(path, json!({ "customFields": [field] })).await.1["contact"]["customFields"].clone()
        }
    };
    assert_eq!(write(json!({ "key": "contact.lead_score", "field_value": 43 })).await, read(json!(43)));
    assert_eq!(write(json!({ "id": lead_score, "field_value": 44 })).await, read(json!(44)));
    let of_an_opportunity = by_key("opportunity.seats");
    assert_eq!(write(json!({ "id": of_an_opportunity, "field_value": 5 })).await, read(json!(44)));
    let (status, _) = client.put(&path, json!({ "customFields": [{ "key": "lead_score" }] })).await;
    assert_eq!(status, 422);
}
