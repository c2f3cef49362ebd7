//! The beginning of a run's id, as people type it.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::id::{InvalidId, RunId};

/// Digits of an id that may stand for the whole: fewer would fit too many runs to be of use.
const LEAST: usize = 8;
const WHOLE: usize = 32;

/// The first digits of a run's id, or all of them; dashes do not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPrefix {
    text: String,
    first: RunId,
    last: RunId,
}

impl RunPrefix {
    /// The least id that begins so.
    pub fn first(&self) -> RunId {
        self.first
    }

    /// The greatest id that begins so.
    pub fn last(&self) -> RunId {
        self.last
    }

    /// The id, where all of it is there.
    pub fn whole(&self) -> Option<RunId> {
        (self.first == self.last).then_some(self.first)
    }
}

impl From<RunId> for RunPrefix {
    fn from(id: RunId) -> Self {
        Self { text: id.to_string(), first: id, last: id }
    }
}

impl FromStr for RunPrefix {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let digits: String = text.chars().filter(|one| *one != '-').collect();
        let padded = |with: char| {
            let rest = std::iter::repeat_n(with, WHOLE.saturating_sub(digits.len()));
            Uuid::parse_str(&digits.chars().chain(rest).collect::<String>()).map(RunId)
        };
        match (padded('0'), padded('f')) {
            (Ok(first), Ok(last)) if (LEAST..=WHOLE).contains(&digits.len()) => {
                Ok(Self { text: text.to_owned(), first, last })
            }
            _ => Err(InvalidId {
                value: text.to_owned(),
                expected: "a run id (a UUID, or its first 8 characters or more)",
            }),
        }
    }
}

impl fmt::Display for RunPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_an_id_spans_all_ids_that_begin_so() {
        let id: RunId = "0193a5b0-1c2d-7e3f-8a4b-5c6d7e8f9a0b".parse().unwrap();
        for text in ["0193a5b0", "0193a5b01", "0193a5b0-1c2d", "0193A5B0-1C2D-7"] {
            let prefix: RunPrefix = text.parse().unwrap();
            assert!(prefix.first() < id && id < prefix.last(), "{text}");
            assert_eq!(prefix.whole(), None);
        }
        let whole: RunPrefix = id.to_string().parse().unwrap();
        assert_eq!((whole.whole(), whole), (Some(id), id.into()));
        for text in ["", "0193a5b", "0193a5bx", "0193a5b0-1c2d-7e3f-8a4b-5c6d7e8f9a0b1", "{0193a5b0}"] {
            assert!(text.parse::<RunPrefix>().is_err(), "{text:?} must be refused");
        }
    }
}
