//! Nodes: who works on this database.

use actix_web::HttpResponse;
use actix_web::web::Data;
use highline_store::{NodeRecord, Store};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;

/// The nodes of this installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Nodes {
    nodes: Vec<NodeRecord>,
    next: Option<String>,
}

/// Who works on the database.
#[utoipa::path(get, path = "/nodes", responses((status = 200, description = "the nodes, and when each was last heard of", body = Nodes)))]
pub async fn list_nodes(store: Data<Store>) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok().json(Nodes { nodes: store.nodes().await?, next: None }))
}
