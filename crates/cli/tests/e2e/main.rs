//! The binary `highline` from its front door, against the simulated HighLevel and Credly.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod api;
mod attempts;
mod budgets;
mod calling;
mod catalog;
mod checking;
mod demo;
mod editing;
mod examples;
mod faults;
mod folders;
mod hooks;
mod lists;
mod logins;
mod measuring;
mod process;
mod rehearsing;
mod remembering;
mod replay;
mod serving;
mod surface;
mod syncing;
mod verified;
mod volume;
mod why;
mod wire;
mod world;
