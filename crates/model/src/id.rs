//! Ids. A newtype each, so that a run can never be passed for an event.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::{Builder, ContextV7, Uuid};

use crate::Timestamp;

/// A text that is not an id of the wanted kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{value}` is not {expected}")]
pub struct InvalidId {
    /// The text as given.
    pub value: String,
    /// What would have been right, with its article: "a run id (a UUID)".
    pub expected: &'static str,
}

/// Shared by all kinds of ids, so that a run sorts after the event that it was made for.
static ORDER: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// A new id for something made at `now`; see [`RunId::at`].
pub fn id_at(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(&ORDER, seconds, now.timestamp_subsec_nanos()))
}

/// What sorts before each id of `time`'s millisecond and after those of the one before.
pub fn first_at(time: Timestamp) -> Uuid {
    let millis = u64::try_from(time.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id; ids made later sort after ids made earlier.
            #[allow(clippy::new_without_default, reason = "a default that differs at each call misleads")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// A new id for something made at `now`: ids sort by their times, as [`first_at`] counts on. Two from one
            /// process sort in the order in which they were made, even if the clock went back between them.
            pub fn at(now: Timestamp) -> Self {
                Self(id_at(now))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text)
                    .map(Self)
                    .map_err(|_| InvalidId { value: text.to_owned(), expected: $expected })
            }
        }
    };
}

uuid_id!(
    /// One execution of a workflow revision for one event.
    RunId,
    "a run id (a UUID)"
);
uuid_id!(
    /// One thing that a trigger found.
    EventId,
    "an event id (a UUID)"
);

/// A workflow: the stem of its file, as in `contact-to-badge`. Lower case letters, digits, `-` and `_`, 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
pub struct WorkflowId(String);

impl WorkflowId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WorkflowId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let fits = (1..=100).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        fits.then(|| Self(text.to_owned())).ok_or_else(|| InvalidId {
            value: text.to_owned(),
            expected: "a workflow id (1 to 100 lower case letters, digits, `-` and `_`)",
        })
    }
}

impl TryFrom<String> for WorkflowId {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<WorkflowId> for String {
    fn from(id: WorkflowId) -> Self {
        id.0
    }
}

impl fmt::Display for WorkflowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One started process of Highline; unique for each start, so that a restart is a new node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct NodeId(String);

impl NodeId {
    /// `name` is for people (a host's name); eight random hex digits make the id unique.
    pub fn new(name: &str) -> Self {
        let unique = Uuid::new_v4().simple().to_string();
        Self(format!("{name}-{}", &unique[..8]))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of a node as it was written down.
impl From<String> for NodeId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a step of a run is: `badge`, or `each[3].badge` for the fourth turn of the loop `each`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct StepPath(pub String);

impl StepPath {
    /// The path of step `id` inside turn `index` of the loop at `self`.
    pub fn turn(&self, index: usize, id: &str) -> Self {
        Self(format!("{}[{index}].{id}", self.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for StepPath {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for StepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_id_is_a_plain_stem() {
        assert_eq!("contact-to-badge".parse::<WorkflowId>().unwrap().as_str(), "contact-to-badge");
        for wrong in ["", "Contact", "a/b", "a.yaml", "ä", &"x".repeat(101)] {
            assert!(wrong.parse::<WorkflowId>().is_err(), "{wrong:?} must be refused");
        }
    }

    #[test]
    fn a_run_id_reads_back_and_names_a_wrong_value() {
        let id = RunId::new();
        assert_eq!(id.to_string().parse::<RunId>(), Ok(id));
        assert_eq!("12".parse::<RunId>().unwrap_err().to_string(), "`12` is not a run id (a UUID)");
    }

    #[test]
    fn an_id_tells_when_it_was_made() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (now, next) = (at("2026-11-21T08:00:00.123Z"), at("2026-11-21T08:00:00.124Z"));
        let ids = [RunId::at(now), RunId::at(now), RunId::at(next)];
        assert!(first_at(now) <= ids[0].0 && ids[0] < ids[1] && ids[1].0 < first_at(next));
        assert!(first_at(next) <= ids[2].0);
        assert!(ids[2] < RunId::at(now), "a clock that goes back does not turn the order round");
    }

    #[test]
    fn two_starts_on_one_host_are_two_nodes() {
        assert_ne!(NodeId::new("host"), NodeId::new("host"));
    }

    #[test]
    fn a_path_tells_the_turn_of_a_loop() {
        assert_eq!(StepPath::from("each").turn(3, "badge").as_str(), "each[3].badge");
    }
}
