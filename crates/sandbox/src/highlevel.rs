//! The simulated HighLevel.

use crate::routes::Route;

pub mod contacts;
pub mod directory;
pub mod duplicates;
pub mod enrolment;
mod fields;
mod filter;
pub mod guard;
pub mod list;
pub mod notes;
pub mod profile;
pub mod refusal;
pub mod search;
mod sort;
pub mod tags;
pub mod tasks;
pub mod view;

const fn route(method: &'static str, pattern: &'static str, handler: crate::routes::Handler) -> Route {
    Route { method, pattern, handler }
}

/// Every HighLevel route. `removeAll` and the searches stand above the placeholder they share a place with.
pub const ROUTES: &[Route] = &[
    route("GET", "/contacts/", list::list_contacts),
    route("POST", "/contacts/", contacts::create_contact),
    route("POST", "/contacts/search", search::search_contacts),
    route("GET", "/contacts/search/duplicate", duplicates::find_duplicate),
    route("POST", "/contacts/upsert", contacts::upsert_contact),
    route("POST", "/contacts/bulk/tags/update/{type}", tags::update_tags),
    route("GET", "/contacts/business/{businessId}", list::list_contacts_of_business),
    route("GET", "/contacts/{contactId}", contacts::get_contact),
    route("PUT", "/contacts/{contactId}", contacts::update_contact),
    route("DELETE", "/contacts/{contactId}", contacts::delete_contact),
    route("GET", "/contacts/{contactId}/appointments", directory::list_appointments),
    route("POST", "/contacts/{contactId}/tags", tags::add_tags),
    route("DELETE", "/contacts/{contactId}/tags", tags::remove_tags),
    route("GET", "/contacts/{contactId}/tasks", tasks::list_tasks),
    route("POST", "/contacts/{contactId}/tasks", tasks::create_task),
    route("GET", "/contacts/{contactId}/tasks/{taskId}", tasks::get_task),
    route("PUT", "/contacts/{contactId}/tasks/{taskId}", tasks::update_task),
    route("PUT", "/contacts/{contactId}/tasks/{taskId}/completed", tasks::complete_task),
    route("DELETE", "/contacts/{contactId}/tasks/{taskId}", tasks::delete_task),
    route("GET", "/contacts/{contactId}/notes", notes::list_notes),
    route("POST", "/contacts/{contactId}/notes", notes::create_note),
    route("GET", "/contacts/{contactId}/notes/{id}", notes::get_note),
    route("PUT", "/contacts/{contactId}/notes/{id}", notes::update_note),
    route("DELETE", "/contacts/{contactId}/notes/{id}", notes::delete_note),
    route("DELETE", "/contacts/{contactId}/campaigns/removeAll", enrolment::leave_all_campaigns),
    route("POST", "/contacts/{contactId}/campaigns/{campaignId}", enrolment::join_campaign),
    route("DELETE", "/contacts/{contactId}/campaigns/{campaignId}", enrolment::leave_campaign),
    route("POST", "/contacts/{contactId}/workflow/{workflowId}", enrolment::join_workflow),
    route("DELETE", "/contacts/{contactId}/workflow/{workflowId}", enrolment::leave_workflow),
    route("GET", "/campaigns/", directory::list_campaigns),
    route("GET", "/workflows/", directory::list_workflows),
];
