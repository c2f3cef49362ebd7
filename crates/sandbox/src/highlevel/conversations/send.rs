//! Sending a message to a contact.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::time::Millis;
use crate::world::talk::{Channel, EMAIL, Email, Message};
use crate::world::{Contact, World};

use super::super::fields::{self, Field, Kind, needed, optional};
use super::super::refusal;
use super::deliver::{deliver, deliver_to_thread};
use super::messages::STATUSES;

/// The location's own number and address.
pub const NUMBER: &str = "+15125550100";
pub const ADDRESS: &str = "Front Desk <desk@example.com>";

const TYPES: &[&str] = &["SMS", "RCS", "Email", "WhatsApp", "IG", "FB", "Custom", "Live_Chat", "TIKTOK"];

/// Those that go to a telephone number.
const BY_PHONE: [&str; 3] = ["SMS", "RCS", "WhatsApp"];

const FORWARD: &[Field] = &[
    needed("isForwarded", Kind::Boolean),
    optional("forwardWholeThread", Kind::Boolean),
    optional("messageId", Kind::Text),
    optional("emailMessageId", Kind::Text),
    optional("sourceContactId", Kind::Text),
    optional("sourceConversationId", Kind::Text),
    optional("toEmail", Kind::Text),
    optional("recipientContactId", Kind::Text),
    optional("recipientConversationId", Kind::Text),
];

const SEND: [Field; 25] = [
    needed("type", Kind::OneOf(TYPES)),
    optional("subType", Kind::OneOf(TYPES)),
    needed("contactId", Kind::Text),
    optional("appointmentId", Kind::Text),
    optional("attachments", Kind::Texts),
    optional("emailFrom", Kind::Text),
    optional("emailCc", Kind::Texts),
    optional("emailBcc", Kind::Texts),
    optional("html", Kind::Text),
    optional("message", Kind::Text),
    optional("subject", Kind::Text),
    optional("replyMessageId", Kind::Text),
    optional("templateId", Kind::Text),
    optional("threadId", Kind::Text),
    optional("scheduledTimestamp", Kind::Number),
    optional("conversationProviderId", Kind::Text),
    optional("emailTo", Kind::Text),
    optional("customSubtypeId", Kind::Text),
    optional("emailReplyMode", Kind::OneOf(&["reply", "reply_all"])),
    optional("fromNumber", Kind::Text),
    optional("toNumber", Kind::Text),
    optional("forward", Kind::Nested(FORWARD)),
    optional("status", Kind::OneOf(STATUSES)),
    optional("usesNativeSchedulingAi", Kind::Boolean),
    optional("optimizationPeriod", Kind::OneOf(&["24h", "48h", "72h"])),
];

/// A time in seconds has fewer than twelve digits until the year 5138; one in milliseconds has more.
const LATEST_SECONDS: f64 = 1e11;

pub fn send_message(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &SEND)?;
    let order = Order { body };
    let contact = order.text("contactId").unwrap_or_default();
    let contact = world.contacts.get(contact).ok_or_else(|| refusal::not_found("Contact", contact))?.clone();
    let thread = order.thread(world, &contact)?;
    order.check(&contact, thread.is_some())?;
    let now = world.clock.tick();
    let status = order.status(now)?;
    let (message_id, email_id) = order.dispatch(world, &contact, (thread, now, status));
    let conversation = world.conversations.of_contact(&contact.id).map(|conversation| &conversation.id);
    let mut answer = json!({
        "conversationId": conversation,
        "messageId": message_id,
        "status": "pending",
        "msg": "Message queued successfully.",
    });
    if let Some(email_id) = email_id {
        answer["emailMessageId"] = json!(email_id);
    }
    Ok(Reply::ok(answer))
}

/// What is to be sent.
struct Order<'a> {
    body: &'a Map<String, Value>,
}

