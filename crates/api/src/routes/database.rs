//! The database as a whole.

use actix_web::HttpResponse;
use actix_web::web::Data;
use highline_store::{Round, Store};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;

/// What is deleted because it was kept long enough.
#[derive(Debug, Serialize, ToSchema)]
pub struct Retention {
    /// Null before the first round.
    last_round: Option<Round>,
}

/// What the last round of deleting did.
#[utoipa::path(
    get,
    path = "/retention",
    responses((status = 200, description = "the last round, by whichever node", body = Retention))
)]
pub async fn get_retention(store: Data<Store>) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok().json(Retention { last_round: store.last_retention().await? }))
}
