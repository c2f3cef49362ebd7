//! The sandbox as a client sees it: over real HTTP.

mod client;
mod contacts;
mod guard;
mod tags;
mod tasks_and_notes;
