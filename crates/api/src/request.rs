//! What a workflow sees of a request to its address.

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use highline_model::Timestamp;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::door::header;
use crate::error::Error;

/// Headers that are nobody's business but the server's.
const WITHHELD: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "x-highline-csrf"];

const FORM: &str = "application/x-www-form-urlencoded";

/// Levels of nesting of a body. A step's input may have 100.
const DEEPEST: usize = 90;

/// What lets a request in, which no event tells: whoever may look at runs could start some.
#[derive(Clone, Copy)]
pub enum Key<'r> {
    /// The address itself. Proxies tell it in headers of theirs.
    Path(&'r str),
    /// What is in this header.
    Header(&'r str),
}

/// The event: `{method, query, headers, body, received_at}`.
pub fn event_of(request: &HttpRequest, body: &[u8], key: Key<'_>, now: Timestamp) -> Result<Value, Error> {
    let is_get = request.method() == actix_web::http::Method::GET;
    Ok(json!({
        "method": request.method().as_str(),
        "query": fields(request.query_string().as_bytes()),
        "headers": headers(request.headers(), key),
        "body": if is_get { Value::Null } else { read(header(request.headers(), CONTENT_TYPE), body)? },
        "received_at": now,
    }))
}

fn headers(all: &HeaderMap, key: Key<'_>) -> Value {
    let mut headers = Map::new();
    for name in all.keys() {
        let name = name.as_str();
        let values: Vec<_> =
            all.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let value = values.join(", ");
        if !WITHHELD.contains(&name) && !key.is_in(name, &value) {
            headers.insert(name.to_owned(), value.into());
        }
    }
    Value::Object(headers)
}

impl Key<'_> {
    fn is_in(self, name: &str, value: &str) -> bool {
        match self {
            // The part that nobody guesses: what is between slashes may be written otherwise.
            Self::Path(path) => {
                path.split('/').max_by_key(|part| part.len()).is_some_and(|part| value.contains(part))
            }
            Self::Header(header) => name == header,
        }
    }
}

/// Pairs of a query or form. What is there several times is a list.
fn fields(text: &[u8]) -> Value {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text) {
        let value = Value::String(value.into_owned());
        match fields.get_mut(&*name) {
            None => {
                fields.insert(name.into_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(fields)
}

/// JSON as its value, a form as an object, text as text, anything else in base64.
fn read(kind: Option<&str>, body: &[u8]) -> Result<Value, Error> {
    // Some put a mark of the encoding before their JSON or text.
    let plain = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let looks_like_json = || matches!(plain.trim_ascii_start().first(), Some(b'{' | b'['));
    Ok(match kind.as_deref().unwrap_or_default() {
        _ if body.is_empty() => Value::Null,
        "application/json" | "text/json" => json_of(plain)?,
        kind if kind.ends_with("+json") => json_of(plain)?,
        // A form has no braces as they stand: `curl -d` says so of whatever it sends.
        FORM if looks_like_json() => json_of(plain).unwrap_or_else(|_| fields(body)),
        FORM => fields(body),
        "multipart/form-data" => {
            let message = "a form with files is not read: send JSON or `application/x-www-form-urlencoded`";
            return Err(Error::Unsupported(message.to_owned()));
        }
        "" if looks_like_json() => json_of(plain)?,
        "" | "application/xml" => text(plain)?,
        kind if kind.starts_with("text/") || kind.ends_with("+xml") => text(plain)?,
        _ => STANDARD.encode(body).into(),
    })
}

fn json_of(body: &[u8]) -> Result<Value, Error> {
    let value = serde_json::from_slice(body)
        .map_err(|error| Error::BadRequest(format!("the body is not JSON: {error}")))?;
    if depth(&value) > DEEPEST {
        return Err(Error::BadRequest(format!("the body is nested deeper than {DEEPEST} levels")));
    }
    Ok(value)
}

/// As deep as JSON can be read at all, which is not deep enough to be in danger.
fn depth(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn text(body: &[u8]) -> Result<Value, Error> {
    let text = std::str::from_utf8(body)
        .map_err(|error| Error::Unsupported(format!("the body is not text in UTF-8: {error}")))?;
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(kind: &str, body: impl AsRef<[u8]>) -> Value {
        read(Some(kind).filter(|kind| !kind.is_empty()), body.as_ref()).unwrap()
    }

    #[test]
    fn a_body_is_read_by_its_kind() {
        assert_eq!(body("application/json; charset=utf-8", r#"{"id": 7}"#), json!({ "id": 7 }));
        assert_eq!(body("application/vnd.api+json", "[1]"), json!([1]));
        let form = "email=ada%40example.com&tag=a&tag=b&tag=c&blank=";
        assert_eq!(
            body("application/x-www-form-urlencoded", form),
            json!({ "email": "ada@example.com", "tag": ["a", "b", "c"], "blank": "" })
        );
        assert_eq!(body("text/plain", "Grüße"), json!("Grüße"));
        assert_eq!(body("application/json", "\u{feff}{\"id\": 7}"), json!({ "id": 7 }));
        assert_eq!(
            (body(FORM, r#"{"id": 7}"#), body(FORM, "{id=7")),
            (json!({ "id": 7 }), json!({ "{id": "7" }))
        );
        assert_eq!(body("application/octet-stream", [0xff, 0x00]), json!("/wA="));
        assert_eq!(
            (body("", r#" {"a": 1}"#), body("", "a=1"), body("text/csv", "")),
            (json!({ "a": 1 }), json!("a=1"), Value::Null)
        );
    }

    #[test]
    fn no_header_tells_what_lets_a_request_in() {
        let path = "acme/9f86d081884c7d659a2feaa0c55ad015";
        let pairs = [
            ("host", "highline.example".to_owned()),
            ("x-original-uri", format!("/hooks/{path}?a=1")),
            ("x-forwarded-uri", format!("/hooks/{}", path.replace('/', "%2F"))),
            ("x-webhook-secret", "one-secret-of-many".to_owned()),
        ];
        let all: HeaderMap =
            pairs.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).into_iter().collect();
        let told = |key| headers(&all, key).as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let mut by_path = told(Key::Path(path));
        by_path.sort();
        assert_eq!(by_path, ["host", "x-webhook-secret"]);
        assert!(!told(Key::Header("x-webhook-secret")).contains(&"x-webhook-secret".to_owned()));
        assert_eq!(told(Key::Header("x-webhook-secret")).len(), 3);
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_nothing_panics() {
        let refused = |kind: &str, body: &[u8]| read(Some(kind), body).unwrap_err();
        let deep = [b"[".repeat(100), b"]".repeat(100)].concat();
        let deepest = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
        for wrong in [&b"{"[..], b"\xff\xfe", b"{\"a\": \x00}", &deep, &deepest] {
            assert!(matches!(refused("application/json", wrong), Error::BadRequest(_)));
        }
        assert!(matches!(refused("text/plain", b"\xff"), Error::Unsupported(_)));
        assert!(matches!(refused("multipart/form-data; boundary=x", b"--x"), Error::Unsupported(_)));
        assert_eq!(
            body("application/x-www-form-urlencoded", b"a=%ff%00&%"),
            json!({ "a": "\u{fffd}\0", "%": "" })
        );
    }
}
