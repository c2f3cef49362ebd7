//! Calendars, their groups, events, notifications and resources.

use crate::exchange::{Call, Reply};
use crate::routes::Route;
use crate::world::World;

use super::{location, refusal};

mod book;
mod calendar;
mod groups;
mod notifications;
mod resources;
mod settings;
mod slug;
pub mod view;

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
    location("GET", "/calendars/{calendarId}", "calendars.readonly", calendar::get_calendar),
    location("PUT", "/calendars/{calendarId}", "calendars.write", calendar::update_calendar),
    location("DELETE", "/calendars/{calendarId}", "calendars.write", calendar::delete_calendar),
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
