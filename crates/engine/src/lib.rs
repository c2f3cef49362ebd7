#![doc = include_str!("../README.md")]

mod alarm;
mod ear;
mod echo;
mod engine;
mod event;
mod history;
mod intake;
mod keeper;
mod leases;
mod library;
mod lookups;
mod notice;
pub mod plan;
mod poller;
mod priority;
mod rehearsal;
mod run_task;
mod scheduler;
mod send;
mod settings;
mod shared;
mod size;
pub mod state;
mod steps;
mod sweep;
mod verdict;
mod verify;

pub use engine::{Engine, Parts};
pub use history::History;
pub use intake::Intake;
pub use library::{Deployed, Library, Started, Switched};
pub use notice::{Notice, Polled};
pub use rehearsal::{Ended, Mode, Rehearsal, Sight};
pub use send::Sender;
pub use settings::Settings;
pub use steps::{AttemptView, StepView, steps};
