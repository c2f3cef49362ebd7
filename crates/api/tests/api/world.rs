//! A server over a database of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use highline_api::{Server, ServerParts};
use highline_catalog::{Connection, Connections};
use highline_connector::{ConnectionSchema, Spenders};
use highline_engine::{Deployed, Intake, Library};
use highline_model::Clock;
use highline_store::Store;
use highline_testing::{FakeApp, TestDatabase};
use highline_yaml::Source;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Value, json};

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
    pub intake: Arc<Intake>,
    pub clock: Clock,
    /// Sends [`TOKEN`] with each request.
    pub http: reqwest::Client,
    pub fake: Arc<FakeApp>,
    /// Of workflow files.
    pub folder: tempfile::TempDir,
    _database: TestDatabase,
}

impl World {
    pub async fn new(database: TestDatabase) -> Self {
        Self::at(database, Clock::system()).await
    }

    pub async fn at(database: TestDatabase, clock: Clock) -> Self {
        Self::adapted(database, clock, |library| library).await
    }

    /// With another library than the usual one.
    pub async fn adapted(
        database: TestDatabase,
        clock: Clock,
        adapt: impl FnOnce(Library) -> Library,
    ) -> Self {
        let url = database.url().to_owned();
        Self::made(database, clock, &url, adapt).await
    }

    /// With another way to the database.
    pub async fn over(database: TestDatabase, url: &str) -> Self {
        Self::made(database, Clock::system(), url, |library| library).await
    }

    async fn made(
        database: TestDatabase,
        clock: Clock,
        url: &str,
        adapt: impl FnOnce(Library) -> Library,
    ) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let store = Store::open(url).await.unwrap();
        store.migrate().await.unwrap();
        let (app, folder) = (FakeApp::new(), tempfile::tempdir().unwrap());
        let library = adapt(library(&store, &clock, (&app, &folder)));
        let (server, intake) = serve(&store, &clock, library).await;
        let bearer = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {TOKEN}").parse().unwrap())]);
        let http = reqwest::Client::builder().default_headers(bearer).build().unwrap();
        let library = intake.library().clone();
        let world =
            Self { server, store, library, intake, clock, http, fake: app, folder, _database: database };
        world.deploy("one", TEXT).await;
        world
    }

    /// Another server over the same database.
    pub async fn beside(&self) -> Server {
        serve(&self.store, &self.clock, self.another_library()).await.0
    }

    /// That of another node.
    pub fn another_library(&self) -> Library {
        library(&self.store, &self.clock, (&self.fake, &self.folder))
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

fn library(store: &Store, clock: &Clock, (app, folder): (&Arc<FakeApp>, &tempfile::TempDir)) -> Library {
    let fake = Connection { name: "fake".into(), app: "fake".into(), ..Connection::default() };
    let (catalog, connections) = (app.catalog(), Connections::new([fake]));
    let library = Library::new(store.clone(), Arc::new(catalog), Some(Arc::new(connections)), clock.clone());
    library.with_folder(folder.path().to_owned())
}

async fn serve(store: &Store, clock: &Clock, library: Library) -> (Server, Arc<Intake>) {
    let intake = Arc::new(Intake::new(Arc::new(library), store.journal(), clock.clone()));
    let server = Server::start(ServerParts {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        store: store.clone(),
        intake: intake.clone(),
        clock: clock.clone(),
        spenders: Spenders::default(),
        apps: vec![fake_schema()],
        token: Some(TOKEN.to_owned()),
        proxies: vec!["127.0.0.1".parse().unwrap()],
    });
    (server.await.unwrap(), intake)
}

pub async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

fn fake_schema() -> ConnectionSchema {
    ConnectionSchema {
        app: "fake".into(),
        title: "Fake".into(),
        auth: "none".into(),
        base_url: String::new(),
        secrets: vec![],
        values: vec![],
        test: Some("fake.things.get".into()),
        limit: None,
    }
}

/// The id of a run of `one` that was started by hand.
pub async fn started(world: &World) -> String {
    let (status, started) = world.post("/api/v1/workflows/one/start", json!({ "id": "a" })).await;
    assert_eq!(status, 201);
    started["run"]["id"].as_str().unwrap().to_owned()
}
