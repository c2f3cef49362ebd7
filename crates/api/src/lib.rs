#![doc = include_str!("../README.md")]

mod error;
mod guard;
mod patience;
mod routes;
mod server;

pub use server::{Server, ServerParts};
