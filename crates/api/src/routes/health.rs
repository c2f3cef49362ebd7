//! Whether this node lives and can work.

use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::Data;
use highline_engine::Life;
use highline_store::Store;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Error, ErrorAnswer};
use crate::patience::{SHORT, within};

/// How this node is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `ready`.
    status: &'static str,
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "it lives", body = Health)))]
pub async fn get_health() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Whether this node can work: its database answers within two seconds, and its engine lives.
#[utoipa::path(
    get,
    path = "/readyz",
    responses(
        (status = 200, description = "it can", body = Health),
        (status = 503, description = "the database does not answer, or the engine has ended", body = ErrorAnswer),
    )
)]
pub async fn get_readiness(store: Data<Store>, life: Data<OnceLock<Life>>) -> Result<HttpResponse, Error> {
    if life.get().is_some_and(|life| !life.is_alive()) {
        return Err(Error::EngineEnded);
    }
    within(SHORT, async { Ok(store.next_wake().await?) }).await?;
    Ok(HttpResponse::Ok().json(Health { status: "ready" }))
}

pub fn no_such_method(method: Method, allowed: String) -> Result<HttpResponse, Error> {
    Err(Error::MethodNotAllowed { method: method.to_string(), allowed })
}
