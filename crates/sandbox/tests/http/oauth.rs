use std::collections::BTreeMap;

use highline_sandbox::SandboxSettings;
use reqwest::{Method, RequestBuilder, redirect};
use serde_json::{Value, json};
use url::Url;

use crate::client::{Answer, Client, answer, keys};

const CALLBACK: &str = "http://127.0.0.1:1/callback?from=highlevel";

/// Where the consent page sends the browser: the parameters of the callback.
async fn consent(client: &Client, extra: &[(&str, &str)]) -> BTreeMap<String, String> {
    consent_at(client, "/v2/oauth/chooselocation", extra).await
}

async fn consent_at(client: &Client, path: &str, extra: &[(&str, &str)]) -> BTreeMap<String, String> {
    let browser = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let ready = client.ready();
    let response = browser
        .get(format!("{}{path}", ready.base_url))
        .query(&[("response_type", "code"), ("client_id", &ready.client_id), ("redirect_uri", CALLBACK)])
        .query(extra)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 302);
    let back = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    assert!(back.as_str().starts_with("http://127.0.0.1:1/callback?from=highlevel&"));
    back.query_pairs().into_owned().collect()
}

fn token_request(client: &Client, fields: &[(&str, &str)]) -> RequestBuilder {
    let ready = client.ready();
    let app = [("client_id", ready.client_id.as_str()), ("client_secret", &ready.client_secret)];
    let form: Vec<(&str, &str)> = app.into_iter().chain(fields.iter().copied()).collect();
    client.http.post(format!("{}/oauth/token", ready.base_url)).form(&form)
}

async fn for_code(client: &Client, code: &str) -> Answer {
    answer(token_request(client, &[("grant_type", "authorization_code"), ("code", code)])).await
}

async fn refresh(client: &Client, token: &Value) -> Answer {
    let token = token.as_str().unwrap();
    answer(token_request(client, &[("grant_type", "refresh_token"), ("refresh_token", token)])).await
}

/// Tokens after a consent with these parameters.
async fn tokens(client: &Client, extra: &[(&str, &str)]) -> Value {
    let (status, tokens) = for_code(client, &consent(client, extra).await["code"]).await;
    assert_eq!(status, 200, "{tokens}");
    tokens
}

fn with(client: &Client, token: &Value, method: Method, path: &str) -> RequestBuilder {
    client
        .http
        .request(method, format!("{}{path}", client.ready().base_url))
        .bearer_auth(token.as_str().unwrap())
        .header("Version", "2021-07-28")
}

async fn campaigns(client: &Client, token: &Value) -> Answer {
    answer(with(client, token, Method::GET, &format!("/campaigns/?locationId={}", client.location()))).await
}

async fn location_token(client: &Client, token: &Value, location: &str) -> Answer {
    let form = [("companyId", client.ready().company_id.as_str()), ("locationId", location)];
    answer(with(client, token, Method::POST, "/oauth/locationToken").form(&form)).await
}

const AGENCY: &[(&str, &str)] = &[("user_type", "Company")];

#[tokio::test]
async fn a_consent_of_a_location_gives_a_token_that_opens_it() {
    let client = Client::with_contacts(0).await;
    let back =
        consent(&client, &[("scope", "campaigns.readonly contacts.readonly"), ("state", "a b&c")]).await;
    assert_eq!(back["state"], "a b&c");
    let (status, tokens) = for_code(&client, &back["code"]).await;
    assert_eq!(status, 200);
    assert_eq!(
        keys(&tokens),
        [
            "access_token",
            "approvedLocations",
            "companyId",
            "expires_in",
            "isBulkInstallation",
            "locationId",
            "refreshTokenId",
            "refresh_token",
            "scope",
            "token_type",
            "traceId",
            "userId",
            "userType",
        ]
    );
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(86_399)));
    assert_eq!((&tokens["userType"], &tokens["locationId"]), (&json!("Location"), &json!(client.location())));
    assert_eq!(tokens["scope"], "campaigns.readonly contacts.readonly");
    assert_eq!(campaigns(&client, &tokens["access_token"]).await.0, 200);
    let workflows = format!("/workflows/?locationId={}", client.location());
    let (status, body) = answer(with(&client, &tokens["access_token"], Method::GET, &workflows)).await;
    assert_eq!((status, &body["message"]), (401, &json!("The token is not authorized for this scope.")));
}

#[tokio::test]
async fn both_paths_of_the_consent_page_exist_and_a_refusal_comes_back_as_an_error() {
    let client = Client::with_contacts(0).await;
    let back = consent_at(&client, "/oauth/chooselocation", &[]).await;
    assert!(back.contains_key("code") && !back.contains_key("state"));
    let denied = consent(&client, &[("deny", "true"), ("state", "s")]).await;
    assert_eq!((denied["error"].as_str(), denied["state"].as_str()), ("access_denied", "s"));
    assert!(!denied.contains_key("code"));
}

