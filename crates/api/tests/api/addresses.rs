//! Whose an address is, and for how long.

use std::time::Duration;

use highline_engine::Deployed;
use highline_model::Role;
use highline_testing::{TestDatabase, on_both_databases};
use highline_yaml::Source;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::door::token;
use crate::hooks::{STEPS, address, leads, post};
use crate::world::{World, answer};

on_both_databases! {
    an_address_goes_with_its_workflow_also_when_one_of_that_name_comes_back,
    a_path_that_waits_for_its_workflow_is_nobody_elses,
    of_two_nodes_that_give_one_path_away_at_the_same_time_one_is_told_that_it_is_taken,
    a_workflow_whose_path_went_to_another_is_not_switched_on,
    who_looks_at_a_run_does_not_learn_its_address,
}

async fn an_address_goes_with_its_workflow_also_when_one_of_that_name_comes_back(database: TestDatabase) {
    let world = World::new(database).await;
    let other = world.beside().await;
    leads(&world, "webhook", "where: false").await;
    let url = address(&world, "leads").await;
    let there = url.replace(&world.server.address().to_string(), &other.address().to_string());
    assert_eq!((post(&url, json!({})).await.0, post(&there, json!({})).await.0), (202, 202));
    let deleted = world.http.delete(world.url("/api/v1/workflows/leads"));
    assert_eq!(answer(deleted).await.0, 204);
    leads(&world, "webhook", "").await;
    assert_eq!((post(&url, json!({})).await.0, post(&there, json!({})).await.0), (404, 404));
    assert_eq!(post(&address(&world, "leads").await, json!({})).await.0, 202);
}

async fn a_path_that_waits_for_its_workflow_is_nobody_elses(database: TestDatabase) {
    let world = World::new(database).await;
    leads(&world, "webhook", "").await;
    let url = address(&world, "leads").await;
    leads(&world, "manual", "").await;
    let path = url.rsplit_once("/hooks/").unwrap().1;
    let text = format!("trigger: {{ webhook: {{ path: {path} }} }}\n{STEPS}");
    let new = json!({ "id": "other", "source": text, "file": false });
    let (status, told) = world.post("/api/v1/workflows", new).await;
    assert_eq!((status, &told["error"]["details"]["diagnostics"][0]["code"]), (422, &json!("E0220")));
    leads(&world, "webhook", "").await;
    assert_eq!(post(&url, json!({})).await.0, 202);
}

async fn of_two_nodes_that_give_one_path_away_at_the_same_time_one_is_told_that_it_is_taken(
    database: TestDatabase,
) {
    let world = World::new(database).await;
    let (here, there) = (world.intake.library(), world.another_library());
    let trigger = "{ webhook: { path: acme/9f86d081884c7d659a2feaa0c55ad015 } }";
    let source = Source::new("leads.yaml", format!("trigger: {trigger}\n{STEPS}"));
    let (first, second) = ("first".parse().unwrap(), "second".parse().unwrap());
    let (one, other) =
        tokio::join!(here.deploy(&first, &source, "test"), there.deploy(&second, &source, "test"));
    let mut refused = Vec::new();
    for deployed in [one.unwrap(), other.unwrap()] {
        if let Deployed::Refused { diagnostics } = deployed {
            refused.push(diagnostics[0].code);
        }
    }
    assert_eq!(refused, ["E0220"]);
}

async fn a_workflow_whose_path_went_to_another_is_not_switched_on(database: TestDatabase) {
    let world = World::new(database).await;
    let trigger = "{ webhook: { path: acme/9f86d081884c7d659a2feaa0c55ad015 } }";
    leads(&world, trigger, "").await;
    let url = address(&world, "leads").await;
    world.post("/api/v1/workflows/leads/disable", Value::Null).await;
    world.store.release_hook(&"leads".parse().unwrap()).await.unwrap();
    let enable = || world.post("/api/v1/workflows/leads/enable", Value::Null);
    assert_eq!(enable().await.0, 200);
    assert_eq!(post(&url, json!({})).await.0, 202, "nobody else had it, so it has it again");
    world.post("/api/v1/workflows/leads/disable", Value::Null).await;
    world.store.release_hook(&"leads".parse().unwrap()).await.unwrap();
    world.deploy("other", &format!("enabled: true\ntrigger: {trigger}\n{STEPS}")).await;
    let (status, told) = enable().await;
    let message = told["error"]["message"].as_str().unwrap();
    assert!(status == 409 && message.contains("is another workflow's now"), "{told}");
    let (_, told) = post(&url, json!({})).await;
    let (_, run) = world.get(&format!("/api/v1/runs/{}", told["event"]["run"].as_str().unwrap())).await;
    assert_eq!(run["run"]["workflow"], "other");
}

async fn who_looks_at_a_run_does_not_learn_its_address(database: TestDatabase) {
    let world = World::new(database).await;
    leads(&world, "webhook", "").await;
    let url = address(&world, "leads").await;
    let path = url.rsplit_once("/hooks/").unwrap().1;
    let sent = Client::new().post(&url).header("X-Original-Uri", format!("/hooks/{path}?a=1"));
    let (_, told) = answer(sent).await;
    let run = world.url(&format!("/api/v1/runs/{}", told["event"]["run"].as_str().unwrap()));
    let viewer = token(&world, "looks", Role::Viewer).await;
    let (status, run) = answer(Client::new().get(run).bearer_auth(viewer)).await;
    assert!(status == 200 && run["run"]["event"]["method"] == "POST", "{run}");
    assert!(!run.to_string().contains(path), "{run}");
}

#[tokio::test]
async fn a_body_that_does_not_come_may_be_sent_again_and_an_idle_connection_is_kept_meanwhile() {
    let world = World::new(TestDatabase::sqlite()).await;
    leads(&world, "webhook", "").await;
    let url = address(&world, "leads").await;
    let path = &url[url.find("/hooks/").unwrap()..];
    let request =
        |body: &str| format!("POST {path} HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\n{body}");
    let (mut idle, mut slow) = (connect(&world).await, connect(&world).await);
    assert_eq!(status(&mut idle, &request("1234567890")).await, "HTTP/1.1 202");
    assert_eq!(status(&mut slow, &request("12345")).await, "HTTP/1.1 408");
    assert_eq!(status(&mut idle, &request("1234567890")).await, "HTTP/1.1 202", "ten seconds later");
}

async fn connect(world: &World) -> TcpStream {
    TcpStream::connect(world.server.address()).await.unwrap()
}

/// The first words of the answer; what is left of it is read too.
async fn status(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let read = tokio::time::timeout(Duration::from_secs(60), stream.read_buf(&mut answer));
        assert!(read.await.unwrap().unwrap() > 0, "{}", String::from_utf8_lossy(&answer));
    }
    String::from_utf8_lossy(&answer[..12]).into_owned()
}
