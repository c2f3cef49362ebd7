use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client, answer, id, keys};

/// A sandbox with a contact, and the pipelines of its location.
struct Office {
    client: Client,
    contact: String,
    pipelines: Value,
}

impl Office {
    async fn open() -> Self {
        let client = Client::with_contacts(0).await;
        let contact = id(&client.create(json!({ "name": "Ada Baker", "email": "ada@example.com" })).await);
        let (status, body) =
            client.get(&format!("/opportunities/pipelines?locationId={}", client.location())).await;
        assert_eq!(status, 200);
        Self { client, contact, pipelines: body["pipelines"].clone() }
    }

    fn stage(&self, pipeline: usize, n: usize) -> &Value {
        &self.pipelines[pipeline]["stages"][n]["id"]
    }

    fn body(&self, more: Value) -> Value {
        let mut body = json!({
            "pipelineId": self.pipelines[0]["id"],
            "locationId": self.client.location(),
            "name": "Safety course",
            "status": "open",
            "contactId": self.contact,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }

    async fn create(&self, more: Value) -> Answer {
        self.client.post("/opportunities/", self.body(more)).await
    }

    async fn created(&self, more: Value) -> String {
        let (status, body) = self.create(more).await;
        assert_eq!(status, 201, "{body}");
        id(&body["opportunity"])
    }

    async fn get(&self, id: &str) -> Value {
        self.client.get(&format!("/opportunities/{id}")).await.1["opportunity"].clone()
    }
}

#[tokio::test]
async fn pipelines_have_their_stages_in_order() {
    let office = Office::open().await;
    let sales = &office.pipelines[0];
    assert_eq!((&sales["name"], sales["stages"].as_array().unwrap().len()), (&json!("Sales"), 5));
    assert_eq!(office.pipelines.as_array().unwrap().len(), 2);
    assert_eq!(office.stage(0, 0).as_str().unwrap().len(), 36);
    assert_eq!(
        (&sales["stages"][2]["position"], &sales["stages"][2]["name"]),
        (&json!(2), &json!("Proposal sent"))
    );
    assert!(sales["dateAdded"].is_string() && sales["dateUpdated"].is_string());
    assert_eq!(office.client.get("/opportunities/pipelines").await.0, 422);
}

#[tokio::test]
async fn an_opportunity_lives_from_create_to_delete() {
    let office = Office::open().await;
    let client = &office.client;
    let (status, body) = office.create(json!({ "monetaryValue": 220 })).await;
    let made = &body["opportunity"];
    assert_eq!(status, 201);
    assert_eq!((&made["pipelineStageId"], &made["monetaryValue"]), (office.stage(0, 0), &json!(220)));
    assert_eq!(
        (&made["contact"]["name"], &made["contact"]["email"]),
        (&json!("Ada Baker"), &json!("ada@example.com"))
    );
    let path = format!("/opportunities/{}", id(made));
    assert_eq!(client.get(&path).await.1["opportunity"], *made);
    let user = client.directory("users", 0).await;
    let change =
        json!({ "pipelineStageId": office.stage(0, 3), "assignedTo": user, "name": "Evening course" });
    let (status, body) = client.put(&path, change).await;
    let changed = &body["opportunity"];
    assert_eq!((status, &changed["assignedTo"], &changed["monetaryValue"]), (200, &json!(user), &json!(220)));
    assert_eq!(changed["lastStageChangeAt"], changed["updatedAt"]);
    assert_eq!(changed["lastStatusChangeAt"], made["createdAt"], "the status is what it was");
    let lost = json!({ "status": "lost", "lostReasonId": "tooExpensive" });
    let (status, body) = client.put(&format!("{path}/status"), lost).await;
    assert_eq!((status, &body["succeded"]), (200, &json!(true)));
    let now = office.get(&id(made)).await;
    assert_eq!((&now["status"], &now["lostReasonId"]), (&json!("lost"), &json!("tooExpensive")));
    assert_eq!(now["lastStatusChangeAt"], now["updatedAt"]);
    client.put(&format!("{path}/status"), json!({ "status": "won" })).await;
    assert_eq!(office.get(&id(made)).await.get("lostReasonId"), None, "a reason goes with lost");
    let (status, body) = client.delete(&path).await;
    assert_eq!((status, keys(&body)), (200, vec!["success", "traceId"]));
    let (status, body) = client.get(&path).await;
    assert_eq!(
        (status, body["message"].as_str().unwrap()),
        (404, format!("Opportunity with id {} not found", id(made)).as_str())
    );
}

#[tokio::test]
async fn custom_fields_are_written_by_id_or_key_and_read_as_field_value() {
    let office = Office::open().await;
    let fields = format!("/locations/{}/customFields?model=opportunity", office.client.location());
    let seats = id(&office.client.get(&fields).await.1["customFields"][0]);
    let write = |field: Value| json!({ "customFields": [field] });
    let one = office.created(write(json!({ "key": "seats", "field_value": 12 }))).await;
    assert_eq!(office.get(&one).await["customFields"], json!([{ "id": seats, "fieldValue": 12 }]));
    let path = format!("/opportunities/{one}");
    for field in
        [json!({ "id": seats, "field_value": 14 }), json!({ "key": "opportunity.seats", "field_value": 14 })]
    {
        office.client.put(&path, write(json!({ "id": seats, "field_value": 13 }))).await;
        let (_, body) = office.client.put(&path, write(field)).await;
        assert_eq!(body["opportunity"]["customFields"], json!([{ "id": seats, "fieldValue": 14 }]));
    }
    assert_eq!(office.client.put(&path, write(json!({ "id": seats }))).await.0, 422);
}

#[tokio::test]
async fn another_pipeline_means_its_first_stage_unless_one_is_named() {
    let office = Office::open().await;
    let path = format!("/opportunities/{}", office.created(json!({})).await);
    let other = &office.pipelines[1]["id"];
    let (_, body) = office.client.put(&path, json!({ "pipelineId": other })).await;
    assert_eq!(body["opportunity"]["pipelineStageId"], *office.stage(1, 0));
    let (_, body) = office.client.put(&path, json!({ "pipelineStageId": office.stage(1, 2) })).await;
    assert_eq!(body["opportunity"]["pipelineStageId"], *office.stage(1, 2));
    let (status, body) = office.client.put(&path, json!({ "pipelineStageId": office.stage(0, 1) })).await;
    assert_eq!(status, 404, "a stage of the other pipeline: {body}");
}

#[tokio::test]
async fn a_wrong_opportunity_is_refused() {
    let office = Office::open().await;
    for (more, status) in [
        (json!({ "status": "all" }), 422),
        (json!({ "name": "" }), 422),
        (json!({ "monetaryValue": "220" }), 422),
        (json!({ "stageId": "x" }), 422),
        (json!({ "contactId": "nobody" }), 404),
        (json!({ "pipelineId": "none" }), 404),
        (json!({ "assignedTo": "nobody" }), 404),
        (json!({ "locationId": "elsewhere" }), 403),
    ] {
        assert_eq!(office.create(more.clone()).await.0, status, "{more}");
    }
    let (status, body) = office.client.post("/opportunities/", json!({})).await;
    let missing = ["pipelineId", "locationId", "name", "status", "contactId"];
    let messages: Vec<String> = missing.iter().map(|name| format!("{name} should not be empty")).collect();
    assert_eq!((status, &body["message"]), (422, &json!(messages)));
    let path = format!("/opportunities/{}", office.created(json!({})).await);
    let moved = json!({ "contactId": office.contact });
    assert_eq!(office.client.put(&path, moved).await.0, 422, "an update names no contact");
}

#[tokio::test]
async fn an_upsert_updates_the_one_it_finds() {
    let office = Office::open().await;
    let upsert = |more: Value| {
        let mut body =
            json!({ "pipelineId": office.pipelines[0]["id"], "locationId": office.client.location() });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let client = &office.client;
        async move { client.post("/opportunities/upsert", body).await }
    };
    let user = office.client.directory("users", 1).await;
    let (status, first) =
        upsert(json!({ "contactId": office.contact, "followers": [user], "followersActionType": "add" }))
            .await;
    assert_eq!((status, &first["new"]), (200, &json!(true)));
    assert_eq!(
        (&first["opportunity"]["name"], &first["opportunity"]["followers"]),
        (&json!("Ada Baker"), &json!([user]))
    );
    let (_, again) = upsert(json!({ "contactId": office.contact, "monetaryValue": 7 })).await;
    assert_eq!((&again["new"], &again["opportunity"]["id"]), (&json!(false), &first["opportunity"]["id"]));
    let (_, by_id) = upsert(json!({ "id": first["opportunity"]["id"], "isRemoveAllFollowers": true })).await;
    assert_eq!(
        (&by_id["opportunity"]["followers"], &by_id["opportunity"]["monetaryValue"]),
        (&json!([]), &json!(7))
    );
    let elsewhere = json!({ "contactId": office.contact, "pipelineId": office.pipelines[1]["id"] });
    assert_eq!(upsert(elsewhere).await.1["new"], json!(true), "the contact has none in that pipeline");
    assert_eq!(upsert(json!({ "id": "none" })).await.0, 404);
    assert_eq!(upsert(json!({ "followersActionType": "replace" })).await.0, 422);
}

#[tokio::test]
async fn users_follow_an_opportunity_and_leave_it() {
    let office = Office::open().await;
    let (client, one) = (&office.client, office.created(json!({})).await);
    let path = format!("/opportunities/{one}/followers");
    let users = [client.directory("users", 0).await, client.directory("users", 1).await];
    let (status, body) = client.post(&path, json!({ "followers": users })).await;
    assert_eq!((status, &body["followersAdded"]), (201, &json!(users)));
    let updated = office.get(&one).await["updatedAt"].clone();
    assert_eq!(client.post(&path, json!({ "followers": users })).await.1["followersAdded"], json!([]));
    assert_eq!(office.get(&one).await["updatedAt"], updated);
    let remove = |query: &str, body: Value| {
        answer(client.request(Method::DELETE, &format!("{path}{query}")).json(&body))
    };
    let (status, body) = remove("", json!({ "followers": [users[0]] })).await;
    assert_eq!(
        (status, &body["followers"], &body["followersRemoved"]),
        (200, &json!([users[1]]), &json!([users[0]]))
    );
    assert_eq!(remove("", json!({ "followers": [] })).await.0, 422);
    assert_eq!(remove("?isRemoveAllFollowers=yes", json!({})).await.0, 422);
    let (_, body) = remove("?isRemoveAllFollowers=true", json!({ "followers": [] })).await;
    assert_eq!((&body["followers"], &body["followersRemoved"]), (&json!([]), &json!([users[1]])));
    assert_eq!(client.post(&path, json!({ "followers": ["nobody"] })).await.0, 404);
}

#[tokio::test]
async fn opportunities_are_seen_with_their_contact_and_go_with_it() {
    let office = Office::open().await;
    let one = office.created(json!({ "status": "won" })).await;
    office.client.create(json!({})).await;
    for (field, value) in [
        ("opportunities.status", json!("won")),
        ("opportunities.pipelineId", office.pipelines[0]["id"].clone()),
        ("opportunities.pipelineStageId", office.stage(0, 0).clone()),
    ] {
        let found = office.client.found(json!([{ "field": field, "operator": "eq", "value": value }])).await;
        assert_eq!(found, [office.contact.as_str()], "{field}");
    }
    let filters = json!([{ "field": "id", "operator": "eq", "value": office.contact }]);
    let (_, body) = office.client.search(json!({ "pageLimit": 1, "filters": filters })).await;
    assert_eq!(body["contacts"][0]["opportunities"][0]["id"], json!(one));
    office.client.delete(&format!("/contacts/{}", office.contact)).await;
    assert_eq!(office.client.get(&format!("/opportunities/{one}")).await.0, 404);
}
