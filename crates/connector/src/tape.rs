//! What goes over the wire while something is done, for a person who looks on: requests and answers, without secrets.

use std::time::Duration;

use highline_catalog::{Connection, Preview};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc::UnboundedSender;
use utoipa::ToSchema;

use crate::auth::{MASK, Mask};
use crate::http::{Answer, SendError};
use crate::request::Request;

/// Bytes of an answer's body that are shown.
const MOST: usize = 256 * 1024;

/// Headers that are masked whatever is in them.
const SECRET: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "x-auth-token",
    "x-signature",
];

tokio::task_local! {
    static TAPE: Tape;
}

struct Tape {
    connection: Connection,
    heard: UnboundedSender<Heard>,
}

/// A request and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Heard {
    pub request: Preview,
    /// None: no answer came.
    pub response: Option<HeardAnswer>,
    pub took_ms: u64,
}

/// An answer as it came, with its secrets masked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HeardAnswer {
    pub status: u16,
    #[schema(value_type = Object)]
    pub headers: Map<String, Value>,
    /// JSON where it is, else text.
    pub body: Value,
    /// The body has so many bytes and was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_from: Option<usize>,
}

/// Does something with a connection and tells of each exchange by then. It must send its requests from the task in which
/// it was begun, as all operations do.
pub async fn on_tape<F: Future>(
    connection: &Connection,
    heard: UnboundedSender<Heard>,
    doing: F,
) -> F::Output {
    TAPE.scope(Tape { connection: connection.clone(), heard }, doing).await
}

/// Tells whoever looks on, if anybody does.
pub(crate) fn tell(request: &Request, result: &Result<Answer, SendError>, took: Duration) {
    // An error: nobody looks on.
    TAPE.try_with(|tape| {
        let mask = Mask::of(&tape.connection);
        let response = result.as_ref().ok().map(|answer| shown_answer(answer, &mask));
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tape.heard.send(Heard { request: shown(request, &mask), response, took_ms }).ok();
    })
    .ok();
}

fn shown(request: &Request, mask: &Mask<'_>) -> Preview {
    let preview = request.preview();
    Preview {
        method: preview.method,
        url: mask.text(&preview.url),
        headers: headers(preview.headers, mask),
        body: preview.body.map(|body| masked(body, mask)),
    }
}

fn shown_answer(answer: &Answer, mask: &Mask<'_>) -> HeardAnswer {
    let all = answer.headers.iter().map(|(name, value)| {
        (name.to_string(), Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned()))
    });
    let size = answer.body.len();
    let cut = size > MOST;
    let body = match answer.json() {
        Ok(body) if !cut => body.unwrap_or_default(),
        _ => String::from_utf8_lossy(&answer.body[..size.min(MOST)]).into_owned().into(),
    };
    HeardAnswer {
        status: answer.status,
        headers: headers(all.collect(), mask),
        body: masked(body, mask),
        cut_from: cut.then_some(size),
    }
}

fn headers(all: Map<String, Value>, mask: &Mask<'_>) -> Map<String, Value> {
    let shown = |(name, value): (String, Value)| {
        let secret = SECRET.contains(&name.to_ascii_lowercase().as_str());
        let value = if secret { MASK.into() } else { masked(value, mask) };
        (name, value)
    };
    all.into_iter().map(shown).collect()
}

fn masked(value: Value, mask: &Mask<'_>) -> Value {
    match value {
        Value::String(text) => mask.text(&text).into(),
        Value::Array(items) => items.into_iter().map(|item| masked(item, mask)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, masked(value, mask))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue};
    use secrecy::SecretString;
    use serde_json::json;
    use tokio::sync::mpsc::unbounded_channel;
    use url::Url;

    use super::*;

    #[tokio::test]
    async fn what_is_heard_holds_no_secret() {
        let mut connection = Connection::default();
        connection.secrets.insert("token".into(), SecretString::from("s3cret/token"));
        let url = Url::parse("https://example.com/a").unwrap();
        let mut request = Request::new("POST", url);
        request.set_query("key", &json!("s3cret/token"));
        request.set_header("Authorization", "Basic czNjcmV0");
        request.set_header("X-Plain", "with s3cret/token in it");
        request.set_body("note", json!(["s3cret/token", "plain"]));
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", HeaderValue::from_static("session=abc"));
        let body = json!({ "echo": "you sent s3cret/token" }).to_string().into_bytes();
        let answer = Ok(Answer { status: 201, headers, body });
        let (heard, mut tape) = unbounded_channel();
        on_tape(&connection, heard, async { tell(&request, &answer, Duration::from_millis(7)) }).await;
        tell(&request, &answer, Duration::ZERO);
        let heard = tape.recv().await.unwrap();
        assert!(tape.recv().await.is_none(), "nobody looks on any more");
        let text = serde_json::to_string(&heard).unwrap();
        for secret in ["s3cret", "czNj", "session=abc"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
        assert_eq!(heard.request.body, Some(json!({ "note": ["***", "plain"] })));
        assert_eq!((heard.response.unwrap().body, heard.took_ms), (json!({ "echo": "you sent ***" }), 7));
    }
}