impl<'a> Order<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn texts(&self, name: &str) -> Vec<String> {
        let items = self.body.get(name).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn is_email(&self) -> bool {
        self.text("type") == Some(EMAIL.name)
    }

    /// The thread that an e-mail belongs to: `threadId`, or that of the message or e-mail it replies to.
    fn thread(&self, world: &World, contact: &Contact) -> Result<Option<String>, Reply> {
        let named = self.text("threadId").or(self.text("replyMessageId")).filter(|_| self.is_email());
        let Some(id) = named else { return Ok(None) };
        let by_email = || world.conversations.email(id).map(|(home, thread, _)| (home, thread));
        let found = world.conversations.message(id).or_else(by_email);
        found
            .filter(|(home, thread)| home.contact == contact.id && !thread.emails.is_empty())
            .map(|(_, thread)| Some(thread.id.clone()))
            .ok_or_else(|| refusal::not_found("Message", id))
    }

    /// There must be something to send, and somewhere to send it.
    fn check(&self, contact: &Contact, reply: bool) -> Result<(), Reply> {
        let has = |name: &str| self.text(name).is_some();
        let forward = self.body.get("forward").filter(|forward| forward["isForwarded"] == true);
        if forward.is_some_and(|forward| !forward["messageId"].is_string()) {
            return Err(refusal::invalid(vec!["forward.messageId should not be empty".to_owned()]));
        }
        let made_elsewhere = has("templateId") || forward.is_some();
        let text = has("message") || (self.is_email() && has("html"));
        if !text && !made_elsewhere && self.texts("attachments").is_empty() {
            return Err(refusal::bad_request("There is no message or attachments to send"));
        }
        if self.is_email() {
            if !has("subject") && !made_elsewhere && !reply {
                return Err(refusal::bad_request("There is no subject"));
            }
            if !has("emailTo") && contact.text("email").is_none() {
                return Err(refusal::bad_request("The contact has no email address"));
            }
        }
        let by_phone = self.text("type").is_some_and(|kind| BY_PHONE.contains(&kind));
        if by_phone && !has("toNumber") && contact.text("phone").is_none() {
            return Err(refusal::bad_request("The contact has no phone number"));
        }
        Ok(())
    }

    /// A message for later waits; nothing here makes its time come.
    fn status(&self, now: Millis) -> Result<&'static str, Reply> {
        let Some(at) = self.body.get("scheduledTimestamp").and_then(Value::as_f64) else {
            return Ok("delivered");
        };
        if !(0.0..LATEST_SECONDS).contains(&at) {
            return Err(refusal::invalid(vec!["scheduledTimestamp must be in seconds".to_owned()]));
        }
        Ok(if at * 1000.0 > now as f64 { "scheduled" } else { "delivered" })
    }

    /// Sends it; gives the ids of the message and of the e-mail, if it is one.
    fn dispatch(
        &self,
        world: &mut World,
        contact: &Contact,
        (thread, now, status): (Option<String>, Millis, &str),
    ) -> (String, Option<String>) {
        let email = self.is_email().then(|| self.email(world, contact, (now, status)));
        let email_id = email.as_ref().map(|email| email.id.clone());
        let email = match (thread, email) {
            (Some(thread), Some(email)) => {
                deliver_to_thread(world, &thread, email);
                return (thread, email_id);
            }
            (_, email) => email,
        };
        let channel = Channel::all().find(|channel| Some(channel.name) == self.text("type"));
        let channel = channel.expect("every type that is accepted has its channel");
        let mut message = Message::new(world.dice.id(), channel, false, now);
        self.fill(&mut message, contact, status);
        message.emails.extend(email);
        let id = message.id.clone();
        deliver(world, &contact.id, message);
        (id, email_id)
    }

    fn fill(&self, message: &mut Message, contact: &Contact, status: &str) {
        let owned = |name: &str| self.text(name).map(str::to_owned);
        message.status = status.to_owned();
        message.body = owned("message").filter(|_| !self.is_email()).unwrap_or_default();
        message.attachments = self.texts("attachments");
        message.provider = owned("conversationProviderId");
        if self.is_email() {
            message.from = owned("emailFrom").or(Some(ADDRESS.to_owned()));
            message.to = owned("emailTo").or(contact.text("email").map(str::to_owned));
        } else if BY_PHONE.contains(&message.channel.name) {
            message.from = owned("fromNumber").or(Some(NUMBER.to_owned()));
            message.to = owned("toNumber").or(contact.text("phone").map(str::to_owned));
        }
    }

    fn email(&self, world: &mut World, contact: &Contact, (at, status): (Millis, &str)) -> Email {
        let to = self.text("emailTo").or(contact.text("email")).unwrap_or_default();
        Email {
            id: world.dice.id(),
            inbound: false,
            status: status.to_owned(),
            subject: self.text("subject").map(str::to_owned),
            body: self.text("html").or(self.text("message")).unwrap_or_default().to_owned(),
            html: self.text("html").is_some(),
            attachments: self.texts("attachments"),
            from: self.text("emailFrom").unwrap_or(ADDRESS).to_owned(),
            to: vec![to.to_owned()],
            cc: self.texts("emailCc"),
            bcc: self.texts("emailBcc"),
            reply_to: self.text("replyMessageId").map(str::to_owned),
            added: at,
        }
    }
}
