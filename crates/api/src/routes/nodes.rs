//! Nodes: who works on this database.

use actix_web::HttpResponse;
use actix_web::web::Data;
use highline_store::Store;
use serde_json::json;

use crate::error::Error;

pub async fn list_nodes(store: Data<Store>) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok().json(json!({ "nodes": store.nodes().await?, "next": null })))
}
