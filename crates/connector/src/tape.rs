//! What goes over the wire, told to whoever listens: requests and answers, without secrets.

use std::borrow::Cow;
use std::time::Duration;

use highline_catalog::Tape;
use highline_model::{Heard, HeardAnswer, Preview};
use serde_json::{Map, Value};
use url::Url;

use crate::auth::{MASK, Mask};
use crate::http::{Answer, SendError};
use crate::request::Request;

/// Headers that are masked whatever is in them.
const SECRET_HEADERS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "x-auth-token",
    "x-signature",
];

/// Fields of a body that are masked whatever is in them; compared in small letters, without `_` and `-`.
const SECRET_FIELDS: [&str; 7] =
    ["accesstoken", "refreshtoken", "idtoken", "clientsecret", "apikey", "password", "privatekey"];

/// A header's value is shown up to here.
const HEADER_BYTES: usize = 2 * 1024;
/// And so many headers.
const HEADERS: usize = 64;
/// A URL is shown up to here.
const URL_BYTES: usize = 8 * 1024;

/// How long an exchange took.
pub(crate) struct Took {
    /// Until the head of the answer was there, if it came.
    pub first_byte: Option<Duration>,
    pub all: Duration,
}

/// Tells whoever listens, if anybody does.
pub(crate) fn tell(request: &Request, result: &Result<Answer, SendError>, took: impl FnOnce() -> Took) {
    let Some(tape) = Tape::running() else { return };
    if tape.faults_only && result.as_ref().is_ok_and(Answer::is_success) {
        return;
    }
    let mask = Mask::of(&tape.connection);
    let shown = Shown { mask: &mask, most: tape.most_bytes };
    let took = took();
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    (tape.listener)(Heard {
        request: shown.request(request),
        response: result.as_ref().ok().map(|answer| shown.answer(answer)),
        error: result.as_ref().err().map(|error| mask.text(&error.to_string())),
        first_byte_ms: took.first_byte.map(millis),
        took_ms: millis(took.all),
    });
}

/// How things are shown.
struct Shown<'a> {
    mask: &'a Mask<'a>,
    /// So many bytes of a body.
    most: usize,
}

impl Shown<'_> {
    fn request(&self, request: &Request) -> Preview {
        let preview = request.preview();
        let mut headers = preview.headers;
        let has = |headers: &Map<String, Value>, name: &str| {
            headers.keys().any(|other| other.eq_ignore_ascii_case(name))
        };
        if let (Some(kind), false) = (request.body.content_type(), has(&headers, "content-type")) {
            headers.insert("Content-Type".to_owned(), kind.into());
        }
        if let Some(signature) = &request.signature {
            headers.insert(signature.header.clone(), MASK.into());
        }
        let (body, cut_from) = match preview.body {
            None => (None, None),
            Some(body) => {
                let text = match &body {
                    Value::String(text) => text.clone(),
                    json => json.to_string(),
                };
                match text.len() > self.most {
                    true => (Some(self.beginning(text.as_bytes())), Some(text.len())),
                    false => (Some(self.masked(body)), None),
                }
            }
        };
        let url = self.cut(&self.mask.text(without_password(&preview.url).as_ref()), URL_BYTES);
        Preview { method: preview.method, url, headers: self.headers(headers), body, cut_from }
    }

    fn answer(&self, answer: &Answer) -> HeardAnswer {
        let headers = answer.headers.iter().map(|(name, value)| {
            (name.to_string(), Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned()))
        });
        let size = answer.body.len();
        let cut = size > self.most;
        let body = match answer.json() {
            _ if cut => self.beginning(&answer.body),
            Ok(body) => self.masked(body.unwrap_or_default()),
            Err(_) if is_text(&answer.body) => self.mask.text(&answer.text()).into(),
            Err(_) => binary(size),
        };
        HeardAnswer {
            status: answer.status,
            headers: self.headers(headers.collect()),
            body,
            cut_from: cut.then_some(size),
        }
    }

    /// The first of a body that is too long. What stands at the very end is let go too: it may be the half of a secret.
    fn beginning(&self, body: &[u8]) -> Value {
        let part = &body[..body.len().min(self.most + self.mask.longest())];
        if !is_text(part) {
            return binary(body.len());
        }
        let text = self.mask.text(&String::from_utf8_lossy(part));
        let end = text.len().saturating_sub(self.mask.longest()).min(self.most);
        text[..text.floor_char_boundary(end)].into()
    }

    fn headers(&self, all: Map<String, Value>) -> Map<String, Value> {
        let shown = |(name, value): (String, Value)| {
            let secret = SECRET_HEADERS.contains(&name.to_ascii_lowercase().as_str());
            let text = value.as_str().unwrap_or_default();
            let value = if secret { MASK.to_owned() } else { self.cut(&self.mask.text(text), HEADER_BYTES) };
            (name, value.into())
        };
        all.into_iter().take(HEADERS).map(shown).collect()
    }

    fn cut(&self, masked: &str, most: usize) -> String {
        match masked.len() > most {
            true => format!("{}…", &masked[..masked.floor_char_boundary(most)]),
            false => masked.to_owned(),
        }
    }

    fn masked(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.mask.text(&text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.masked(item)).collect(),
            Value::Object(fields) => {
                let field = |(name, value): (String, Value)| {
                    let secret = value.is_string() && is_secret(&name);
                    let value = if secret { MASK.into() } else { self.masked(value) };
                    (name, value)
                };
                Value::Object(fields.into_iter().map(field).collect())
            }
            other => other,
        }
    }
}

fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    SECRET_FIELDS.contains(&plain.to_ascii_lowercase().as_str())
}

/// Without NUL, and UTF-8 but for what may have been cut off at its end.
fn is_text(bytes: &[u8]) -> bool {
    let whole = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    whole && !bytes.contains(&0)
}

fn binary(size: usize) -> Value {
    format!("({size} bytes that are no text)").into()
}

fn without_password(url: &str) -> Cow<'_, str> {
    let Some(mut parsed) = Url::parse(url).ok().filter(|url| url.password().is_some()) else {
        return url.into();
    };
    match parsed.set_password(Some(MASK)) {
        Ok(()) => parsed.to_string().into(),
        Err(()) => url.into(),
    }
}

#[cfg(test)]
mod tests;
