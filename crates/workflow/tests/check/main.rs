//! `check` over right and wrong workflows.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod docs;
mod expressions;
mod mutations;
mod outline;
mod right;
mod world;
mod wrong;
