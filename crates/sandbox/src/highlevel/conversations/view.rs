//! How conversations, messages and e-mails look in answers. A conversation has three views: its own record has a
//! number as `type` and seconds as `lastMessageDate`, the search a name and milliseconds, its creation ISO times.

use serde_json::{Value, json};

use crate::time::{Millis, iso};
use crate::world::World;
use crate::world::talk::{Conversation, Email, Message};

use super::deliver::without_nulls;

/// A conversation with somebody who has a phone number is one by phone.
fn by_phone(world: &World, conversation: &Conversation) -> bool {
    world.contacts.get(&conversation.contact).is_none_or(|contact| contact.text("phone").is_some())
}

/// The body of `GET /conversations/{conversationId}`.
pub fn record(world: &World, conversation: &Conversation) -> Value {
    let contact = world.contacts.get(&conversation.contact);
    without_nulls(json!({
        "id": conversation.id,
        "contactId": conversation.contact,
        "locationId": world.ready.location_id,
        "type": if by_phone(world, conversation) { 1 } else { 2 },
        "deleted": false,
        "starred": conversation.starred,
        "inbox": conversation.unread.map(|_| true),
        "unreadCount": conversation.unread,
        "assignedTo": contact.and_then(|contact| contact.text("assignedTo")),
        "lastMessageDate": seconds(conversation.last),
    }))
}

/// As a document database writes a time.
fn seconds(at: Millis) -> Value {
    json!({ "seconds": at.div_euclid(1000), "nanoseconds": at.rem_euclid(1000) * 1_000_000 })
}

/// The answer to its creation.
pub fn created(world: &World, conversation: &Conversation) -> Value {
    let contact = world.contacts.get(&conversation.contact);
    without_nulls(json!({
        "id": conversation.id,
        "contactId": conversation.contact,
        "locationId": world.ready.location_id,
        "dateAdded": iso(conversation.added),
        "dateUpdated": iso(conversation.updated),
        "lastMessageDate": iso(conversation.last),
        "deleted": false,
        "assignedTo": contact.and_then(|contact| contact.text("assignedTo")),
    }))
}

/// An item of the search, with the value that it is sorted by.
pub fn item(world: &World, conversation: &Conversation, sort: Millis) -> Value {
    let contact = world.contacts.get(&conversation.contact);
    let text = |field: &str| contact.and_then(|contact| contact.text(field));
    let last = conversation.last_message();
    let name = contact.map(|contact| contact.name());
    let mut item = json!({
        "id": conversation.id,
        "contactId": conversation.contact,
        "locationId": world.ready.location_id,
        "type": if by_phone(world, conversation) { "TYPE_PHONE" } else { "TYPE_EMAIL" },
        "unreadCount": conversation.unread.unwrap_or_default(),
        "fullName": name,
        "contactName": name,
        "email": text("email"),
        "phone": text("phone"),
        "companyName": text("companyName"),
        "assignedTo": text("assignedTo"),
        "tags": contact.map(|contact| &contact.tags),
        "followers": contact.map(|contact| &contact.followers),
        "dateAdded": conversation.added,
        "dateUpdated": conversation.updated,
        "lastMessageDate": conversation.last,
        "lastManualMessageDate": conversation.last_manual,
        "lastMessageBody": last.map(Message::preview).unwrap_or_default(),
        "sort": [sort],
    });
    if let Some(last) = last {
        item["lastMessageType"] = json!(last.channel.message_type);
        item["lastMessageDirection"] = json!(direction(is_inbound(last)));
    }
    item
}

/// Whether a message came in; of a thread what came or went last counts.
pub fn is_inbound(message: &Message) -> bool {
    message.emails.last().map_or(message.inbound, |email| email.inbound)
}

pub fn direction(inbound: bool) -> &'static str {
    if inbound { "inbound" } else { "outbound" }
}

/// A message in a list or by itself. An e-mail's body is not in it, nor a call's recording.
pub fn message(world: &World, conversation: &Conversation, message: &Message) -> Value {
    let email = message.emails.last();
    let html = email.is_some_and(|email| email.html);
    without_nulls(json!({
        "id": message.id,
        "type": message.channel.number,
        "messageType": message.channel.message_type,
        "locationId": world.ready.location_id,
        "contactId": conversation.contact,
        "conversationId": conversation.id,
        "dateAdded": iso(message.added),
        "dateUpdated": iso(message.updated),
        "body": message.body,
        "direction": direction(message.inbound),
        "status": message.status,
        "contentType": if html { "text/html" } else { "text/plain" },
        "attachments": message.attachments,
        "meta": meta(message),
        "source": message.source,
        "userId": message.user,
        "conversationProviderId": message.provider,
        "from": message.from,
        "to": message.to,
        "error": message.error,
    }))
}

fn meta(message: &Message) -> Option<Value> {
    if let Some(call) = &message.call {
        return Some(json!({ "callDuration": call.seconds, "callStatus": call.status }));
    }
    let ids: Vec<&str> = message.emails.iter().map(|email| email.id.as_str()).collect();
    (!ids.is_empty()).then(|| json!({ "email": { "messageIds": ids } }))
}

/// The body of `GET /conversations/messages/email/{id}`, under `emailMessage`.
pub fn email(world: &World, conversation: &Conversation, thread: &Message, email: &Email) -> Value {
    without_nulls(json!({
        "id": email.id,
        "threadId": thread.id,
        "locationId": world.ready.location_id,
        "contactId": conversation.contact,
        "conversationId": conversation.id,
        "dateAdded": iso(email.added),
        "subject": email.subject,
        "body": email.body,
        "direction": direction(email.inbound),
        "status": email.status,
        "contentType": if email.html { "text/html" } else { "text/plain" },
        "attachments": email.attachments,
        "from": email.from,
        "to": email.to,
        "cc": email.cc,
        "bcc": email.bcc,
        "replyToMessageId": email.reply_to,
        "source": thread.source,
        "conversationProviderId": thread.provider,
    }))
}
