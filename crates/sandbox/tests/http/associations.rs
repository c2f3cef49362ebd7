use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, id, ids, keys};

fn mentoring(client: &Client) -> Value {
    json!({
        "locationId": client.location(),
        "key": "mentor_of",
        "firstObjectKey": "contact",
        "firstObjectLabel": "mentor",
        "secondObjectKey": "contact",
        "secondObjectLabel": "mentee",
    })
}

/// The path with the location, from the first, at most 100.
fn page(client: &Client, path: &str) -> String {
    format!("{path}?locationId={}&skip=0&limit=100", client.location())
}

#[tokio::test]
async fn an_association_lives_from_create_to_delete() {
    let client = Client::with_contacts(0).await;
    let (status, made) = client.post("/associations/", mentoring(&client)).await;
    assert_eq!((status, &made["associationType"]), (201, &json!("USER_DEFINED")));
    let one = format!("/associations/{}", id(&made));
    let by_key = format!("/associations/key/mentor_of?locationId={}", client.location());
    for path in [&one, &by_key] {
        let (status, body) = client.get(path).await;
        assert_eq!((status, &body["id"], &body["key"]), (200, &made["id"], &json!("mentor_of")));
    }
    let labels = json!({ "firstObjectLabel": "coach", "secondObjectLabel": "pupil" });
    let (status, body) = client.put(&one, labels).await;
    assert_eq!(
        (status, &body["firstObjectLabel"], &body["key"]),
        (200, &json!("coach"), &json!("mentor_of"))
    );
    let (status, body) = client.delete(&one).await;
    assert_eq!((status, &body["deleted"], &body["id"]), (200, &json!(true), &made["id"]));
    assert_eq!(client.get(&one).await.0, 404);
    assert_eq!(client.get(&by_key).await.0, 404);
}

#[tokio::test]
async fn associations_are_listed_by_page_and_by_object() {
    let client = Client::with_contacts(0).await;
    let all = client.get(&page(&client, "/associations/")).await.1["associations"].clone();
    assert_eq!(all.as_array().unwrap().len(), 3);
    let second = format!("/associations/?locationId={}&skip=1&limit=1", client.location());
    assert_eq!(client.get(&second).await.1["associations"], json!([all[1]]));
    let (status, body) = client.get(&format!("/associations/?locationId={}", client.location())).await;
    assert_eq!(
        (status, &body["message"]),
        (422, &json!(["skip should not be empty", "limit should not be empty"]))
    );
    let found = client.get("/associations/objectKey/opportunity").await.1["associations"].clone();
    assert_eq!(found, json!([all[0]]));
    let contacts = format!("/associations/objectKey/contact?locationId={}", client.location());
    assert_eq!(client.get(&contacts).await.1["associations"], all);
}

#[tokio::test]
async fn an_association_that_cannot_be_is_refused() {
    let client = Client::with_contacts(0).await;
    client.post("/associations/", mentoring(&client)).await;
    assert_eq!(client.post("/associations/", mentoring(&client)).await.0, 400, "the key is taken");
    let mut other = mentoring(&client);
    other["key"] = json!("deal_of");
    other["secondObjectKey"] = json!("opportunity");
    assert_eq!(client.post("/associations/", other.clone()).await.0, 400);
    other["secondObjectKey"] = json!("custom_objects.deals");
    assert_eq!(client.post("/associations/", other).await.0, 201);
    let (status, body) = client.post("/associations/", json!({ "locationId": client.location() })).await;
    assert_eq!((status, body["message"].as_array().unwrap().len()), (422, 5));
    let all = client.get(&page(&client, "/associations/")).await.1["associations"].clone();
    let system = format!("/associations/{}", id(&all[0]));
    assert_eq!(client.delete(&system).await.0, 400);
}

#[tokio::test]
async fn a_relation_is_found_from_both_records_until_it_is_deleted() {
    let client = Client::with_contacts(0).await;
    let (ada, ben) = (id(&client.create(json!({})).await), id(&client.create(json!({})).await));
    let association = client.post("/associations/", mentoring(&client)).await.1;
    let new = json!({
        "locationId": client.location(),
        "associationId": association["id"],
        "firstRecordId": ada,
        "secondRecordId": ben,
    });
    let (status, made) = client.post("/associations/relations", new.clone()).await;
    assert_eq!((status, &made["secondObjectKey"]), (201, &json!("contact")));
    assert_eq!(client.post("/associations/relations", new.clone()).await.0, 400, "there is one");
    let mut unknown = new;
    unknown["firstRecordId"] = json!("nobody");
    assert_eq!(client.post("/associations/relations", unknown).await.0, 404);
    for record in [&ada, &ben] {
        let list = page(&client, &format!("/associations/relations/{record}"));
        let found = client.get(&list).await.1["relations"].clone();
        assert_eq!(ids(&found), [id(&made)]);
        assert_eq!(
            keys(&found[0]),
            [
                "associationId",
                "firstObjectKey",
                "firstRecordId",
                "id",
                "locationId",
                "secondObjectKey",
                "secondRecordId",
            ]
        );
        let filtered = client.get(&format!("{list}&associationIds=other")).await.1;
        assert_eq!(filtered["relations"], json!([]));
        let filtered = client.get(&format!("{list}&associationIds=other,{}", id(&association))).await.1;
        assert_eq!(ids(&filtered["relations"]), [id(&made)]);
    }
    let one = format!("/associations/relations/{}", id(&made));
    assert_eq!(client.delete(&one).await.0, 422, "without the location");
    let one = format!("{one}?locationId={}", client.location());
    assert_eq!(client.delete(&one).await.0, 200);
    assert_eq!(client.delete(&one).await.0, 404);
}

#[tokio::test]
async fn relations_go_with_their_association_and_with_their_contact() {
    let client = Client::with_contacts(2).await;
    let all = client.control(Method::GET, "/contacts", None).await["contacts"].clone();
    let list = page(&client, &format!("/associations/relations/{}", id(&all[0])));
    let relation = client.get(&list).await.1["relations"][0].clone();
    assert_eq!((&relation["firstRecordId"], &relation["secondRecordId"]), (&all[0]["id"], &all[1]["id"]));
    let association = format!("/associations/{}", relation["associationId"].as_str().unwrap());
    assert_eq!(client.delete(&association).await.0, 200);
    assert_eq!(client.get(&list).await.1["relations"], json!([]));
    let association = client.post("/associations/", mentoring(&client)).await.1;
    let new = json!({
        "locationId": client.location(),
        "associationId": association["id"],
        "firstRecordId": id(&all[0]),
        "secondRecordId": id(&all[1]),
    });
    assert_eq!(client.post("/associations/relations", new).await.0, 201);
    client.delete(&format!("/contacts/{}", id(&all[1]))).await;
    assert_eq!(client.get(&list).await.1["relations"], json!([]));
}
