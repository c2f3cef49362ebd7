//! The HTTP interface over a real database, asked as a client asks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod addresses;
mod audit;
mod catalog;
mod door;
mod health;
mod hooks;
mod live;
mod many;
mod measures;
mod pages;
mod queries;
mod rehearsals;
mod removal;
mod routes;
mod sessions;
mod stats;
mod texts;
mod wire;
mod world;
