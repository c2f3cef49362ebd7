//! JSON as it is kept: large JSON is compressed on its way into the database. Small JSON, which is most of it, is left as
//! it is.

use std::borrow::Cow;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde_json::Value;

use crate::Error;
use crate::json::{from_text, to_text};

/// Below this, what is saved is not worth the time.
const WORTH_IT: usize = 1_024;

/// A value brought into the form in which it is kept, by who brings it: the one writer of a database has no time for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    pub(crate) text: String,
    pub(crate) bytes: Option<Vec<u8>>,
}

impl Packed {
    pub fn of(value: &impl Serialize) -> Self {
        let (text, bytes) = packed(to_text(value));
        Self { text, bytes }
    }
}

impl From<Value> for Packed {
    fn from(value: Value) -> Self {
        Self::of(&value)
    }
}

/// The column for text and the column for what is compressed. Beside compressed data, the text is the number of bytes that
/// it was, so that it can be weighed without being read.
fn packed(text: String) -> (String, Option<Vec<u8>>) {
    if text.len() < WORTH_IT {
        return (text, None);
    }
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 3), Compression::fast());
    match encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()) {
        Ok(bytes) if bytes.len() < text.len() => (text.len().to_string(), Some(bytes)),
        _ => (text, None),
    }
}

/// The text that the two columns hold; `what` names the row for the error.
pub(crate) fn unpacked<'a>(
    text: &'a str,
    packed: Option<&[u8]>,
    what: impl FnOnce() -> String,
) -> Result<Cow<'a, str>, Error> {
    let Some(bytes) = packed else { return Ok(Cow::Borrowed(text)) };
    let mut text = String::with_capacity(bytes.len() * 4);
    match DeflateDecoder::new(bytes).read_to_string(&mut text) {
        Ok(_) => Ok(Cow::Owned(text)),
        Err(error) => Err(Error::Corrupt { what: what(), reason: error.to_string() }),
    }
}

/// The data of an event from its two columns; null where it has none.
pub(crate) fn event_value(
    text: Option<&str>,
    packed: Option<&[u8]>,
    what: impl Fn() -> String,
) -> Result<Value, Error> {
    from_text(&unpacked(text.unwrap_or("null"), packed, &what)?, &what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(text: &str) -> (usize, String) {
        let (plain, bytes) = packed(text.to_owned());
        let size = plain.len() + bytes.as_ref().map_or(0, Vec::len);
        (size, unpacked(&plain, bytes.as_deref(), || "a row".to_owned()).unwrap().into_owned())
    }

    #[test]
    fn large_text_becomes_small_and_small_text_stays_as_it_is() {
        let contact = r#"{"id":"x","email":"ann@example.com","tags":["new","vip"]},"#;
        assert_eq!(back(contact), (contact.len(), contact.to_owned()));
        let list = contact.repeat(100);
        let (size, read) = back(&list);
        assert!(size < list.len() / 5, "{size} of {}", list.len());
        assert_eq!(read, list);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_names_the_row() {
        let error = unpacked("", Some(&[255, 1, 2]), || "event 7".to_owned()).unwrap_err();
        assert!(error.to_string().contains("event 7"), "{error}");
    }
}
