#![doc = include_str!("../README.md")]

mod dashboard;
mod document;
mod error;
mod guard;
mod headers;
mod patience;
mod routes;
mod server;
mod table;

pub use server::{Server, ServerParts};
