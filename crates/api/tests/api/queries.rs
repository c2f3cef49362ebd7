//! Queries that a route cannot take.

use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, answer};

on_both_databases!(a_wrong_query_is_refused_by_its_name_and_after_the_login);

async fn a_wrong_query_is_refused_by_its_name_and_after_the_login(database: TestDatabase) {
    let world = World::new(database).await;
    for (path, expected) in [
        ("/api/v1/runs?since=2026-11-22", "since: `2026-11-22` is not a moment"),
        ("/api/v1/runs?after=x", "after: `x` is not a UUID"),
        ("/api/v1/runs?limt=5", "limt: this route has no such query parameter; it has workflow, state"),
        (
            "/api/v1/state/a%2Fb?workflw=one",
            "workflw: this route has no such query parameter; it has workflow",
        ),
        ("/api/v1/workflows/one/why", "record: this query parameter is missing"),
        ("/api/v1/stats/runs?bucket=year", "bucket: `year` is not one of hour, day"),
        ("/api/v1/budgets?limit=5", "limit: this route has no such query parameter; it has none"),
        ("/api/v1/catalog/apps?app=highlevel", "app: this route has no such query parameter; it has none"),
    ] {
        let (status, refused) = world.get(path).await;
        let message = refused["error"]["message"].as_str().unwrap_or_default();
        assert!(status == 400 && message.starts_with(expected), "{path}: {status} {refused}");
    }
    let nobody = reqwest::Client::new();
    assert_eq!(answer(nobody.get(world.url("/api/v1/nodes?x=1"))).await.0, 401);
    assert_eq!(answer(nobody.get(world.url("/healthz?probe=7"))).await.0, 200);
}
