//! What happens, as it happens.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::middleware::Next;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use futures::StreamExt;
use highline_model::{Clock, WorkflowId};
use highline_store::{RunRecord, Store};
use serde::Deserialize;

use crate::door::{Shown, header};
use crate::error::Error;
use crate::gate::door;
use crate::live::{Batch, Interest, Live, Moved, stream};
use crate::routes::{runs, workflows};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LiveQuery {
    /// Only of this workflow.
    workflow: Option<String>,
    /// Only of this run.
    run: Option<String>,
}

/// What happens, as server-sent events.
///
/// `run` (`{"id", "workflow", "state", "at"}`), `runs` (many at once: `{"runs", "workflows", "at"}`), `poll`
/// (`{"workflow", "error", "at"}`), `workflow` (`{"id", "at"}`: it was switched, saved or deleted). `hello` comes first;
/// `reset` says that something was missed, so that all must be asked for anew. Who comes back with `Last-Event-ID` gets
/// what happened meanwhile. Within seconds after a login is over its streams end.
#[utoipa::path(
    get,
    path = "/live",
    params(LiveQuery, ("Last-Event-ID" = Option<String>, Header, description = "the id of the last event that came")),
    responses((status = 200, description = "a stream without an end", body = String, content_type = "text/event-stream"))
)]
pub async fn get_live(
    (store, live): (Data<Store>, Data<Live>),
    request: HttpRequest,
    query: Query<LiveQuery>,
) -> Result<HttpResponse, Error> {
    let run = match &query.run {
        Some(text) => Some(runs::find(&store, text).await?),
        None => None,
    };
    let workflow = query.workflow.as_deref().map(workflows::parse).transpose()?;
    let interest = Interest { workflow: workflow.map(|id| id.to_string()), run };
    let last = header(request.headers(), "Last-Event-ID").map(str::to_owned);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // What is compressed is held back until there is enough of it.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream(&live, interest, last.as_deref()).take_until(Box::pin(shut_out(request)))))
}

/// Ends when who asked may not any more.
async fn shut_out(request: HttpRequest) {
    if let Some(shown) = Shown::by(&request) {
        door(&request).shut_out(&shown).await;
    }
}

/// Tells what people do by other routes: an engine knows of runs only what it does itself.
pub async fn told(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let changing = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let pattern = request.match_pattern().unwrap_or_default();
    let (store, live, clock) = (
        request.app_data::<Data<Store>>().cloned(),
        request.app_data::<Data<Live>>().cloned(),
        request.app_data::<Data<Clock>>().cloned(),
    );
    let gone = match (&store, *request.method() == Method::DELETE) {
        (Some(store), true) => run_of(store, &pattern, request.match_info().get("id")).await,
        _ => None,
    };
    let answer = next.call(request).await?;
    if let (Some(store), Some(live), Some(clock)) = (store, live, clock)
        && changing
        && answer.status().is_success()
    {
        let id = answer.request().match_info().get("id").map(str::to_owned);
        let mut batch = what(&store, &pattern, id.as_deref()).await;
        batch.more.extend(gone.map(|run| (run.workflow, 1)));
        live.tell(batch, clock.now());
    }
    Ok(answer)
}

async fn what(store: &Store, pattern: &str, id: Option<&str>) -> Batch {
    let mut batch = Batch::default();
    if pattern.contains("/workflows/{id}") {
        batch.workflows.extend(id.and_then(|id| id.parse::<WorkflowId>().ok()));
    } else if let Some(run) = run_of(store, pattern, id).await {
        batch.runs.insert(run.id, Moved { workflow: run.workflow, state: run.state });
    }
    batch
}

/// The run that a request is about.
async fn run_of(store: &Store, pattern: &str, id: Option<&str>) -> Option<RunRecord> {
    let id = id.filter(|_| pattern.contains("/runs/{id}"))?;
    let run = runs::find(store, id).await.ok()?;
    Some(store.run(run).await.ok()??.record)
}
