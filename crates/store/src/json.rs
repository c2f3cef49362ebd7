//! JSON and other texts on their way into the database and back.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// JSON text of a value that has only text keys, as all of ours.
pub(crate) fn to_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("records have text keys and no failing serializers")
}

/// The value behind JSON text; `what` names the row for the error.
pub(crate) fn from_text<T: DeserializeOwned>(text: &str, what: impl FnOnce() -> String) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Corrupt { what: what(), reason: error.to_string() })
}

/// A text that both databases keep: PostgreSQL refuses the character NUL, so its visible symbol stands for it.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{2400}")) } else { Cow::Borrowed(text) }
}
