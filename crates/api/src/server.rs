//! The server: start and stop.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, PayloadConfig, QueryConfig};
use actix_web::{App, HttpServer};
use highline_connector::{ConnectionSchema, Spenders};
use highline_engine::{Engine, Intake, Life};
use highline_model::Clock;
use highline_store::Store;
use tokio::task::JoinHandle;

use crate::door::Door;
use crate::error::LARGEST_BODY;
use crate::headers::with_headers;
use crate::live::{Live, feed, look_around};
use crate::metering;
use crate::network::Network;
use crate::query;
use crate::room::Room;
use crate::routes::connections::Proofs;
use crate::routes::measures::Readers;
use crate::routes::routes;
use crate::senders::Senders;
use crate::trial::Trial;

/// Longer than proxies keep an idle connection for the next request, mostly a minute: one that is closed just when a proxy sends
/// costs its client an answer.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// What a server answers from.
pub struct ServerParts {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    pub store: Store,
    pub intake: Arc<Intake>,
    pub clock: Clock,
    /// Which connections spend which rate budget.
    pub spenders: Spenders,
    /// What a connection of each app holds.
    pub apps: Vec<ConnectionSchema>,
    /// A token of the role admin that is in no database.
    pub token: Option<String>,
    /// Proxies in front, which say whom they speak for.
    pub proxies: Vec<Network>,
}

/// A server that is listening.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    live: Live,
    clock: Clock,
    background: [JoinHandle<()>; 2],
    life: Data<OnceLock<Life>>,
}

impl Server {
    /// Returns when the server listens. Needs a tokio runtime.
    pub async fn start(parts: ServerParts) -> std::io::Result<Self> {
        let door =
            Data::new(Door::new((parts.store.clone(), parts.clock.clone()), parts.token, parts.proxies));
        let library = Data::from(parts.intake.library().clone());
        let trial = Data::new(Trial {
            catalog: library.catalog().clone(),
            connections: library.connections().cloned().unwrap_or_default(),
            apps: Arc::new(parts.apps),
        });
        let proofs = Data::new(Proofs::default());
        let readers = Data::new(Readers::default());
        let (room, senders) = (Data::new(Room::default()), Data::new(Senders::default()));
        let intake = Data::from(parts.intake);
        let live = Live::default();
        let looking = look_around(live.clone(), parts.store.clone(), parts.clock.clone());
        let background = [tokio::spawn(looking), tokio::spawn(metering::keep_up())];
        let life = Data::new(OnceLock::new());
        let alive = life.clone();
        let told = Data::new(live.clone());
        let store = Data::new(parts.store);
        let kept_clock = parts.clock.clone();
        let clock = Data::new(parts.clock);
        let spenders = Data::new(parts.spenders);
        let payload = PayloadConfig::new(LARGEST_BODY);
        let query = QueryConfig::default().error_handler(query::refusal);
        let server = HttpServer::new(move || {
            App::new()
                .wrap(Compress::default())
                .wrap(from_fn(with_headers))
                .app_data(door.clone())
                .app_data(store.clone())
                .app_data(library.clone())
                .app_data(trial.clone())
                .app_data(proofs.clone())
                .app_data(readers.clone())
                .app_data(room.clone())
                .app_data(senders.clone())
                .app_data(told.clone())
                .app_data(alive.clone())
                .app_data(intake.clone())
                .app_data(clock.clone())
                .app_data(spenders.clone())
                .app_data(query.clone())
                .app_data(payload.clone())
                .configure(routes)
        })
        .workers(2)
        .disable_signals()
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(5)
        .bind(parts.listen)?;
        let address = server.addrs().first().copied().unwrap_or(parts.listen);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { address, handle, live, clock: kept_clock, background, life })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells of this engine: what it does to those who look on, and whether it lives.
    pub fn follow(&self, engine: &Engine) {
        self.life.set(engine.life()).ok();
        tokio::spawn(feed(self.live.clone(), engine.notices(), self.clock.clone()));
    }

    /// Lets requests under way end, and ends.
    pub async fn stop(self) {
        self.live.close();
        self.background.iter().for_each(JoinHandle::abort);
        self.handle.stop(true).await;
    }
}
