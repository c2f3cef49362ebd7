//! Workflows: look, switch, start by hand.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};
use highline_engine::{Intake, Library, Started, Switched};
use highline_model::WorkflowId;
use highline_store::Store;
use serde_json::{Value, json};

use crate::error::Error;

pub async fn list_workflows(store: Data<Store>) -> Result<HttpResponse, Error> {
    let workflows = store.workflows().await?;
    Ok(HttpResponse::Ok().json(json!({ "workflows": workflows, "next": null })))
}

pub async fn get_workflow(store: Data<Store>, id: Path<String>) -> Result<HttpResponse, Error> {
    let id = parse(&id)?;
    let workflow = store.workflow(&id).await?.ok_or_else(|| Error::not_found("workflow", &id))?;
    let revision = store.revision(&id, workflow.revision).await?;
    let mut view = json!(workflow);
    view["source"] = json!(revision.map(|revision| revision.source));
    Ok(HttpResponse::Ok().json(json!({ "workflow": view })))
}

pub async fn enable_workflow(library: Data<Library>, id: Path<String>) -> Result<HttpResponse, Error> {
    switch(&library, &id, true).await
}

pub async fn disable_workflow(library: Data<Library>, id: Path<String>) -> Result<HttpResponse, Error> {
    switch(&library, &id, false).await
}

async fn switch(library: &Library, id: &str, on: bool) -> Result<HttpResponse, Error> {
    let id = parse(id)?;
    match library.set_enabled(&id, on).await? {
        Switched::Done(workflow) => Ok(HttpResponse::Ok().json(json!({ "workflow": workflow }))),
        Switched::Unusable(failure) => Err(Error::Conflict(failure.message)),
        Switched::Unknown => Err(Error::not_found("workflow", &id)),
    }
}

pub async fn start_workflow(
    intake: Data<Intake>,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Error> {
    let id = parse(&id)?;
    let event: Value = if body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(&body)
            .map_err(|error| Error::BadRequest(format!("the body is not JSON: {error}")))?
    };
    match intake.into_inner().start(&id, event).await? {
        Started::Run(run) => Ok(HttpResponse::Created().json(json!({ "run": { "id": run } }))),
        Started::Unusable(failure) => Err(Error::Conflict(failure.message)),
        Started::Unknown => Err(Error::not_found("workflow", &id)),
    }
}

/// A text that can be no id names no workflow.
pub fn parse(id: &str) -> Result<WorkflowId, Error> {
    id.parse().map_err(|_| Error::not_found("workflow", id))
}
