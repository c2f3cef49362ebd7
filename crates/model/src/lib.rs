#![doc = include_str!("../README.md")]

pub mod budget;
pub mod concurrency;
pub mod failure;
pub mod id;
pub mod log;
pub mod login;
pub mod prefix;
pub mod role;
pub mod run;
pub mod time;
pub mod wire;

pub use budget::Priority;
pub use concurrency::OnLimit;
pub use failure::{ErrorKind, Failure};
pub use id::{EventId, NodeId, RunId, StepPath, WorkflowId};
pub use log::{Decision, LogEntry, RunEvent, unknown_outcomes};
pub use login::login_name;
pub use prefix::RunPrefix;
pub use role::Role;
pub use run::RunState;
pub use time::{Clock, Timestamp};
pub use wire::{Heard, HeardAnswer, KeepExchanges, Preview, Wire};
