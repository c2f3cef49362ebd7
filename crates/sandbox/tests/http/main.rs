//! The sandbox as a client sees it: over real HTTP.

#![allow(clippy::unwrap_used)]

mod access;
mod agency;
mod appointments;
mod associations;
mod blogs;
mod businesses;
mod calendars;
mod calls;
mod client;
mod contacts;
mod control;
mod conversations;
mod credly;
mod custom_fields;
mod faults;
mod followers;
mod free_slots;
mod guard;
mod index;
mod list;
mod messages;
mod oauth;
mod office;
mod opportunities;
mod opportunity_search;
mod search;
mod send;
mod tags;
mod tasks_and_notes;
mod users;
mod webhooks;
