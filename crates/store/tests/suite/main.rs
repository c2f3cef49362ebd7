//! The store, on SQLite and on PostgreSQL: each test is one function, run on both.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod activity;
mod budgets;
mod decisions;
mod dedupe;
mod events;
mod feeds;
mod folders;
mod hooks;
mod journal;
mod logins;
mod membership;
mod migrations;
mod nodes;
mod polls;
mod reading;
mod removal;
mod replay;
mod retention;
mod runs;
mod state;
mod stats;
mod strategies;
mod turns;
mod unreadable;
mod values;
mod workflows;
mod world;
