//! The HTTP interface over a real database, asked as a client asks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
mod door;
mod pages;
mod routes;
mod sessions;
mod world;
