//! Runs on the way: claimed, committed, kept.

mod claim;
mod commit;
mod lease;
pub(crate) mod start;
mod weigh;
mod written;
