#![doc = include_str!("../README.md")]

mod error;
mod guard;
mod routes;
mod server;

pub use server::{Server, ServerParts};
