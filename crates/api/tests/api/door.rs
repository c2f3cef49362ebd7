//! Who may ask what: each route of the document, with each kind of login.

use highline_model::{Clock, Role};
use highline_store::{NewToken, TokenMade};
use highline_testing::{TestDatabase, on_both_databases};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::world::{World, answer};

on_both_databases! {
    every_route_lets_in_whom_the_document_names_and_nobody_else,
    a_token_that_is_revoked_or_over_is_worth_nothing,
    tokens_are_made_listed_and_revoked_and_their_secret_is_shown_once,
}

pub async fn token(world: &World, name: &str, role: Role) -> String {
    let new = NewToken { name, role, expires_at: None, by: "test", now: world.clock.now() };
    match world.store.make_token(new).await.unwrap() {
        TokenMade::Made(_, secret) => secret.expose_secret().to_owned(),
        TokenMade::NameTaken => panic!("{name} is taken"),
    }
}

/// A request that names nothing that exists.
fn ask(
    world: &World,
    http: &reqwest::Client,
    (method, path, operation): (&str, &str, &Value),
) -> RequestBuilder {
    let path = path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part });
    let path = path.collect::<Vec<_>>().join("/");
    let method: Method = method.to_uppercase().parse().unwrap();
    let request = http.request(method, world.url(&path));
    if operation["requestBody"].is_object() { request.json(&json!({})) } else { request }
}

async fn every_route_lets_in_whom_the_document_names_and_nobody_else(database: TestDatabase) {
    let world = World::new(database).await;
    let (_, document) = world.get("/api/v1/openapi.json").await;
    let mut logins = vec![(None, None)];
    for role in Role::ALL {
        logins.push((Some(role), Some(token(&world, role.as_str(), role).await)));
    }
    let http = reqwest::Client::new();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let needed = operation["x-role"].as_str().map(|role| role.parse::<Role>().unwrap());
            for (role, secret) in &logins {
                let request = ask(&world, &http, (method, path, operation));
                let request = match secret {
                    Some(secret) => request.bearer_auth(secret),
                    None => request,
                };
                let status = request.send().await.unwrap().status().as_u16();
                let what = format!("{method} {path} as {role:?}: {status}");
                match needed {
                    None => assert_ne!(status, 403, "{what}"),
                    Some(_) if role.is_none() => assert_eq!(status, 401, "{what}"),
                    Some(needed) if *role < Some(needed) => assert_eq!(status, 403, "{what}"),
                    Some(_) => assert!(status != 401 && status != 403, "{what}"),
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 100, "{asked}");
}

async fn a_token_that_is_revoked_or_over_is_worth_nothing(database: TestDatabase) {
    let clock = Clock::manual("2026-11-21T08:00:00Z".parse().unwrap());
    let world = World::at(database, clock.clone()).await;
    let http = reqwest::Client::new();
    let runs = |secret: &str| answer(http.get(world.url("/api/v1/runs")).bearer_auth(secret));
    let (_, made) =
        world.post("/api/v1/tokens", json!({ "name": "short", "role": "viewer", "expires_in": "1h" })).await;
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(runs(secret).await.0, 200);
    for wrong in [&secret[..secret.len() - 1], &secret.to_uppercase(), "", "hl_"] {
        assert_eq!(runs(wrong).await.0, 401, "{wrong}");
    }
    clock.advance(chrono::Duration::hours(1));
    let (status, refused) = runs(secret).await;
    assert_eq!((status, &refused["error"]["code"]), (401, &json!("unauthorized")));

    let secret = token(&world, "long", Role::Viewer).await;
    let (_, list) = world.get("/api/v1/tokens?limit=1").await;
    assert_eq!(runs(&secret).await.0, 200);
    let path = format!("/api/v1/tokens/{}", list["tokens"][0]["id"].as_str().unwrap());
    assert_eq!(answer(world.http.delete(world.url(&path))).await.0, 204);
    assert_eq!(runs(&secret).await.0, 401);
}

async fn tokens_are_made_listed_and_revoked_and_their_secret_is_shown_once(database: TestDatabase) {
    let world = World::new(database).await;
    let wanted = json!({ "name": "ci", "role": "operator" });
    let (status, made) = world.post("/api/v1/tokens", wanted.clone()).await;
    assert_eq!((status, &made["token"]["role"]), (201, &json!("operator")), "{made}");
    assert_eq!(made["token"]["created_by"], "environment");
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("hl_") && secret.len() == 67, "{secret}");
    let (status, taken) = world.post("/api/v1/tokens", wanted.clone()).await;
    assert_eq!((status, &taken["error"]["code"]), (409, &json!("conflict")));
    for wrong in [
        json!({ "name": " ", "role": "viewer" }),
        json!({ "name": "x", "role": "owner" }),
        json!({ "name": "x", "role": "viewer", "expires_in": "soon" }),
        json!({ "name": "x" }),
    ] {
        assert_eq!(world.post("/api/v1/tokens", wrong.clone()).await.0, 400, "{wrong}");
    }
    let (_, list) = world.get("/api/v1/tokens").await;
    assert_eq!(list["tokens"].as_array().unwrap().len(), 1);
    assert!(!list.to_string().contains(secret), "{list}");
    let path = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
    assert_eq!(answer(world.http.delete(world.url(&path))).await.0, 204);
    assert_eq!(answer(world.http.delete(world.url("/api/v1/tokens/nothing"))).await.0, 404);
    assert!(world.get("/api/v1/tokens").await.1["tokens"][0]["revoked_at"].is_string());
    assert_eq!(world.post("/api/v1/tokens", wanted).await.0, 201, "the name is free again");
}
