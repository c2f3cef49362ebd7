#![doc = include_str!("../README.md")]

mod budgets;
mod chores;
mod connect;
mod database;
mod decisions;
mod dedupe;
mod endings;
mod entity;
mod error;
mod feeds;
mod insert;
mod journal;
mod json;
mod log;
mod nodes;
mod pack;
mod patience;
#[cfg(test)]
mod plans;
mod polls;
mod reading;
mod record;
mod replace;
mod reruns;
mod retention;
mod retries;
mod runs;
mod selection;
mod sql;
mod state;
mod stats;
mod store;
mod triggers;
mod turns;
mod workflows;
mod wrong_files;

pub use error::{Error, Refusal};
pub use insert::Holder;
pub use journal::{Journal, JournalError};
pub use nodes::{Ear, Shout};
pub use record::*;
pub use store::{Backend, Store};
