use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Client, id, ids, keys};

#[tokio::test]
async fn the_list_is_walked_by_its_cursor_newest_first() {
    let client = Client::with_contacts(1_050).await;
    let mut path = format!("/contacts/?locationId={}&limit=100", client.location());
    let (mut seen, mut dates, mut pages) = (BTreeSet::new(), Vec::new(), Vec::new());
    loop {
        let (status, body) = client.get(&path).await;
        assert_eq!(status, 200);
        assert_eq!((&body["meta"]["total"], &body["count"]), (&json!(1_050), &json!(1_050)));
        pages.push(body["meta"]["currentPage"].as_u64().unwrap());
        let items = body["contacts"].as_array().unwrap();
        seen.extend(items.iter().map(id));
        dates.extend(items.iter().map(|item| item["dateAdded"].as_str().unwrap().to_owned()));
        let (meta, last) = (&body["meta"], items.last().unwrap());
        assert_eq!(meta["startAfterId"], last["id"]);
        match meta["nextPageUrl"].as_str() {
            None => break assert_eq!(meta["nextPage"], Value::Null),
            Some(url) => path = url.strip_prefix(&client.ready().base_url).unwrap().to_owned(),
        }
        assert!(path.contains("limit=100"), "every parameter stays: {path}");
        assert!(path.contains(&format!("startAfter={}", meta["startAfter"])));
    }
    assert_eq!(seen.len(), 1_050);
    assert_eq!(pages, (1..=11).collect::<Vec<u64>>());
    assert!(dates.windows(2).all(|pair| pair[0] >= pair[1]));
}

#[tokio::test]
async fn a_list_item_gives_null_for_what_is_absent() {
    let client = Client::with_contacts(0).await;
    client.create(json!({ "firstName": "Ada" })).await;
    let (_, body) = client.get(&format!("/contacts/?locationId={}", client.location())).await;
    let item = &body["contacts"][0];
    assert_eq!((&item["email"], &item["phone"]), (&Value::Null, &Value::Null));
    assert_eq!((&item["firstName"], &item["firstNameRaw"]), (&json!("ada"), &json!("Ada")));
    assert_eq!(item["contactName"], "Ada");
    assert_eq!(
        keys(&body["meta"]),
        ["currentPage", "nextPage", "nextPageUrl", "prevPage", "startAfter", "startAfterId", "total"]
    );
}

#[tokio::test]
async fn a_page_has_20_contacts_unless_told_and_100_at_most() {
    let client = Client::with_contacts(150).await;
    let path = |rest: &str| format!("/contacts/?locationId={}{rest}", client.location());
    assert_eq!(ids(&client.get(&path("")).await.1["contacts"]).len(), 20);
    let (status, body) = client.get(&path("&limit=101")).await;
    assert_eq!((status, &body["message"]), (422, &json!(["limit must not be greater than 100"])));
    assert_eq!(client.get(&path("&limit=0")).await.0, 422);
    assert_eq!(client.get(&path("&limit=many")).await.0, 422);
    assert_eq!(client.get(&path("&page=2")).await.1["message"], json!(["property page should not exist"]));
    assert_eq!(client.get(&path("&startAfter=1")).await.0, 422);
    let (status, body) = client.get("/contacts/").await;
    assert_eq!((status, &body["message"]), (422, &json!(["locationId should not be empty"])));
}

#[tokio::test]
async fn a_query_narrows_the_list_on_every_page() {
    let client = Client::with_contacts(10).await;
    for n in 0..3 {
        client.create(json!({ "firstName": "Quentin", "email": format!("q{n}@example.org") })).await;
    }
    let path = format!("/contacts/?locationId={}&query=QUENTIN&limit=2", client.location());
    let (_, first) = client.get(&path).await;
    assert_eq!((&first["meta"]["total"], ids(&first["contacts"]).len()), (&json!(3), 2));
    let meta = &first["meta"];
    let next = format!("{path}&startAfter={}&startAfterId={}", meta["startAfter"], id(&first["contacts"][1]));
    let (_, second) = client.get(&next).await;
    assert_eq!(ids(&second["contacts"]).len(), 1);
    assert_eq!((&second["meta"]["prevPage"], &second["meta"]["nextPageUrl"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn contacts_of_a_business_are_paged_by_offset() {
    let client = Client::with_contacts(300).await;
    let business = client.directory("businesses", 0).await;
    assert_eq!(business.len(), 24);
    let path = format!("/contacts/business/{business}?locationId={}", client.location());
    let (status, body) = client.get(&path).await;
    assert_eq!((status, ids(&body["contacts"]).len()), (200, 25));
    let count = body["count"].as_u64().unwrap() as usize;
    let mut seen = BTreeSet::new();
    for skip in (0..count).step_by(10) {
        let (_, body) = client.get(&format!("{path}&limit=10&skip={skip}")).await;
        assert!(body["contacts"].as_array().unwrap().iter().all(|item| item["businessId"] == business));
        seen.extend(ids(&body["contacts"]));
    }
    assert_eq!(seen.len(), count);
    let nobody = format!("/contacts/business/none?locationId={}", client.location());
    assert_eq!(client.get(&nobody).await.1["count"], 0);
}

#[tokio::test]
async fn campaigns_and_workflows_are_listed() {
    let client = Client::with_contacts(0).await;
    let location = client.location();
    let (_, body) = client.get(&format!("/campaigns/?locationId={location}&status=draft")).await;
    assert_eq!(body["campaigns"].as_array().unwrap().len(), 1);
    assert_eq!(keys(&body["campaigns"][0]), ["id", "locationId", "name", "status"]);
    let (_, body) = client.get(&format!("/workflows/?locationId={location}")).await;
    assert_eq!(body["workflows"][0]["id"].as_str().unwrap().len(), 36);
    assert_eq!(
        keys(&body["workflows"][0]),
        ["createdAt", "id", "locationId", "name", "status", "updatedAt", "version"]
    );
}
