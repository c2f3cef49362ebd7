//! What goes over the wire while something is done, as people see it: requests and answers without their secrets.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::id::InvalidId;

/// A request as it is, or would be, sent: with its secrets masked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// `GET`, `POST`, …
    pub method: String,
    /// With its query.
    pub url: String,
    /// By name.
    #[schema(value_type = Object)]
    pub headers: Map<String, Value>,
    /// JSON where it is, else text. What was cut is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The body has so many bytes and was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_from: Option<usize>,
}

/// A request and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Heard {
    pub request: Preview,
    /// None: no answer came.
    #[serde(default)]
    pub response: Option<HeardAnswer>,
    /// Why none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Until the head of the answer was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_ms: Option<u64>,
    /// Until all of it was there, or there was no hope.
    pub took_ms: u64,
}

/// An answer as it came, with its secrets masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HeardAnswer {
    /// The HTTP status.
    pub status: u16,
    /// By name.
    #[schema(value_type = Object)]
    pub headers: Map<String, Value>,
    /// JSON where it is, else text. What was cut is text.
    pub body: Value,
    /// The body has so many bytes and was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_from: Option<usize>,
}

/// All that an attempt sent and got.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Wire {
    /// In the order in which they were sent. Left out where nothing was sent, and where the output has the whole answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Heard>,
    /// So many more stood between the first three and the last three.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u32,
    /// The workflow, or the node, says that they are not to be kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_kept: bool,
}

/// Of a longer list, so many of the first and as many of the last are kept.
const KEPT_AT_EACH_END: usize = 3;

impl Wire {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes one more, and lets one in the middle go where there are too many.
    pub fn push(&mut self, heard: Heard) {
        if self.exchanges.len() == 2 * KEPT_AT_EACH_END {
            self.exchanges.remove(KEPT_AT_EACH_END);
            self.left_out += 1;
        }
        self.exchanges.push(heard);
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Of which attempts it is kept what went over the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepExchanges {
    /// Of all, save where the output has the whole answer anyway.
    #[default]
    All,
    /// Of failed ones.
    Failed,
    None,
}

impl std::str::FromStr for KeepExchanges {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        serde_json::from_value(Value::from(text))
            .map_err(|_| InvalidId { value: text.to_owned(), expected: "`all`, `failed` or `none`" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(took_ms: u64) -> Heard {
        Heard { request: Preview::default(), response: None, error: None, first_byte_ms: None, took_ms }
    }

    #[test]
    fn of_many_exchanges_the_first_and_the_last_stay_and_the_others_are_counted() {
        let mut wire = Wire::default();
        (0..10).for_each(|number| wire.push(heard(number)));
        let kept: Vec<u64> = wire.exchanges.iter().map(|heard| heard.took_ms).collect();
        assert_eq!((kept, wire.left_out), (vec![0, 1, 2, 7, 8, 9], 4));
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        assert_eq!(serde_json::to_string(&Wire::default()).unwrap(), "{}");
        assert!(Wire::default().is_empty());
    }
}
