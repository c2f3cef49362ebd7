//! Messages that come and go: what they change, and what is told of them.

use serde_json::{Value, json};

use crate::time::iso;
use crate::world::World;
use crate::world::talk::{Conversation, Email, Message};

/// The conversation with a contact, opened if there is none.
pub fn open(world: &mut World, contact: &str) -> String {
    if let Some(existing) = world.conversations.of_contact(contact) {
        return existing.id.clone();
    }
    let id = world.dice.id();
    let now = world.clock.tick();
    world.conversations.open(id.clone(), contact, now);
    id
}

/// Puts a message into the conversation with a contact.
pub fn deliver(world: &mut World, contact: &str, message: Message) {
    let conversation = open(world, contact);
    let id = message.id.clone();
    let inbound = message.inbound;
    world.conversations.add(&conversation, message);
    settle(world, &id, inbound);
}

/// Puts an e-mail into a thread, which is a message.
pub fn deliver_to_thread(world: &mut World, thread: &str, email: Email) {
    let inbound = email.inbound;
    world.conversations.add_to_thread(thread, email);
    settle(world, thread, inbound);
}

/// Counts what came in as unread, and tells what happened. What waits for its time is not told.
fn settle(world: &mut World, message: &str, inbound: bool) {
    let Some((conversation, message)) = world.conversations.message(message) else { return };
    let told = event(world, conversation, message, inbound);
    let (id, waits) = (conversation.id.clone(), message.status == "scheduled");
    if !waits {
        world.tell(if inbound { "InboundMessage" } else { "OutboundMessage" }, told);
    }
    if inbound {
        let unread = unread_event(world, &id);
        world.tell("ConversationUnreadUpdate", unread);
    }
}

/// Raises the number of unread messages by one.
fn unread_event(world: &mut World, id: &str) -> Value {
    let location = world.ready.location_id.clone();
    let Some(conversation) = world.conversations.get_mut(id) else { return Value::Null };
    let unread = conversation.unread.unwrap_or_default() + 1;
    conversation.unread = Some(unread);
    json!({
        "locationId": location,
        "id": conversation.id,
        "contactId": conversation.contact,
        "unreadCount": unread,
        "inbox": true,
        "starred": conversation.starred,
        "deleted": false,
    })
}

fn event(world: &World, conversation: &Conversation, message: &Message, inbound: bool) -> Value {
    let mut event = json!({
        "locationId": world.ready.location_id,
        "contactId": conversation.contact,
        "conversationId": conversation.id,
        "messageId": message.id,
        "messageType": message.channel.told,
        "messageTypeId": message.channel.number,
        "messageTypeString": message.channel.message_type,
        "direction": if inbound { "inbound" } else { "outbound" },
        "body": message.body,
        "attachments": message.attachments,
        "contentType": "text/plain",
        "status": message.status,
        "source": (!inbound).then_some(message.source),
        "dateAdded": iso(message.added),
        "userId": message.user,
        "conversationProviderId": message.provider,
        "from": message.from,
        "to": message.to,
    });
    if let Some(email) = message.emails.last() {
        lay_over(&mut event, email_event(message, email));
    }
    if let Some(call) = &message.call {
        let recording = call.recorded.then(|| recording_url(world, message));
        let more = json!({
            "callDuration": call.seconds,
            "callStatus": call.status,
            "attachments": recording.into_iter().collect::<Vec<_>>(),
        });
        lay_over(&mut event, more);
    }
    without_nulls(event)
}

fn email_event(thread: &Message, email: &Email) -> Value {
    json!({
        "body": email.body,
        "contentType": if email.html { "text/html" } else { "text/plain" },
        "status": email.status,
        "attachments": email.attachments,
        "dateAdded": iso(email.added),
        "emailMessageId": email.id,
        "threadId": thread.id,
        "subject": email.subject,
        "from": email.from,
        "to": email.to,
        "cc": email.cc,
        "bcc": email.bcc,
    })
}

fn recording_url(world: &World, message: &Message) -> String {
    let ready = &world.ready;
    format!(
        "{}/conversations/messages/{}/locations/{}/recording",
        ready.base_url, message.id, ready.location_id
    )
}

fn lay_over(value: &mut Value, more: Value) {
    if let (Value::Object(value), Value::Object(more)) = (value, more) {
        value.extend(more);
    }
}

/// Fields that are absent are left out.
pub fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(object) = &mut value {
        object.retain(|_, value| !value.is_null());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed;
    use crate::world::talk::{CALL, CallRecord, EMAIL, SMS};

    fn world() -> (World, String) {
        let world = seed::world(7, 1, "http://sandbox");
        let contact = world.contacts.keys().next().expect("one was asked for").clone();
        (world, contact)
    }

    fn kinds(world: &World) -> Vec<&'static str> {
        world.outbox.iter().map(|happening| happening.kind).collect()
    }

    #[test]
    fn an_inbound_message_tells_the_message_and_the_unread_count() {
        let (mut world, contact) = world();
        for (n, body) in ["Hello", "Anybody?"].into_iter().enumerate() {
            let mut message = Message::new(format!("m{n}"), &SMS, true, 1_736_154_000_000);
            message.body = body.to_owned();
            deliver(&mut world, &contact, message);
        }
        let unread = "ConversationUnreadUpdate";
        assert_eq!(kinds(&world), ["InboundMessage", unread, "InboundMessage", unread]);
        let (told, count) = (&world.outbox[2].payload, &world.outbox[3].payload);
        assert_eq!((&told["body"], &told["messageType"]), (&json!("Anybody?"), &json!("SMS")));
        assert_eq!((&told["messageId"], &told["conversationId"]), (&json!("m1"), &count["id"]));
        assert_eq!(told["dateAdded"], "2025-01-06T09:00:00.000Z");
        let before = world.outbox[1].payload["unreadCount"].as_u64().expect("a number");
        assert_eq!(count["unreadCount"].as_u64(), Some(before + 1));
    }

    #[test]
    fn an_email_tells_its_thread_and_a_call_its_recording() {
        let (mut world, contact) = world();
        let mut thread = Message::new("m1".to_owned(), &EMAIL, false, 0);
        let email = |id: &str| Email { id: id.to_owned(), body: "Hi".to_owned(), ..Email::default() };
        thread.emails.push(email("e1"));
        deliver(&mut world, &contact, thread);
        deliver_to_thread(&mut world, "m1", email("e2"));
        let told = &world.outbox[1].payload;
        assert_eq!((&told["emailMessageId"], &told["threadId"]), (&json!("e2"), &json!("m1")));
        assert_eq!((&told["body"], &told["direction"]), (&json!("Hi"), &json!("outbound")));
        let mut call = Message::new("m2".to_owned(), &CALL, true, 0);
        call.call = Some(CallRecord::completed(9, true, &["Hello."]));
        deliver(&mut world, &contact, call);
        let told = &world.outbox[2].payload;
        assert_eq!((&told["callDuration"], &told["callStatus"]), (&json!(9), &json!("completed")));
        let recording = told["attachments"][0].as_str().expect("an address");
        assert!(recording.starts_with("http://sandbox/conversations/messages/m2/"), "{recording}");
    }

    #[test]
    fn a_scheduled_message_is_not_told() {
        let (mut world, contact) = world();
        let mut message = Message::new("m1".to_owned(), &SMS, false, 0);
        message.status = "scheduled".to_owned();
        deliver(&mut world, &contact, message);
        assert!(world.outbox.is_empty());
    }
}
