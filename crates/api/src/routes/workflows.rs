//! Workflows: look, switch, start by hand.

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use highline_engine::{Intake, Library, Started, Switched};
use highline_model::{Clock, WorkflowId};
use highline_store::Store;
use serde_json::{Value, json};

use crate::error::Error;

pub async fn list_workflows(store: Data<Store>) -> Result<HttpResponse, Error> {
    let workflows = store.workflows().await?;
    let wrong = store.wrong_files().await?;
    Ok(HttpResponse::Ok().json(json!({ "workflows": workflows, "wrong": wrong, "next": null })))
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
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Error> {
    let id = parse(&id)?;
    let key = idempotency_key(&request)?;
    let event: Value = if body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(&body)
            .map_err(|error| Error::BadRequest(format!("the body is not JSON: {error}")))?
    };
    match intake.into_inner().start_once(&id, event, key).await? {
        Started::Run(run) => Ok(HttpResponse::Created().json(json!({ "run": { "id": run } }))),
        Started::Known(run) => {
            let run = run.map(|run| json!({ "id": run }));
            Ok(HttpResponse::Ok().json(json!({ "run": run, "duplicate": true })))
        }
        Started::OtherData => {
            Err(Error::Conflict("this Idempotency-Key was used before with another body".to_owned()))
        }
        Started::Dropped => Err(Error::Conflict(
            "the workflow's concurrency key has no place free, and `on_limit: drop` starts no run then"
                .to_owned(),
        )),
        Started::Unusable(failure) => Err(Error::Conflict(failure.message)),
        Started::Unknown => Err(Error::not_found("workflow", &id)),
    }
}

/// The key of an event that was started by this header; it is apart from the keys of polls.
fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Error> {
    let Some(given) = request.headers().get("Idempotency-Key") else { return Ok(None) };
    match given.to_str().map(str::trim) {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(format!("idempotency:{key}"))),
        _ => Err(Error::BadRequest("an Idempotency-Key has 1 to 255 visible ASCII characters".to_owned())),
    }
}

/// What `dedupe` knows of a key.
pub async fn get_key(
    store: Data<Store>,
    clock: Data<Clock>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let known = store.known_key(&parse(&path.0)?, &path.1, clock.now()).await?;
    let known = known.ok_or_else(|| Error::not_found("key", &path.1))?;
    Ok(HttpResponse::Ok().json(json!({ "key": known })))
}

pub async fn forget_key(store: Data<Store>, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    if store.forget_key(&parse(&path.0)?, &path.1).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(Error::not_found("key", &path.1))
}

/// A text that can be no id names no workflow.
pub fn parse(id: &str) -> Result<WorkflowId, Error> {
    id.parse().map_err(|_| Error::not_found("workflow", id))
}
