#![doc = include_str!("../README.md")]

mod changes;
mod control;
mod credly;
mod dice;
mod exchange;
mod faults;
mod highlevel;
mod index;
mod journal;
mod limit;
mod routes;
mod seed;
mod server;
mod settings;
mod site;
mod time;
mod tokens;
mod webhooks;
mod world;

pub use server::Sandbox;
pub use settings::{Error, Ready, SandboxSettings};
