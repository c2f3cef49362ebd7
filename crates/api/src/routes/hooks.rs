//! The addresses of workflows: a request there is an event, and starts a run.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::CONTENT_ENCODING;
use actix_web::web::{Bytes, BytesMut, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures::StreamExt;
use highline_engine::{Address, Hook, Intake, Received};
use highline_model::{EventId, RunId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::door::{header, same_secret};
use crate::error::{Error, ErrorAnswer};
use crate::gate::door;
use crate::request::event_of;
use crate::routes::session::address;

/// For the whole of a body to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// Revisions and switches that may come between in the time of one request.
const CHANGES: usize = 4;

/// An event that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct HookAnswer {
    event: HookEvent,
    /// Nothing was started: the workflow's `dedupe` knows the event, and the run is that of the first one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
    /// Nothing was started: the workflow's `where` is false for the event.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    filtered: bool,
    /// Nothing was started: the workflow's `concurrency` had no place for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dropped: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HookEvent {
    /// `highline why WORKFLOW ID` tells what became of it.
    id: EventId,
    /// Its run; null where nothing was started.
    run: Option<RunId>,
}

/// Starts a run of the workflow with this address. The event is on the disk before the answer.
///
/// Needs no login: the address is the secret, or the header that the workflow names brings one. The body is JSON, a form, text or
/// anything else up to the workflow's `max_body`.
#[utoipa::path(
    post,
    path = "/hooks/{path}",
    request_body(content(
        (Value = "application/json"),
        (String = "application/x-www-form-urlencoded"),
        (String = "text/plain"),
    )),
    responses(
        (status = 202, description = "the event is kept", body = HookAnswer),
        (status = 401, description = "the secret is missing or wrong", body = ErrorAnswer),
        (status = 405, description = "the workflow takes another method", body = ErrorAnswer),
        (status = 415, description = "a body of this kind is not read", body = ErrorAnswer),
        (status = 429, description = "too many wrong secrets", body = ErrorAnswer),
        (status = 503, description = "it cannot be kept now: send it again", body = ErrorAnswer),
    )
)]
pub async fn post_hook(
    request: HttpRequest,
    payload: Payload,
    intake: Data<Intake>,
) -> Result<HttpResponse, Error> {
    receive(request, Some(payload), intake.into_inner()).await
}

/// The same with the query as what there is to say.
#[utoipa::path(
    get,
    path = "/hooks/{path}",
    responses(
        (status = 202, description = "the event is kept", body = HookAnswer),
        (status = 401, description = "the secret is missing or wrong", body = ErrorAnswer),
        (status = 405, description = "the workflow takes another method", body = ErrorAnswer),
        (status = 429, description = "too many wrong secrets", body = ErrorAnswer),
        (status = 503, description = "it cannot be kept now: send it again", body = ErrorAnswer),
    )
)]
pub async fn get_hook(request: HttpRequest, intake: Data<Intake>) -> Result<HttpResponse, Error> {
    receive(request, None, intake.into_inner()).await
}

async fn receive(
    request: HttpRequest,
    mut payload: Option<Payload>,
    intake: Arc<Intake>,
) -> Result<HttpResponse, Error> {
    let path = request.match_info().query("path");
    let mut body = Bytes::new();
    for _ in 0..CHANGES {
        let hook = match intake.hook(path).await? {
            Address::Open(hook) => hook,
            Address::Unusable(failure) => {
                tracing::warn!(%failure, "a request to an address cannot be taken in");
                return Err(Error::Unavailable("this node cannot take it in; the log says why"));
            }
            // Nobody is told what there is behind addresses that are not in use.
            Address::Nothing => return Err(Error::not_found("address", path)),
        };
        let secret = prove(&request, &intake, &hook)?;
        allow(&request, &hook)?;
        let most = hook.trigger().max_body;
        if let Some(payload) = payload.take() {
            body = read(&request, payload, most).await?;
        } else if body.len() > most {
            return Err(Error::TooLarge { most });
        }
        let event = event_of(&request, &body, (path, secret), door(&request).clock.now())?;
        let taken = HookAnswer::taken;
        let answer = match intake.receive(&hook, event).await? {
            Received::Run { event, run } => taken(event, Some(run)),
            Received::Duplicate { event, run } => HookAnswer { duplicate: true, ..taken(event, run) },
            Received::Filtered { event } => HookAnswer { filtered: true, ..taken(event, None) },
            Received::Dropped { event } => HookAnswer { dropped: true, ..taken(event, None) },
            Received::Moved => continue,
        };
        return Ok(HttpResponse::Accepted().json(answer));
    }
    Err(Error::Unavailable("the workflow changes too fast"))
}

impl HookAnswer {
    fn taken(id: EventId, run: Option<RunId>) -> Self {
        Self { event: HookEvent { id, run }, duplicate: false, filtered: false, dropped: false }
    }
}

/// Whether the request brings the secret of the address; the header that it comes in.
fn prove<'h>(request: &HttpRequest, intake: &Intake, hook: &'h Hook) -> Result<Option<&'h str>, Error> {
    let (Some(wanted), Some(secret)) = (&hook.trigger().secret, intake.secret_of(hook)) else {
        return Ok(None);
    };
    let secret = secret.map_err(|error| {
        tracing::warn!(workflow = %hook.workflow.id, "its address takes nothing in: {error}");
        Error::Unavailable("this node lacks the secret of the address; the log says more")
    })?;
    let (door, from) = (door(request), address(request));
    let now = door.clock.now();
    door.guesses.left(from, now).map_err(|seconds| Error::TooManyTries { seconds })?;
    let given = header(request.headers(), wanted.header.as_str()).unwrap_or_default();
    let bare = given.strip_prefix("Bearer ").filter(|_| wanted.header == "authorization").unwrap_or(given);
    if same_secret(bare, &secret) {
        return Ok(Some(&wanted.header));
    }
    // Whether a try was left does not matter any more: this one was wrong.
    door.guesses.take(from, now).ok();
    Err(Error::WrongSecret)
}

fn allow(request: &HttpRequest, hook: &Hook) -> Result<(), Error> {
    let (given, methods) = (request.method(), &hook.trigger().methods);
    if methods.iter().any(|method| method.as_str() == given.as_str()) {
        return Ok(());
    }
    Err(Error::MethodNotAllowed { method: given.to_string(), allowed: hook.trigger().methods_text() })
}

async fn read(request: &HttpRequest, payload: Payload, most: usize) -> Result<Bytes, Error> {
    if let Some(packed) = header(request.headers(), CONTENT_ENCODING).filter(|packed| *packed != "identity") {
        return Err(Error::Unsupported(format!("a body packed as `{packed}` is not read")));
    }
    let whole = tokio::time::timeout(PATIENCE, whole(payload, most));
    whole.await.unwrap_or_else(|_| {
        Err(Error::BadRequest(format!("the body did not come within {} s", PATIENCE.as_secs())))
    })
}

async fn whole(mut payload: Payload, most: usize) -> Result<Bytes, Error> {
    let mut body = BytesMut::new();
    while let Some(part) = payload.next().await {
        let part = part.map_err(|error| Error::BadRequest(format!("the body broke off: {error}")))?;
        if body.len() + part.len() > most {
            return Err(Error::TooLarge { most });
        }
        body.extend_from_slice(&part);
    }
    Ok(body.freeze())
}
