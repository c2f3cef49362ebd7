//! Everything the simulated vendors know, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use crate::dice::Dice;
use crate::highlevel::associations::Associations;
use crate::highlevel::blogs::Blogs;
use crate::highlevel::calendars::Calendars;
use crate::highlevel::oauth::OAuth;
use crate::highlevel::records::Records;
use crate::index::Index;
use crate::settings::Ready;
use crate::time::{Clock, Millis};
use crate::tokens::Tokens;

mod office;
mod sales;
pub mod talk;

use talk::Conversations;

pub use office::{Business, CustomField, User};
pub use sales::{Opportunity, Pipeline, Stage};

/// The plain text fields of a contact, by their names in HighLevel; an absent one is null.
pub const PROFILE: [&str; 16] = [
    "firstName",
    "lastName",
    "email",
    "phone",
    "address1",
    "city",
    "state",
    "postalCode",
    "country",
    "website",
    "timezone",
    "source",
    "companyName",
    "assignedTo",
    "gender",
    "dateOfBirth",
];

#[derive(Debug)]
pub struct World {
    pub ready: Ready,
    /// A token of another sub-account, in which nothing is found: for trying the refusal.
    pub foreign_token: String,
    pub tokens: Tokens,
    pub oauth: OAuth,
    pub contacts: BTreeMap<String, Contact>,
    pub campaigns: Vec<Campaign>,
    pub workflows: Vec<Workflow>,
    pub businesses: Vec<Business>,
    pub users: Vec<User>,
    pub deleted_users: Vec<User>,
    pub locations: Records,
    pub snapshots: Records,
    pub custom_fields: Vec<CustomField>,
    pub pipelines: Vec<Pipeline>,
    pub opportunities: BTreeMap<String, Opportunity>,
    pub templates: Vec<BadgeTemplate>,
    /// In the order issued.
    pub badges: Vec<Badge>,
    pub associations: Associations,
    pub blogs: Blogs,
    pub calendars: Calendars,
    pub conversations: Conversations,
    /// How many contacts were ever made up: the number of the next one.
    pub made: usize,
    /// For ids of new records.
    pub dice: Dice,
    /// For tokens, codes and keys.
    pub secrets: Dice,
    pub traces: Dice,
    pub clock: Clock,
    pub index: Index,
    /// What has happened, for the webhooks; taken from here as they are sent.
    pub outbox: Vec<Happening>,
}

/// Something that the vendor tells by webhook.
#[derive(Debug, Clone)]
pub struct Happening {
    /// `ContactCreate`
    pub kind: &'static str,
    /// The fields of the event but `type`, `timestamp` and `webhookId`.
    pub payload: Value,
}

#[derive(Debug, Clone)]
pub struct Contact {
    pub id: String,
    pub added: Millis,
    pub updated: Millis,
    pub profile: BTreeMap<&'static str, String>,
    pub dnd: bool,
    pub dnd_settings: Value,
    pub inbound_dnd_settings: Value,
    pub tags: Vec<String>,
    /// Field id and value.
    pub custom_fields: BTreeMap<String, Value>,
    pub business: Option<String>,
    /// Ids of users, in the order they came to follow.
    pub followers: Vec<String>,
    pub campaigns: BTreeSet<String>,
    pub workflows: BTreeSet<String>,
    pub tasks: Vec<Task>,
    pub notes: Vec<Note>,
}

impl Contact {
    pub fn new(id: String, at: Millis) -> Self {
        Self {
            id,
            added: at,
            updated: at,
            profile: BTreeMap::new(),
            dnd: false,
            dnd_settings: Value::Object(Default::default()),
            inbound_dnd_settings: Value::Object(Default::default()),
            tags: Vec::new(),
            custom_fields: BTreeMap::new(),
            business: None,
            followers: Vec::new(),
            campaigns: BTreeSet::new(),
            workflows: BTreeSet::new(),
            tasks: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub fn text(&self, field: &str) -> Option<&str> {
        self.profile.get(field).map(String::as_str)
    }

    /// First and last name, or the e-mail address, or the phone number; empty if there is none of them.
    pub fn name(&self) -> String {
        let names: Vec<&str> =
            ["firstName", "lastName"].iter().filter_map(|field| self.text(field)).collect();
        match names.is_empty() {
            false => names.join(" "),
            true => self.text("email").or(self.text("phone")).unwrap_or_default().to_owned(),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    pub due_date: String,
    pub completed: bool,
    pub contact_id: String,
}

#[derive(Debug, Clone)]
pub struct Note {
    pub id: String,
    pub body: String,
    pub user_id: Option<String>,
    pub title: Option<String>,
    pub color: Option<String>,
    pub pinned: bool,
    pub added: Millis,
}

#[derive(Debug, Clone, Serialize)]
pub struct Campaign {
    pub id: String,
    pub name: &'static str,
    pub status: &'static str,
}

#[derive(Debug, Clone)]
pub struct Workflow {
    pub id: String,
    pub name: &'static str,
    pub status: &'static str,
    pub version: u32,
    pub created: Millis,
    pub updated: Millis,
}

#[derive(Debug, Clone, Serialize)]
pub struct BadgeTemplate {
    pub id: String,
    pub name: &'static str,
    pub state: &'static str,
    pub allows_duplicates: bool,
    #[serde(skip)]
    pub created: Millis,
}

#[derive(Debug, Clone)]
pub struct Badge {
    pub id: String,
    pub template: String,
    pub email: String,
    pub first_name: String,
    pub middle_name: Option<String>,
    pub last_name: String,
    pub earner: Option<String>,
    pub state: &'static str,
    pub state_changed: Millis,
    pub revocation_reason: Option<String>,
    pub locale: String,
    pub country: Option<String>,
    pub region: Option<String>,
    pub evidence: Value,
    pub issued: Millis,
    pub expires: Option<Millis>,
    pub created: Millis,
    pub updated: Millis,
}

impl World {
    /// Changes a contact and moves its `dateUpdated`.
    pub fn change<T>(&mut self, id: &str, change: impl FnOnce(&mut Contact) -> T) -> Option<T> {
        let contact = self.contacts.get_mut(id)?;
        contact.updated = self.clock.tick();
        Some(change(contact))
    }

    /// The custom field of a model that has this id, or this key with the model before it or without.
    pub fn custom_field(&self, model: &str, id_or_key: &str) -> Option<&CustomField> {
        let fits = |field: &&CustomField| {
            field.id == id_or_key || field.key == id_or_key || field.full_key() == id_or_key
        };
        self.custom_fields.iter().filter(|field| field.model == model).find(fits)
    }

    /// Notes an event that the vendor tells by webhook.
    pub fn tell(&mut self, kind: &'static str, payload: Value) {
        self.outbox.push(Happening { kind, payload });
    }

    /// Brings the searches up to date, as far as their lag lets them be.
    pub fn update_index(&mut self) {
        self.index.update(&self.contacts, &self.opportunities, Instant::now());
    }

    /// A new contact without a field set.
    pub fn new_contact(&mut self) -> Contact {
        Contact::new(self.dice.id(), self.clock.tick())
    }
}
