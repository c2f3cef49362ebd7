//! Links by which somebody can log in once.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use highline_model::{Clock, Role, login_name};
use highline_store::{Guest, Store};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::body::Json;
use crate::error::Error;
use crate::gate::tell_details;

/// Whom a link shall be for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedLink {
    role: Role,
    /// Who it is, for the audit log: 1 to 100 characters; `login link` when left out.
    #[schema(max_length = 100, pattern = r"\S")]
    name: Option<String>,
}

/// A new link.
#[derive(Serialize, ToSchema)]
pub struct LoginLinkAnswer {
    link: LoginLink,
}

/// A link by which one browser can log in, once.
#[derive(Serialize, ToSchema)]
pub struct LoginLink {
    /// Behind the address of this server, as the browser sees it; shown here and never again.
    path: String,
    role: Role,
    name: Option<String>,
    expires_at: DateTime<Utc>,
}

/// Makes a link by which somebody can log in, once and within 15 minutes.
#[utoipa::path(post, path = "/login-links", responses((status = 201, description = "the link", body = LoginLinkAnswer)))]
pub async fn create_login_link(
    (store, clock): (Data<Store>, Data<Clock>),
    request: HttpRequest,
    body: Json<WantedLink>,
) -> Result<HttpResponse, Error> {
    let name = body.name.as_deref().map(login_name).transpose();
    let name = name.map_err(|wrong| Error::BadRequest(format!("name: {wrong}")))?.map(str::to_owned);
    let guest = Guest { role: body.role, name };
    let (code, expires_at) = store.make_login_code(&guest, clock.now()).await?;
    tell_details(&request, json!({ "name": guest.name, "role": guest.role }));
    let path = format!("/login?code={}", code.expose_secret());
    let Guest { role, name } = guest;
    Ok(HttpResponse::Created().json(LoginLinkAnswer { link: LoginLink { path, role, name, expires_at } }))
}
