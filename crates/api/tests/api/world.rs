//! A server over a database of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use highline_api::{Server, ServerParts};
use highline_catalog::{Connection, Connections};
use highline_connector::Spenders;
use highline_engine::{Deployed, Intake, Library};
use highline_model::Clock;
use highline_store::Store;
use highline_testing::{FakeApp, TestDatabase};
use highline_yaml::Source;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::Value;

pub const TEXT: &str = "
name: One
trigger: manual
steps:
  - { id: first, use: fake.things.update, with: { id: '{{ trigger.id }}' } }
";

/// The token of the environment.
pub const TOKEN: &str = "the environment's token";

pub struct World {
    pub server: Server,
    pub store: Store,
    library: Arc<Library>,
    pub clock: Clock,
    /// Sends [`TOKEN`] with each request.
    pub http: reqwest::Client,
    _database: TestDatabase,
}

impl World {
    pub async fn new(database: TestDatabase) -> Self {
        Self::at(database, Clock::system()).await
    }

    pub async fn at(database: TestDatabase, clock: Clock) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let store = Store::open(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        let fake = Connection { name: "fake".into(), app: "fake".into(), ..Connection::default() };
        let (catalog, connections) = (FakeApp::new().catalog(), Connections::new([fake]));
        let library =
            Library::new(store.clone(), Arc::new(catalog), Some(Arc::new(connections)), clock.clone());
        let library = Arc::new(library);
        let server = Server::start(ServerParts {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            store: store.clone(),
            intake: Arc::new(Intake::new(library.clone(), store.journal(), clock.clone())),
            clock: clock.clone(),
            spenders: Spenders::default(),
            token: Some(TOKEN.to_owned()),
        });
        let server = server.await.unwrap();
        let bearer = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {TOKEN}").parse().unwrap())]);
        let http = reqwest::Client::builder().default_headers(bearer).build().unwrap();
        let world = Self { server, store, library, clock, http, _database: database };
        world.deploy("one", TEXT).await;
        world
    }

    pub async fn deploy(&self, id: &str, text: &str) {
        let source = Source::new(format!("{id}.yaml"), text);
        let deployed = self.library.deploy(&id.parse().unwrap(), &source, "test").await;
        assert!(matches!(deployed, Ok(Deployed::Saved { .. })), "{deployed:?}");
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.http.get(self.url(path))).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.http.post(self.url(path)).json(&body)).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }
}

pub async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}
