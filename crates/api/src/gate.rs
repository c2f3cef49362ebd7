//! Before and after each handler: who asks and whether they may, and writing down what they did.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, ResponseError};
use highline_store::NewAudit;
use serde::Serialize;
use serde_json::{Value, json};

use crate::door::{CSRF, Caller, Door, LoginKind, Shown, header, is_from_here};
use crate::error::{Error, LARGEST_BODY};
use crate::table::Entry;

/// What changes nothing, or is told elsewhere: a run is itself the record of who started it.
const UNTOLD: &[&str] = &["start_workflow", "check_workflow", "post_hook"];

/// Lets through who may ask, and tells the audit log when it was for a change and succeeded.
pub async fn gate<B: MessageBody>(
    entry: &'static Entry,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if let Err(refused) = admit(entry, request.request()).await {
        return Ok(request.into_response(refused.error_response()).map_into_right_body());
    }
    let answer = next.call(request).await?;
    if let Some(refused) = unsaid(&answer) {
        return Ok(answer.into_response(refused.error_response()).map_into_right_body());
    }
    if entry.method != "get" && answer.status().is_success() && !UNTOLD.contains(&entry.operation) {
        tell(entry, answer.request()).await;
    }
    Ok(answer.map_into_left_body())
}

/// What the server refused before a handler could, in words that are not ours.
fn unsaid<B>(answer: &ServiceResponse<B>) -> Option<Error> {
    let is_text = header(answer.headers(), CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/plain"));
    if !is_text || !answer.status().is_client_error() {
        return None;
    }
    Some(match (answer.status(), answer.response().error()) {
        (StatusCode::PAYLOAD_TOO_LARGE, _) => Error::TooLarge { most: LARGEST_BODY },
        (StatusCode::NOT_FOUND, _) => Error::not_found("page", answer.request().path()),
        (_, Some(error)) => Error::BadRequest(error.to_string()),
        (status, None) => Error::BadRequest(status.to_string()),
    })
}

async fn admit(entry: &Entry, request: &HttpRequest) -> Result<(), Error> {
    let Some(role) = entry.role else { return Ok(()) };
    let shown = Shown::by(request).ok_or(Error::Unauthorized)?;
    let caller = door(request).caller(&shown).await?;
    if caller.role < role {
        return Err(Error::Forbidden(format!(
            "this needs the role {role}; the login `{}` has the role {}",
            caller.name, caller.role
        )));
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if caller.kind == LoginKind::Cookie && changes {
        let headers = request.headers();
        if header(headers, CSRF) != Some("1") || is_from_here(headers) != Some(true) {
            return Err(Error::Forbidden(
                "with a cookie this must come from a page of this server, with `X-Highline-Csrf: 1`"
                    .to_owned(),
            ));
        }
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

pub fn door(request: &HttpRequest) -> &Door {
    request.app_data::<Data<Door>>().expect("the server gives its door to the app")
}

/// What the audit log says beside who and what.
#[derive(Default)]
struct Told {
    target: Option<String>,
    details: Option<Value>,
    /// There is nothing to tell.
    nothing: bool,
}

/// For a handler whose path does not say what is changed.
pub fn tell_target(request: &HttpRequest, target: impl ToString) {
    change(request, |told| told.target = Some(target.to_string()));
}

/// For a handler that has more to say than what was changed.
pub fn tell_details(request: &HttpRequest, details: impl Serialize) {
    change(request, |told| told.details = Some(json!(details)));
}

/// For a handler that has changed nothing this time.
pub fn tell_nothing(request: &HttpRequest) {
    change(request, |told| told.nothing = true);
}

fn change(request: &HttpRequest, how: impl FnOnce(&mut Told)) {
    let mut extensions = request.extensions_mut();
    let mut told = extensions.remove::<Told>().unwrap_or_default();
    how(&mut told);
    extensions.insert(told);
}

/// A line that cannot be written is logged: what was done is done.
async fn tell(entry: &Entry, request: &HttpRequest) {
    let (caller, told) = {
        let mut extensions = request.extensions_mut();
        (extensions.remove::<Caller>(), extensions.remove::<Told>().unwrap_or_default())
    };
    if told.nothing {
        return;
    }
    let parts: Vec<&str> = request.match_info().iter().map(|(_, value)| value).collect();
    let target = told.target.or_else(|| Some(parts.join("/")).filter(|target| !target.is_empty()));
    let by = caller.map_or_else(|| "nobody".to_owned(), |caller| caller.name);
    let door = door(request);
    let new = NewAudit {
        by: &by,
        action: entry.operation,
        target: target.as_deref(),
        details: told.details.as_ref(),
        now: door.clock.now(),
    };
    if let Err(error) = door.store.audit(new).await {
        tracing::warn!(%error, by, action = entry.operation, target, "the audit log misses this");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_told_is_a_route() {
        for untold in UNTOLD {
            assert!(crate::document::entries().any(|(_, entry)| entry.operation == *untold), "{untold}");
        }
    }
}
