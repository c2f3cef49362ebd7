//! `check` over right and wrong workflows.

mod docs;
mod expressions;
mod mutations;
mod right;
mod world;
mod wrong;
