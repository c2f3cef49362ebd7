//! The addresses of workflows: a request there is an event, and starts a run.

use std::time::Duration;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::web::{Bytes, BytesMut, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures::StreamExt;
use highline_engine::{Address, Hook, Intake, Received};
use highline_model::{EventId, RunId};
use secrecy::SecretString;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::door::{header, same_secret};
use crate::error::{Error, ErrorAnswer};
use crate::gate::door;
use crate::request::{Key, event_of};
use crate::room::{Place, Room};
use crate::routes::session::address;
use crate::senders::Senders;

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

/// The event that a request became.
#[derive(Debug, Serialize, ToSchema)]
pub struct HookEvent {
    /// `highline why WORKFLOW ID` tells what became of it.
    id: EventId,
    /// Its run; null where nothing was started.
    run: Option<RunId>,
}

/// What a request to an address is refused with, whatever its method.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the document alone")]
enum Refusals {
    /// the secret is missing or wrong
    #[response(status = 401)]
    WrongSecret(ErrorAnswer),
    /// the workflow takes another method
    #[response(status = 405)]
    OtherMethod(ErrorAnswer),
    /// too many wrong secrets
    #[response(status = 429)]
    TooManyTries(ErrorAnswer),
    /// it cannot be kept now: send it again
    #[response(status = 503)]
    NotNow(ErrorAnswer),
}

/// Starts a run of the workflow with this address. The event is on the disk before the answer.
///
/// Needs no login: the address is the secret, or the header that the workflow names brings one. The body is JSON, a form, text or
/// anything else up to the workflow's `max_body`; without one it is null.
#[utoipa::path(
    post,
    path = "/hooks/{path}",
    request_body(content(
        (Option<serde_json::Value> = "application/json"),
        (Option<String> = "application/x-www-form-urlencoded"),
        (Option<String> = "text/plain"),
    )),
    responses(
        (status = 202, description = "the event is kept", body = HookAnswer),
        Refusals,
        (status = 408, description = "the body did not come in time: send it again", body = ErrorAnswer),
        (status = 415, description = "a body of this kind is not read", body = ErrorAnswer),
    )
)]
pub async fn post_hook(request: HttpRequest, payload: Payload, parts: Parts) -> Result<HttpResponse, Error> {
    receive(request, Some(payload), parts).await
}

/// The same with the query as what there is to say.
#[utoipa::path(get, path = "/hooks/{path}", responses((status = 202, description = "the event is kept", body = HookAnswer), Refusals))]
pub async fn get_hook(request: HttpRequest, parts: Parts) -> Result<HttpResponse, Error> {
    receive(request, None, parts).await
}

/// What an address needs of the server.
type Parts = (Data<Intake>, Data<Room>, Data<Senders>);

async fn receive(
    request: HttpRequest,
    mut payload: Option<Payload>,
    (intake, room, senders): Parts,
) -> Result<HttpResponse, Error> {
    let (path, intake) = (request.match_info().query("path"), intake.into_inner());
    let mut taken: Option<(Bytes, Place)> = None;
    for _ in 0..CHANGES {
        let hook = match intake.hook(path).await? {
            Address::Open(hook) => hook,
            Address::Unusable => {
                return Err(Error::Unavailable("this node cannot take it in; the log says why"));
            }
            // Nobody is told what there is behind addresses that are not in use.
            Address::Nothing => return Err(Error::not_found("address", path)),
        };
        let key = prove(&request, (&intake, &senders), &hook)?;
        allow(&request, &hook)?;
        let most = hook.trigger().max_body;
        let (body, place) = match taken.take() {
            Some((body, _)) if body.len() > most => return Err(Error::TooLarge { most }),
            Some(taken) => taken,
            None => read(&request, payload.take(), (&room, most)).await?,
        };
        let event = event_of(&request, &body, key, door(&request).clock.now())?;
        if let Some(answer) = HookAnswer::of(intake.receive(&hook, event, place.clone()).await?) {
            return Ok(HttpResponse::Accepted().json(answer));
        }
        taken = Some((body, place));
    }
    Err(Error::Unavailable("the workflow changes too fast"))
}

impl HookAnswer {
    /// None: the workflow is another one now.
    fn of(received: Received) -> Option<Self> {
        let kept = |id, run| Self {
            event: HookEvent { id, run },
            duplicate: false,
            filtered: false,
            dropped: false,
        };
        Some(match received {
            Received::Run { event, run } => kept(event, Some(run)),
            Received::Duplicate { event, run } => Self { duplicate: true, ..kept(event, run) },
            Received::Filtered { event } => Self { filtered: true, ..kept(event, None) },
            Received::Dropped { event } => Self { dropped: true, ..kept(event, None) },
            Received::Moved => return None,
        })
    }
}

/// Whether the request brings what the address wants; that is no part of the event.
fn prove<'r>(
    request: &'r HttpRequest,
    (intake, senders): (&Intake, &Senders),
    hook: &'r Hook,
) -> Result<Key<'r>, Error> {
    let (Some(wanted), Some(secret)) = (&hook.trigger().secret, intake.secret_of(hook)) else {
        return Ok(Key::Path(request.match_info().query("path")));
    };
    let lacking = "this node lacks the secret of the address; the log says more";
    let secret = secret.map_err(|_| Error::Unavailable(lacking))?;
    let (door, from, workflow) = (door(request), address(request), &hook.workflow.id);
    let now = door.clock.now();
    if !senders.knows(from, workflow, now) {
        door.guesses.left(from, now).map_err(|seconds| Error::TooManyTries { seconds })?;
    }
    if brings(request, &wanted.header, &secret) {
        senders.note(from, workflow, now);
        return Ok(Key::Header(&wanted.header));
    }
    intake.refused(hook);
    // Whether a try was left does not matter any more: this one was wrong.
    door.guesses.take(from, now).ok();
    Err(Error::WrongSecret)
}

fn brings(request: &HttpRequest, name: &str, secret: &SecretString) -> bool {
    let value = request.headers().get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let given = value.unwrap_or_default();
    let bearer = given.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let bare = bearer.filter(|_| name == "authorization").map_or(given, |(_, bare)| bare.trim_start());
    same_secret(bare, secret)
}

fn allow(request: &HttpRequest, hook: &Hook) -> Result<(), Error> {
    let (given, methods) = (request.method(), &hook.trigger().methods);
    if methods.iter().any(|method| method.as_str() == given.as_str()) {
        return Ok(());
    }
    Err(Error::MethodNotAllowed { method: given.to_string(), allowed: hook.trigger().methods_text() })
}

/// The body, and its place in memory.
async fn read(
    request: &HttpRequest,
    payload: Option<Payload>,
    (room, most): (&Room, usize),
) -> Result<(Bytes, Place), Error> {
    let Some(payload) = payload else { return Ok((Bytes::new(), room.take(b"").await?)) };
    let headers = request.headers();
    if let Some(packed) = header(headers, CONTENT_ENCODING).filter(|packed| *packed != "identity") {
        return Err(Error::Unsupported(format!("a body packed as `{packed}` is not read")));
    }
    let length = header(headers, CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Error::TooLarge { most });
    }
    let whole = tokio::time::timeout(PATIENCE, whole(payload, most));
    let body = whole.await.map_err(|_| Error::TooSlow { seconds: PATIENCE.as_secs() })??;
    let place = room.take(&body).await?;
    Ok((body, place))
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
