//! What is measured: one file for each workload.

pub mod connector;
pub mod found;
pub mod inbound;
pub mod latency;
