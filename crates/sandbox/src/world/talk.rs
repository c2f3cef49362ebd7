//! Conversations and what is said in them.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::time::Millis;

mod channel;

pub use channel::{CALL, Channel, EMAIL, SMS};

/// All conversations, found by their own id, by their contact, and by a message or e-mail in them.
#[derive(Debug, Default)]
pub struct Conversations {
    all: BTreeMap<String, Conversation>,
    of_contact: HashMap<String, String>,
    of_message: HashMap<String, String>,
    of_email: HashMap<String, (String, String)>,
}

/// All that is said between the location and one contact.
#[derive(Debug, Clone)]
pub struct Conversation {
    pub id: String,
    pub contact: String,
    pub added: Millis,
    pub updated: Millis,
    /// When the last message came or went; at first when it was opened.
    pub last: Millis,
    /// The same, leaving out what was sent by a machine.
    pub last_manual: Millis,
    /// Unknown until something came in.
    pub unread: Option<u32>,
    pub starred: bool,
    /// Oldest first.
    pub messages: Vec<Message>,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub id: String,
    pub channel: &'static Channel,
    pub inbound: bool,
    pub status: String,
    /// Empty for an e-mail, whose texts are in `emails`.
    pub body: String,
    pub attachments: Vec<String>,
    pub added: Millis,
    pub updated: Millis,
    pub user: Option<String>,
    pub provider: Option<String>,
    /// `api`, `app`, `workflow`
    pub source: &'static str,
    pub from: Option<String>,
    pub to: Option<String>,
    /// The thread of a message that is an e-mail, oldest first.
    pub emails: Vec<Email>,
    pub call: Option<CallRecord>,
    /// What the provider said went wrong.
    pub error: Option<Value>,
}

#[derive(Debug, Clone, Default)]
pub struct Email {
    pub id: String,
    pub inbound: bool,
    pub status: String,
    pub subject: Option<String>,
    pub body: String,
    pub html: bool,
    pub attachments: Vec<String>,
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub reply_to: Option<String>,
    pub added: Millis,
}

#[derive(Debug, Clone)]
pub struct CallRecord {
    /// `completed`, `no-answer`
    pub status: String,
    pub seconds: u64,
    pub recorded: bool,
    pub sentences: Vec<Sentence>,
}

/// One sentence of a call; the times count from its start.
#[derive(Debug, Clone)]
pub struct Sentence {
    pub channel: u8,
    pub starts: Millis,
    pub ends: Millis,
    pub text: String,
}

/// How long one sentence takes.
const SENTENCE: Millis = 2_500;

impl CallRecord {
    /// A call in which both sides spoke in turn, the contact first.
    pub fn completed(seconds: u64, recorded: bool, sentences: &[impl AsRef<str>]) -> Self {
        let sentences = sentences.iter().zip(0_i64..).map(|(text, n)| Sentence {
            channel: if n % 2 == 0 { 1 } else { 2 },
            starts: n * SENTENCE,
            ends: (n + 1) * SENTENCE,
            text: text.as_ref().to_owned(),
        });
        Self { status: "completed".to_owned(), seconds, recorded, sentences: sentences.collect() }
    }
}

impl Message {
    /// One of no text yet.
    pub fn new(id: String, channel: &'static Channel, inbound: bool, at: Millis) -> Self {
        Self {
            id,
            channel,
            inbound,
            status: "delivered".to_owned(),
            body: String::new(),
            attachments: Vec::new(),
            added: at,
            updated: at,
            user: None,
            provider: None,
            source: if inbound { "app" } else { "api" },
            from: None,
            to: None,
            emails: Vec::new(),
            call: None,
            error: None,
        }
    }

    /// What a list of conversations shows of it.
    pub fn preview(&self) -> &str {
        self.emails.last().and_then(|email| email.subject.as_deref()).unwrap_or(&self.body)
    }

    /// When it came or went; of a thread when the last e-mail did.
    pub fn at(&self) -> Millis {
        self.emails.last().map_or(self.added, |email| email.added)
    }

    /// Whether a person wrote it, as far as can be told.
    pub fn is_manual(&self) -> bool {
        self.inbound || self.source == "app"
    }
}

impl Conversation {
    pub fn last_message(&self) -> Option<&Message> {
        self.messages.iter().max_by_key(|message| message.at())
    }

    fn note(&mut self, manual: bool, at: Millis) {
        self.last = at;
        self.updated = at;
        if manual {
            self.last_manual = at;
        }
    }
}

impl Conversations {
    pub fn iter(&self) -> impl Iterator<Item = &Conversation> {
        self.all.values()
    }

    pub fn get(&self, id: &str) -> Option<&Conversation> {
        self.all.get(id)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Conversation> {
        self.all.get_mut(id)
    }

    pub fn of_contact(&self, contact: &str) -> Option<&Conversation> {
        self.all.get(self.of_contact.get(contact)?)
    }

    pub fn message(&self, id: &str) -> Option<(&Conversation, &Message)> {
        let conversation = self.all.get(self.of_message.get(id)?)?;
        Some((conversation, conversation.messages.iter().find(|message| message.id == id)?))
    }

    pub fn message_mut(&mut self, id: &str) -> Option<&mut Message> {
        let conversation = self.all.get_mut(self.of_message.get(id)?)?;
        conversation.messages.iter_mut().find(|message| message.id == id)
    }

    /// An e-mail by its own id, with the message that is its thread.
    pub fn email(&self, id: &str) -> Option<(&Conversation, &Message, &Email)> {
        let (_, thread) = self.of_email.get(id)?;
        let (conversation, message) = self.message(thread)?;
        Some((conversation, message, message.emails.iter().find(|email| email.id == id)?))
    }

    /// A new conversation with a contact that has none.
    pub fn open(&mut self, id: String, contact: &str, at: Millis) {
        self.of_contact.insert(contact.to_owned(), id.clone());
        let conversation = Conversation {
            id: id.clone(),
            contact: contact.to_owned(),
            added: at,
            updated: at,
            last: at,
            last_manual: at,
            unread: None,
            starred: false,
            messages: Vec::new(),
        };
        self.all.insert(id, conversation);
    }

    /// Puts a message at the end of a conversation.
    pub fn add(&mut self, conversation: &str, message: Message) {
        let Some(home) = self.all.get_mut(conversation) else { return };
        home.note(message.is_manual(), message.added);
        self.of_message.insert(message.id.clone(), home.id.clone());
        for email in &message.emails {
            self.of_email.insert(email.id.clone(), (home.id.clone(), message.id.clone()));
        }
        home.messages.push(message);
    }

    /// Puts an e-mail at the end of a thread.
    pub fn add_to_thread(&mut self, thread: &str, email: Email) {
        let Some(home) = self.of_message.get(thread).and_then(|id| self.all.get_mut(id)) else { return };
        home.note(email.inbound, email.added);
        self.of_email.insert(email.id.clone(), (home.id.clone(), thread.to_owned()));
        let Some(message) = home.messages.iter_mut().find(|message| message.id == thread) else { return };
        message.updated = email.added;
        message.status.clone_from(&email.status);
        message.emails.push(email);
    }

    /// Drops the conversation of a contact that is gone.
    pub fn forget(&mut self, contact: &str) {
        let Some(gone) = self.of_contact.remove(contact).and_then(|id| self.all.remove(&id)) else { return };
        self.of_message.retain(|_, home| *home != gone.id);
        self.of_email.retain(|_, (home, _)| *home != gone.id);
    }
}
