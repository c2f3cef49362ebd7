//! Conversations: one with each contact that something was said to or by.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::Location;
use crate::world::World;
use crate::world::talk::Conversation;

use super::fields::{self, Kind, needed};
use super::refusal;

pub mod calls;
pub mod deliver;
pub mod messages;
mod search;
pub mod send;
mod types;
pub mod view;

const READ: &str = "conversations.readonly";
const READ_MESSAGES: &str = "conversations/message.readonly";
const WRITE_MESSAGES: &str = "conversations/message.write";

pub const ROUTES: &[Route] = &[
    Location.route("GET", "/conversations/search", READ, search::search_conversations),
    Location.route("POST", "/conversations/", "conversations.write", create_conversation),
    Location.route("POST", "/conversations/messages", WRITE_MESSAGES, send::send_message),
    Location.route(
        "POST",
        "/conversations/providers/live-chat/typing",
        "conversations/livechat.write",
        show_typing,
    ),
    Location.route("GET", "/conversations/messages/email/{id}", READ_MESSAGES, messages::get_email),
    Location.route("GET", "/conversations/messages/{id}", READ_MESSAGES, messages::get_message),
    Location.route(
        "PUT",
        "/conversations/messages/{messageId}/status",
        WRITE_MESSAGES,
        messages::update_status,
    ),
    Location.route(
        "GET",
        "/conversations/messages/{messageId}/locations/{locationId}/recording",
        READ_MESSAGES,
        calls::get_recording,
    ),
    Location.route(
        "GET",
        "/conversations/locations/{locationId}/messages/{messageId}/transcription",
        READ_MESSAGES,
        calls::get_transcription,
    ),
    Location.route(
        "GET",
        "/conversations/locations/{locationId}/messages/{messageId}/transcription/download",
        READ_MESSAGES,
        calls::download_transcription,
    ),
    Location.route("GET", "/conversations/{conversationId}", READ, get_conversation),
    Location.route("GET", "/conversations/{conversationId}/messages", READ_MESSAGES, messages::list_messages),
];

fn known<'a>(world: &'a World, id: &str) -> Result<&'a Conversation, Reply> {
    world.conversations.get(id).ok_or_else(|| refusal::not_found("Conversation", id))
}

fn get_conversation(world: &mut World, call: &Call) -> Outcome {
    let conversation = known(world, call.param("conversationId"))?;
    Ok(Reply::ok(view::record(world, conversation)))
}

/// There is one for each contact at most.
fn create_conversation(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &[needed("locationId", Kind::Text), needed("contactId", Kind::Text)])?;
    let contact = body["contactId"].as_str().unwrap_or_default();
    if !world.contacts.contains_key(contact) {
        return Err(refusal::not_found("Contact", contact));
    }
    if let Some(existing) = world.conversations.of_contact(contact) {
        let mut refused = refusal::bad_request("Conversation already exists for this contact");
        refused.body["conversationId"] = json!(existing.id);
        return Err(refused);
    }
    let id = deliver::open(world, contact);
    let conversation = view::created(world, known(world, &id)?);
    Ok(Reply::created(json!({ "success": true, "conversation": conversation })))
}

/// Nobody sees it: there are no visitors.
fn show_typing(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(
        call,
        &[
            needed("locationId", Kind::Text),
            needed("isTyping", Kind::Boolean),
            needed("visitorId", Kind::Text),
            needed("conversationId", Kind::Text),
        ],
    )?;
    known(world, body.get("conversationId").and_then(Value::as_str).unwrap_or_default())?;
    Ok(Reply::created(json!({ "success": true })))
}
