use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Client, id, ids};

/// All pages by `searchAfter`; gives the ids in order.
async fn walk(client: &Client, limit: usize, body: Value) -> Vec<String> {
    let mut body = body;
    body["pageLimit"] = json!(limit);
    let mut seen = Vec::new();
    loop {
        let (status, answer) = client.search(body.clone()).await;
        assert_eq!(status, 200, "{answer}");
        let items = answer["contacts"].as_array().unwrap();
        let Some(last) = items.last() else { return seen };
        seen.extend(items.iter().map(id));
        body["searchAfter"] = last["searchAfter"].clone();
    }
}

fn one(field: &str, operator: &str, value: Value) -> Value {
    json!([{ "field": field, "operator": operator, "value": value }])
}

#[tokio::test]
async fn a_search_is_walked_by_cursor_and_by_page_to_the_same_contacts() {
    let client = Client::with_contacts(1_050).await;
    let by_cursor = walk(&client, 100, json!({})).await;
    assert_eq!(by_cursor.len(), 1_050);
    assert_eq!(by_cursor.iter().collect::<BTreeSet<_>>().len(), 1_050);
    let mut by_page = Vec::new();
    for page in 1..=12 {
        let (_, body) = client.search(json!({ "pageLimit": 100, "page": page })).await;
        assert_eq!(body["total"], 1_050);
        by_page.extend(ids(&body["contacts"]));
    }
    assert_eq!(by_page, by_cursor);
    for sort in [
        json!([{ "field": "dateUpdated", "direction": "asc" }]),
        json!([{ "field": "businessName", "direction": "desc" }, { "field": "email", "direction": "asc" }]),
    ] {
        let sorted = walk(&client, 137, json!({ "sort": sort })).await;
        assert_eq!(sorted.len(), 1_050);
        assert_eq!(sorted.iter().collect::<BTreeSet<_>>().len(), 1_050);
    }
}

#[tokio::test]
async fn limits_of_a_page_are_kept() {
    let client = Client::with_contacts(3).await;
    let refused = |body: Value| async { client.search(body).await };
    assert_eq!(refused(json!({})).await.1["message"], json!(["pageLimit should not be empty"]));
    assert_eq!(
        refused(json!({ "pageLimit": 501 })).await.1["message"],
        json!(["pageLimit must not be greater than 500"])
    );
    assert_eq!(refused(json!({ "pageLimit": 500, "page": 20 })).await.0, 200);
    assert_eq!(refused(json!({ "pageLimit": 500, "page": 21 })).await.0, 400);
    assert_eq!(refused(json!({ "pageLimit": 1, "page": 1, "searchAfter": [1, "x"] })).await.0, 422);
    assert_eq!(refused(json!({ "pageLimit": 1, "searchAfter": ["x"] })).await.0, 422);
    assert_eq!(refused(json!({ "pageLimit": 1, "query": "x".repeat(76) })).await.0, 422);
    assert_eq!(refused(json!({ "pageLimit": 1, "fitlers": [] })).await.0, 422);
}

#[tokio::test]
async fn an_item_has_the_shape_of_the_search_not_of_the_record() {
    let client = Client::with_contacts(0).await;
    let ada = client.create(json!({ "name": "Ada Baker", "address1": "1 Oak St" })).await;
    let (_, body) = client.search(json!({ "pageLimit": 1 })).await;
    let item = &body["contacts"][0];
    assert_eq!(item["address"], "1 Oak St");
    assert!(item.get("address1").is_none());
    assert_eq!(item["contactName"], "Ada Baker");
    assert_eq!((&item["email"], &item["opportunities"]), (&Value::Null, &json!([])));
    assert_eq!(item["searchAfter"][1], ada["id"]);
    assert!(item["searchAfter"][0].is_number());
    assert_eq!(body["traceId"].as_str().unwrap().len(), 36);
}

#[tokio::test]
async fn every_operator_finds_what_it_says() {
    let client = Client::with_contacts(0).await;
    let ada = id(&client
        .create(json!({ "firstName": "Ada", "email": "ada@example.com", "tags": ["vip", "lead"], "city": "New York" }))
        .await);
    let ben = id(&client.create(json!({ "firstName": "Ben", "phone": "+12025550101", "dnd": true })).await);
    let both = |mut found: Vec<String>| {
        found.sort();
        found
    };
    for (filters, expected) in [
        (one("id", "eq", json!(ada)), &ada),
        (one("email", "eq", json!("ADA@example.com")), &ada),
        (one("email", "not_eq", json!("ada@example.com")), &ben),
        (one("phone", "eq", json!("+12025550101")), &ben),
        (one("dnd", "eq", json!(true)), &ben),
        (one("tags", "eq", json!(["vip", "other"])), &ada),
        (one("tags", "contains", json!("vi")), &ada),
        (one("tags", "not_contains", json!("vi")), &ben),
        (one("city", "contains", json!("new y")), &ada),
        (json!([{ "field": "email", "operator": "exists" }]), &ada),
        (json!([{ "field": "email", "operator": "not_exists" }]), &ben),
        (
            json!([{ "group": "AND", "filters": [one("type", "eq", json!("lead"))[0], one("dnd", "eq", json!(false))[0]] }]),
            &ada,
        ),
    ] {
        assert_eq!(client.found(filters.clone()).await, [expected.as_str()], "{filters}");
    }
    let either = json!([{ "group": "OR", "filters": [
        one("id", "eq", json!(ada))[0],
        { "group": "AND", "filters": [one("dnd", "eq", json!(true))[0], one("firstNameLowerCase", "eq", json!("ben"))[0]] },
    ] }]);
    assert_eq!(both(client.found(either).await), both(vec![ada.clone(), ben.clone()]));
    let neither = json!([one("id", "eq", json!(ada))[0], one("dnd", "eq", json!(true))[0]]);
    assert_eq!(client.found(neither).await, Vec::<String>::new());
}

