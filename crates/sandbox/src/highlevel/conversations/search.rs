//! `GET /conversations/search`: filters, a sort and a cursor that is the sort value of the last item.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::time::Millis;
use crate::world::World;
use crate::world::talk::{Conversation, Message};

use super::super::list::mentions;
use super::super::{fields, refusal};
use super::{types, view};

const PARAMETERS: [&str; 21] = [
    "locationId",
    "contactId",
    "assignedTo",
    "followers",
    "mentions",
    "query",
    "sort",
    "startAfterDate",
    "id",
    "limit",
    "lastMessageType",
    "lastMessageAction",
    "lastMessageDirection",
    "status",
    "sortBy",
    "sortScoreProfile",
    "scoreProfile",
    "scoreProfileMin",
    "scoreProfileMax",
    "startDate",
    "endDate",
];

const SORTS: [&str; 5] =
    ["last_manual_message_date", "last_message_date", "score_profile", "overdue_at", "due_at"];

pub fn search_conversations(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &PARAMETERS)?;
    let limit = fields::number(call, "limit", 20, 1..=100)?;
    let ascending = fields::choice(call, "sort", &["asc", "desc"])? == Some("asc");
    let manual = fields::choice(call, "sortBy", &SORTS)? == Some("last_manual_message_date");
    let value = |conversation: &Conversation| match manual {
        true => conversation.last_manual,
        false => conversation.last,
    };
    let after = moment(call, "startAfterDate")?;
    let filter = Filter::read(call)?;
    let mut found: Vec<&Conversation> =
        world.conversations.iter().filter(|conversation| filter.fits(world, conversation)).collect();
    let total = found.len();
    found.sort_by_key(|conversation| (value(conversation), &conversation.id));
    if !ascending {
        found.reverse();
    }
    let beyond = |conversation: &&Conversation| {
        after.is_none_or(|after| match ascending {
            true => value(conversation) > after,
            false => value(conversation) < after,
        })
    };
    let items: Vec<Value> = found
        .into_iter()
        .filter(beyond)
        .take(limit)
        .map(|conversation| view::item(world, conversation, value(conversation)))
        .collect();
    Ok(Reply::ok(json!({ "conversations": items, "total": total })))
}

/// Milliseconds since 1970 in the query.
fn moment(call: &Call, name: &str) -> Result<Option<Millis>, Reply> {
    let Some(text) = call.query(name) else { return Ok(None) };
    let moment = text.parse().map_err(|_| refusal::invalid(vec![format!("{name} must be a number")]))?;
    Ok(Some(moment))
}

struct Filter<'a> {
    call: &'a Call,
    from: Option<Millis>,
    to: Option<Millis>,
}

impl<'a> Filter<'a> {
    /// Nobody is mentioned in anything, and nothing is scored.
    const NEVER: [&'static str; 2] = ["mentions", "scoreProfile"];

    fn read(call: &'a Call) -> Result<Self, Reply> {
        fields::choice(call, "status", &["all", "read", "unread", "starred", "recents"])?;
        fields::choice(call, "lastMessageAction", &["automated", "manual"])?;
        fields::choice(call, "lastMessageDirection", &["inbound", "outbound"])?;
        fields::choice(call, "lastMessageType", &types::OF_LAST_MESSAGE)?;
        for name in ["scoreProfileMin", "scoreProfileMax"] {
            moment(call, name)?;
        }
        Ok(Self { call, from: moment(call, "startDate")?, to: moment(call, "endDate")? })
    }

    fn fits(&self, world: &World, conversation: &Conversation) -> bool {
        let is = |name: &str, value: &str| self.call.query(name).is_none_or(|wanted| wanted == value);
        let last = conversation.last_message();
        is("id", &conversation.id)
            && is("contactId", &conversation.contact)
            && !Self::NEVER.iter().any(|name| self.call.query(name).is_some())
            && self.fits_contact(world, conversation)
            && is("lastMessageType", last.map_or("", |last| last.channel.message_type))
            && is("lastMessageDirection", last.map_or("", |last| view::direction(view::is_inbound(last))))
            && is("lastMessageAction", last_action(conversation))
            && self.has_status(conversation)
            && self.from.is_none_or(|from| conversation.added >= from)
            && self.to.is_none_or(|to| conversation.added <= to)
    }

    fn fits_contact(&self, world: &World, conversation: &Conversation) -> bool {
        let Some(contact) = world.contacts.get(&conversation.contact) else { return false };
        let any = |name: &str, fits: &dyn Fn(&str) -> bool| {
            self.call.query(name).is_none_or(|wanted| wanted.split(',').any(|one| fits(one.trim())))
        };
        let query = self.call.query("query");
        let said = |words: &str| {
            conversation
                .messages
                .iter()
                .any(|message| message.preview().to_lowercase().contains(&words.trim().to_lowercase()))
        };
        any("assignedTo", &|user| contact.text("assignedTo").unwrap_or("unassigned") == user)
            && any("followers", &|user| contact.followers.iter().any(|follower| follower == user))
            && (mentions(contact, query) || query.is_some_and(said))
    }

    fn has_status(&self, conversation: &Conversation) -> bool {
        let unread = conversation.unread.is_some_and(|unread| unread > 0);
        match self.call.query("status") {
            Some("read") => !unread,
            Some("unread") => unread,
            Some("starred") => conversation.starred,
            _ => true,
        }
    }
}

/// Who sent the last outbound message: a person or a machine.
fn last_action(conversation: &Conversation) -> &'static str {
    let last = conversation.messages.iter().rev().find(|message| !message.inbound);
    match last.map(Message::is_manual) {
        Some(true) => "manual",
        Some(false) => "automated",
        None => "",
    }
}
