//! `check` over right and wrong workflows.

mod expressions;
mod mutations;
mod right;
mod world;
mod wrong;
