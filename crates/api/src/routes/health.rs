//! Whether this node lives and can work.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use highline_store::Store;
use serde_json::json;

use crate::error::Error;

pub async fn get_health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

pub async fn get_readiness(store: Data<Store>) -> Result<HttpResponse, Error> {
    store.in_time(store.next_wake()).await?;
    Ok(HttpResponse::Ok().json(json!({ "status": "ready" })))
}

pub async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Error> {
    Err(Error::not_found("page", request.path()))
}
