use serde_json::{Value, json};

use crate::client::{Client, id, keys};

#[tokio::test]
async fn a_contact_is_wrapped_and_leaves_absent_fields_out() {
    let client = Client::with_contacts(0).await;
    let made = client.create(json!({ "firstName": "Ada", "email": "Ada@Example.com" })).await;
    let (status, body) = client.get(&format!("/contacts/{}", id(&made))).await;
    assert_eq!(status, 200);
    assert_eq!(keys(&body), ["contact", "traceId"]);
    let contact = &body["contact"];
    assert_eq!(contact["id"].as_str().unwrap().len(), 20);
    assert_eq!(contact["locationId"], client.location());
    assert_eq!(contact["email"], "ada@example.com");
    assert_eq!(contact["tags"], json!([]));
    assert!(contact.get("phone").is_none());
    assert_eq!(contact["dateAdded"], contact["dateUpdated"]);
    assert_eq!(contact["dateAdded"].as_str().unwrap().len(), "2021-07-02T05:18:26.704Z".len());
}

#[tokio::test]
async fn create_answers_201_and_writes_every_field() {
    let client = Client::with_contacts(0).await;
    let body = json!({
        "locationId": client.location(),
        "name": "Rosa Maria Diaz",
        "phone": "+1 888-888-8888",
        "address1": "1 Oak St",
        "postalCode": "02108",
        "companyName": "Cobalt Systems",
        "tags": ["VIP", "vip", " lead "],
        "customFields": [{ "key": "course", "field_value": "Data Literacy" }],
        "dateOfBirth": "09/25/1990",
        "dnd": true,
    });
    let (status, body) = client.post("/contacts/", body).await;
    assert_eq!(status, 201);
    let contact = &body["contact"];
    assert_eq!((&contact["firstName"], &contact["lastName"]), (&json!("Rosa"), &json!("Maria Diaz")));
    assert_eq!(contact["phone"], "+18888888888");
    assert_eq!(contact["postalCode"], "02108");
    assert_eq!(contact["tags"], json!(["vip", "lead"]));
    let field = client.directory("customFields", 0).await;
    assert_eq!(contact["customFields"], json!([{ "id": field, "value": "Data Literacy" }]));
    assert_eq!(contact["dateOfBirth"], "1990-09-25");
    assert_eq!(contact["dnd"], true);
}

#[tokio::test]
async fn a_wrong_body_names_every_fault_in_a_422() {
    let client = Client::with_contacts(0).await;
    let (status, body) = client.post("/contacts/", json!({ "fristName": "Ada", "tags": "vip" })).await;
    assert_eq!(status, 422);
    assert_eq!(body["statusCode"], 422);
    assert_eq!(body["error"], "Unprocessable Entity");
    assert_eq!(
        body["message"],
        json!([
            "property fristName should not exist",
            "tags must be an array of strings",
            "locationId should not be empty",
        ])
    );
    let (status, body) = client.post("/contacts/", json!([1])).await;
    assert_eq!((status, &body["message"]), (400, &json!("the body must be a JSON object")));
}

#[tokio::test]
async fn a_duplicate_is_a_400_that_names_the_existing_contact() {
    let client = Client::with_contacts(0).await;
    let ada = client.create(json!({ "name": "Ada Baker", "email": "ada@example.com" })).await;
    let ben = client.create(json!({ "name": "Ben Costa", "phone": "+12025550101" })).await;
    let both =
        json!({ "locationId": client.location(), "email": "ADA@example.com", "phone": "+12025550101" });
    let (status, body) = client.post("/contacts/", both).await;
    assert_eq!(status, 400);
    assert_eq!(body["message"], "This location does not allow duplicated contacts.");
    assert_eq!(
        body["meta"],
        json!({ "contactId": id(&ada), "contactName": "Ada Baker", "matchingField": "email" })
    );
    let (status, body) =
        client.put(&format!("/contacts/{}", id(&ada)), json!({ "phone": "2025550101" })).await;
    assert_eq!(status, 400);
    assert_eq!(body["meta"]["contactId"], id(&ben));
    assert_eq!(body["meta"]["matchingField"], "phone");
}

#[tokio::test]
async fn update_changes_only_what_is_sent_and_moves_the_date() {
    let client = Client::with_contacts(0).await;
    let ada = client.create(json!({ "firstName": "Ada", "city": "Austin", "tags": ["lead"] })).await;
    let path = format!("/contacts/{}", id(&ada));
    let (status, body) = client.put(&path, json!({ "lastName": "Baker", "city": null })).await;
    assert_eq!(status, 200);
    assert_eq!(keys(&body), ["contact", "succeded", "succeeded", "traceId"]);
    let contact = &body["contact"];
    assert_eq!((&contact["firstName"], &contact["lastName"]), (&json!("Ada"), &json!("Baker")));
    assert!(contact.get("city").is_none());
    assert_eq!(contact["tags"], json!(["lead"]));
    assert_eq!(contact["dateAdded"], ada["dateAdded"]);
    assert!(contact["dateUpdated"].as_str() > ada["dateUpdated"].as_str());
    let (status, body) = client.put(&path, json!({ "locationId": client.location() })).await;
    assert_eq!((status, &body["message"][0]), (422, &json!("property locationId should not exist")));
}

