//! The commands, a file each.

pub mod audit;
pub mod budgets;
pub mod call;
pub mod catalog;
pub mod check;
pub mod database;
pub mod demo;
pub mod events;
pub mod health;
pub mod hooks;
pub mod input;
pub mod migrate;
pub mod node;
pub mod nodes;
pub mod polls;
pub mod run;
pub mod runs;
pub mod sandbox;
pub mod schema;
pub mod serve;
pub mod sessions;
pub mod state;
pub mod tokens;
pub mod why;
pub mod workflows;
