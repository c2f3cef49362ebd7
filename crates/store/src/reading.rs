//! Reading for people: lists, pages, counts.

mod polls;
mod runs;
mod workflows;
