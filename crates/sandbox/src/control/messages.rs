//! Messages that contacts send.

use serde::Deserialize;
use serde_json::json;

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::conversations::{deliver, send, view};
use crate::highlevel::{contacts, refusal};
use crate::site::State;
use crate::time::Millis;
use crate::world::talk::{CALL, CallRecord, Channel, EMAIL, Email, Message};
use crate::world::{Contact, World};

use super::read;

/// What comes in; everything may be left out.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Incoming {
    /// `TYPE_SMS`, `TYPE_EMAIL`, `TYPE_CALL` and so on, or as in a message to be sent, `SMS`.
    #[serde(rename = "type")]
    kind: String,
    body: String,
    subject: String,
    /// The message that is the thread of an e-mail.
    thread_id: Option<String>,
    attachments: Vec<String>,
    /// Of a call, in seconds.
    duration: u64,
    /// Whether a call was recorded.
    recorded: bool,
    /// The sentences of a call, those of the contact and of the user in turn.
    transcript: Vec<String>,
}

impl Default for Incoming {
    fn default() -> Self {
        Self {
            kind: "TYPE_SMS".to_owned(),
            body: "A message.".to_owned(),
            subject: "A question".to_owned(),
            thread_id: None,
            attachments: Vec::new(),
            duration: 42,
            recorded: true,
            transcript: vec!["Hello, this is about the course.".to_owned(), "How can I help?".to_owned()],
        }
    }
}

/// Lets a message come in from a contact; gives it as HighLevel shows it.
pub fn receive_message(state: &mut State, call: &Call) -> Outcome {
    let incoming: Incoming = read(call)?;
    let world = &mut state.world;
    let contact = contacts::known(world, call)?.clone();
    let now = world.clock.tick();
    let channel = Channel::all()
        .find(|channel| [channel.name, channel.message_type].contains(&incoming.kind.as_str()))
        .ok_or_else(|| refusal::bad_request(format!("no message has the type {}", incoming.kind)))?;
    let id = match &incoming.thread_id {
        Some(thread) => {
            check_thread(world, &contact, thread)?;
            let email = email(world, &contact, &incoming, now);
            deliver::deliver_to_thread(world, thread, email);
            thread.clone()
        }
        None => {
            let message = message(world, &contact, channel, (&incoming, now));
            let id = message.id.clone();
            deliver::deliver(world, &contact.id, message);
            id
        }
    };
    let found = world.conversations.message(&id);
    let shown = found.map(|(conversation, message)| view::message(world, conversation, message));
    Ok(Reply::created(json!({ "message": shown })))
}

fn check_thread(world: &World, contact: &Contact, thread: &str) -> Result<(), Reply> {
    let found = world.conversations.message(thread);
    let fits = found.is_some_and(|(home, message)| home.contact == contact.id && !message.emails.is_empty());
    if fits { Ok(()) } else { Err(refusal::not_found("Message", thread)) }
}

fn message(
    world: &mut World,
    contact: &Contact,
    channel: &'static Channel,
    (incoming, now): (&Incoming, Millis),
) -> Message {
    let mut message = Message::new(world.dice.id(), channel, true, now);
    let owned = |name: &str| contact.text(name).map(str::to_owned);
    (message.from, message.to) = match *channel == EMAIL {
        true => (owned("email"), Some(send::ADDRESS.to_owned())),
        false => (owned("phone"), Some(send::NUMBER.to_owned())),
    };
    if *channel == EMAIL {
        message.emails.push(email(world, contact, incoming, now));
    } else if *channel == CALL {
        message.status = "completed".to_owned();
        message.call =
            Some(CallRecord::completed(incoming.duration, incoming.recorded, &incoming.transcript));
    } else {
        message.body.clone_from(&incoming.body);
        message.attachments.clone_from(&incoming.attachments);
    }
    message
}

fn email(world: &mut World, contact: &Contact, incoming: &Incoming, now: Millis) -> Email {
    Email {
        id: world.dice.id(),
        inbound: true,
        status: "delivered".to_owned(),
        subject: Some(incoming.subject.clone()),
        body: incoming.body.clone(),
        html: incoming.body.contains('<'),
        attachments: incoming.attachments.clone(),
        from: contact.text("email").unwrap_or("somebody@example.com").to_owned(),
        to: vec![send::ADDRESS.to_owned()],
        added: now,
        ..Email::default()
    }
}
