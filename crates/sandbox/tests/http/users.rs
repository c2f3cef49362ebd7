use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, id, ids, keys};

fn new_user(client: &Client) -> Value {
    json!({
        "companyId": client.ready().company_id,
        "firstName": "Night",
        "lastName": "Desk",
        "email": "Night.Desk@example.com",
        "password": "correct horse 9",
        "type": "account",
        "role": "user",
        "locationIds": [client.location()],
        "permissions": { "campaignsEnabled": false },
    })
}

async fn search(client: &Client, query: &str) -> Value {
    let path = format!("/users/search?companyId={}{query}", client.ready().company_id);
    let (status, body) = client.get(&path).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn a_user_lives_from_create_to_delete() {
    let client = Client::with_contacts(0).await;
    let (status, made) = client.post("/users/", new_user(&client)).await;
    assert_eq!(status, 201);
    assert_eq!((&made["name"], &made["email"]), (&json!("Night Desk"), &json!("night.desk@example.com")));
    assert_eq!(made["permissions"]["campaignsEnabled"], json!(false));
    assert_eq!(made["permissions"]["contactsEnabled"], json!(true), "the default");
    assert_eq!(keys(&made["roles"]), ["locationIds", "restrictSubAccount", "role", "type"]);
    assert!(made.get("password").is_none());
    let path = format!("/users/{}", id(&made));
    assert_eq!(client.get(&path).await.1["roles"], made["roles"]);
    let change =
        json!({ "lastName": "Watch", "email": "other@example.com", "permissions": { "tagsEnabled": false } });
    let (status, changed) = client.put(&path, change).await;
    assert_eq!((status, &changed["name"], &changed["email"]), (200, &json!("Night Watch"), &made["email"]));
    let switches = &changed["permissions"];
    assert_eq!((&switches["campaignsEnabled"], &switches["tagsEnabled"]), (&json!(false), &json!(false)));
    let (status, body) = client.delete(&path).await;
    assert_eq!((status, &body["succeded"]), (200, &json!(true)));
    assert!(
        body["message"]
            .as_str()
            .unwrap()
            .starts_with("Queued deleting user with e-mail night.desk@example.com")
    );
    assert_eq!(client.get(&path).await.0, 404);
    assert_eq!(search(&client, "&query=watch").await["count"], 0);
}

#[tokio::test]
async fn users_are_searched_sorted_and_paged() {
    let client = Client::with_contacts(0).await;
    let names = |body: &Value| {
        body["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let all = search(&client, "").await;
    assert_eq!(names(&all), ["Course Team", "Front Desk", "Sales Team"], "by name, those of the location");
    assert_eq!(all["count"], 3);
    let newest = search(&client, "&sort=dateAdded&sortDirection=desc&limit=2").await;
    assert_eq!(
        (names(&newest), &newest["count"]),
        (vec!["Sales Team".to_owned(), "Course Team".to_owned()], &json!(3))
    );
    assert_eq!(names(&search(&client, "&skip=2").await), ["Sales Team"]);
    assert_eq!(names(&search(&client, "&query=FRONT.DESK@").await), ["Front Desk"]);
    assert_eq!(
        names(&search(&client, "&query=team&role=user&type=account").await),
        ["Course Team", "Sales Team"]
    );
    let two = format!("&ids={},{}", client.directory("users", 0).await, client.directory("users", 2).await);
    assert_eq!(names(&search(&client, &two).await), ["Front Desk", "Sales Team"]);
    let company = format!("/users/search?companyId={}", client.ready().company_id);
    let (_, of_agency) = client.agency(Method::GET, &company, None).await;
    assert_eq!(of_agency["count"], 4, "an agency token finds the agency's own too");
    for wrong in ["&limit=0", "&limit=101", "&sort=age", "&sortDirection=up", "&nmae=x"] {
        assert_eq!(client.get(&format!("{company}{wrong}")).await.0, 422, "{wrong}");
    }
    assert_eq!(client.get("/users/search").await.1["message"], json!(["companyId should not be empty"]));
    assert_eq!(client.get("/users/search?companyId=other").await.0, 403);
    let (_, listed) = client.get(&format!("/users/?locationId={}", client.location())).await;
    assert_eq!(listed["users"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_agency_finds_users_by_email() {
    let client = Client::with_contacts(0).await;
    let company = client.ready().company_id.clone();
    let find = |more: Value| {
        let mut body = json!({ "companyId": company, "emails": "front.desk@example.com, Sales.Team@example.com,x@example.com" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let client = &client;
        async move { client.agency(Method::POST, "/users/search/filter-by-email", Some(body)).await }
    };
    let (status, body) = find(json!({})).await;
    assert_eq!((status, &body["count"]), (200, &json!(2)));
    assert_eq!(keys(&body["users"][0]), ["email", "id"]);
    let (_, page) = find(json!({ "limit": "1", "skip": "1", "projection": "all" })).await;
    assert_eq!((&page["users"][0]["firstName"], &page["count"]), (&json!("Sales"), &json!(2)));
    assert_eq!(keys(&find(json!({ "projection": "id, name" })).await.1["users"][0]), ["id", "name"]);
    assert_eq!(find(json!({ "deleted": true })).await.1["count"], 0);
    let desk = ids(&body["users"])[0].clone();
    client.delete(&format!("/users/{desk}")).await;
    assert_eq!(ids(&find(json!({ "deleted": true })).await.1["users"]), [desk]);
    assert_eq!(find(json!({ "limit": 5 })).await.0, 422, "a number is sent as a text");
    assert_eq!(find(json!({ "limit": "0" })).await.0, 422);
    let body = json!({ "companyId": company, "emails": "a@example.com" });
    assert_eq!(client.post("/users/search/filter-by-email", body).await.0, 401, "not for a location's token");
}

#[tokio::test]
async fn a_wrong_user_is_refused() {
    let client = Client::with_contacts(0).await;
    let with = |name: &str, value: Value| {
        let mut body = new_user(&client);
        body[name] = value;
        let client = &client;
        async move { client.post("/users/", body).await }
    };
    for (name, value, status) in [
        ("email", json!("nobody"), 422),
        ("email", json!("front.desk@example.com"), 400),
        ("locationIds", json!(["elsewhere"]), 404),
        ("locationIds", json!([]), 422),
        ("platformLanguage", json!("tlh"), 422),
        ("permissions", json!({ "flyingEnabled": true }), 422),
        ("companyId", json!("other"), 403),
    ] {
        assert_eq!(with(name, value.clone()).await.0, status, "{name} {value}");
    }
    let mut body = new_user(&client);
    body.as_object_mut().unwrap().remove("password");
    assert_eq!(client.post("/users/", body).await.1["message"], json!(["password should not be empty"]));
    let path = format!("/users/{}", client.directory("users", 0).await);
    let (status, body) = client.agency(Method::PUT, &path, Some(json!({ "phone": "+12025550101" }))).await;
    assert_eq!((status, &body["message"]), (422, &json!(["companyId should not be empty"])));
}