#[tokio::test]
async fn custom_fields_and_workflows_are_searched() {
    let client = Client::with_contacts(0).await;
    let field = client.directory("customFields", 0).await;
    let body = json!({ "customFields": [{ "id": field, "field_value": "Data Literacy" }] });
    let ada = id(&client.create(body).await);
    client.create(json!({})).await;
    let path = format!("customFields.{field}");
    assert_eq!(client.found(one(&path, "eq", json!("data literacy"))).await, [ada.as_str()]);
    assert_eq!(client.found(one(&path, "contains", json!("literacy"))).await, [ada.as_str()]);
    let workflow = client.directory("workflows", 1).await;
    client.post(&format!("/contacts/{ada}/workflow/{workflow}"), json!({})).await;
    assert_eq!(client.found(one("activeWorkflows", "eq", json!(workflow))).await, [ada.as_str()]);
}

#[tokio::test]
async fn a_range_of_update_times_finds_what_changed_since() {
    let client = Client::with_contacts(40).await;
    let (_, newest) = client
        .search(json!({ "pageLimit": 1, "sort": [{ "field": "dateUpdated", "direction": "desc" }] }))
        .await;
    let since = newest["contacts"][0]["dateUpdated"].clone();
    let touched = client.control(reqwest::Method::POST, "/touch", Some(json!({ "count": 7 }))).await;
    let touched: BTreeSet<&str> =
        touched["touched"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let after = client.found(one("dateUpdated", "range", json!({ "gt": since }))).await;
    assert_eq!(after.iter().map(String::as_str).collect::<BTreeSet<_>>(), touched);
    let with_overlap = client.found(one("dateUpdated", "range", json!({ "gte": since }))).await;
    assert_eq!(with_overlap.len(), 8);
    let before = client.found(one("dateUpdated", "range", json!({ "lte": since }))).await;
    assert_eq!(before.len(), 33);
    let milliseconds = client.found(one("dateUpdated", "range", json!({ "gte": 0, "lt": 1 }))).await;
    assert_eq!(milliseconds.len(), 0);
}

#[tokio::test]
async fn wrong_filters_and_sorts_say_where() {
    let client = Client::with_contacts(1).await;
    for (filters, message) in [
        (one("nickname", "eq", json!("a")), "filters.0.field nickname is not a searchable field"),
        (one("email", "contains", json!("a")), "filters.0.operator contains is not allowed for email"),
        (
            one("dateUpdated", "eq", json!("2025-01-01")),
            "filters.0.operator eq is not allowed for dateUpdated",
        ),
        (one("dateUpdated", "range", json!({ "gte": "soon" })), "filters.0.value.gte must be a date"),
        (one("tags", "contains", json!("a*")), "filters.0.value must not contain special characters"),
        (
            one("city", "eq", json!("x".repeat(76))),
            "filters.0.value must be shorter than or equal to 75 characters",
        ),
        (
            json!([{ "group": "XOR", "filters": [] }]),
            "filters.0.group must be one of the following values: AND, OR",
        ),
        (json!([{ "group": "OR", "filters": [{}] }]), "filters.0.filters.0.field must be a string"),
    ] {
        let (status, body) = client.search(json!({ "pageLimit": 1, "filters": filters })).await;
        assert_eq!((status, &body["message"]), (422, &json!([message])));
    }
    let by = |field: &str| json!({ "field": field, "direction": "asc" });
    for sort in [
        json!([by("city")]),
        json!([by("email"), by("dnd"), by("source")]),
        json!([{ "field": "email", "direction": "up" }]),
    ] {
        assert_eq!(client.search(json!({ "pageLimit": 1, "sort": sort })).await.0, 422, "{sort}");
    }
}

#[tokio::test]
async fn sorting_puts_absent_values_last() {
    let client = Client::with_contacts(0).await;
    for (first, source) in [("Ada", Some("b")), ("Ben", None), ("Clara", Some("a")), ("Dora", Some("a"))] {
        let mut body = json!({ "firstName": first });
        if let Some(source) = source {
            body["source"] = json!(source);
        }
        client.create(body).await;
    }
    let order = |sort: Value| {
        let client = &client;
        async move {
            let (_, body) = client.search(json!({ "pageLimit": 10, "sort": sort })).await;
            let items = body["contacts"].as_array().unwrap().clone();
            items.iter().map(|item| item["firstName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    let by = |field: &str, direction: &str| json!({ "field": field, "direction": direction });
    let two = json!([by("source", "asc"), by("firstNameLowerCase", "desc")]);
    assert_eq!(order(two).await, ["Dora", "Clara", "Ada", "Ben"]);
    assert_eq!(order(json!([by("source", "desc")])).await.last().unwrap(), "Ben");
    assert_eq!(order(json!([])).await, ["Dora", "Clara", "Ben", "Ada"], "newest first without a sort");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let first_page = || async {
        let client = Client::with_contacts(200).await;
        let body = json!({ "locationId": client.location(), "pageLimit": 200 });
        let search = client.request(reqwest::Method::POST, "/contacts/search").json(&body);
        let list =
            client.request(reqwest::Method::GET, "/contacts/").query(&[("locationId", client.location())]);
        let search = search.send().await.unwrap().text().await.unwrap();
        let list = list.send().await.unwrap().text().await.unwrap();
        (search, list.replace(&client.ready().base_url, ""), client.ready().token.clone())
    };
    assert_eq!(first_page().await, first_page().await);
}
