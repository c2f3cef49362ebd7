//! Conversations with the first contacts: one by SMS, one by e-mail, one with a call, and so on in turn.

use serde_json::{Value, json};

use crate::dice::{Dice, Stream};
use crate::highlevel::conversations::send::{ADDRESS, NUMBER};
use crate::time::{HOUR, Millis};
use crate::world::talk::{CALL, CallRecord, Channel, Conversations, EMAIL, Email, Message, SMS};
use crate::world::{Contact, World};

/// How many contacts have a conversation.
const COUNT: usize = 6;
const MINUTE: Millis = HOUR / 60;

pub fn seeded(seed: u64, world: &World) -> Conversations {
    let mut dice = Dice::new(seed, Stream::Conversations);
    let mut made = Conversations::default();
    for (n, contact) in world.contacts.values().take(COUNT).enumerate() {
        let opened = contact.added + HOUR + dice.below(60) as Millis * MINUTE;
        let id = dice.id();
        made.open(id.clone(), &contact.id, opened);
        let said = match n % 3 {
            0 => by_sms(&mut dice, contact, opened),
            1 => by_email(&mut dice, contact, opened),
            _ => by_telephone(&mut dice, contact, opened),
        };
        let inbound = said.iter().filter(|message| message.inbound).count();
        for mut message in said {
            message.user = (!message.inbound).then(|| dice.pick(&world.users).id.clone());
            made.add(&id, message);
        }
        if let Some(conversation) = made.get_mut(&id) {
            conversation.unread = Some(inbound as u32);
            conversation.starred = n == 0;
        }
    }
    made
}

/// Ids of the first conversations and of what is in them.
pub fn directory(world: &World) -> Vec<Value> {
    let message = |message: &Message| {
        json!({
            "id": message.id,
            "messageType": message.channel.message_type,
            "emailMessageIds": message.emails.iter().map(|email| &email.id).collect::<Vec<_>>(),
        })
    };
    let first = world.conversations.iter().take(COUNT);
    first
        .map(|conversation| {
            json!({
                "id": conversation.id,
                "contactId": conversation.contact,
                "messages": conversation.messages.iter().map(message).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// A message whose ends are the contact's phone number or address and the location's.
fn message(
    dice: &mut Dice,
    contact: &Contact,
    channel: &'static Channel,
    (inbound, at): (bool, Millis),
) -> Message {
    let mut message = Message::new(dice.id(), channel, inbound, at);
    message.source = "app";
    let (field, own) = if *channel == EMAIL { ("email", ADDRESS) } else { ("phone", NUMBER) };
    let (theirs, own) = (contact.text(field).map(str::to_owned), Some(own.to_owned()));
    (message.from, message.to) = if inbound { (theirs, own) } else { (own, theirs) };
    message
}

fn by_sms(dice: &mut Dice, contact: &Contact, at: Millis) -> Vec<Message> {
    let lines = [
        (false, "Thank you for your interest. Shall we send you the dates?"),
        (true, "Yes please."),
        (false, "The next course begins on the first of the month."),
        (true, "See you there!"),
    ];
    let mut said = Vec::new();
    for (n, (inbound, text)) in lines.into_iter().enumerate() {
        let mut message = message(dice, contact, &SMS, (inbound, at + n as Millis * 7 * MINUTE));
        message.body = text.to_owned();
        said.push(message);
    }
    said
}

fn by_email(dice: &mut Dice, contact: &Contact, at: Millis) -> Vec<Message> {
    let mut message = message(dice, contact, &EMAIL, (false, at));
    message.emails.push(Email {
        id: dice.id(),
        status: "delivered".to_owned(),
        subject: Some("Your certificate".to_owned()),
        body: format!("<p>Dear {}, your certificate is ready.</p>", contact.name()),
        html: true,
        from: ADDRESS.to_owned(),
        to: contact.text("email").map(str::to_owned).into_iter().collect(),
        added: at,
        ..Email::default()
    });
    vec![message]
}

fn by_telephone(dice: &mut Dice, contact: &Contact, at: Millis) -> Vec<Message> {
    let mut message = message(dice, contact, &CALL, (true, at));
    message.status = "completed".to_owned();
    let sentences =
        ["Good morning, I would like to join the course.", "Gladly, I put you on the list.", "Thank you."];
    message.call = Some(CallRecord::completed(34, true, &sentences));
    vec![message]
}
