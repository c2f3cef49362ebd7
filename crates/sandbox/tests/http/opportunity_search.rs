use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Answer, Client, id, ids};

async fn search(client: &Client, mut body: Value) -> Answer {
    body["locationId"] = json!(client.location());
    client.post("/opportunities/search", body).await
}

async fn found(client: &Client, filters: Value) -> Vec<String> {
    let (status, body) = search(client, json!({ "limit": 500, "filters": filters })).await;
    assert_eq!(status, 201, "{body}");
    ids(&body["opportunities"])
}

fn one(field: &str, operator: &str, value: Value) -> Value {
    json!([{ "field": field, "operator": operator, "value": value }])
}

/// An opportunity in the first pipeline; gives its id.
async fn create(client: &Client, more: Value) -> String {
    let mut body = json!({
        "pipelineId": client.directory("pipelines", 0).await,
        "locationId": client.location(),
        "name": "A course",
        "status": "open",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, body) = client.post("/opportunities/", body).await;
    assert_eq!(status, 201, "{body}");
    id(&body["opportunity"])
}

#[tokio::test]
async fn a_dozen_opportunities_are_seeded_and_walked_by_cursor_and_by_page() {
    let client = Client::with_contacts(20).await;
    for sort in [
        json!([]),
        json!([{ "field": "monetary_value", "direction": "desc" }, { "field": "name", "direction": "asc" }]),
    ] {
        let mut body = json!({ "limit": 5, "sort": sort });
        let mut seen = Vec::new();
        loop {
            let (status, answer) = search(&client, body.clone()).await;
            assert_eq!((status, &answer["total"]), (201, &json!(12)));
            let items = answer["opportunities"].as_array().unwrap();
            let Some(last) = items.last() else { break };
            seen.extend(items.iter().map(id));
            body["searchAfter"] = last["sort"].clone();
        }
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 12);
        let (_, second) =
            search(&client, json!({ "limit": 5, "page": 2, "searchAfter": [], "sort": sort })).await;
        assert_eq!(ids(&second["opportunities"]), seen[5..10]);
    }
    assert_eq!(search(&Client::with_contacts(0).await, json!({ "limit": 5 })).await.1["total"], 0);
}

#[tokio::test]
async fn every_operator_finds_what_it_says() {
    let client = Client::with_contacts(0).await;
    let ada = client
        .create(json!({ "name": "Ada Baker", "email": "ada@example.com", "companyName": "Northwind" }))
        .await;
    let ben = client.create(json!({ "name": "Ben Costa", "phone": "+12025550101" })).await;
    let user = client.directory("users", 0).await;
    let seats = json!([{ "key": "seats", "field_value": 12 }]);
    let course = create(
        &client,
        json!({ "contactId": id(&ada), "name": "Night course", "monetaryValue": 200, "customFields": seats }),
    )
    .await;
    let licence = create(&client, json!({ "contactId": id(&ben), "name": "Licence", "status": "won", "monetaryValue": 50.5, "assignedTo": user })).await;
    let fields =
        client.control(reqwest::Method::GET, "/state", None).await["directory"]["customFields"].clone();
    let seats = id(fields.as_array().unwrap().iter().find(|field| field["key"] == "seats").unwrap());
    for (filters, expected) in [
        (one("id", "eq", json!(course)), &course),
        (one("status", "eq", json!("won")), &licence),
        (one("status", "not_eq", json!(["won", "lost"])), &course),
        (one("contact_id", "eq", ada["id"].clone()), &course),
        (one("assigned_to", "eq", json!(user)), &licence),
        (json!([{ "field": "assigned_to", "operator": "not_exists" }]), &course),
        (one("name", "contains", json!("night")), &course),
        (one("contact_name", "contains", json!("costa")), &licence),
        (one("company_name", "eq", json!("northwind")), &course),
        (one("email", "eq", json!("ADA@example.com")), &course),
        (one("phone", "eq", json!("+12025550101")), &licence),
        (one("monetary_value", "eq", json!(200)), &course),
        (one("monetary_value", "range", json!({ "gte": 50, "lt": 200 })), &licence),
        (one(&format!("custom_fields.{seats}"), "eq", json!(12)), &course),
        (
            json!([{ "group": "AND", "filters": [one("status", "eq", json!("open"))[0], one("monetary_value", "range", json!({ "gt": 100 }))[0]] }]),
            &course,
        ),
    ] {
        assert_eq!(found(&client, filters.clone()).await, [expected.as_str()], "{filters}");
    }
    let (_, body) = search(&client, json!({ "limit": 9, "query": "night" })).await;
    assert_eq!(ids(&body["opportunities"]), [course.as_str()]);
    let (_, body) = search(&client, json!({ "limit": 9, "query": "ben" })).await;
    assert_eq!(ids(&body["opportunities"]), [licence], "by the name of the contact");
}

