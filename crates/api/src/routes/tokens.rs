//! Tokens: list, make, revoke.

use std::time::Duration;

use actix_web::web::{Data, Path, Query, ReqData};
use actix_web::{HttpRequest, HttpResponse};
use highline_model::{Clock, Role, login_name};
use highline_store::{NewToken, Store, TokenMade, TokenPage, TokenRecord};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::body::Json;
use crate::door::Caller;
use crate::error::{Error, ErrorAnswer};
use crate::gate::{tell_details, tell_target};
use crate::lasting::Lasting;
use crate::routes::polls::PageQuery;

/// The shortest life of a token.
const SHORTEST: Duration = Duration::from_secs(60);

/// Tokens, without their secrets.
///
/// Those that were revoked or are over are among them.
#[utoipa::path(get, path = "/tokens", params(PageQuery), responses((status = 200, description = "newest first", body = TokenPage)))]
pub async fn list_tokens(store: Data<Store>, query: Query<PageQuery>) -> Result<HttpResponse, Error> {
    Ok(HttpResponse::Ok().json(store.tokens(query.page()?).await?))
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedToken {
    /// For people, and in the audit log: 1 to 100 characters, and of one token at a time.
    #[schema(max_length = 100, pattern = r"\S")]
    name: String,
    role: Role,
    /// For how long; until it is revoked when left out.
    expires_in: Option<Lasting>,
}

/// A new token.
#[derive(Serialize, ToSchema)]
pub struct NewTokenAnswer {
    token: TokenRecord,
    /// What goes behind `Authorization: Bearer`; it is shown here and never again.
    secret: String,
}

/// Makes a token.
#[utoipa::path(
    post,
    path = "/tokens",
    responses(
        (status = 201, description = "the token, and its secret", body = NewTokenAnswer),
        (status = 409, description = "another token has the name", body = ErrorAnswer),
    )
)]
pub async fn create_token(
    (store, clock): (Data<Store>, Data<Clock>),
    caller: ReqData<Caller>,
    request: HttpRequest,
    body: Json<WantedToken>,
) -> Result<HttpResponse, Error> {
    let name = login_name(&body.name).map_err(|wrong| Error::BadRequest(format!("name: {wrong}")))?;
    if body.expires_in.is_some_and(|lasts| lasts.0 < SHORTEST) {
        return Err(Error::BadRequest("expires_in: a token is good for a minute at least".to_owned()));
    }
    let now = clock.now();
    let expires_at = body.expires_in.map(|lasts| now + lasts.0);
    let new = NewToken { name, role: body.role, expires_at, by: &caller.name, now };
    match store.make_token(new).await? {
        TokenMade::Made(token, secret) => {
            tell_target(&request, token.id);
            tell_details(&request, json!({ "name": token.name, "role": token.role }));
            let secret = secret.expose_secret().to_owned();
            Ok(HttpResponse::Created().json(NewTokenAnswer { token, secret }))
        }
        TokenMade::NameTaken => Err(Error::Conflict(format!(
            "there is a token `{name}` already; revoke it first, or take another name"
        ))),
    }
}

/// Revokes a token, and logs out who logged in with it.
#[utoipa::path(delete, path = "/tokens/{id}", responses((status = 204, description = "it is worth nothing any more")))]
pub async fn revoke_token(
    (store, clock): (Data<Store>, Data<Clock>),
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let known = id.parse::<Uuid>().map_err(|_| Error::not_found("token", &id))?;
    let token = store.revoke_token(known, clock.now()).await?;
    let token = token.ok_or_else(|| Error::not_found("token", &id))?;
    tell_details(&request, json!({ "name": token.name }));
    Ok(HttpResponse::NoContent().finish())
}
