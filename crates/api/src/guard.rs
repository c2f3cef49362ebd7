//! Who may use `/api`.

use std::net::IpAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderMap, ORIGIN};
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::error::Error;

/// The rule of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Only with this token.
    Token(String),
    /// Without a token, because only this machine can ask. A page of another site in a browser on this machine can ask
    /// too, so whom it means to ask, and where it comes from, must be this machine.
    Loopback,
    /// Not at all.
    Closed,
}

impl Rule {
    /// An empty token, as an unset variable in a compose file gives, is none.
    pub fn new(token: Option<String>, loopback: bool) -> Self {
        match token.filter(|token| !token.is_empty()) {
            Some(token) => Self::Token(token),
            None if loopback => Self::Loopback,
            None => Self::Closed,
        }
    }

    fn admit(&self, asked: &HeaderMap) -> Result<(), Error> {
        let header = |name| asked.get(name).map(|value| value.to_str().unwrap_or_default());
        match self {
            Self::Loopback
                if header(HOST).is_none_or(is_local) && header(ORIGIN).is_none_or(is_local_origin) =>
            {
                Ok(())
            }
            Self::Loopback => Err(Error::Forbidden(
                "without HIGHLINE_API_TOKEN the API answers only requests to localhost that come from there",
            )),
            Self::Closed => Err(Error::Forbidden(
                "the API is closed: set HIGHLINE_API_TOKEN to use it on an address that others can reach",
            )),
            Self::Token(token) => {
                let given = header(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
                let given = given.unwrap_or_default();
                if same(given.as_bytes(), token.as_bytes()) { Ok(()) } else { Err(Error::Unauthorized) }
            }
        }
    }
}

/// Whether `host:port` is this machine.
fn is_local(authority: &str) -> bool {
    authority.parse::<Authority>().is_ok_and(|authority| {
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

fn is_local_origin(origin: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, authority)| is_local(authority))
}

/// Compares in a time that does not tell how much was right.
fn same(given: &[u8], wanted: &[u8]) -> bool {
    given.len() == wanted.len()
        && given.iter().zip(wanted).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let rule = request.app_data::<Data<Rule>>().expect("the server gives its rule to the app");
    rule.admit(request.headers())?;
    next.call(request).await
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(all: &[(HeaderName, &'static str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_the_right_token_is_admitted() {
        let rule = Rule::new(Some("s3cret".into()), true);
        let admit = |given: &'static str| rule.admit(&headers(&[(AUTHORIZATION, given)]));
        assert!(admit("Bearer s3cret").is_ok());
        for wrong in ["Bearer s3cre", "Bearer S3cret", "s3cret", "Bearer "] {
            assert!(matches!(admit(wrong), Err(Error::Unauthorized)), "{wrong:?}");
        }
        assert!(matches!(rule.admit(&headers(&[])), Err(Error::Unauthorized)));
    }

    #[test]
    fn an_empty_token_is_none() {
        assert_eq!(Rule::new(Some(String::new()), false), Rule::Closed);
    }

    #[test]
    fn without_a_token_only_this_machine_may_ask() {
        assert!(Rule::new(None, true).admit(&headers(&[])).is_ok());
        assert!(matches!(Rule::new(None, false).admit(&headers(&[])), Err(Error::Forbidden(_))));
    }

    #[test]
    fn a_page_of_another_site_may_not_ask_in_the_name_of_this_machine() {
        let rule = Rule::new(None, true);
        for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "localhost"] {
            assert!(rule.admit(&headers(&[(HOST, host)])).is_ok(), "{host}");
        }
        assert!(
            rule.admit(&headers(&[(HOST, "evil.example:8080")])).is_err(),
            "a name that was bent to here"
        );
        for (origin, fine) in
            [("http://localhost:5173", true), ("https://evil.example", false), ("null", false)]
        {
            let asked = headers(&[(HOST, "127.0.0.1:8080"), (ORIGIN, origin)]);
            assert_eq!(rule.admit(&asked).is_ok(), fine, "{origin}");
        }
    }
}