#[tokio::test]
async fn a_range_of_update_times_finds_what_changed_since() {
    let client = Client::with_contacts(20).await;
    let by_update = json!([{ "field": "date_updated", "direction": "desc" }]);
    let (_, newest) = search(&client, json!({ "limit": 3, "sort": by_update })).await;
    let since = newest["opportunities"][0]["updatedAt"].clone();
    let changed = newest["opportunities"][2]["id"].clone();
    let (status, _) = client
        .put(&format!("/opportunities/{}", changed.as_str().unwrap()), json!({ "monetaryValue": 1 }))
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        found(&client, one("date_updated", "range", json!({ "gt": since }))).await,
        [changed.as_str().unwrap()]
    );
    assert_eq!(found(&client, one("date_updated", "range", json!({ "gte": since }))).await.len(), 2);
    assert_eq!(
        found(&client, one("last_status_change_date", "range", json!({ "gt": since }))).await.len(),
        0
    );
}

#[tokio::test]
async fn more_changes_than_a_page_reaches_are_all_seen_by_cursor() {
    let client = Client::with_contacts(5).await;
    let template = json!({ "name": "Deal {n}", "monetaryValue": 10 });
    let control = |path: &'static str, body: Value| client.control(reqwest::Method::POST, path, Some(body));
    let added = control("/opportunities", json!({ "count": 1_200, "template": template })).await;
    assert_eq!(added["ids"].as_array().unwrap().len(), 1_200);
    let sort = json!([{ "field": "date_updated", "direction": "asc" }]);
    let (_, newest) =
        search(&client, json!({ "limit": 1, "sort": [{ "field": "date_updated", "direction": "desc" }] }))
            .await;
    assert_eq!(newest["opportunities"][0]["name"], "Deal 1199");
    let since = newest["opportunities"][0]["updatedAt"].clone();
    let touched = control("/opportunities/touch", json!({ "count": 1_100, "same_time": true })).await;
    let touched: BTreeSet<&str> =
        touched["touched"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut body = json!({ "limit": 500, "sort": sort, "filters": one("date_updated", "range", json!({ "gt": since })) });
    let mut seen = BTreeSet::new();
    loop {
        let (_, answer) = search(&client, body.clone()).await;
        let Some(last) = answer["opportunities"].as_array().unwrap().last() else { break };
        body["searchAfter"] = last["sort"].clone();
        seen.extend(ids(&answer["opportunities"]));
    }
    assert_eq!(seen.iter().map(String::as_str).collect::<BTreeSet<_>>(), touched);
}

#[tokio::test]
async fn details_are_there_when_asked_for() {
    let client = Client::with_contacts(0).await;
    let ada = id(&client.create(json!({})).await);
    create(&client, json!({ "contactId": ada })).await;
    client.post(&format!("/contacts/{ada}/notes"), json!({ "body": "Called." })).await;
    let (_, plain) = search(&client, json!({ "limit": 1 })).await;
    assert_eq!(plain["opportunities"][0]["notes"], json!([]));
    let details = json!({ "notes": true, "tasks": false });
    let (_, detailed) = search(&client, json!({ "limit": 1, "additionalDetails": details })).await;
    assert_eq!(detailed["opportunities"][0]["notes"][0]["body"], "Called.");
    let (status, body) = search(&client, json!({ "limit": 1, "additionalDetails": { "mails": true } })).await;
    assert_eq!(
        (status, &body["message"]),
        (422, &json!(["property additionalDetails.mails should not exist"]))
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let client = Client::with_contacts(3).await;
    for (body, status, message) in [
        (json!({}), 422, json!(["limit should not be empty"])),
        (json!({ "limit": 501 }), 422, json!(["limit must not be greater than 500"])),
        (
            json!({ "limit": 1, "page": 1, "searchAfter": [1, "x"] }),
            422,
            json!(["page and searchAfter must not be used together"]),
        ),
        (
            json!({ "limit": 1, "filters": one("pipelineId", "eq", json!("x")) }),
            422,
            json!(["filters.0.field pipelineId is not a searchable field"]),
        ),
        (
            json!({ "limit": 1, "filters": one("status", "contains", json!("x")) }),
            422,
            json!(["filters.0.operator contains is not allowed for status"]),
        ),
        (
            json!({ "limit": 1, "filters": one("monetary_value", "range", json!({ "gt": "2025-01-01" })) }),
            422,
            json!(["filters.0.value.gt must be a number"]),
        ),
        (json!({ "limit": 1, "pageLimit": 1 }), 422, json!(["property pageLimit should not exist"])),
    ] {
        let (got, answer) = search(&client, body).await;
        assert_eq!((got, &answer["message"]), (status, &message));
    }
    let camel = json!([{ "field": "dateUpdated", "direction": "asc" }]);
    assert_eq!(search(&client, json!({ "limit": 1, "sort": camel })).await.0, 422);
    assert_eq!(search(&client, json!({ "limit": 500, "page": 21 })).await.0, 400);
}
