//! Who asks: a token, or a browser that has logged in with one or by a link.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderMap, ORIGIN};
use actix_web::http::uri::Authority;
use chrono::{DateTime, Utc};
use highline_model::{Clock, Role};
use highline_store::{NewSession, Origin, SessionRecord, Store, hash_of_secret};
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::Error;
use crate::limit::Limit;
use crate::network::Network;

/// The cookie of a session.
pub const COOKIE: &str = "highline_session";

/// Who the holder of the environment's token is.
const ENVIRONMENT: &str = "environment";
/// Who came by a one-time link.
const LINK: &str = "login link";
/// Between two looks whether a stream may go on.
const LOOKED_AGAIN: Duration = Duration::from_secs(5);

/// How somebody shows who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoginKind {
    /// A browser that has logged in.
    Cookie,
    /// A token with each request.
    Token,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The name of the token, `environment`, the name on a one-time link, or `login link`.
    pub name: String,
    pub role: Role,
    pub kind: LoginKind,
    pub expires_at: Option<DateTime<Utc>>,
    /// Of a browser.
    pub session: Option<Uuid>,
}

/// What a request brings along to show who asks.
pub enum Shown {
    Token(SecretString),
    Cookie(SecretString),
}

impl Shown {
    /// Where there is a bearer token no cookie is looked at. What a proxy in front wants to know of a browser is not for us.
    pub fn by(request: &HttpRequest) -> Option<Self> {
        if let Some((scheme, secret)) =
            header(request.headers(), AUTHORIZATION).and_then(|given| given.split_once(' '))
            && scheme.eq_ignore_ascii_case("bearer")
        {
            return Some(Self::Token(SecretString::from(secret.trim())));
        }
        request.cookie(COOKIE).map(|cookie| Self::Cookie(SecretString::from(cookie.value())))
    }
}

/// What knows who may come in.
pub struct Door {
    pub store: Store,
    pub clock: Clock,
    /// Tries at logging in.
    pub limit: Limit,
    /// Wrong secrets at the addresses of workflows.
    pub guesses: Limit,
    /// Refused logins that the audit log tells.
    pub refusals: Limit,
    /// Who is believed about whom a request is for.
    pub proxies: Vec<Network>,
    /// The hash of the token that the environment gives; nothing of it is in the database.
    environment: Option<String>,
}

impl Door {
    /// An empty token, as an unset variable in a compose file gives, is none.
    pub fn new((store, clock): (Store, Clock), environment: Option<String>, proxies: Vec<Network>) -> Self {
        let environment = environment.filter(|token| !token.is_empty());
        let environment = environment.map(|token| hash_of_secret(&SecretString::from(token)));
        let [limit, guesses, refusals] = [10, 30, 300].map(Limit::new);
        Self { store, clock, limit, guesses, refusals, proxies, environment }
    }

    /// Who asks; an error where nobody is logged in.
    pub async fn caller(&self, shown: &Shown) -> Result<Caller, Error> {
        let caller = match shown {
            Shown::Token(secret) => self.holder(secret).await?.map(|(caller, _)| caller),
            Shown::Cookie(secret) => {
                let session = self.store.session(secret, self.clock.now()).await?;
                session.filter(|session| self.stands(session)).map(Caller::of)
            }
        };
        caller.ok_or(Error::Unauthorized)
    }

    /// Ends when it is sure that who asked may not any more. Until then it looks now and then; a database that does not
    /// answer has refused nobody.
    pub async fn shut_out(&self, shown: &Shown) {
        loop {
            tokio::time::sleep(LOOKED_AGAIN).await;
            if let Err(Error::Unauthorized) = self.caller(shown).await {
                return;
            }
        }
    }

    /// A session by the token of an environment that has changed is over.
    fn stands(&self, session: &SessionRecord) -> bool {
        match &session.origin {
            Origin::Environment(hash) => self.environment.as_ref() == Some(hash),
            Origin::Token(_) | Origin::Link => true,
        }
    }

