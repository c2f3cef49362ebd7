//! One operation of an app.

use std::collections::BTreeMap;

use highline_catalog::{Effect, Kind, Repeat, Token};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Chunks, Field, Paging, Place, Poll, Response, Rule, Verify, schema};

/// One operation: one request, or one for each page of a list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// The id without the app's: `contacts.tasks.create`.
    pub id: String,
    /// `trigger` can be polled (and used as a step that reads), `action` is a step.
    #[schemars(schema_with = "schema::kind")]
    pub kind: Kind,
    /// For people: `Create Task`.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// What a user should know beyond the fields; plain sentences.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The category, where it is not the file's.
    #[serde(default)]
    pub category: Option<String>,
    /// The HTTP method.
    pub method: Method,
    /// The path after `base_url`. `{name}` stands for the field of that name; a slash at the end is part of it, and
    /// so is a constant query (`?format=full`).
    pub path: String,
    /// Headers of this operation.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The kind of HighLevel token that it needs. Other apps leave it out.
    #[serde(default)]
    #[schemars(schema_with = "schema::token")]
    pub token: Option<Token>,
    /// The scopes that the credential must have.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// `read` or `write`. Left out: GET and HEAD read, the others write.
    #[serde(default)]
    #[schemars(schema_with = "schema::effect")]
    pub effect: Option<Effect>,
    /// Whether doing it twice ends like doing it once: `safe` or `unsafe`. Left out: reads, PUT and DELETE are safe,
    /// POST and PATCH are not.
    #[serde(default)]
    #[schemars(schema_with = "schema::repeat")]
    pub repeat: Option<Repeat>,
    /// Values of the input with which it is unsafe, whatever `repeat` says: `{ allowDuplicate: true }`.
    #[serde(default)]
    pub unsafe_when: Map<String, Value>,
    /// How it is looked up when its outcome is unknown; for actions that are not safe to repeat.
    #[serde(default)]
    pub verify: Option<Verify>,
    /// How the body is written. Left out: `json` when a field is in the body, else `none`.
    #[serde(default)]
    pub body: Option<Body>,
    /// The input. Path, query, body and header fields side by side.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// What the input must have beyond its required fields.
    #[serde(default)]
    pub require: Vec<Requirement>,
    /// For calls with many records: how many the app takes at once, and what it tells of each.
    #[serde(default)]
    pub chunks: Option<Chunks>,
    /// What the answer holds.
    #[serde(default)]
    pub response: Response,
    /// How the next page is asked for. Left out: there is one page.
    #[serde(default)]
    pub paging: Option<Paging>,
    /// How a trigger tells what is new; a trigger must have it.
    #[serde(default)]
    pub poll: Option<Poll>,
    /// What some refusals mean; tried before the app's rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// A valid use: for docs, forms and tests.
    #[serde(default)]
    pub sample: Option<Sample>,
}

/// Fields that go together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// Exactly one of these fields.
    OneOf(Vec<String>),
    /// At least one of these fields.
    AnyOf(Vec<String>),
}

/// What each operation of a file has unless it says otherwise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// Headers of each operation.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The kind of HighLevel token that each operation needs.
    #[serde(default)]
    #[schemars(schema_with = "schema::token")]
    pub token: Option<Token>,
}

/// The HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

/// How the body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A JSON object of the body fields.
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
    /// No body.
    None,
    /// `{}`: for an app that wants a JSON body and nothing in it.
    Empty,
    /// A JSON array that holds one object of the body fields.
    JsonArray,
}

/// A valid use of an operation.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// An input that is right.
    pub input: Value,
    /// The app's answer to it, as it comes over the wire.
    pub reply: Value,
}

impl Requirement {
    /// As the catalog describes it.
    pub fn describe(&self) -> highline_catalog::Requirement {
        match self {
            Self::OneOf(fields) => highline_catalog::Requirement::OneOf(fields.clone()),
            Self::AnyOf(fields) => highline_catalog::Requirement::AnyOf(fields.clone()),
        }
    }
}

impl Method {
    /// `GET`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether fields go into the query when they do not say where.
    pub fn prefers_query(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Delete)
    }
}

impl Operation {
    /// Where the request carries `field`.
    pub fn place_of(&self, field: &Field) -> Place {
        field.place.unwrap_or_else(|| {
            let placeholder = format!("{{{}}}", field.wire_name());
            if self.path.contains(&placeholder) { Place::Path } else { self.default_place() }
        })
    }

    /// Where fields go that do not say.
    pub fn default_place(&self) -> Place {
        if self.method.prefers_query() { Place::Query } else { Place::Body }
    }

    /// Where the page parameter `name` goes: where the field of this name goes, else where the page size goes.
    pub fn page_place(&self, name: &str) -> Place {
        if let Some(field) = self.fields.iter().find(|field| field.wire_name() == name) {
            return self.place_of(field);
        }
        let limit = self.paging.as_ref().and_then(Paging::limit);
        limit.and_then(|limit| limit.place).unwrap_or_else(|| self.default_place())
    }

    /// How the body is written.
    pub fn body(&self) -> Body {
        let page_body = || {
            let paging = self.paging.as_ref()?;
            let mut names = paging.positions();
            names.extend(paging.limit().map(|limit| limit.name.as_str()));
            Some(names.iter().any(|name| self.page_place(name) == Place::Body))
        };
        let in_body = self.fields.iter().any(|field| self.place_of(field) == Place::Body);
        self.body.unwrap_or(if in_body || page_body() == Some(true) { Body::Json } else { Body::None })
    }

    /// Declared, or by the method.
    pub fn effect(&self) -> Effect {
        self.effect.unwrap_or(match self.method {
            Method::Get | Method::Head => Effect::Read,
            _ => Effect::Write,
        })
    }

    /// Declared, or by the effect and the method.
    pub fn repeat(&self) -> Repeat {
        self.repeat.unwrap_or(match (self.effect(), self.method) {
            (Effect::Write, Method::Post | Method::Patch) => Repeat::Unsafe,
            _ => Repeat::Safe,
        })
    }
}
