//! Moments that requests name.

use chrono::{DateTime, Datelike, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A moment of a year that can be counted with: far beyond, sums overflow.
pub fn countable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let moment = Option::<DateTime<Utc>>::deserialize(from)?;
    match moment {
        Some(moment) if !(1970..=9999).contains(&moment.year()) => {
            Err(D::Error::custom(format!("{moment:?} is not in the years 1970 to 9999")))
        }
        moment => Ok(moment),
    }
}
