//! The binary `highline` from its front door, against the simulated HighLevel and Credly.

mod examples;
mod process;
mod serving;
mod volume;
mod world;
