//! Calendars, their groups, events, notifications and resources.

use crate::exchange::{Call, Reply};
use crate::routes::Route;
use crate::routes::Token::Location;
use crate::world::World;

use super::refusal;

mod appointments;
mod blocks;
mod book;
mod calendar;
mod diary;
mod events;
mod free_slots;
mod groups;
mod notes;
mod notifications;
mod plan;
mod recurrence;
mod resources;
mod series;
mod settings;
mod slug;
mod told;
pub mod view;
mod window;

pub use book::{Calendars, Event};
pub use settings::{defaults, office_hours};

/// Those with a literal segment stand above `/calendars/{calendarId}`.
pub const ROUTES: &[Route] = &[
    Location.route("GET", "/calendars/", "calendars.readonly", calendar::list_calendars),
    Location.route("POST", "/calendars/", "calendars.write", calendar::create_calendar),
    Location.route("GET", "/calendars/groups", "calendars/groups.readonly", groups::list_groups),
    Location.route("POST", "/calendars/groups", "calendars/groups.write", groups::create_group),
    Location.route(
        "POST",
        "/calendars/groups/validate-slug",
        "calendars/groups.write",
        groups::validate_slug,
    ),
    Location.route("PUT", "/calendars/groups/{groupId}", "calendars/groups.write", groups::update_group),
    Location.route("DELETE", "/calendars/groups/{groupId}", "calendars/groups.write", groups::delete_group),
    Location.route(
        "PUT",
        "/calendars/groups/{groupId}/status",
        "calendars/groups.write",
        groups::update_group_status,
    ),
    Location.route(
        "GET",
        "/calendars/resources/{resourceType}",
        "calendars/resources.readonly",
        resources::list_resources,
    ),
    Location.route(
        "POST",
        "/calendars/resources/{resourceType}",
        "calendars/resources.write",
        resources::create_resource,
    ),
    Location.route(
        "GET",
        "/calendars/resources/{resourceType}/{id}",
        "calendars/resources.readonly",
        resources::get_resource,
    ),
    Location.route(
        "PUT",
        "/calendars/resources/{resourceType}/{id}",
        "calendars/resources.write",
        resources::update_resource,
    ),
    Location.route(
        "DELETE",
        "/calendars/resources/{resourceType}/{id}",
        "calendars/resources.write",
        resources::delete_resource,
    ),
    Location.route("GET", "/calendars/events", "calendars/events.readonly", events::list_events),
    Location.route("DELETE", "/calendars/events/{eventId}", "calendars/events.write", events::delete_event),
    Location.route(
        "GET",
        "/calendars/blocked-slots",
        "calendars/events.readonly",
        events::list_blocked_slots,
    ),
    Location.route(
        "POST",
        "/calendars/events/appointments",
        "calendars/events.write",
        appointments::create_appointment,
    ),
    Location.route(
        "GET",
        "/calendars/events/appointments/{eventId}",
        "calendars/events.readonly",
        appointments::get_appointment,
    ),
    Location.route(
        "PUT",
        "/calendars/events/appointments/{eventId}",
        "calendars/events.write",
        appointments::update_appointment,
    ),
    Location.route("POST", "/calendars/events/block-slots", "calendars/events.write", blocks::create_block),
    Location.route(
        "PUT",
        "/calendars/events/block-slots/{eventId}",
        "calendars/events.write",
        blocks::update_block,
    ),
    Location.route(
        "GET",
        "/calendars/appointments/{appointmentId}/notes",
        "calendars/events.readonly",
        notes::list_notes,
    ),
    Location.route(
        "POST",
        "/calendars/appointments/{appointmentId}/notes",
        "calendars/events.write",
        notes::create_note,
    ),
    Location.route(
        "PUT",
        "/calendars/appointments/{appointmentId}/notes/{noteId}",
        "calendars/events.write",
        notes::update_note,
    ),
    Location.route(
        "DELETE",
        "/calendars/appointments/{appointmentId}/notes/{noteId}",
        "calendars/events.write",
        notes::delete_note,
    ),
    Location.route("GET", "/calendars/{calendarId}", "calendars.readonly", calendar::get_calendar),
    Location.route("PUT", "/calendars/{calendarId}", "calendars.write", calendar::update_calendar),
    Location.route("DELETE", "/calendars/{calendarId}", "calendars.write", calendar::delete_calendar),
    Location.route(
        "GET",
        "/calendars/{calendarId}/free-slots",
        "calendars.readonly",
        free_slots::list_free_slots,
    ),
    Location.route(
        "GET",
        "/calendars/{calendarId}/notifications",
        "calendars/events.readonly",
        notifications::list_notifications,
    ),
    Location.route(
        "POST",
        "/calendars/{calendarId}/notifications",
        "calendars/events.write",
        notifications::create_notifications,
    ),
    Location.route(
        "GET",
        "/calendars/{calendarId}/notifications/{notificationId}",
        "calendars/events.readonly",
        notifications::get_notification,
    ),
    Location.route(
        "PUT",
        "/calendars/{calendarId}/notifications/{notificationId}",
        "calendars/events.write",
        notifications::update_notification,
    ),
    Location.route(
        "DELETE",
        "/calendars/{calendarId}/notifications/{notificationId}",
        "calendars/events.write",
        notifications::delete_notification,
    ),
];

/// A query parameter that says yes or no.
fn flag(call: &Call, name: &str) -> Result<Option<bool>, Reply> {
    let wrong = || refusal::invalid(vec![format!("{name} must be a boolean value")]);
    call.query(name).map(|text| text.parse().map_err(|_| wrong())).transpose()
}

/// # Errors
/// 404 when nobody has this id.
fn known_user<'a>(world: &World, id: &'a str) -> Result<&'a str, Reply> {
    match world.users.iter().any(|user| user.id == id) {
        true => Ok(id),
        false => Err(refusal::not_found("User", id)),
    }
}
