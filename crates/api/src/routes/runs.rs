//! Runs: list, look, retry, cancel.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use highline_engine::steps;
use highline_model::{Clock, Decision, RunId, RunState, Timestamp};
use highline_store::{Cancelled, Page, Resolved, Retried, RunFilter, Store};
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::routes::workflows;

/// Who decides, in the log of a run.
const BY: &str = "api";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunsQuery {
    workflow: Option<String>,
    /// One state, or several with commas.
    state: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    limit: Option<u32>,
    after: Option<uuid::Uuid>,
}

pub async fn list_runs(store: Data<Store>, query: Query<RunsQuery>) -> Result<HttpResponse, Error> {
    let query = query.into_inner();
    let states =
        query.state.iter().flat_map(|all| all.split(',')).map(|state| {
            state.parse::<RunState>().map_err(|error| Error::BadRequest(format!("state: {error}")))
        });
    let filter = RunFilter {
        workflow: query.workflow.as_deref().map(workflows::parse).transpose()?,
        states: states.collect::<Result<_, _>>()?,
        since: query.since,
        until: query.until,
    };
    let page = Page { after: query.after.map(RunId), limit: query.limit.unwrap_or(50).clamp(1, 500) };
    Ok(HttpResponse::Ok().json(store.runs(&filter, page).await?))
}

pub async fn get_run(store: Data<Store>, id: Path<String>) -> Result<HttpResponse, Error> {
    let run = store.run(parse(&id)?).await?.ok_or_else(|| Error::not_found("run", &id))?;
    let mut view = json!(run);
    view["steps"] = json!(steps(&run.log));
    Ok(HttpResponse::Ok().json(json!({ "run": view })))
}

pub async fn retry_run(
    store: Data<Store>,
    clock: Data<Clock>,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    match store.retry_run(parse(&id)?, BY, clock.now()).await? {
        Retried::Done => Ok(accepted(&id)),
        Retried::NotFinished(state) => Err(Error::Conflict(format!(
            "run {id} is {state}; only a failed or cancelled run can be retried"
        ))),
        Retried::Unknown => Err(Error::not_found("run", &id)),
    }
}

pub async fn cancel_run(
    store: Data<Store>,
    clock: Data<Clock>,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    match store.cancel_run(parse(&id)?, BY, clock.now()).await? {
        Cancelled::Done | Cancelled::Requested => Ok(accepted(&id)),
        Cancelled::AlreadyFinished(state) => Err(Error::Conflict(format!("run {id} has {state} already"))),
        Cancelled::Unknown => Err(Error::not_found("run", &id)),
    }
}

/// The body of a decision about an interrupted run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// `"retry"`, `"skip"`, or `{"done": OUTPUT}`.
    decision: Decision,
}

pub async fn resolve_run(
    store: Data<Store>,
    clock: Data<Clock>,
    id: Path<String>,
    body: Json<Resolution>,
) -> Result<HttpResponse, Error> {
    match store.resolve_run(parse(&id)?, body.into_inner().decision, BY, clock.now()).await? {
        Resolved::Done => Ok(accepted(&id)),
        Resolved::NotInterrupted(state) => {
            Err(Error::Conflict(format!("run {id} is {state}; only an interrupted run waits for a decision")))
        }
        Resolved::Unknown => Err(Error::not_found("run", &id)),
    }
}

fn accepted(id: &str) -> HttpResponse {
    HttpResponse::Accepted().json(json!({ "run": { "id": id } }))
}

/// A text that can be no id names no run.
fn parse(id: &str) -> Result<RunId, Error> {
    id.parse().map_err(|_| Error::not_found("run", id))
}
