use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, id, ids, keys};

#[tokio::test]
async fn an_agency_sees_all_locations_and_a_location_itself() {
    let client = Client::with_contacts(0).await;
    let company = client.ready().company_id.clone();
    let search = |query: &str| {
        let (client, path) = (&client, format!("/locations/search?companyId={company}{query}"));
        async move { client.agency(Method::GET, &path, None).await }
    };
    let (status, body) = search("").await;
    let all = ids(&body["locations"]);
    assert_eq!((status, all.len(), all[0].as_str()), (200, 3, client.location()));
    assert_eq!(ids(&search("&order=desc&limit=2").await.1["locations"]), [all[2].clone(), all[1].clone()]);
    assert_eq!(ids(&search("&skip=1&limit=1").await.1["locations"]), [all[1].clone()]);
    assert_eq!(ids(&search("&email=Hello2@example.com").await.1["locations"]), [all[2].clone()]);
    assert_eq!(search("&order=up").await.0, 422);
    assert!(body["locations"][0].get("dateAdded").is_none() && body["locations"][0]["settings"].is_object());
    assert_eq!(ids(&client.get("/locations/search").await.1["locations"]), [client.location()]);
    let (_, own) = client.get(&format!("/locations/{}", client.location())).await;
    assert_eq!(
        (&own["location"]["companyId"], &own["location"]["timezone"]),
        (&json!(company), &json!("America/Chicago"))
    );
    let (_, other) = client.agency(Method::GET, &format!("/locations/{}", all[1]), None).await;
    assert_eq!(other["location"]["id"], json!(all[1]));
    assert_eq!(client.get(&format!("/locations/{}", all[1])).await.0, 403);
    assert_eq!(client.agency(Method::GET, "/locations/nowhere", None).await.0, 404);
}

#[tokio::test]
async fn a_created_location_is_found() {
    let client = Client::with_contacts(0).await;
    let state = client.control(Method::GET, "/state", None).await;
    let new = json!({
        "name": "Harbor Academy East",
        "companyId": client.ready().company_id,
        "country": "US",
        "timezone": "America/New_York",
        "prospectInfo": { "firstName": "Ada", "lastName": "Baker", "email": "ada@example.com" },
        "settings": { "allowDuplicateContact": true },
        "twilio": { "sid": "s", "authToken": "t" },
        "snapshotId": state["directory"]["snapshots"][0]["id"],
    });
    let (status, made) = client.agency(Method::POST, "/locations/", Some(new)).await;
    assert_eq!(status, 200);
    assert_eq!((&made["name"], &made["email"]), (&json!("Harbor Academy East"), &json!("ada@example.com")));
    assert_eq!(made["settings"]["allowDuplicateContact"], json!(true));
    assert_eq!(made["settings"]["disableContactTimezone"], json!(false));
    assert!(made.get("twilio").is_none() && made.get("snapshotId").is_none());
    let (_, found) = client.agency(Method::GET, &format!("/locations/{}", id(&made)), None).await;
    assert_eq!(found["location"]["business"]["name"], "Harbor Academy East");
    let (_, all) = client.agency(Method::GET, "/locations/search?order=desc", None).await;
    assert_eq!(ids(&all["locations"])[0], id(&made));
}

#[tokio::test]
async fn a_wrong_location_is_refused() {
    let client = Client::with_contacts(0).await;
    let company = client.ready().company_id.clone();
    let create = |more: Value| {
        let mut body = json!({ "name": "East", "companyId": company });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let client = &client;
        async move { client.agency(Method::POST, "/locations/", Some(body)).await }
    };
    for (more, message) in [
        (json!({ "name": "" }), "name should not be empty"),
        (json!({ "country": "USA" }), "country must be a code of two letters"),
        (
            json!({ "prospectInfo": { "firstName": "Ada", "lastName": "B" } }),
            "prospectInfo.email should not be empty",
        ),
        (
            json!({ "settings": { "allowDuplicateContact": "no" } }),
            "settings.allowDuplicateContact must be a boolean value",
        ),
        (json!({ "social": { "faceBook": "x" } }), "property social.faceBook should not exist"),
    ] {
        let (status, body) = create(more).await;
        assert_eq!((status, &body["message"]), (422, &json!([message])));
    }
    assert_eq!(create(json!({ "snapshotId": "none" })).await.0, 404);
    assert_eq!(create(json!({ "companyId": "other" })).await.0, 403);
    let body = json!({ "name": "East", "companyId": company });
    assert_eq!(client.post("/locations/", body).await.0, 401, "not for a location's token");
}

#[tokio::test]
async fn company_and_snapshots_are_the_agencys() {
    let client = Client::with_contacts(0).await;
    let company = client.ready().company_id.clone();
    let (status, body) = client.agency(Method::GET, &format!("/companies/{company}"), None).await;
    assert_eq!(
        (status, &body["company"]["id"], &body["company"]["locationCount"]),
        (200, &json!(company), &json!(3))
    );
    let (status, body) = client.agency(Method::GET, &format!("/snapshots/?companyId={company}"), None).await;
    assert_eq!((status, body["snapshots"].as_array().unwrap().len()), (200, 3));
    assert_eq!(keys(&body["snapshots"][0]), ["id", "name", "type"]);
    assert_eq!(client.agency(Method::GET, "/snapshots/", None).await.0, 422);
    assert_eq!(client.agency(Method::GET, "/companies/other", None).await.0, 403);
    for path in [format!("/companies/{company}"), format!("/snapshots/?companyId={company}")] {
        assert_eq!(client.get(&path).await.0, 401, "{path}");
    }
}
