//! Reading messages and e-mails, and what becomes of them.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::World;
use crate::world::talk::Message;

use super::super::fields::{self, Field, Kind, needed, optional};
use super::super::refusal;
use super::{types, view};

pub const STATUSES: &[&str] = &["delivered", "failed", "pending", "read"];

const ERROR: &[Field] =
    &[needed("code", Kind::Text), needed("type", Kind::Text), needed("message", Kind::Text)];

const STATUS: [Field; 4] = [
    needed("status", Kind::OneOf(STATUSES)),
    optional("error", Kind::Nested(ERROR)),
    optional("emailMessageId", Kind::Text),
    optional("recipients", Kind::Texts),
];

/// Newest first; `lastMessageId` of one page leads to the next. The list is nested twice.
pub fn list_messages(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["lastMessageId", "limit", "type"])?;
    let limit = fields::number(call, "limit", 20, 1..=100)?;
    let wanted = wanted_types(call)?;
    let conversation = super::known(world, call.param("conversationId"))?;
    let mut newest_first = conversation.messages.iter().rev();
    if let Some(last) = call.query("lastMessageId") {
        newest_first.find(|message| message.id == last).ok_or_else(|| refusal::not_found("Message", last))?;
    }
    let mut rest =
        newest_first.filter(|message| wanted.is_empty() || wanted.contains(&message.channel.message_type));
    let page: Vec<&Message> = rest.by_ref().take(limit).collect();
    let messages: Vec<Value> =
        page.iter().map(|message| view::message(world, conversation, message)).collect();
    Ok(Reply::ok(json!({
        "messages": {
            "lastMessageId": page.last().map(|message| &message.id),
            "nextPage": rest.next().is_some(),
            "messages": messages,
        },
    })))
}

/// The types that the query names, with commas between them.
fn wanted_types(call: &Call) -> Result<Vec<&str>, Reply> {
    let Some(text) = call.query("type") else { return Ok(Vec::new()) };
    let wanted: Vec<&str> = text.split(',').map(str::trim).collect();
    match wanted.iter().find(|wanted| !types::LISTED.contains(wanted)) {
        Some(wrong) => {
            let allowed = types::LISTED.join(", ");
            let message = format!("type must be one of the following values: {allowed}; not {wrong}");
            Err(refusal::invalid(vec![message]))
        }
        None => Ok(wanted),
    }
}

pub fn get_message(world: &mut World, call: &Call) -> Outcome {
    let id = call.param("id");
    let (conversation, message) =
        world.conversations.message(id).ok_or_else(|| refusal::not_found("Message", id))?;
    Ok(Reply::ok(json!({ "message": view::message(world, conversation, message) })))
}

/// By the id of the e-mail, which is not the id of the message that is its thread.
pub fn get_email(world: &mut World, call: &Call) -> Outcome {
    let id = call.param("id");
    let (conversation, thread, email) =
        world.conversations.email(id).ok_or_else(|| refusal::not_found("Email message", id))?;
    Ok(Reply::ok(json!({ "emailMessage": view::email(world, conversation, thread, email) })))
}

/// In reality only the conversation provider that delivers the message may say so; here every token may.
pub fn update_status(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &STATUS)?;
    let id = call.param("messageId");
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let status = text("status").unwrap_or_default();
    let now = world.clock.tick();
    let message = world.conversations.message_mut(id).ok_or_else(|| refusal::not_found("Message", id))?;
    if let Some(email_id) = text("emailMessageId") {
        let email = message.emails.iter_mut().find(|email| email.id == email_id);
        let email = email.ok_or_else(|| refusal::not_found("Email message", email_id))?;
        email.status = status.to_owned();
    } else if let Some(email) = message.emails.last_mut() {
        email.status = status.to_owned();
    }
    message.status = status.to_owned();
    message.updated = now;
    message.error = body.get("error").cloned();
    let conversation = world.conversations.message(id).map(|(conversation, _)| conversation.id.clone());
    let conversation = conversation.expect("the message was found above");
    if let Some(conversation) = world.conversations.get_mut(&conversation) {
        conversation.updated = now;
    }
    let mut answer = json!({ "conversationId": conversation, "messageId": id, "status": status });
    if let Some(email_id) = text("emailMessageId") {
        answer["emailMessageId"] = json!(email_id);
    }
    Ok(Reply::ok(answer))
}
