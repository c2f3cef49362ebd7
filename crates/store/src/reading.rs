//! Reading for people: lists, pages, counts.

mod counts;
mod events;
mod list;
mod polls;
mod runs;
mod sent;
mod workflows;

#[cfg(test)]
pub(crate) use counts::counting;
#[cfg(test)]
pub(crate) use events::finding;
#[cfg(test)]
pub(crate) use list::listing;
pub(crate) use list::{OPEN, OVER, failures_of};
