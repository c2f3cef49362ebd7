//! Bodies of requests.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::door::header;
use crate::error::{Error, LARGEST_BODY};

/// A JSON object. It must say that it is JSON: a form of another site can say what it likes but that.
pub struct Json<T>(T);

impl<T> Json<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The text of a body that may be left out. If there is one it says that it is JSON.
pub struct JsonText(Bytes);

impl Deref for JsonText {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.0
    }
}

impl FromRequest for JsonText {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (kind, bytes) = (kind_of(request), Bytes::from_request(request, payload));
        Box::pin(async move {
            let bytes = bytes.await.map_err(refusal)?;
            if bytes.is_empty() { Ok(Self(bytes)) } else { kind.map(|()| Self(bytes)) }
        })
    }
}

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (kind, bytes) = (kind_of(request), Bytes::from_request(request, payload));
        Box::pin(async move {
            kind?;
            object(&bytes.await.map_err(refusal)?).map(Self)
        })
    }
}

/// An error where the body does not say that it is JSON.
fn kind_of(request: &HttpRequest) -> Result<(), Error> {
    match header(request.headers(), CONTENT_TYPE) {
        Some(kind) if is_json(kind) => Ok(()),
        given => Err(Error::Unsupported(format!(
            "the body must be JSON, with `Content-Type: application/json`; {}",
            given.map_or("it says nothing".to_owned(), |given| format!("it says `{given}`"))
        ))),
    }
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn refusal(error: actix_web::Error) -> Error {
    match error.as_error() {
        Some(PayloadError::Overflow) => Error::TooLarge { most: LARGEST_BODY },
        _ => Error::BadRequest(error.to_string()),
    }
}

/// A body that may be left out. Clients that always send JSON send `null` for nothing.
pub fn optional<T: DeserializeOwned + Default>(bytes: &Bytes) -> Result<T, Error> {
    match bytes.trim_ascii() {
        b"" | b"null" => Ok(T::default()),
        _ => object(bytes),
    }
}

/// An array is no object, although its values could be taken for the fields of one, in their order.
fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let wrong = |what: String| Error::BadRequest(format!("the body is not what it should be: {what}"));
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(wrong("it is no JSON object".to_owned()));
    }
    serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Wish {
        from: Option<String>,
    }

    #[test]
    fn only_an_object_is_taken_and_nothing_is_nothing() {
        let read = |text: &'static str| optional::<Wish>(&Bytes::from_static(text.as_bytes()));
        assert_eq!(read(r#" {"from": "a"}"#).unwrap().from.as_deref(), Some("a"));
        for nothing in ["", " ", "null", "{}"] {
            assert_eq!(read(nothing).unwrap(), Wish::default(), "{nothing:?}");
        }
        for wrong in [r#"["a"]"#, r#""a""#, "7", "{", r#"{"form": "a"}"#, r#"{"from": 7}"#] {
            assert!(matches!(read(wrong), Err(Error::BadRequest(_))), "{wrong}");
        }
    }

    #[test]
    fn json_is_told_by_its_type() {
        for (kind, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/plain", false),
            ("text/json", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            assert_eq!(is_json(kind), json, "{kind}");
        }
    }
}
