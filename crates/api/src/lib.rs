#![doc = include_str!("../README.md")]

mod body;
mod dashboard;
mod document;
mod door;
mod error;
mod gate;
mod headers;
mod lasting;
mod limit;
mod patience;
mod routes;
mod server;
mod table;

pub use server::{Server, ServerParts};
