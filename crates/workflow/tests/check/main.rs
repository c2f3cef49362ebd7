//! `check` over right and wrong workflows.

mod mutations;
mod right;
mod world;
mod wrong;
