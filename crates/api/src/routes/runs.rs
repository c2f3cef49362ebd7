//! Runs: list, look, decide.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use highline_engine::{steps, waits_for};
use highline_model::{Clock, Decision, ErrorKind, RunId, RunPrefix, RunState, Timestamp};
use highline_store::{Found, Page, Resolved, RunDeleted, RunFilter, Store};
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::routes::workflows;

/// Who decides, in the log of a run.
pub const BY: &str = "api";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunsQuery {
    workflow: Option<String>,
    /// One state, or several with commas.
    state: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    error_kind: Option<ErrorKind>,
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
        error_kind: query.error_kind,
    };
    let page = Page { after: query.after.map(RunId), limit: query.limit.unwrap_or(50).clamp(1, 500) };
    Ok(HttpResponse::Ok().json(store.runs(&filter, page).await?))
}

pub async fn get_run(
    store: Data<Store>,
    clock: Data<Clock>,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let run = store.run(find(&store, &id).await?).await?.ok_or_else(|| Error::not_found("run", &id))?;
    let mut view = json!(run);
    view["waits_for"] = json!(waits_for(&run, clock.now()));
    view["steps"] = json!(steps(&run.log));
    Ok(HttpResponse::Ok().json(json!({ "run": view })))
}

pub async fn delete_run(
    store: Data<Store>,
    clock: Data<Clock>,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let run = find(&store, &id).await?;
    match store.delete_run(run, clock.now()).await? {
        RunDeleted::Done => Ok(HttpResponse::NoContent().finish()),
        RunDeleted::NotFinished(state) => {
            Err(Error::Conflict(format!("run {run} is {state}; only a run that is over can be deleted")))
        }
        RunDeleted::Unknown => Err(Error::not_found("run", run)),
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
    let run = find(&store, &id).await?;
    match store.resolve_run(run, body.into_inner().decision, BY, clock.now()).await? {
        Resolved::Done => Ok(accepted(run)),
        Resolved::NotInterrupted(state) => {
            Err(Error::Conflict(format!("run {id} is {state}; only an interrupted run waits for a decision")))
        }
        Resolved::Unknown => Err(Error::not_found("run", &id)),
    }
}

pub fn accepted(run: RunId) -> HttpResponse {
    HttpResponse::Accepted().json(json!({ "run": { "id": run } }))
}

/// The run with this id, or the one whose id begins so. A text that can be no id names no run.
pub async fn find(store: &Store, text: &str) -> Result<RunId, Error> {
    let prefix: RunPrefix = text.parse().map_err(|_| Error::not_found("run", text))?;
    match store.find_run(&prefix).await? {
        Found::One(run) => Ok(run),
        Found::Nothing => Err(Error::not_found("run", text)),
        Found::Several(some) => {
            let some: Vec<String> = some.iter().map(ToString::to_string).collect();
            Err(Error::BadRequest(format!("several runs begin with {text}: {}", some.join(", "))))
        }
    }
}
