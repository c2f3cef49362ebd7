//! Browsers that are logged in: list, log out.

use actix_web::web::{Data, Path, Query, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use highline_model::{Clock, Role};
use highline_store::{Origin, SessionRecord, Store};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::door::Caller;
use crate::error::Error;
use crate::gate::tell_details;
use crate::routes::polls::PageQuery;

/// A browser that is logged in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    id: Uuid,
    /// The name of the token, `environment`, the name on a one-time link, or `login link`.
    name: String,
    role: Role,
    by: LoginBy,
    created_at: DateTime<Utc>,
    /// To the minute.
    last_used_at: DateTime<Utc>,
    /// It moves on with each use.
    expires_at: DateTime<Utc>,
    /// It is the one that asks.
    current: bool,
}

/// By what a browser logged in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoginBy {
    Token,
    /// A one-time link.
    Link,
    /// The token of a node's environment.
    Environment,
}

/// A page of browsers that are logged in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sessions {
    sessions: Vec<SessionView>,
    /// Give this as `after` to see older ones; null at the end.
    next: Option<Uuid>,
}

/// Browsers that are logged in.
#[utoipa::path(get, path = "/sessions", params(PageQuery), responses((status = 200, description = "newest first", body = Sessions)))]
pub async fn list_sessions(
    (store, clock): (Data<Store>, Data<Clock>),
    caller: ReqData<Caller>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Error> {
    let page = store.sessions(query.page()?, clock.now()).await?;
    let view = |session: SessionRecord| SessionView {
        current: caller.session == Some(session.id),
        id: session.id,
        name: session.name,
        role: session.role,
        by: match session.origin {
            Origin::Token(_) => LoginBy::Token,
            Origin::Link => LoginBy::Link,
            Origin::Environment(_) => LoginBy::Environment,
        },
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        expires_at: session.expires_at,
    };
    let sessions = page.sessions.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(Sessions { sessions, next: page.next }))
}

/// Logs a browser out, whoever it is.
#[utoipa::path(delete, path = "/sessions/{id}", responses((status = 204, description = "its cookie is worth nothing any more")))]
pub async fn end_session(
    store: Data<Store>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let known = id.parse::<Uuid>().map_err(|_| Error::not_found("session", &id))?;
    let name = store.end_session_of(known).await?.ok_or_else(|| Error::not_found("session", &id))?;
    tell_details(&request, json!({ "name": name }));
    Ok(HttpResponse::NoContent().finish())
}
