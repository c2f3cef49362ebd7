//! What is not the API: headers, the pages of the dashboard, the page about the API.

use highline_testing::{TestDatabase, on_both_databases};
use reqwest::{Client, Response};

use crate::world::World;

on_both_databases! {
    every_answer_holds_browsers_back,
    the_page_about_the_api_is_there_for_whoever_comes_and_what_it_shows_is_not,
}

async fn get(world: &World, path: &str, accept: &str) -> Response {
    Client::new().get(world.url(path)).header("accept", accept).send().await.unwrap()
}

async fn every_answer_holds_browsers_back(database: TestDatabase) {
    let world = World::new(database).await;
    for path in ["/", "/runs/7", "/healthz", "/api/v1/runs", "/api/v1/nowhere", "/api/docs/", "/nowhere"] {
        let answer = get(&world, path, "text/html").await;
        let said =
            |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
        assert_eq!(said("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(said("referrer-policy"), "same-origin", "{path}");
        let policy = said("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert_eq!(policy.contains("unsafe-inline"), path == "/api/docs/", "{path}: {policy}");
        assert_eq!(said("strict-transport-security"), "", "{path}: this is not HTTPS");
    }
    let by_proxy = Client::new().get(world.url("/healthz")).header("x-forwarded-proto", "https");
    assert!(by_proxy.send().await.unwrap().headers().contains_key("strict-transport-security"));
    assert_eq!(get(&world, "/api/v1/runs", "*/*").await.headers()["cache-control"], "no-store");
}

async fn the_page_about_the_api_is_there_for_whoever_comes_and_what_it_shows_is_not(database: TestDatabase) {
    let world = World::new(database).await;
    let page = get(&world, "/api/docs", "text/html").await;
    assert_eq!((page.status().as_u16(), page.url().path()), (200, "/api/docs/"));
    assert!(page.text().await.unwrap().contains("swagger-ui"));
    let script = get(&world, "/api/docs/swagger-initializer.js", "*/*").await.text().await.unwrap();
    assert!(script.contains("/api/v1/openapi.json"), "{script}");
    assert!(script.contains("headers[\"X-Highline-Csrf\"] = \"1\""), "changes can be tried out: {script}");
    assert_eq!(get(&world, "/api/v1/openapi.json", "*/*").await.status().as_u16(), 401);
}