#[tokio::test]
async fn upsert_tells_new_from_known_and_merges() {
    let client = Client::with_contacts(0).await;
    let upsert = |body: Value| {
        let mut body = body;
        body["locationId"] = json!(client.location());
        client.post("/contacts/upsert", body)
    };
    let (status, first) = upsert(json!({ "email": "ada@example.com", "city": "Austin" })).await;
    assert_eq!((status, &first["new"]), (200, &json!(true)));
    let (status, second) = upsert(json!({ "email": "ada@example.com", "phone": "+12025550101" })).await;
    assert_eq!((status, &second["new"]), (200, &json!(false)));
    assert_eq!(second["contact"]["id"], first["contact"]["id"]);
    assert_eq!(second["contact"]["city"], "Austin");
    let (_, third) = upsert(json!({ "phone": "2025550101", "firstName": "Ada" })).await;
    assert_eq!(third["contact"]["id"], first["contact"]["id"]);
    assert_eq!(keys(&third), ["contact", "new", "traceId"]);
}

#[tokio::test]
async fn a_deleted_contact_is_gone() {
    let client = Client::with_contacts(0).await;
    let path = format!("/contacts/{}", id(&client.create(json!({})).await));
    let (status, body) = client.delete(&path).await;
    assert_eq!((status, &body["succeded"], &body["succeeded"]), (200, &json!(true), &json!(true)));
    let (status, body) = client.get(&path).await;
    assert_eq!((status, &body["statusCode"]), (404, &json!(404)));
    assert_eq!(client.delete(&path).await.0, 404);
}

#[tokio::test]
async fn a_duplicate_is_looked_up_by_email_then_number() {
    let client = Client::with_contacts(0).await;
    let ada = client.create(json!({ "email": "ada+x@example.com", "phone": "+12025550101" })).await;
    let look = |query: &str| {
        let path = format!("/contacts/search/duplicate?locationId={}&{query}", client.location());
        let client = &client;
        async move { client.get(&path).await }
    };
    let (status, body) = look("email=ada%2Bx%40example.com").await;
    assert_eq!((status, &body["contact"]["id"]), (200, &ada["id"]));
    assert_eq!(body["matchingField"], "email");
    assert_eq!(look("number=%2B12025550101").await.1["matchingField"], "phone");
    let (status, body) = look("email=nobody%40example.com").await;
    assert_eq!((status, &body["contact"]), (200, &Value::Null));
    assert_eq!(look("").await.0, 422);
}

#[tokio::test]
async fn campaigns_and_workflows_are_joined_and_left() {
    let client = Client::with_contacts(1).await;
    let contact = client.some_contact(|_| true).await;
    let path = format!("/contacts/{}", id(&contact));
    let campaigns = [client.directory("campaigns", 0).await, client.directory("campaigns", 1).await];
    let workflow = client.directory("workflows", 0).await;
    for campaign in &campaigns {
        let (status, body) = client.post(&format!("{path}/campaigns/{campaign}"), json!({})).await;
        assert_eq!((status, &body["succeded"]), (201, &json!(true)));
    }
    let start = json!({ "eventStartTime": "2021-06-23T03:30:00+01:00" });
    assert_eq!(client.post(&format!("{path}/workflow/{workflow}"), start).await.0, 200);
    let joined = client.some_contact(|_| true).await;
    assert_eq!(joined["campaigns"].as_array().unwrap().len(), 2);
    assert_eq!(joined["workflows"], json!([workflow]));
    assert_eq!(joined["dateUpdated"], contact["dateUpdated"], "enrolment is no change of the contact");

    assert_eq!(client.delete(&format!("{path}/campaigns/{}", campaigns[0])).await.0, 200);
    assert_eq!(client.some_contact(|_| true).await["campaigns"], json!([campaigns[1]]));
    assert_eq!(client.delete(&format!("{path}/campaigns/removeAll")).await.0, 200);
    let workflow_path = format!("{path}/workflow/{workflow}");
    assert_eq!(client.delete(&workflow_path).await.0, 400, "this delete takes a body");
    let request = client.request(reqwest::Method::DELETE, &workflow_path).json(&json!({}));
    assert_eq!(crate::client::answer(request).await.0, 200);
    let left = client.some_contact(|_| true).await;
    assert_eq!((&left["campaigns"], &left["workflows"]), (&json!([]), &json!([])));
    assert_eq!(client.post(&format!("{path}/campaigns/none"), json!({})).await.0, 404);
}

#[tokio::test]
async fn appointments_have_times_without_offset() {
    let client = Client::with_contacts(60).await;
    let contacts = client.control(reqwest::Method::GET, "/contacts", None).await;
    let mut seen = 0;
    for contact in contacts["contacts"].as_array().unwrap() {
        let (status, body) = client.get(&format!("/contacts/{}/appointments", id(contact))).await;
        assert_eq!(status, 200);
        for event in body["events"].as_array().unwrap() {
            seen += 1;
            assert_eq!(event["contactId"], contact["id"]);
            assert_eq!(event["startTime"].as_str().unwrap().len(), "2021-07-16 11:00:00".len());
        }
    }
    assert!(seen > 0);
}
