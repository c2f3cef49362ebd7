//! Who may use `/api`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::error::Error;

/// The rule of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Only with this token.
    Token(String),
    /// Without a token, because only this machine can ask.
    Loopback,
    /// Not at all.
    Closed,
}

impl Rule {
    pub fn new(token: Option<String>, loopback: bool) -> Self {
        match token {
            Some(token) => Self::Token(token),
            None if loopback => Self::Loopback,
            None => Self::Closed,
        }
    }

    fn admit(&self, authorization: Option<&str>) -> Result<(), Error> {
        match self {
            Self::Loopback => Ok(()),
            Self::Closed => Err(Error::Forbidden(
                "the API is closed: set HIGHLINE_API_TOKEN to use it on an address that others can reach",
            )),
            Self::Token(token) => {
                let given = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
                if same(given.as_bytes(), token.as_bytes()) { Ok(()) } else { Err(Error::Unauthorized) }
            }
        }
    }
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
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    rule.admit(authorization)?;
    next.call(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_token_is_admitted() {
        let rule = Rule::new(Some("s3cret".into()), true);
        assert!(rule.admit(Some("Bearer s3cret")).is_ok());
        for wrong in [None, Some("Bearer s3cre"), Some("Bearer S3cret"), Some("s3cret"), Some("Bearer ")] {
            assert!(matches!(rule.admit(wrong), Err(Error::Unauthorized)), "{wrong:?}");
        }
    }

    #[test]
    fn without_a_token_only_this_machine_may_ask() {
        assert!(Rule::new(None, true).admit(None).is_ok());
        assert!(matches!(Rule::new(None, false).admit(None), Err(Error::Forbidden(_))));
    }
}
