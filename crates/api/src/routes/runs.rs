//! Runs: list, look, decide.

use actix_web::web::{Data, Path, Query, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use highline_engine::{Library, steps, waits_for};
use highline_model::{Clock, Decision, ErrorKind, RunId, RunPrefix, RunState};
use highline_store::{Found, Page, Resolved, RunDeleted, RunDetail, RunFilter, RunPage, Store};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::body::Json;
use crate::door::Caller;
use crate::error::{Error, ErrorAnswer};
use crate::gate::{tell_details, tell_target};
use crate::moment::countable;
use crate::routes::search::Search;
use crate::routes::{limit, workflows};
use crate::sent::{RunOf, StepDetail};
use crate::trial::Trial;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RunsQuery {
    /// Only runs of this workflow.
    workflow: Option<String>,
    /// One state, or several with commas.
    #[param(
        pattern = "^(queued|running|waiting|succeeded|failed|cancelled|interrupted)(,(queued|running|waiting|succeeded|failed|cancelled|interrupted))*$"
    )]
    state: Option<String>,
    /// Made at this moment or later.
    #[serde(default, deserialize_with = "countable")]
    since: Option<DateTime<Utc>>,
    /// Made before this moment.
    #[serde(default, deserialize_with = "countable")]
    until: Option<DateTime<Utc>>,
    /// Failed, or held, for this kind of reason.
    #[param(inline)]
    error_kind: Option<ErrorKind>,
    /// The beginning of an id, or a part of the workflow's id or of the failure, whatever the case. With this a page may
    /// have fewer runs than its limit although there are more.
    text: Option<String>,
    /// Only runs of workflows that use this connection now.
    connection: Option<String>,
    /// So many at most, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<uuid::Uuid>,
}

/// Runs, newest first.
#[utoipa::path(get, path = "/runs", params(RunsQuery), responses((status = 200, description = "newest first", body = RunPage)))]
pub async fn list_runs(
    (store, library): (Data<Store>, Data<Library>),
    query: Query<RunsQuery>,
) -> Result<HttpResponse, Error> {
    let query = query.into_inner();
    let states =
        query.state.iter().flat_map(|all| all.split(',')).map(|state| {
            state.parse::<RunState>().map_err(|error| Error::BadRequest(format!("state: {error}")))
        });
    let filter = RunFilter {
        workflow: match &query.workflow {
            Some(id) => Some(workflows::known(&store, id).await?),
            None => None,
        },
        states: states.collect::<Result<_, _>>()?,
        since: query.since,
        until: query.until,
        error_kind: query.error_kind,
    };
    let page = Page { after: query.after.map(RunId), limit: limit(query.limit)? };
    let search = Search { text: query.text, connection: query.connection };
    Ok(HttpResponse::Ok().json(search.page(&store, &library, (filter, page)).await?))
}

/// A run as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    #[serde(flatten)]
    run: RunDetail,
    /// In words what it waits for; null when it is over or under way.
    waits_for: Option<String>,
    /// The log as people read it: step by step, each with its attempts.
    steps: Vec<StepDetail>,
}

/// One run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunAnswer {
    run: RunView,
}

/// A run with its event, log and steps.
#[utoipa::path(get, path = "/runs/{id}", responses((status = 200, description = "the run", body = RunAnswer)))]
pub async fn get_run(
    (store, library): (Data<Store>, Data<Library>),
    (trial, clock): (Data<Trial>, Data<Clock>),
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let mut run = store.run(find(&store, &id).await?).await?.ok_or_else(|| Error::not_found("run", &id))?;
    let waits_for = waits_for(&run, clock.now());
    let workflow = library.workflow(&run.record.workflow, run.record.revision).await?.ok();
    let of = RunOf { trial: &trial, workflow: workflow.as_deref(), run: run.record.id };
    let steps = steps(&run.log).into_iter().map(|step| of.detail(step)).collect();
    // The attempts tell it, and once is enough.
    run.log.iter_mut().for_each(|entry| drop(entry.event.take_wire()));
    Ok(HttpResponse::Ok().json(RunAnswer { run: RunView { run, waits_for, steps } }))
}

/// Deletes a run that is over, with its log.
#[utoipa::path(
    delete,
    path = "/runs/{id}",
    responses(
        (status = 204, description = "it is gone"),
        (status = 409, description = "it is not over", body = ErrorAnswer),
    )
)]
pub async fn delete_run(
    store: Data<Store>,
    clock: Data<Clock>,
    (request, id): (HttpRequest, Path<String>),
) -> Result<HttpResponse, Error> {
    let run = find(&store, &id).await?;
    tell_target(&request, run);
    match store.delete_run(run, clock.now()).await? {
        RunDeleted::Done => Ok(HttpResponse::NoContent().finish()),
        RunDeleted::NotFinished(state) => {
            Err(Error::Conflict(format!("run {run} is {state}; only a run that is over can be deleted")))
        }
        RunDeleted::Unknown => Err(Error::not_found("run", run)),
    }
}

/// The body of a decision about an interrupted run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// `"retry"`, `"skip"`, or `{"done": OUTPUT}`.
    decision: Decision,
}

/// Decides about an interrupted run: whether its step was done is unknown.
#[utoipa::path(
    post,
    path = "/runs/{id}/resolve",
    responses(
        (status = 202, description = "it goes on", body = RunAccepted),
        (status = 409, description = "it waits for no decision", body = ErrorAnswer),
    )
)]
pub async fn resolve_run(
    (store, clock): (Data<Store>, Data<Clock>),
    (caller, request): (ReqData<Caller>, HttpRequest),
    id: Path<String>,
    body: Json<Resolution>,
) -> Result<HttpResponse, Error> {
    let run = find(&store, &id).await?;
    let decision = body.into_inner().decision;
    tell_target(&request, run);
    tell_details(&request, json!({ "decision": decision.word() }));
    match store.resolve_run(run, decision, &caller.name, clock.now()).await? {
        Resolved::Done => Ok(accepted(run)),
        Resolved::NotInterrupted(state) => {
            Err(Error::Conflict(format!("run {id} is {state}; only an interrupted run waits for a decision")))
        }
        Resolved::Unknown => Err(Error::not_found("run", &id)),
    }
}

/// The id of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunRef {
    pub id: RunId,
}

/// What was asked for is written down, and a node does it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunAccepted {
    run: RunRef,
}

pub fn accepted(run: RunId) -> HttpResponse {
    HttpResponse::Accepted().json(RunAccepted { run: RunRef { id: run } })
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
