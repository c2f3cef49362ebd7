//! The server: start and stop.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig, QueryConfig};
use actix_web::{App, HttpServer};
use highline_connector::Spenders;
use highline_engine::Intake;
use highline_model::Clock;
use highline_store::Store;

use crate::door::Door;
use crate::error::{Error, LARGEST_BODY};
use crate::headers::with_headers;
use crate::routes::routes;

/// What a server answers from.
pub struct ServerParts {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    pub store: Store,
    pub intake: Arc<Intake>,
    pub clock: Clock,
    /// Which connections spend which rate budget.
    pub spenders: Spenders,
    /// A token of the role admin that is in no database.
    pub token: Option<String>,
}

/// A server that is listening.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Server {
    /// Returns when the server listens. Needs a tokio runtime.
    pub async fn start(parts: ServerParts) -> std::io::Result<Self> {
        let door = Data::new(Door::new(parts.store.clone(), parts.clock.clone(), parts.token));
        let store = Data::new(parts.store);
        let library = Data::from(parts.intake.library().clone());
        let intake = Data::from(parts.intake);
        let clock = Data::new(parts.clock);
        let spenders = Data::new(parts.spenders);
        let payload = PayloadConfig::new(LARGEST_BODY);
        let query =
            QueryConfig::default().error_handler(|error, _| Error::BadRequest(error.to_string()).into());
        let server = HttpServer::new(move || {
            App::new()
                .wrap(from_fn(with_headers))
                .app_data(door.clone())
                .app_data(store.clone())
                .app_data(library.clone())
                .app_data(intake.clone())
                .app_data(clock.clone())
                .app_data(spenders.clone())
                .app_data(query.clone())
                .app_data(payload.clone())
                .configure(routes)
        })
        .workers(2)
        .disable_signals()
        .shutdown_timeout(5)
        .bind(parts.listen)?;
        let address = server.addrs().first().copied().unwrap_or(parts.listen);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { address, handle })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets requests under way end, and ends.
    pub async fn stop(self) {
        self.handle.stop(true).await;
    }
}
