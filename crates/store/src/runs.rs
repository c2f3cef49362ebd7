//! Runs on the way: claimed, committed, kept.

mod claim;
mod commit;
mod lease;
mod refused;
pub(crate) mod start;
mod unreadable;
mod weigh;
