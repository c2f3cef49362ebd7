use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client, answer, id};

/// A token made through the control endpoint.
async fn token(client: &Client, wanted: Value) -> String {
    let made = client.control(Method::POST, "/tokens", Some(wanted)).await;
    made["token"].as_str().unwrap().to_owned()
}

async fn ask(client: &Client, token: &str, method: Method, path: &str) -> Answer {
    let url = format!("{}{path}", client.ready().base_url);
    answer(client.http.request(method, url).bearer_auth(token).header("Version", "2021-07-28")).await
}

fn campaigns(client: &Client) -> String {
    format!("/campaigns/?locationId={}", client.location())
}

const NOT_THIS_SCOPE: &str = "The token is not authorized for this scope.";
const NOT_THIS_LOCATION: &str = "The token does not have access to this location.";

#[tokio::test]
async fn a_token_without_the_scope_is_refused_and_with_it_let_in() {
    let client = Client::with_contacts(1).await;
    let reader = token(&client, json!({ "kind": "location", "scopes": ["contacts.readonly"] })).await;
    let contact = format!("/contacts/{}", id(&client.some_contact(|_| true).await));
    assert_eq!(ask(&client, &reader, Method::GET, &contact).await.0, 200);
    for (method, path) in [(Method::DELETE, contact), (Method::GET, campaigns(&client))] {
        let (status, body) = ask(&client, &reader, method, &path).await;
        assert_eq!((status, &body["message"]), (401, &json!(NOT_THIS_SCOPE)), "{path}");
    }
    assert_eq!(client.control(Method::GET, "/state", None).await["contacts"], 1);
}

#[tokio::test]
async fn an_agency_token_is_not_for_a_location_whatever_its_scopes() {
    let client = Client::with_contacts(0).await;
    for kind in ["agency", "agency_app"] {
        let agency = token(&client, json!({ "kind": kind })).await;
        let (status, body) = ask(&client, &agency, Method::GET, &campaigns(&client)).await;
        assert_eq!((status, &body["message"]), (401, &json!(NOT_THIS_SCOPE)));
    }
    let app = token(&client, json!({ "kind": "location_app" })).await;
    assert_eq!(ask(&client, &app, Method::GET, &campaigns(&client)).await.0, 200);
}

#[tokio::test]
async fn an_expired_or_ended_token_is_an_invalid_jwt() {
    let client = Client::with_contacts(0).await;
    let expired = token(&client, json!({ "kind": "location", "expires_in": 0 })).await;
    let (status, body) = ask(&client, &expired, Method::GET, &campaigns(&client)).await;
    assert_eq!((status, &body["message"]), (401, &json!("Invalid JWT")));
    let lasting = token(&client, json!({ "kind": "location", "expires_in": 3600 })).await;
    assert_eq!(ask(&client, &lasting, Method::GET, &campaigns(&client)).await.0, 200);
    client.control(Method::DELETE, &format!("/tokens/{lasting}"), None).await;
    assert_eq!(ask(&client, &lasting, Method::GET, &campaigns(&client)).await.0, 401);
}

#[tokio::test]
async fn a_location_named_in_path_query_or_body_must_be_the_tokens_own() {
    let client = Client::with_contacts(0).await;
    let refused = |answer: Answer| {
        assert_eq!((answer.0, &answer.1["message"]), (403, &json!(NOT_THIS_LOCATION)));
    };
    refused(client.get("/campaigns/?locationId=ZZZZZZZZZZZZZZZZZZZZ").await);
    refused(client.post("/contacts/", json!({ "locationId": "ZZZZZZZZZZZZZZZZZZZZ" })).await);
    let other = token(&client, json!({ "kind": "location", "owner_id": "ZZZZZZZZZZZZZZZZZZZZ" })).await;
    refused(ask(&client, &other, Method::GET, &campaigns(&client)).await);
    refused(ask(&client, &other, Method::GET, "/campaigns/?locationId=ZZZZZZZZZZZZZZZZZZZZ").await);
}

#[tokio::test]
async fn a_company_named_must_be_the_locations_own() {
    let client = Client::with_contacts(0).await;
    let (status, body) = client.get(&format!("{}&companyId=other", campaigns(&client))).await;
    assert_eq!((status, &body["message"]), (403, &json!("The token does not have access to this company.")));
}

#[tokio::test]
async fn a_token_of_an_unknown_kind_is_not_made() {
    let client = Client::with_contacts(0).await;
    let url = format!("{}/tokens", client.ready().control_url);
    for wrong in [json!({}), json!({ "kind": "user" }), json!({ "kind": "agency", "scope": "x" })] {
        assert_eq!(answer(client.http.post(&url).json(&wrong)).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_location_token_is_not_for_the_agency_and_some_endpoints_take_both() {
    let client = Client::with_contacts(0).await;
    let company = format!("/companies/{}", client.ready().company_id);
    let (status, body) = client.get(&company).await;
    assert_eq!((status, &body["message"]), (401, &json!(NOT_THIS_SCOPE)));
    let agency = client.ready().agency_token.clone();
    assert_eq!(ask(&client, &agency, Method::GET, &company).await.0, 200);
    let location = format!("/locations/{}", client.location());
    assert_eq!(client.get(&location).await.0, 200);
    assert_eq!(ask(&client, &agency, Method::GET, &location).await.0, 200);
}

#[tokio::test]
async fn an_agency_reads_all_its_locations_and_a_location_only_itself() {
    let client = Client::with_contacts(0).await;
    let agency = client.ready().agency_token.clone();
    let (_, found) = ask(&client, &agency, Method::GET, "/locations/search").await;
    let ids = crate::client::ids(&found["locations"]);
    let other = ids.iter().find(|id| *id != client.location()).unwrap();
    let path = format!("/locations/{other}");
    assert_eq!(ask(&client, &agency, Method::GET, &path).await.0, 200);
    let (status, body) = client.get(&path).await;
    assert_eq!((status, &body["message"]), (403, &json!(NOT_THIS_LOCATION)));
    let own = token(&client, json!({ "kind": "location", "owner_id": other })).await;
    assert_eq!(ask(&client, &own, Method::GET, &path).await.0, 200);
    let elsewhere = token(&client, json!({ "kind": "agency", "owner_id": "ZZZZZZZZZZZZZZZZZZZZ" })).await;
    assert_eq!(ask(&client, &elsewhere, Method::GET, &path).await.0, 403);
}
