#![doc = include_str!("../README.md")]

mod admission;
mod caller;
mod catalog;
mod connection;
mod definition;
mod error;
mod field;
mod input;
mod operation;
mod options;
mod secret;
mod sent;
mod tape;
mod value;
mod verify;

pub use admission::Admission;
pub use caller::Caller;
pub use catalog::{Catalog, DuplicateOperation};
pub use connection::{Connection, ConnectionSummary, Connections};
pub use definition::{
    Definition, Effect, Emit, Kind, PollDefinition, Repeat, Requirement, Sample, Shape, Token,
};
pub use error::{Done, OperationError, Retry};
pub use field::{ByName, Choices, Field, FieldType};
pub use operation::{Action, Batch, Call, Item, Operation, Origin, Output, PollingTrigger, Since};
pub use options::Choice;
pub use secret::{InvalidSecretPlace, SecretPlace, UnreadableSecret};
pub use sent::{Errand, Sent};
pub use tape::Tape;
pub use value::{at, moment};
pub use verify::{Same, Verify};
