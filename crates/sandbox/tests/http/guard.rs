use highline_sandbox::{Sandbox, SandboxSettings};
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, answer};

#[tokio::test]
async fn a_missing_or_unknown_token_is_an_invalid_jwt() {
    let client = Client::with_contacts(1).await;
    let url = format!("{}/contacts/?locationId={}", client.ready().base_url, client.location());
    for request in [client.http.get(&url), client.http.get(&url).bearer_auth("pit-other")] {
        let (status, body) = answer(request.header("Version", "2021-07-28")).await;
        assert_eq!(status, 401);
        assert_eq!(body["statusCode"], 401);
        assert_eq!((&body["message"], &body["error"]), (&json!("Invalid JWT"), &json!("Unauthorized")));
        assert_eq!(body["traceId"].as_str().unwrap().len(), 36);
    }
}

#[tokio::test]
async fn the_version_header_is_required_and_known() {
    let client = Client::with_contacts(1).await;
    let url = format!("{}/contacts/?locationId={}", client.ready().base_url, client.location());
    let request = || client.http.get(&url).bearer_auth(&client.ready().token);
    assert_eq!(answer(request()).await.1["message"], "version header was not found.");
    let (status, body) = answer(request().header("Version", "2020-01-01")).await;
    assert_eq!((status, &body["message"]), (401, &json!("version header is invalid")));
    assert_eq!(answer(request().header("Version", "2021-04-15")).await.0, 200);
}

#[tokio::test]
async fn tokens_of_an_agency_or_another_location_are_refused() {
    let client = Client::with_contacts(1).await;
    let url = format!("{}/contacts/?locationId={}", client.ready().base_url, client.location());
    let with = |token: String| client.http.get(&url).bearer_auth(token).header("Version", "2021-07-28");
    let (status, body) = answer(with(client.ready().agency_token.clone())).await;
    assert_eq!((status, &body["message"]), (401, &json!("The token is not authorized for this scope.")));
    let state = client.control(Method::GET, "/state", None).await;
    let foreign = state["directory"]["foreignToken"].as_str().unwrap().to_owned();
    let refused = (403, json!("The token does not have access to this location."));
    let (status, body) = answer(with(foreign)).await;
    assert_eq!((status, body["message"].clone()), refused);
    let (status, body) =
        client.post("/contacts/search", json!({ "locationId": "other", "pageLimit": 1 })).await;
    assert_eq!((status, body["message"].clone()), refused);
}

#[tokio::test]
async fn an_unknown_path_is_404_and_a_trailing_slash_counts() {
    let client = Client::with_contacts(1).await;
    assert_eq!(client.get("/invoices/").await.0, 404);
    assert_eq!(client.get(&format!("/contacts?locationId={}", client.location())).await.0, 404);
    assert_eq!(client.put("/contacts/", json!({})).await.0, 404);
}

#[tokio::test]
async fn the_hundred_and_first_request_is_429_with_the_limit_in_its_headers() {
    let client = Client::with(SandboxSettings { contacts: 1, ..Default::default() }).await;
    let request = || client.request(Method::GET, "/campaigns/").query(&[("locationId", client.location())]);
    let first = request().send().await.unwrap();
    let header =
        |response: &reqwest::Response, name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header(&first, "X-RateLimit-Max"), "100");
    assert_eq!(header(&first, "X-RateLimit-Remaining"), "99");
    assert_eq!(header(&first, "X-RateLimit-Interval-Milliseconds"), "10000");
    assert_eq!(header(&first, "X-RateLimit-Limit-Daily"), "200000");
    assert_eq!(header(&first, "X-RateLimit-Daily-Remaining"), "199999");
    for _ in 1..100 {
        assert_eq!(request().send().await.unwrap().status(), 200);
    }
    let refused = request().send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(header(&refused, "X-RateLimit-Remaining"), "0");
    let (status, _) = client.credly(Method::GET, "", None).await;
    assert_eq!(status, 200, "the partner has a budget of its own");
}

#[tokio::test]
async fn a_stopped_sandbox_listens_no_more_and_its_port_is_free() {
    let client = Client::with_contacts(1).await;
    let url = client.ready().base_url.clone();
    client.sandbox.stop().await;
    assert!(client.http.get(&url).send().await.unwrap_err().is_connect());
    let listen = url.trim_start_matches("http://").parse().unwrap();
    let again = Sandbox::start(SandboxSettings { listen, ..Default::default() }).await.unwrap();
    assert_eq!(again.ready().base_url, url);
    let taken = Sandbox::start(SandboxSettings { listen, ..Default::default() }).await.unwrap_err();
    assert!(taken.to_string().starts_with(&format!("cannot listen on {listen}")));
    again.stop().await;
}
