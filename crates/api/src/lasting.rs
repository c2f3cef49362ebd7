//! How long something lasts, as a request says it.

use std::time::Duration;

use highline_workflow::{InvalidDuration, parse_duration};
use serde::Deserialize;
use utoipa::ToSchema;

/// A length of time such as `90d`, `12h` or `1h30m`; at most 366 days.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    value_type = String,
    pattern = "^([0-9]{1,4}(ms|s|m)|[0-7]?[0-9]{1,3}h|([0-2]?[0-9]{1,2}|3[0-5][0-9]|36[0-6])d|[0-4]?[0-9]w)$",
    example = "90d"
)]
pub struct Lasting(pub Duration);

impl TryFrom<String> for Lasting {
    type Error = InvalidDuration;

    fn try_from(text: String) -> Result<Self, InvalidDuration> {
        parse_duration(&text).map(Self)
    }
}
