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
mod live;
mod metering;
mod moment;
mod network;
mod patience;
mod query;
mod request;
mod room;
mod routes;
mod senders;
mod sent;
mod server;
mod table;
mod trial;
mod veil;

pub use network::Network;
pub use server::{Server, ServerParts};
