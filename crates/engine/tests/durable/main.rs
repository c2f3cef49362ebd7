//! The engine over a real database, SQLite and PostgreSQL: what it promises, tried from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod echo;
mod endings;
mod fairness;
mod faults;
mod intake;
mod interruptions;
mod lookups;
mod misfits;
mod node;
mod polling;
mod relay;
mod replay;
mod retention;
mod runs;
mod sharing;
mod state;
mod verified;
mod wire;
