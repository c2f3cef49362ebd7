//! Reading for people: lists, pages, counts.

mod activity;
mod counts;
mod events;
mod failures;
mod list;
mod names;
mod polls;
mod pulse;
mod revisions;
mod runs;
mod sent;
mod series;
mod workflows;

#[cfg(test)]
pub(crate) use activity::last_runs;
pub(crate) use counts::counted;
#[cfg(test)]
pub(crate) use counts::counting;
#[cfg(test)]
pub(crate) use events::finding;
#[cfg(test)]
pub(crate) use list::listing;
pub(crate) use list::{OPEN, OVER, failures_of};
#[cfg(test)]
pub(crate) use sent::{going, over_since};
