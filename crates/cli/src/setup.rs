//! What commands are made of: the catalog, the connections, the store.

use std::sync::Arc;

use anyhow::Context;
use highline_catalog::{Catalog, Connections};
use highline_connector::{ConnectionSchema, Http, HttpSettings};
use highline_engine::state::{self, StateKeeper};
use highline_model::Clock;
use highline_store::Store;

use crate::settings::Settings;

/// The operations and the apps behind them.
pub struct World {
    pub catalog: Arc<Catalog>,
    /// The way out of all operations, with its rate budgets; this process is alone with them until they are shared.
    pub http: Http,
    /// What a connection of each app holds.
    pub schemas: Vec<ConnectionSchema>,
    /// What the operations of `state` keep; in this process until it is given a store.
    pub state: StateKeeper,
    /// The machine's until a node or command steers it by its database.
    pub clock: Clock,
}

impl World {
    pub fn load(settings: &Settings) -> anyhow::Result<Self> {
        let clock = Clock::steered(chrono::Duration::seconds(astray()?));
        let http = Http::new(HttpSettings::default()).context("cannot set up HTTP")?;
        let apps = highline_apps::load(&http, settings.connectors.existing())?;
        let (mut catalog, state) = (apps.catalog, StateKeeper::new(clock.clone()));
        for operation in state::operations(&state) {
            catalog.add(operation).context("`state` is an app of Highline's own")?;
        }
        Ok(Self { catalog: Arc::new(catalog), http, schemas: apps.connections, state, clock })
    }

    /// The connections of the file; none at all where there is no file.
    pub fn connections(&self, settings: &Settings) -> anyhow::Result<Option<Connections>> {
        crate::connections::load(settings, &self.schemas)
    }
}

/// For trying out what a wrong clock does: seconds that are added to the machine's time.
fn astray() -> anyhow::Result<i64> {
    match std::env::var("HIGHLINE_TEST_CLOCK_OFFSET") {
        Ok(seconds) => seconds.parse().context("HIGHLINE_TEST_CLOCK_OFFSET must be a number of seconds"),
        Err(_) => Ok(0),
    }
}

/// The clock of `store`.
pub async fn clock(store: &Store) -> anyhow::Result<Clock> {
    let clock = Clock::steered(chrono::Duration::zero());
    store.steer(&clock).await?;
    Ok(clock)
}

/// The database, brought to this version's schema.
pub async fn store(settings: &Settings) -> anyhow::Result<Store> {
    let store = Store::open(&settings.store_url()).await?;
    store.migrate().await.context("cannot bring the database to this version's schema")?;
    Ok(store)
}

/// The database as it is, for commands that look or decide; a missing one is not made.
pub async fn existing_store(settings: &Settings) -> anyhow::Result<Store> {
    if settings.database_url.is_none() {
        let file = settings.data.join("highline.db");
        anyhow::ensure!(
            file.exists(),
            "there is no database at {}; start `highline serve` or `highline demo` first, or name its folder with --data",
            file.display()
        );
    }
    store(settings).await
}
