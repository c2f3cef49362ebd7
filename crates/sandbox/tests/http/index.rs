use std::time::Duration;

use highline_sandbox::SandboxSettings;
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, id, ids};

const HOUR_MS: u64 = 3_600_000;

async fn set_lag(client: &Client, milliseconds: u64) {
    let settings = json!({ "index_lag_ms": milliseconds });
    let answer = client.control(Method::PUT, "/settings", Some(settings)).await;
    assert_eq!(answer["index_lag_ms"], milliseconds);
}

async fn found(client: &Client) -> Vec<String> {
    client.found(json!([])).await
}

#[tokio::test]
async fn a_search_that_lags_sees_no_change_and_everything_else_does() {
    let client = Client::with_contacts(2).await;
    let before = found(&client).await;
    set_lag(&client, HOUR_MS).await;
    let new = id(&client.create(json!({ "firstName": "Ada" })).await);
    client.put(&format!("/contacts/{}", before[0]), json!({ "city": "Nowhere" })).await;
    client.delete(&format!("/contacts/{}", before[1])).await;
    assert_eq!(found(&client).await, before);
    let moved = json!([{ "field": "city", "operator": "eq", "value": "Nowhere" }]);
    assert!(client.found(moved.clone()).await.is_empty());
    assert_eq!(client.get(&format!("/contacts/{new}")).await.0, 200);
    let (_, listed) = client.get(&format!("/contacts/?locationId={}", client.location())).await;
    assert!(ids(&listed["contacts"]).contains(&new));
    set_lag(&client, 0).await;
    assert!(found(&client).await.contains(&new) && !found(&client).await.contains(&before[1]));
    assert_eq!(client.found(moved).await, before[..1]);
}

#[tokio::test]
async fn a_change_is_seen_when_the_lag_is_over() {
    let index_lag = Duration::from_millis(50);
    let client = Client::with(SandboxSettings { index_lag, rate_limit: false, ..Default::default() }).await;
    let new = id(&client.create(json!({})).await);
    let seen = async {
        while !found(&client).await.contains(&new) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), seen).await.expect("seen within ten seconds");
}

#[tokio::test]
async fn the_search_of_opportunities_lags_too() {
    let client = Client::with_contacts(1).await;
    let search = async || {
        let body = json!({ "locationId": client.location(), "limit": 100 });
        ids(&client.post("/opportunities/search", body).await.1["opportunities"])
    };
    let (_, pipelines) =
        client.get(&format!("/opportunities/pipelines?locationId={}", client.location())).await;
    let body = json!({
        "locationId": client.location(),
        "pipelineId": pipelines["pipelines"][0]["id"],
        "pipelineStageId": pipelines["pipelines"][0]["stages"][0]["id"],
        "name": "A chance",
        "status": "open",
        "contactId": id(&client.some_contact(|_| true).await),
    });
    set_lag(&client, HOUR_MS).await;
    let (status, made) = client.post("/opportunities/", body).await;
    assert_eq!(status, 201, "{made}");
    let new = id(&made["opportunity"]);
    assert!(!search().await.contains(&new));
    assert_eq!(client.get(&format!("/opportunities/{new}")).await.0, 200);
    set_lag(&client, 0).await;
    assert!(search().await.contains(&new));
}
