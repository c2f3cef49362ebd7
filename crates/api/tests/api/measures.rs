//! What whoever watches a node reads of it.

use std::pin::pin;

use futures::future::{Either, select};
use futures::join;
use highline_store::WrongFile;
use highline_testing::{TestDatabase, on_both_databases};
use reqwest::Method;
use serde_json::json;

use crate::wire::Wire;
use crate::world::{World, answer, started};

async fn page(world: &World) -> String {
    world.http.get(world.url("/metrics")).send().await.unwrap().text().await.unwrap()
}

async fn what_prometheus_reads_needs_a_login(database: TestDatabase) {
    let world = World::new(database).await;
    let stranger = reqwest::Client::new().get(world.url("/metrics")).send().await.unwrap();
    assert_eq!(stranger.status().as_u16(), 401);
    let page = page(&world).await;
    for line in [
        "highline_runs{state=\"queued\"} 0",
        "highline_workflows{state=\"disabled\"} 1",
        "highline_oldest_queued_age_seconds 0",
        "highline_database_up 1",
        "# TYPE highline_runs gauge",
        "highline_names_exceeded{label=\"connection\"} 0",
    ] {
        assert!(page.contains(line), "{line}\nin\n{page}");
    }
}

async fn every_measure_says_what_it_means(database: TestDatabase) {
    let world = World::new(database).await;
    started(&world).await;
    let page = page(&world).await;
    let mut types = 0;
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split(' ').next()) {
            assert!(page.contains(&format!("# HELP {name} ")), "{name} says nothing\n{page}");
            types += 1;
        }
    }
    assert!(types >= 10, "{page}");
}

async fn files_that_are_wrong_from_the_start_count_as_in_the_overview(database: TestDatabase) {
    let world = World::new(database).await;
    let wrong = WrongFile {
        origin: "bad.yaml".into(),
        id: "bad".into(),
        problem: "bad.yaml:1:7: this is no name".into(),
        problems: 1,
        since: world.clock.now(),
    };
    world.store.note_wrong_file(&wrong).await.unwrap();
    let (_, overview) = world.get("/api/v1/stats/overview").await;
    assert_eq!(overview["overview"]["workflows"]["wrong"], 1, "{overview}");
    let page = page(&world).await;
    assert!(page.contains("highline_workflows{state=\"wrong\"} 1"), "{page}");
}

on_both_databases!(
    what_prometheus_reads_needs_a_login,
    every_measure_says_what_it_means,
    files_that_are_wrong_from_the_start_count_as_in_the_overview,
    whoever_asks_with_head_gets_all_but_the_body,
);

/// Those who ask whether a node is well have given up long before others get their refusal.
#[tokio::test]
async fn a_silent_database_keeps_nobody_waiting_who_asks_how_the_node_is() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let wire = Wire::before(database.url()).await;
    let world = World::over(database, &wire.url).await;
    let (_, made) = world.post("/api/v1/tokens", json!({ "name": "prometheus", "role": "viewer" })).await;
    let reader = || {
        let secret = made["secret"].as_str().unwrap();
        reqwest::Client::new().get(world.url("/metrics")).bearer_auth(secret).send()
    };
    assert!(reader().await.unwrap().text().await.unwrap().contains("highline_database_up 1"));
    wire.fall_silent();
    let patient = pin!(world.get("/api/v1/nodes"));
    let others = async {
        let stranger = reqwest::Client::new().get(world.url("/metrics")).bearer_auth("hl_unknown");
        let (ready, environment, token, stranger) =
            join!(world.get("/readyz"), page(&world), reader(), answer(stranger));
        assert_eq!((ready.0, &ready.1["error"]["code"]), (503, &json!("unavailable")));
        for page in [environment, token.unwrap().text().await.unwrap()] {
            assert!(page.contains("highline_database_up 0"), "{page}");
            assert!(page.contains("highline_build_info") && !page.contains("highline_runs{"), "{page}");
        }
        assert_eq!(stranger.0, 503, "who was never let in is not let in now");
    };
    match select(pin!(others), patient).await {
        Either::Left(_) => {}
        Either::Right((answer, _)) => panic!("the one who asks for nodes was answered first: {answer:?}"),
    }
}

async fn whoever_asks_with_head_gets_all_but_the_body(database: TestDatabase) {
    let world = World::new(database).await;
    for path in ["/healthz", "/readyz", "/metrics", "/api/v1/workflows", "/api/v1/workflows/one"] {
        let answer = world.http.head(world.url(path)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        assert!(answer.headers().contains_key("content-type"), "{path}");
        assert_eq!(answer.bytes().await.unwrap().len(), 0, "{path}");
    }
    let nobody = reqwest::Client::new().head(world.url("/api/v1/runs")).send().await.unwrap();
    assert_eq!(nobody.status().as_u16(), 401);
    for (method, path, allow) in [
        (Method::HEAD, "/hooks/any", "GET, POST"),
        (Method::HEAD, "/api/v1/live", "GET"),
        (Method::POST, "/healthz", "GET, HEAD"),
    ] {
        let refused = world.http.request(method, world.url(path)).send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["allow"]),
            (405, &allow.parse().unwrap()),
            "{path}"
        );
    }
}
