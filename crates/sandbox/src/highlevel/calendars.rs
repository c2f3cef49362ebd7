//! Calendars, their groups, events, notifications and resources.

use crate::exchange::{Call, Reply};
use crate::routes::Route;
use crate::world::World;

use super::{location, refusal};

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
    location("GET", "/calendars/", "calendars.readonly", calendar::list_calendars),
    location("POST", "/calendars/", "calendars.write", calendar::create_calendar),
    location("GET", "/calendars/groups", "calendars/groups.readonly", groups::list_groups),
    location("POST", "/calendars/groups", "calendars/groups.write", groups::create_group),
    location("POST", "/calendars/groups/validate-slug", "calendars/groups.write", groups::validate_slug),
    location("PUT", "/calendars/groups/{groupId}", "calendars/groups.write", groups::update_group),
    location("DELETE", "/calendars/groups/{groupId}", "calendars/groups.write", groups::delete_group),
    location(
        "PUT",
        "/calendars/groups/{groupId}/status",
        "calendars/groups.write",
        groups::update_group_status,
    ),
    location(
        "GET",
        "/calendars/resources/{resourceType}",
        "calendars/resources.readonly",
        resources::list_resources,
    ),
    location(
        "POST",
        "/calendars/resources/{resourceType}",
        "calendars/resources.write",
        resources::create_resource,
    ),
    location(
        "GET",
        "/calendars/resources/{resourceType}/{id}",
        "calendars/resources.readonly",
        resources::get_resource,
    ),
    location(
        "PUT",
        "/calendars/resources/{resourceType}/{id}",
        "calendars/resources.write",
        resources::update_resource,
    ),
    location(
        "DELETE",
        "/calendars/resources/{resourceType}/{id}",
        "calendars/resources.write",
        resources::delete_resource,
    ),
    location("GET", "/calendars/events", "calendars/events.readonly", events::list_events),
    location("DELETE", "/calendars/events/{eventId}", "calendars/events.write", events::delete_event),
    location("GET", "/calendars/blocked-slots", "calendars/events.readonly", events::list_blocked_slots),
    location(
        "POST",
        "/calendars/events/appointments",
        "calendars/events.write",
        appointments::create_appointment,
    ),
    location(
        "GET",
        "/calendars/events/appointments/{eventId}",
        "calendars/events.readonly",
        appointments::get_appointment,
    ),
    location(
        "PUT",
        "/calendars/events/appointments/{eventId}",
        "calendars/events.write",
        appointments::update_appointment,
    ),
    location("POST", "/calendars/events/block-slots", "calendars/events.write", blocks::create_block),
    location(
        "PUT",
        "/calendars/events/block-slots/{eventId}",
        "calendars/events.write",
        blocks::update_block,
    ),
    location(
        "GET",
        "/calendars/appointments/{appointmentId}/notes",
        "calendars/events.readonly",
        notes::list_notes,
    ),
    location(
        "POST",
        "/calendars/appointments/{appointmentId}/notes",
        "calendars/events.write",
        notes::create_note,
    ),
    location(
        "PUT",
        "/calendars/appointments/{appointmentId}/notes/{noteId}",
        "calendars/events.write",
        notes::update_note,
    ),
    location(
        "DELETE",
        "/calendars/appointments/{appointmentId}/notes/{noteId}",
        "calendars/events.write",
        notes::delete_note,
    ),
    location("GET", "/calendars/{calendarId}", "calendars.readonly", calendar::get_calendar),
    location("PUT", "/calendars/{calendarId}", "calendars.write", calendar::update_calendar),
    location("DELETE", "/calendars/{calendarId}", "calendars.write", calendar::delete_calendar),
    location("GET", "/calendars/{calendarId}/free-slots", "calendars.readonly", free_slots::list_free_slots),
    location(
        "GET",
        "/calendars/{calendarId}/notifications",
        "calendars/events.readonly",
        notifications::list_notifications,
    ),
    location(
        "POST",
        "/calendars/{calendarId}/notifications",
        "calendars/events.write",
        notifications::create_notifications,
    ),
    location(
        "GET",
        "/calendars/{calendarId}/notifications/{notificationId}",
        "calendars/events.readonly",
        notifications::get_notification,
    ),
    location(
        "PUT",
        "/calendars/{calendarId}/notifications/{notificationId}",
        "calendars/events.write",
        notifications::update_notification,
    ),
    location(
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
