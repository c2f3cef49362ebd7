//! One run sent back, done again, ended.

use actix_web::web::{Data, Path, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use highline_engine::{Library, Rerun, Rerunning};
use highline_model::{Clock, RunId, StepPath};
use highline_store::{Cancelled, Retried, Retry, RevisionChoice, Store};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::body::{JsonText, optional};
use crate::door::Caller;
use crate::error::{Error, ErrorAnswer};
use crate::gate::{tell_details, tell_nothing, tell_target};
use crate::routes::runs::{RunAccepted, accepted, find};
use crate::routes::workflows::{OTHER_BODY, idempotency_key};

/// The body of a retry of one run; it may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetryBody {
    /// The text that it goes on with.
    revision: RevisionChoice,
}

/// Sends a failed or cancelled run back: it goes on at the steps that failed.
#[utoipa::path(
    post,
    path = "/runs/{id}/retry",
    request_body = Option<RetryBody>,
    responses(
        (status = 202, description = "it is queued", body = RunAccepted),
        (status = 409, description = "it has neither failed nor been cancelled", body = ErrorAnswer),
    )
)]
pub async fn retry_run(
    (store, clock): (Data<Store>, Data<Clock>),
    (caller, request): (ReqData<Caller>, HttpRequest),
    id: Path<String>,
    body: JsonText,
) -> Result<HttpResponse, Error> {
    let body: RetryBody = optional(&body)?;
    let run = find(&store, &id).await?;
    tell_target(&request, run);
    tell_details(&request, json!({ "revision": body.revision }));
    let retry = Retry { by: &caller.name, revision: body.revision, now: clock.now() };
    match store.retry_run_with(run, retry).await? {
        Retried::Done => Ok(accepted(run)),
        Retried::NotFinished(state) => Err(Error::Conflict(format!(
            "run {run} is {state}; only a failed or cancelled run can be retried"
        ))),
        Retried::Unknown => Err(Error::not_found("run", run)),
    }
}

/// Ends a run.
#[utoipa::path(
    post,
    path = "/runs/{id}/cancel",
    responses(
        (status = 202, description = "it is cancelled, or will be before its next step", body = RunAccepted),
        (status = 409, description = "it is over", body = ErrorAnswer),
    )
)]
pub async fn cancel_run(
    (store, clock): (Data<Store>, Data<Clock>),
    (caller, request): (ReqData<Caller>, HttpRequest),
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let run = find(&store, &id).await?;
    tell_target(&request, run);
    match store.cancel_run(run, &caller.name, clock.now()).await? {
        Cancelled::Done | Cancelled::Requested => Ok(accepted(run)),
        Cancelled::AlreadyFinished(state) => Err(Error::Conflict(format!("run {run} has {state} already"))),
        Cancelled::Unknown => Err(Error::not_found("run", run)),
    }
}

/// The body of doing a run again; it may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RerunBody {
    /// The step to begin at; the first when left out.
    from: Option<String>,
    /// The event; that of the first run when left out.
    input: Option<Value>,
    revision: RevisionChoice,
}

/// A run that does another again.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewRerun {
    id: RunId,
    rerun_of: RunId,
    revision: i32,
}

/// What came of doing a run again.
#[derive(Debug, Serialize, ToSchema)]
pub struct RerunAnswer {
    /// Null when the run of the first request with that key has been deleted.
    run: Option<NewRerun>,
    /// Nothing was started: the request is known.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
    /// Unsafe steps that had been done and are sent once more.
    sent_again: Vec<StepPath>,
}

/// Does a run again, as a new run.
///
/// With an `Idempotency-Key` the same request sent again starts nothing.
#[utoipa::path(
    post,
    path = "/runs/{id}/rerun",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters", max_length = 255, pattern = "^[!-~]+$")),
    request_body = Option<RerunBody>,
    responses(
        (status = 201, description = "a new run", body = RerunAnswer),
        (status = 200, description = "the run that was started before", body = RerunAnswer),
        (status = 409, description = "it is not over, cannot be done again so, or the key came with another body", body = ErrorAnswer),
    )
)]
pub async fn rerun_run(
    (store, library): (Data<Store>, Data<Library>),
    (caller, request): (ReqData<Caller>, HttpRequest),
    id: Path<String>,
    body: JsonText,
) -> Result<HttpResponse, Error> {
    let body: RerunBody = optional(&body)?;
    let key = idempotency_key(&request)?;
    let run = find(&store, &id).await?;
    tell_target(&request, run);
    let by = caller.name.clone();
    let wish = Rerun { from: body.from, input: body.input, revision: body.revision, by, key };
    let new = |id: RunId, revision| NewRerun { id, rerun_of: run, revision };
    match library.rerun(run, wish).await? {
        Rerunning::Run { run, revision, sent_again } => {
            tell_details(&request, json!({ "run": run, "revision": revision }));
            let run = Some(new(run, revision));
            Ok(HttpResponse::Created().json(RerunAnswer { run, duplicate: false, sent_again }))
        }
        Rerunning::Known { run, revision, sent_again } => {
            tell_nothing(&request);
            let run = run.map(|run| new(run, revision));
            Ok(HttpResponse::Ok().json(RerunAnswer { run, duplicate: true, sent_again }))
        }
        Rerunning::OtherWish => Err(Error::Conflict(OTHER_BODY.to_owned())),
        Rerunning::Dropped => Err(Error::Conflict(
            "the workflow's concurrency key has no place free, and `on_limit: drop` starts no run then"
                .to_owned(),
        )),
        Rerunning::NotOver(state) => {
            Err(Error::Conflict(format!("run {run} is {state}; only a run that is over can be done again")))
        }
        Rerunning::Unfit(unfit) => Err(Error::Conflict(unfit.to_string())),
        Rerunning::Unusable(failure) => Err(Error::Conflict(failure.message)),
        Rerunning::Unknown => Err(Error::not_found("run", run)),
    }
}