    /// Whose token this is.
    async fn holder(&self, secret: &SecretString) -> Result<Option<(Caller, Origin)>, Error> {
        let hash = hash_of_secret(secret);
        if self.environment.as_ref().is_some_and(|known| same(known.as_bytes(), hash.as_bytes())) {
            let caller = Caller {
                name: ENVIRONMENT.to_owned(),
                role: Role::Admin,
                kind: LoginKind::Token,
                expires_at: None,
                session: None,
            };
            return Ok(Some((caller, Origin::Environment(hash))));
        }
        let token = self.store.token(secret, self.clock.now()).await?;
        Ok(token.map(|token| {
            let (kind, expires_at) = (LoginKind::Token, token.expires_at);
            let caller = Caller { name: token.name, role: token.role, kind, expires_at, session: None };
            (caller, Origin::Token(token.id))
        }))
    }

    /// Opens a session for who holds a token.
    pub async fn log_in_with(&self, token: &SecretString) -> Result<Option<(Caller, SecretString)>, Error> {
        match self.holder(token).await? {
            Some((caller, origin)) => self.open(&caller.name, caller.role, origin).await.map(Some),
            None => Ok(None),
        }
    }

    /// Opens a session for who has a one-time link.
    pub async fn log_in_by(&self, code: &SecretString) -> Result<Option<(Caller, SecretString)>, Error> {
        match self.store.use_login_code(code, self.clock.now()).await? {
            Some(guest) => {
                let name = guest.name.as_deref().unwrap_or(LINK);
                self.open(name, guest.role, Origin::Link).await.map(Some)
            }
            None => Ok(None),
        }
    }

    async fn open(&self, name: &str, role: Role, origin: Origin) -> Result<(Caller, SecretString), Error> {
        let new = NewSession { origin, name, role, now: self.clock.now() };
        let (session, secret) = self.store.open_session(new).await?;
        Ok((Caller::of(session), secret))
    }
}

impl Caller {
    fn of(session: SessionRecord) -> Self {
        let (kind, expires_at) = (LoginKind::Cookie, Some(session.expires_at));
        Self { name: session.name, role: session.role, kind, expires_at, session: Some(session.id) }
    }
}

/// Whether a page of this server asks, as far as a browser tells. A page of another site can make a browser send a cookie
/// along, but neither this header nor a false word about where it is from.
pub fn is_from_here(headers: &HeaderMap) -> Option<bool> {
    if let Some(site) = header(headers, "sec-fetch-site") {
        return Some(site == "same-origin");
    }
    let origin = header(headers, ORIGIN)?;
    let from = origin.split_once("://").and_then(|(_, authority)| authority.parse::<Authority>().ok());
    let here = header(headers, HOST).and_then(|host| host.parse::<Authority>().ok());
    Some(from.is_some() && from == here)
}

/// The header by which a page shows that it is no form of another site.
pub const CSRF: &str = "x-highline-csrf";

pub fn header(headers: &HeaderMap, name: impl actix_web::http::header::AsHeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

/// Whether a secret is the wanted one, in a time that does not tell how much of it was right.
pub fn same_secret(given: &str, wanted: &SecretString) -> bool {
    let given = hash_of_secret(&SecretString::from(given));
    same(given.as_bytes(), hash_of_secret(wanted).as_bytes())
}

/// Compares in a time that does not tell how much was right.
fn same(given: &[u8], wanted: &[u8]) -> bool {
    given.len() == wanted.len()
        && given.iter().zip(wanted).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_page_of_another_site_is_told_from_one_of_this_server() {
        let from = |all: &[(&'static str, &'static str)]| {
            let pair = |(name, value): &(&'static str, &'static str)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            is_from_here(&all.iter().map(pair).collect())
        };
        let here = ("host", "highline.example:8080");
        assert_eq!(from(&[here]), None, "no browser");
        assert_eq!(from(&[here, ("sec-fetch-site", "same-origin")]), Some(true));
        for site in ["cross-site", "same-site", "none", ""] {
            assert_eq!(from(&[here, ("sec-fetch-site", site)]), Some(false), "{site}");
        }
        assert_eq!(from(&[here, ("origin", "https://highline.example:8080")]), Some(true));
        for origin in ["http://evil.example", "http://highline.example", "null", ""] {
            assert_eq!(from(&[here, ("origin", origin)]), Some(false), "{origin}");
        }
        assert_eq!(from(&[("host", ""), ("origin", "")]), Some(false));
    }
}
