//! Logging in and out.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::web::ReqData;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use highline_model::{Role, Timestamp};
use highline_store::NewAudit;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::body::Json;
use crate::door::{COOKIE, Caller, Door, LoginKind, header, is_from_here};
use crate::error::{Error, ErrorAnswer};
use crate::gate::{door, tell_details};
use crate::network::origin;

/// The longest life of a cookie; the server knows when it is over.
const DAYS: i64 = 30;

/// Who is logged in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// The name of the token, `environment`, the name on a one-time link, or `login link`.
    name: String,
    role: Role,
    kind: LoginKind,
    /// A session by cookie lasts longer with each use.
    expires_at: Option<DateTime<Utc>>,
}

/// Who is logged in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionAnswer {
    session: Session,
}

/// One of the two.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogIn {
    /// A token.
    Token(String),
    /// That of a one-time link.
    Code(String),
}

impl SessionAnswer {
    fn of(caller: Caller) -> Self {
        let Caller { name, role, kind, expires_at, .. } = caller;
        Self { session: Session { name, role, kind, expires_at } }
    }
}

/// Who is logged in.
#[utoipa::path(get, path = "/session", responses((status = 200, description = "the login", body = SessionAnswer)))]
pub async fn get_session(caller: ReqData<Caller>) -> HttpResponse {
    HttpResponse::Ok().json(SessionAnswer::of(caller.into_inner()))
}

/// Logs a browser in, with a token or by a one-time link.
///
/// Sets the cookie `highline_session`. A session ends after 7 days without use, and after 30 days in any case.
#[utoipa::path(
    post,
    path = "/session",
    responses(
        (status = 200, description = "logged in; the cookie is set", body = SessionAnswer),
        (status = 401, description = "there is no such token or link, or it is over", body = ErrorAnswer),
        (status = 403, description = "it comes from a page of another site", body = ErrorAnswer),
        (status = 429, description = "too many tries; `Retry-After` says when there is one again", body = ErrorAnswer),
        (status = 503, description = "the database does not answer", body = ErrorAnswer),
    )
)]
pub async fn log_in(request: HttpRequest, body: Json<LogIn>) -> Result<HttpResponse, Error> {
    if is_from_here(request.headers()) == Some(false) {
        return Err(Error::Forbidden("a browser logs in from a page of this server".to_owned()));
    }
    let (door, address) = (door(&request), address(&request));
    let now = door.clock.now();
    door.limit.take(address, now).map_err(|seconds| Error::TooManyTries { seconds })?;
    let opened = match body.into_inner() {
        LogIn::Token(token) => door.log_in_with(&token.into()).await?,
        LogIn::Code(code) => door.log_in_by(&code.into()).await?,
    };
    let Some((caller, secret)) = opened else {
        tell_refusal(door, address, now).await?;
        return Err(Error::LogInRefused);
    };
    door.limit.give_back(address);
    tell_details(&request, json!({ "address": address, "role": caller.role }));
    request.extensions_mut().insert(caller.clone());
    let cookie = cookie(&request, secret.expose_secret().to_owned(), time::Duration::days(DAYS));
    Ok(HttpResponse::Ok().cookie(cookie).json(SessionAnswer::of(caller)))
}

/// Some hundred lines a minute at most, wherever they come from: who guesses cannot fill the disk.
async fn tell_refusal(door: &Door, address: IpAddr, now: Timestamp) -> Result<(), Error> {
    if door.refusals.take(IpAddr::V4(Ipv4Addr::UNSPECIFIED), now).is_err() {
        return Ok(());
    }
    let details = json!({ "address": address });
    let refused =
        NewAudit { by: "nobody", action: "refuse_log_in", target: None, details: Some(&details), now };
    Ok(door.store.audit(refused).await?)
}

/// Logs a browser out.
///
/// A token has no session that could end: nothing happens.
#[utoipa::path(delete, path = "/session", responses((status = 204, description = "the cookie is worth nothing any more")))]
pub async fn log_out(request: HttpRequest) -> Result<HttpResponse, Error> {
    if let Some(cookie) = request.cookie(COOKIE) {
        door(&request).store.end_session(&SecretString::from(cookie.value())).await?;
    }
    Ok(HttpResponse::NoContent().cookie(cookie(&request, String::new(), time::Duration::ZERO)).finish())
}

/// Scripts do not see it, other sites do not send it, and where the server is behind HTTPS it goes over nothing else.
fn cookie(request: &HttpRequest, value: String, lasts: time::Duration) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(request.connection_info().scheme() == "https")
        .max_age(lasts)
        .finish()
}

/// Whose tries are counted.
pub fn address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    origin(peer, header(request.headers(), "x-forwarded-for"), &door(request).proxies)
}
