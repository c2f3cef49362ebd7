//! What is measured: one file for each workload.

mod connector;
mod found;
pub mod history;
pub mod hooks;
pub mod inbound;
pub mod latency;
mod past;
pub mod polls;
pub mod start;
pub mod steps;
mod trial;
