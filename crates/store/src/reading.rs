//! Reading for people: lists, pages, counts.

mod counts;
mod list;
mod polls;
mod runs;
mod workflows;

#[cfg(test)]
pub(crate) use counts::counting;
#[cfg(test)]
pub(crate) use list::listing;
