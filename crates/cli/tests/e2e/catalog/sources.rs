//! Where the values come from that a sample cannot know.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::World;

/// Where the values in a sample come from that must exist: the beginning of an operation's id, the field (dots lead into
/// objects and the items of lists), and a pointer into what another operation gave. The first line that fits counts.
/// `sandbox` is what the sandbox tells of itself.
const SOURCES: &[(&str, &str, &str, &str)] = &[
    // Records that this test makes.
    ("conversations.messages.send", "contactId", "sandbox", "/messages/TYPE_EMAIL/contactId"),
    ("", "contactId", "contacts.create", "/id"),
    ("contacts.tags.bulk_update", "contacts", "contacts.create", "/id"),
    ("contacts.business.bulk_update", "ids", "contacts.create", "/id"),
    ("contacts.notes.", "id", "contacts.notes.create", "/id"),
    ("", "taskId", "contacts.tasks.create", "/id"),
    ("", "businessId", "businesses.create", "/id"),
    ("", "associationId", "associations.create", "/id"),
    ("associations.relations.list", "associationIds", "associations.create", "/id"),
    ("", "key_name", "associations.create", "/key"),
    ("", "secondRecordId", "contacts.create", "/id"),
    ("", "recordId", "contacts.create", "/id"),
    ("", "relationId", "associations.relations.create", "/id"),
    ("", "postId", "blogs.posts.create", "/_id"),
    ("", "groupId", "calendars.groups.create", "/id"),
    ("", "calendarId", "calendars.create", "/id"),
    ("", "calendarIds", "calendars.create", "/id"),
    ("calendars.resources.", "id", "calendars.resources.create", "/_id"),
    ("calendars.block_slots.", "eventId", "calendars.block_slots.create", "/id"),
    ("", "eventId", "calendars.appointments.create", "/id"),
    ("", "appointmentId", "calendars.appointments.create", "/id"),
    ("", "noteId", "calendars.appointments.notes.create", "/id"),
    ("", "notificationId", "calendars.notifications.create", "/_id"),
    ("opportunities.", "id", "opportunities.create", "/id"),
    ("users.get", "userId", "users.create", "/id"),
    ("users.update", "userId", "users.create", "/id"),
    ("users.delete", "userId", "users.create", "/id"),
    ("users.filter_by_email", "emails", "users.create", "/email"),
    // Records that the location has.
    ("", "userId", "users.list", "/0/id"),
    ("", "userIds", "users.list", "/0/id"),
    ("", "assignedTo", "users.list", "/0/id"),
    ("", "assignedUserId", "users.list", "/0/id"),
    ("", "followers", "users.list", "/0/id"),
    ("", "teamMembers.userId", "users.list", "/0/id"),
    ("", "campaignId", "campaigns.list", "/0/id"),
    ("", "workflowId", "workflows.list", "/0/id"),
    ("", "pipelineId", "opportunities.pipelines.list", "/0/id"),
    ("", "pipelineStageId", "opportunities.pipelines.list", "/0/stages/0/id"),
    ("", "snapshotId", "snapshots.list", "/0/id"),
    ("", "blogId", "sandbox", "/blogs/0/_id"),
    ("", "author", "sandbox", "/blogAuthors/0/_id"),
    ("", "categories", "sandbox", "/blogCategories/0/_id"),
    ("", "locationIds", "sandbox", "/ready/location_id"),
    ("", "conversationId", "sandbox", "/messages/TYPE_SMS/conversationId"),
    ("", "lastMessageId", "sandbox", "/messages/TYPE_SMS/id"),
    ("conversations.messages.get", "id", "sandbox", "/messages/TYPE_SMS/id"),
    ("conversations.emails.get", "id", "sandbox", "/messages/TYPE_EMAIL/emailMessageIds/0"),
    ("conversations.messages.update_status", "messageId", "sandbox", "/messages/TYPE_EMAIL/id"),
    ("", "emailMessageId", "sandbox", "/messages/TYPE_EMAIL/emailMessageIds/0"),
    ("", "replyMessageId", "sandbox", "/messages/TYPE_EMAIL/id"),
    ("", "threadId", "sandbox", "/messages/TYPE_EMAIL/id"),
    ("", "forward.messageId", "sandbox", "/messages/TYPE_EMAIL/id"),
    ("", "messageId", "sandbox", "/messages/TYPE_CALL/id"),
];

/// The operation, and the pointer into what it gives, for a field of another operation.
pub fn source(operation: &str, path: &str) -> Option<(&'static str, &'static str)> {
    let fits = |line: &&(&str, &str, &'static str, &'static str)| {
        operation.starts_with(line.0) && line.1 == path && line.2 != operation
    };
    SOURCES.iter().find(fits).map(|(_, _, from, pointer)| (*from, *pointer))
}

/// What the sandbox tells of itself: who may enter, the directory, and one message of each kind.
pub fn told(world: &World) -> Value {
    let mut told = world.control(Method::GET, "/state", Value::Null)["directory"].take();
    told["ready"] = json!(world.ready());
    for conversation in told["conversations"].as_array().expect("a list").clone() {
        for message in conversation["messages"].as_array().expect("a list") {
            let kind = message["messageType"].as_str().expect("a text");
            told["messages"][kind] = message.clone();
            told["messages"][kind]["conversationId"] = conversation["id"].clone();
            told["messages"][kind]["contactId"] = conversation["contactId"].clone();
        }
    }
    told
}
