#![doc = include_str!("../README.md")]

pub mod budget;
pub mod failure;
pub mod id;
pub mod log;
pub mod run;
pub mod time;

pub use budget::Priority;
pub use failure::{ErrorKind, Failure};
pub use id::{EventId, NodeId, RunId, StepPath, WorkflowId};
pub use log::{Decision, LogEntry, RunEvent};
pub use run::RunState;
pub use time::{Clock, Timestamp};
