#![doc = include_str!("../README.md")]

mod error;
mod journal;
mod record;
mod store;

pub use error::{Error, Refusal};
pub use journal::{Journal, JournalError};
pub use record::*;
pub use store::{Backend, Store};

mod stub;
