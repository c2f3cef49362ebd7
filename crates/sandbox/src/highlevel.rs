//! The simulated HighLevel.

use crate::routes::Route;
use crate::routes::Token::Location;

pub mod associations;
pub mod blogs;
pub mod businesses;
pub mod calendars;
pub mod companies;
pub mod contacts;
pub mod conversations;
pub mod custom_fields;
pub mod directory;
pub mod duplicates;
pub mod enrolment;
pub mod events;
mod fields;
pub mod followers;
pub mod guard;
pub mod list;
pub mod locations;
pub mod notes;
pub mod oauth;
pub mod opportunities;
pub mod profile;
pub mod records;
pub mod refusal;
mod search;
pub mod snapshots;
pub mod tags;
pub mod tasks;
pub mod users;
pub mod view;

/// Every HighLevel route, by group. Within all of them the first that fits wins.
pub const TABLES: &[&[Route]] = &[
    ROUTES,
    associations::ROUTES,
    blogs::ROUTES,
    businesses::ROUTES,
    calendars::ROUTES,
    companies::ROUTES,
    conversations::ROUTES,
    custom_fields::ROUTES,
    followers::ROUTES,
    locations::ROUTES,
    oauth::ROUTES,
    opportunities::ROUTES,
    snapshots::ROUTES,
    users::ROUTES,
];

/// The routes of contacts and of what they take part in. `removeAll` and the searches stand above the placeholder they
/// share a place with.
const ROUTES: &[Route] = &[
    Location.route("GET", "/contacts/", "contacts.readonly", list::list_contacts),
    Location.route("POST", "/contacts/", "contacts.write", contacts::create_contact),
    Location.route("POST", "/contacts/search", "contacts.readonly", contacts::search::search_contacts),
    Location.route("GET", "/contacts/search/duplicate", "contacts.readonly", duplicates::find_duplicate),
    Location.route("POST", "/contacts/upsert", "contacts.write", contacts::upsert_contact),
    Location.route("POST", "/contacts/bulk/tags/update/{type}", "contacts.write", tags::update_tags),
    Location.route(
        "GET",
        "/contacts/business/{businessId}",
        "contacts.readonly",
        list::list_contacts_of_business,
    ),
    Location.route("GET", "/contacts/{contactId}", "contacts.readonly", contacts::get_contact),
    Location.route("PUT", "/contacts/{contactId}", "contacts.write", contacts::update_contact),
    Location.route("DELETE", "/contacts/{contactId}", "contacts.write", contacts::delete_contact),
    Location.route(
        "GET",
        "/contacts/{contactId}/appointments",
        "contacts.readonly",
        directory::list_appointments,
    ),
    Location.route("POST", "/contacts/{contactId}/tags", "contacts.write", tags::add_tags),
    Location.route("DELETE", "/contacts/{contactId}/tags", "contacts.write", tags::remove_tags),
    Location.route("GET", "/contacts/{contactId}/tasks", "contacts.readonly", tasks::list_tasks),
    Location.route("POST", "/contacts/{contactId}/tasks", "contacts.write", tasks::create_task),
    Location.route("GET", "/contacts/{contactId}/tasks/{taskId}", "contacts.readonly", tasks::get_task),
    Location.route("PUT", "/contacts/{contactId}/tasks/{taskId}", "contacts.write", tasks::update_task),
    Location.route(
        "PUT",
        "/contacts/{contactId}/tasks/{taskId}/completed",
        "contacts.write",
        tasks::complete_task,
    ),
    Location.route("DELETE", "/contacts/{contactId}/tasks/{taskId}", "contacts.write", tasks::delete_task),
    Location.route("GET", "/contacts/{contactId}/notes", "contacts.readonly", notes::list_notes),
    Location.route("POST", "/contacts/{contactId}/notes", "contacts.write", notes::create_note),
    Location.route("GET", "/contacts/{contactId}/notes/{id}", "contacts.readonly", notes::get_note),
    Location.route("PUT", "/contacts/{contactId}/notes/{id}", "contacts.write", notes::update_note),
    Location.route("DELETE", "/contacts/{contactId}/notes/{id}", "contacts.write", notes::delete_note),
    Location.route(
        "DELETE",
        "/contacts/{contactId}/campaigns/removeAll",
        "contacts.write",
        enrolment::leave_all_campaigns,
    ),
    Location.route(
        "POST",
        "/contacts/{contactId}/campaigns/{campaignId}",
        "contacts.write",
        enrolment::join_campaign,
    ),
    Location.route(
        "DELETE",
        "/contacts/{contactId}/campaigns/{campaignId}",
        "contacts.write",
        enrolment::leave_campaign,
    ),
    Location.route(
        "POST",
        "/contacts/{contactId}/workflow/{workflowId}",
        "contacts.write",
        enrolment::join_workflow,
    ),
    Location.route(
        "DELETE",
        "/contacts/{contactId}/workflow/{workflowId}",
        "contacts.write",
        enrolment::leave_workflow,
    ),
    Location.route("GET", "/campaigns/", "campaigns.readonly", directory::list_campaigns),
    Location.route("GET", "/workflows/", "workflows.readonly", directory::list_workflows),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::{Found, find};

    #[test]
    fn only_consent_and_the_token_endpoint_ask_for_no_token() {
        let open = TABLES.iter().copied().flatten().filter(|route| route.access.is_none());
        let open: Vec<&str> = open.map(|route| route.pattern).collect();
        assert_eq!(open, ["/oauth/chooselocation", "/v2/oauth/chooselocation", "/oauth/token"]);
    }

    #[test]
    fn no_route_stands_in_the_shadow_of_another() {
        for route in TABLES.iter().copied().flatten() {
            let path = route.pattern.replace(['{', '}'], "");
            let Found::Route(found, _) = find(TABLES, route.method, &path) else {
                panic!("{path} is not found");
            };
            assert_eq!(found.pattern, route.pattern, "{} {path}", route.method);
        }
    }
}
