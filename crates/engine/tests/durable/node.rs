//! A node for tests: an engine over a database, an app that answers as told, a clock that the test moves.

use std::sync::Arc;
use std::time::Duration;

use highline_catalog::{Catalog, Connection, Connections};
use highline_engine::state::{StateKeeper, operations};
use highline_engine::{Deployed, Engine, Intake, Library, Parts, Settings, Started};
use highline_model::{Clock, RunId, RunState, Timestamp, WorkflowId};
use highline_store::{Page, PollRecord, RunDetail, RunFilter, Store};
use highline_testing::{FakeApp, TestDatabase, eventually};
use highline_yaml::{Format, Source, render};
use serde_json::Value;

/// What nodes have in common: the database, the app, the clock. Outlives them.
pub struct World {
    pub app: Arc<FakeApp>,
    pub clock: Clock,
    pub store: Store,
    library: Arc<Library>,
    catalog: Arc<Catalog>,
    connections: Arc<Connections>,
    url: String,
    _database: TestDatabase,
}

impl World {
    pub async fn new(database: TestDatabase) -> Self {
        Self::with_app(database, FakeApp::new()).await
    }

    pub async fn with_app(database: TestDatabase, app: Arc<FakeApp>) -> Self {
        Self::with(database, app, &["fake"]).await
    }

    /// One with these connections to the app.
    pub async fn with(database: TestDatabase, app: Arc<FakeApp>, connections: &[&str]) -> Self {
        let url = database.url().to_owned();
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Clock::manual("2026-11-21T08:00:00Z".parse().unwrap());
        let state = StateKeeper::new(clock.clone());
        state.keep_in(store.clone());
        let mut catalog = app.catalog();
        for operation in operations(&state) {
            catalog.add(operation).unwrap();
        }
        let catalog = Arc::new(catalog);
        let connection = |name: &&str| {
            let name = (*name).to_owned();
            Connection { name, app: "fake".to_owned(), ..Connection::default() }
        };
        let connections = Arc::new(Connections::new(connections.iter().map(connection)));
        let library = Library::new(store.clone(), catalog.clone(), Some(connections.clone()), clock.clone());
        Self { app, clock, store, library: Arc::new(library), catalog, connections, url, _database: database }
    }

    pub async fn deploy(&self, id: &str, text: &str) -> i32 {
        let source = Source::new(format!("{id}.yaml"), text);
        match self.library.deploy(&workflow(id), &source, "test").await.unwrap() {
            Deployed::Saved { record, .. } => record.revision,
            Deployed::Unchanged { .. } => unreachable!("only who knows what is saved finds a text unchanged"),
            Deployed::Refused { diagnostics } => {
                panic!("{}", render(&[(&source, &diagnostics)], Format::Human { colour: false }))
            }
        }
    }

    pub async fn start_run(&self, id: &str, event: Value) -> RunId {
        match self.start(id, event).await {
            Started::Run(run) => run,
            other => panic!("{other:?}"),
        }
    }

    pub async fn start(&self, id: &str, event: Value) -> Started {
        let intake = Arc::new(Intake::new(self.library.clone(), self.store.journal(), self.clock.clone()));
        intake.start(&workflow(id), event).await.unwrap()
    }

    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    pub fn library(&self) -> &Library {
        &self.library
    }

    /// A new node, with its own connections to the database.
    pub async fn node(&self) -> Engine {
        self.node_with_room_for(256).await.0
    }

    /// One that works on so many runs at a time, and the way in for events that no poll finds.
    pub async fn node_with_room_for(&self, max_runs: usize) -> (Engine, Arc<Intake>) {
        self.engine(max_runs, self.library.clone(), self.catalog.clone()).await
    }

    /// One whose catalog is empty, as that of an older version might be.
    pub async fn poor_node(&self) -> Engine {
        let (catalog, connections) = (Arc::new(Catalog::new()), Some(self.connections.clone()));
        let library = Library::new(self.store.clone(), catalog.clone(), connections, self.clock.clone());
        self.engine(256, Arc::new(library), catalog).await.0
    }

    async fn engine(
        &self,
        max_runs: usize,
        library: Arc<Library>,
        catalog: Arc<Catalog>,
    ) -> (Engine, Arc<Intake>) {
        let store = Store::open(&self.url).await.unwrap();
        let settings = Settings {
            tick: Duration::from_millis(20),
            grace: Duration::from_millis(500),
            max_runs,
            ..Settings::default()
        };
        let intake = Arc::new(Intake::new(library, store.journal(), self.clock.clone()));
        let engine = Engine::start(Parts {
            store,
            intake: intake.clone(),
            catalog,
            connections: self.connections.clone(),
            clock: self.clock.clone(),
            settings,
        });
        (engine, intake)
    }

    pub fn later(&self, seconds: i64) {
        self.clock.advance(chrono::Duration::seconds(seconds));
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn run(&self, run: RunId) -> RunDetail {
        self.store.run(run).await.unwrap().expect("the run is there")
    }

    /// Waits until a run is in `state`.
    pub async fn run_is(&self, run: RunId, state: RunState) -> RunDetail {
        let is = async || Some(self.run(run).await).filter(|detail| detail.record.state == state);
        eventually(&format!("run {run} is {state}"), is).await
    }

    /// Waits until `count` runs are in `state`, and no other run is anywhere.
    pub async fn all_runs_are(&self, count: u64, state: RunState) {
        let are = async || {
            let counts = self.store.counts(None).await.unwrap();
            (counts.of(state) == count && counts.total() == count).then_some(())
        };
        eventually(&format!("all {count} runs are {state}"), are).await
    }

    pub async fn runs(&self) -> Vec<highline_store::RunRecord> {
        self.store.runs(&RunFilter::default(), Page { after: None, limit: 500 }).await.unwrap().runs
    }

    /// Waits until `count` polls have been committed; gives them, newest first.
    pub async fn polls(&self, count: usize) -> Vec<PollRecord> {
        let enough = async || {
            let polls = self.store.polls(None, Page { after: None, limit: 500 }).await.unwrap().polls;
            (polls.len() >= count).then_some(polls)
        };
        eventually(&format!("{count} polls are committed"), enough).await
    }

    /// Waits until an operation has been asked `count` times.
    pub async fn calls(&self, operation: &str, count: usize) -> Vec<Value> {
        let enough = async || Some(self.app.calls(operation)).filter(|calls| calls.len() >= count);
        eventually(&format!("{operation} was asked {count} times"), enough).await
    }
}

pub fn workflow(id: &str) -> WorkflowId {
    id.parse().unwrap()
}
