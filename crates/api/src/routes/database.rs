//! The database as a whole.

use actix_web::HttpResponse;
use actix_web::web::Data;
use highline_store::Store;
use serde_json::json;

use crate::error::Error;

/// What the last round of deleting did.
pub async fn get_retention(store: Data<Store>) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok().json(json!({ "last_round": store.last_retention().await? })))
}