#[tokio::test]
async fn a_consent_that_is_asked_for_wrongly_is_refused() {
    let client = Client::with_contacts(0).await;
    let right = [
        ("response_type", "code"),
        ("client_id", client.ready().client_id.as_str()),
        ("redirect_uri", CALLBACK),
    ];
    for (n, wrong) in ["token", "nobody", "not a url"].into_iter().enumerate() {
        let mut query = right;
        query[n].1 = wrong;
        let url = format!("{}/v2/oauth/chooselocation", client.ready().base_url);
        assert_eq!(answer(client.http.get(url).query(&query)).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_for_its_own_address() {
    let client = Client::with_contacts(0).await;
    let code = consent(&client, &[]).await["code"].clone();
    assert_eq!(for_code(&client, &code).await.0, 200);
    let (status, body) = for_code(&client, &code).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    let code = consent(&client, &[]).await["code"].clone();
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:2/callback"),
    ];
    assert_eq!(answer(token_request(&client, &elsewhere)).await.0, 400);
    let code = consent(&client, &[]).await["code"].clone();
    let here = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    assert_eq!(answer(token_request(&client, &here)).await.0, 200);
}

#[tokio::test]
async fn the_token_endpoint_takes_json_and_says_what_is_missing() {
    let client = Client::with_contacts(0).await;
    let url = format!("{}/oauth/token", client.ready().base_url);
    let code = consent(&client, &[]).await["code"].clone();
    let body = json!({
        "client_id": client.ready().client_id,
        "client_secret": client.ready().client_secret,
        "grant_type": "authorization_code",
        "code": code,
    });
    assert_eq!(answer(client.http.post(&url).json(&body)).await.0, 200);
    let (status, refused) = answer(client.http.post(&url).form(&[("grant_type", "refresh_token")])).await;
    assert_eq!((status, refused["message"].as_array().unwrap().len()), (422, 2));
    assert_eq!(answer(token_request(&client, &[("grant_type", "refresh_token")])).await.0, 422);
    assert_eq!(answer(token_request(&client, &[("grant_type", "password")])).await.0, 422);
    let mut wrong = body;
    wrong["client_secret"] = json!("guessed");
    assert_eq!(answer(client.http.post(&url).json(&wrong)).await.0, 401);
}

#[tokio::test]
async fn a_refresh_gives_a_new_pair_and_ends_the_old_refresh_token() {
    let client = Client::with_contacts(0).await;
    let first = tokens(&client, &[("scope", "campaigns.readonly")]).await;
    let (status, second) = refresh(&client, &first["refresh_token"]).await;
    assert_eq!((status, &second["scope"]), (200, &json!("campaigns.readonly")));
    assert_ne!(second["access_token"], first["access_token"]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(campaigns(&client, &second["access_token"]).await.0, 200);
    let (status, body) = refresh(&client, &first["refresh_token"]).await;
    assert_eq!((status, &body["message"]), (400, &json!("Invalid grant: refresh token is invalid")));
    assert_eq!(refresh(&client, &second["refresh_token"]).await.0, 200);
}

#[tokio::test]
async fn an_access_token_ends_when_its_time_is_over() {
    let settings = SandboxSettings { contacts: 0, token_lifetime: 0, ..Default::default() };
    let client = Client::with(settings).await;
    let short = tokens(&client, &[]).await;
    assert_eq!(short["expires_in"], 0);
    let (status, body) = campaigns(&client, &short["access_token"]).await;
    assert_eq!((status, &body["message"]), (401, &json!("Invalid JWT")));
    client.control(Method::PUT, "/settings", Some(json!({ "token_expires_in": 60 }))).await;
    let (_, longer) = refresh(&client, &short["refresh_token"]).await;
    assert_eq!(longer["expires_in"], 60);
    assert_eq!(campaigns(&client, &longer["access_token"]).await.0, 200);
}

#[tokio::test]
async fn an_agencys_token_gives_tokens_of_its_locations() {
    let client = Client::with_contacts(0).await;
    let agency = tokens(&client, AGENCY).await;
    assert_eq!((&agency["userType"], &agency["isBulkInstallation"]), (&json!("Company"), &json!(true)));
    assert!(agency.get("locationId").is_none());
    let approved = agency["approvedLocations"].as_array().unwrap().clone();
    assert!(approved.contains(&json!(client.location())) && approved.len() > 1, "{approved:?}");
    assert_eq!(campaigns(&client, &agency["access_token"]).await.0, 401);
    let (status, own) = location_token(&client, &agency["access_token"], client.location()).await;
    assert_eq!((status, &own["userType"]), (200, &json!("Location")));
    for field in ["appId", "versionId", "userId", "scope", "refresh_token", "expires_in", "companyId"] {
        assert!(own[field].is_string() || own[field].is_number(), "{field}: {own}");
    }
    assert_eq!(campaigns(&client, &own["access_token"]).await.0, 200);
    let other = approved.iter().find(|id| **id != json!(client.location())).unwrap();
    let (_, other) = location_token(&client, &agency["access_token"], other.as_str().unwrap()).await;
    assert_eq!(campaigns(&client, &other["access_token"]).await.0, 403);
}

#[tokio::test]
async fn only_an_agencys_token_of_the_app_with_the_scope_gives_locations_tokens() {
    let client = Client::with_contacts(0).await;
    let own = client.location();
    let location = tokens(&client, &[]).await["access_token"].clone();
    for wrong in [&json!(client.ready().agency_token), &json!(client.ready().token), &location] {
        let (status, body) = location_token(&client, wrong, own).await;
        assert_eq!((status, &body["message"]), (401, &json!("Token's user type mismatch!")));
    }
    let narrow = tokens(&client, &[("user_type", "Company"), ("scope", "oauth.readonly")]).await;
    let (status, body) = location_token(&client, &narrow["access_token"], own).await;
    assert_eq!((status, &body["message"]), (401, &json!("The token is not authorized for this scope.")));
    let agency = tokens(&client, AGENCY).await["access_token"].clone();
    assert_eq!(location_token(&client, &agency, "ZZZZZZZZZZZZZZZZZZZZ").await.0, 404);
    let incomplete =
        with(&client, &agency, Method::POST, "/oauth/locationToken").form(&[("locationId", own)]);
    assert_eq!(answer(incomplete).await.0, 422);
    let elsewhere = [("companyId", "other"), ("locationId", own)];
    let elsewhere = with(&client, &agency, Method::POST, "/oauth/locationToken").form(&elsewhere);
    assert_eq!(answer(elsewhere).await.0, 403);
}

#[tokio::test]
async fn installed_locations_are_those_that_have_let_the_app_in() {
    let client = Client::with_contacts(0).await;
    let agency = client.control(Method::POST, "/tokens", Some(json!({ "kind": "agency_app" }))).await;
    let list = async |extra: &[(&str, &str)]| {
        let ready = client.ready();
        let app = ready.client_id.split('-').next().unwrap();
        let request = with(&client, &agency["token"], Method::GET, "/oauth/installedLocations");
        let request = request.query(&[("companyId", ready.company_id.as_str()), ("appId", app)]).query(extra);
        let (status, body) = answer(request).await;
        assert_eq!(status, 200, "{body}");
        body
    };
    let all = list(&[]).await;
    let count = all["count"].as_u64().unwrap();
    assert!(count > 1 && all["locations"].as_array().unwrap().len() as u64 == count);
    assert_eq!(list(&[("isInstalled", "true")]).await["count"], 0);
    tokens(&client, &[]).await;
    let installed = list(&[("isInstalled", "true")]).await;
    assert_eq!(installed["count"], 1);
    let own = &installed["locations"][0];
    assert_eq!(own["_id"], client.location());
    assert_eq!(keys(own), ["_id", "address", "installedAt", "isInstalled", "name", "versionId"]);
    assert_eq!(list(&[("limit", "1"), ("skip", "1")]).await["locations"].as_array().unwrap().len(), 1);
    let bare = answer(with(&client, &agency["token"], Method::GET, "/oauth/installedLocations")).await;
    assert_eq!((bare.0, bare.1["message"].as_array().unwrap().len()), (422, 2));
}

#[tokio::test]
async fn the_app_itself_gets_an_agencys_token_that_is_not_refreshed() {
    let client = Client::with_contacts(0).await;
    let (status, own) = answer(token_request(&client, &[("grant_type", "client_credentials")])).await;
    assert_eq!((status, &own["userType"]), (200, &json!("Company")));
    assert!(own.get("refresh_token").is_none());
    assert_eq!(location_token(&client, &own["access_token"], client.location()).await.0, 200);
}

#[tokio::test]
async fn an_installation_and_its_end_are_told_and_the_end_takes_the_tokens() {
    let client = Client::with_contacts(0).await;
    let hook = json!({ "url": "http://127.0.0.1:1/", "tries": 1 });
    client.control(Method::POST, "/webhooks", Some(hook)).await;
    let given = tokens(&client, &[]).await;
    tokens(&client, &[]).await;
    client.control(Method::POST, "/uninstall", Some(json!({ "location_id": client.location() }))).await;
    let told = client.control(Method::GET, "/deliveries", None).await["deliveries"].clone();
    let kinds: Vec<&Value> = told.as_array().unwrap().iter().map(|one| &one["type"]).collect();
    assert_eq!(kinds, ["INSTALL", "UNINSTALL"], "a second consent installs nothing");
    let install = &told[0]["payload"];
    assert_eq!((&install["locationId"], &install["companyId"]), (&given["locationId"], &given["companyId"]));
    assert_eq!(campaigns(&client, &given["access_token"]).await.0, 401);
    assert_eq!(refresh(&client, &given["refresh_token"]).await.0, 400);
}
