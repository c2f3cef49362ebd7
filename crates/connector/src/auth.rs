//! Secrets into requests, and nowhere else.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use highline_catalog::{Connection, OperationError};
use highline_model::ErrorKind;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::manifest::Auth;
use crate::request::Request;
use crate::{extract, placeholder};

/// What stands for a secret where people look.
pub const MASK: &str = "***";

/// Whether a request is to be sent or to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    Shown,
    Masked,
}

/// Proves to the app who asks. Fails when the connection lacks a secret that `auth` names.
pub fn apply(
    auth: &Auth,
    connection: &Connection,
    secrets: Secrets,
    request: &mut Request,
) -> Result<(), OperationError> {
    let fill = |template: &str| {
        placeholder::fill(template, |name| value(connection, name, secrets)).map_err(|name| {
            let message = format!("connection `{}` lacks the secret `{name}`", connection.name);
            OperationError::refused(ErrorKind::Configuration, message)
        })
    };
    match auth {
        Auth::None => {}
        Auth::Bearer(bearer) => {
            request.set_header("Authorization", format!("Bearer {}", fill(&bearer.token)?))
        }
        Auth::Basic(basic) => {
            let pair = format!("{}:{}", fill(&basic.username)?, fill(&basic.password)?);
            let shown = if secrets == Secrets::Masked { MASK.to_owned() } else { STANDARD.encode(pair) };
            request.set_header("Authorization", format!("Basic {shown}"));
        }
        Auth::Header(header) => request.set_header(&header.name, fill(&header.value)?),
        Auth::Query(query) => request.set_query(&query.name, &fill(&query.value)?.into()),
    }
    Ok(())
}

fn value(connection: &Connection, name: &str, secrets: Secrets) -> Option<String> {
    match connection.secrets.get(name) {
        Some(_) if secrets == Secrets::Masked => Some(MASK.to_owned()),
        Some(secret) => Some(secret.expose_secret().to_owned()),
        None => connection.values.get(name).and_then(extract::text),
    }
}

/// Takes the secrets of a connection out of texts that come from outside, such as an app's error message.
pub struct Mask<'a>(Vec<Cow<'a, str>>);

/// Shorter secrets would mask half of a text by chance.
const SHORTEST_MASKED: usize = 6;

/// The name of a person or a program, which may well be in an app's data.
const NO_SECRET_IN_DATA: &str = "username";

impl<'a> Mask<'a> {
    pub fn of(connection: &'a Connection) -> Self {
        Self::but(connection, |_| false)
    }

    /// For what steps get: an app that repeats what it was sent does not make the secrets a part of runs.
    pub fn of_data(connection: &'a Connection) -> Self {
        Self::but(connection, |name| name == NO_SECRET_IN_DATA)
    }

    fn but(connection: &'a Connection, shown: impl Fn(&str) -> bool) -> Self {
        let hidden = connection.secrets.iter().filter(|(name, _)| !shown(name));
        let secrets = hidden.map(|(_, secret)| secret.expose_secret());
        let long = secrets.filter(|secret| secret.len() >= SHORTEST_MASKED);
        let mut ways: Vec<Cow<'a, str>> = Vec::new();
        for secret in long {
            for way in [Cow::Borrowed(secret), in_url(secret), in_json(secret)] {
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        // One secret may be the beginning of another.
        ways.sort_by_key(|way| std::cmp::Reverse(way.len()));
        Self(ways)
    }

    /// Bytes of the longest secret: what is cut off a text may end within one.
    pub fn longest(&self) -> usize {
        self.0.first().map_or(0, |way| way.len())
    }

    pub fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(&**secret, MASK))
    }

    /// All texts of a value.
    pub fn value(&self, value: Value) -> Value {
        match value {
            _ if self.0.is_empty() => value,
            Value::String(text) if self.0.iter().any(|secret| text.contains(&**secret)) => {
                self.text(&text).into()
            }
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (name, self.value(value))).collect()
            }
            other => other,
        }
    }
}

/// A secret as it stands in the text of a JSON document.
fn in_json(secret: &str) -> Cow<'_, str> {
    let quoted = Value::from(secret).to_string();
    quoted[1..quoted.len() - 1].to_owned().into()
}

/// A secret as it stands in a query.
fn in_url(secret: &str) -> Cow<'_, str> {
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    encoded.replace('+', "%20").into()
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde_json::json;
    use url::Url;

    use super::*;
    use crate::manifest::{BasicAuth, BearerAuth, HeaderAuth, QueryAuth};

    fn connection() -> Connection {
        let mut connection = Connection { name: "acme".into(), ..Connection::default() };
        connection.secrets.insert("token".into(), SecretString::from("s3cret-token"));
        connection.values.insert("id".into(), json!(7));
        connection
    }

    fn applied(auth: &Auth, secrets: Secrets) -> Request {
        let mut request = Request::new("GET", Url::parse("https://example.com/").unwrap());
        apply(auth, &connection(), secrets, &mut request).unwrap();
        request
    }

    fn kinds() -> Vec<Auth> {
        let token = "{token}".to_owned();
        vec![
            Auth::Bearer(BearerAuth { token: token.clone() }),
            Auth::Basic(BasicAuth { username: token.clone(), password: String::new() }),
            Auth::Header(HeaderAuth { name: "X-Key".into(), value: "apiKey {id}:{token}".into() }),
            Auth::Query(QueryAuth { name: "key".into(), value: token }),
        ]
    }

    #[test]
    fn each_kind_writes_its_secret_into_its_place() {
        let written: Vec<String> = kinds()
            .iter()
            .map(|auth| applied(auth, Secrets::Shown))
            .map(|request| format!("{:?} {}", request.headers, request.full_url()))
            .collect();
        insta::assert_debug_snapshot!(written, @r#"
        [
            "[(\"Authorization\", \"Bearer s3cret-token\")] https://example.com/",
            "[(\"Authorization\", \"Basic czNjcmV0LXRva2VuOg==\")] https://example.com/",
            "[(\"X-Key\", \"apiKey 7:s3cret-token\")] https://example.com/",
            "[] https://example.com/?key=s3cret-token",
        ]
        "#);
    }

    #[test]
    fn a_masked_request_holds_no_secret() {
        for auth in kinds() {
            let preview = serde_json::to_string(&applied(&auth, Secrets::Masked).preview()).unwrap();
            assert!(!preview.contains("s3cret") && !preview.contains("czNj"), "{preview}");
            assert!(preview.contains("***"), "{preview}");
        }
    }

    #[test]
    fn a_missing_secret_is_named() {
        let auth = Auth::Bearer(BearerAuth { token: "{access}".into() });
        let mut request = Request::new("GET", Url::parse("https://example.com/").unwrap());
        let error = apply(&auth, &connection(), Secrets::Shown, &mut request).unwrap_err();
        assert_eq!(error.to_string(), "configuration: connection `acme` lacks the secret `access`");
    }

    #[test]
    fn an_echoed_secret_is_masked() {
        assert_eq!(Mask::of(&connection()).text("bad token s3cret-token!"), "bad token ***!");
        let echo = json!({ "headers": [{ "Authorization": "Bearer s3cret-token" }], "by": "ann@example.com", "n": 7 });
        let mut connection = connection();
        connection.secrets.insert("username".into(), SecretString::from("ann@example.com"));
        let shown =
            json!({ "headers": [{ "Authorization": "Bearer ***" }], "by": "ann@example.com", "n": 7 });
        assert_eq!(Mask::of_data(&connection).value(echo), shown, "who somebody is may well be data");
    }
}
