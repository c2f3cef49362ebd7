//! The tables, one module each. Ids and words are plain here; `record` has the types that the rest of the house sees.
//! Columns that hold JSON are text: PostgreSQL's `jsonb` refuses `\u0000`, reorders keys and rounds numbers.

pub(crate) mod event;
pub(crate) mod node;
pub(crate) mod poll;
pub(crate) mod revision;
pub(crate) mod run;
pub(crate) mod run_event;
pub(crate) mod trigger;
pub(crate) mod workflow;
