//! What happens, over a connection that is cut.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use highline_model::{Clock, Role};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::Value;

use crate::door::token;
use crate::world::{TOKEN, World, started};

/// A connection by hand, so that it can be cut.
struct Looker {
    connection: TcpStream,
    text: String,
}

impl Looker {
    async fn new(world: &World, last: Option<&str>) -> Self {
        Self::with(world, TOKEN, last).await
    }

    async fn with(world: &World, token: &str, last: Option<&str>) -> Self {
        let mut connection = TcpStream::connect(world.server.address()).await.unwrap();
        let last = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
        let request = format!(
            "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{last}\r\n"
        );
        connection.write_all(request.as_bytes()).await.unwrap();
        Self { connection, text: String::new() }
    }

    /// Reads until this is there.
    async fn sees(&mut self, wanted: &str) {
        let reading = async {
            let mut buffer = [0; 4096];
            while !self.text.contains(wanted) {
                let size = self.connection.read(&mut buffer).await.unwrap();
                assert!(size > 0, "cut after {}", self.text);
                self.text.push_str(&String::from_utf8_lossy(&buffer[..size]));
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(30), reading).await;
        assert!(seen.is_ok(), "no {wanted:?} in {}", self.text);
    }

    fn last_id(&self) -> String {
        let id = self.text.lines().filter_map(|line| line.strip_prefix("id: ")).next_back();
        id.unwrap().to_owned()
    }
}

async fn what_happens_is_told_also_to_who_was_cut_off(database: TestDatabase) {
    let world = World::new(database).await;
    let mut looker = Looker::new(&world, None).await;
    looker.sees("event: hello").await;
    assert!(looker.text.contains("text/event-stream"), "{}", looker.text);
    world.post("/api/v1/workflows/one/enable", Value::Null).await;
    looker.sees("event: workflow").await;
    let last = looker.last_id();
    drop(looker);
    let id = started(&world).await;
    world.post(&format!("/api/v1/runs/{id}/cancel"), Value::Null).await;
    let mut again = Looker::new(&world, Some(&last)).await;
    again.sees("\"cancelled\"").await;
    assert!(again.text.contains(&id) && !again.text.contains("event: reset"), "{}", again.text);
    let mut elsewhere = Looker::new(&world, Some("another-7")).await;
    elsewhere.sees("event: reset").await;
}

async fn what_is_decided_past_the_server_is_found(database: TestDatabase) {
    let world = World::new(database).await;
    let mut looker = Looker::new(&world, None).await;
    looker.sees("event: hello").await;
    // Until the server has had its first look, again and again.
    let deciding = async {
        for number in 0.. {
            world
                .store
                .set_enabled(&"one".parse().unwrap(), number % 2 == 0, None, Clock::system().now())
                .await
                .unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    tokio::select! {
        () = deciding => unreachable!("it goes on for ever"),
        () = looker.sees("event: workflow") => {}
    }
}

async fn a_stream_ends_with_the_login_that_opened_it(database: TestDatabase) {
    let world = World::new(database).await;
    let secret = token(&world, "duty", Role::Viewer).await;
    let mut looker = Looker::with(&world, &secret, None).await;
    looker.sees("event: hello").await;
    let (_, list) = world.get("/api/v1/tokens").await;
    let id = list["tokens"][0]["id"].as_str().unwrap();
    world.http.delete(world.url(&format!("/api/v1/tokens/{id}"))).send().await.unwrap();
    // The last chunk of the answer.
    looker.sees("\r\n0\r\n\r\n").await;
}

async fn a_server_stops_although_somebody_looks_on(database: TestDatabase) {
    let world = World::new(database).await;
    let mut looker = Looker::new(&world, None).await;
    looker.sees("event: hello").await;
    world.server.stop().await;
    let mut rest = Vec::new();
    looker.connection.read_to_end(&mut rest).await.unwrap();
}

on_both_databases!(
    what_happens_is_told_also_to_who_was_cut_off,
    what_is_decided_past_the_server_is_found,
    a_stream_ends_with_the_login_that_opened_it,
    a_server_stops_although_somebody_looks_on,
);
