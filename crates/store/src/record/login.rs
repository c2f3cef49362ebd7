use chrono::{DateTime, Utc};
use highline_model::{Role, Timestamp};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A token to make.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    /// For people, and in the audit log; one token that is not revoked has it.
    pub name: &'a str,
    pub role: Role,
    /// From this moment on it is refused.
    pub expires_at: Option<Timestamp>,
    pub by: &'a str,
    pub now: Timestamp,
}

/// A token, without its secret, which is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TokenRecord {
    pub id: Uuid,
    pub name: String,
    pub role: Role,
    /// Who made it.
    pub created_by: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    /// To the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What came of the wish for a token.
#[derive(Debug)]
pub enum TokenMade {
    Made(TokenRecord, SecretString),
    /// Another that is not revoked has the name.
    NameTaken,
}

/// A page of tokens, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TokenPage {
    pub tokens: Vec<TokenRecord>,
    /// Give this as `after` to see older ones; `None` at the end.
    pub next: Option<Uuid>,
}

/// Whom a one-time link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    pub role: Role,
    /// Who it is, for the audit log.
    pub name: Option<String>,
}

/// By what a browser logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Token(Uuid),
    /// A one-time link.
    Link,
    /// The token of the node's environment; the hash of it.
    Environment(String),
}

impl Origin {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::Link => "link",
            Self::Environment(_) => "environment",
        }
    }
}

/// A browser that has logged in.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    pub origin: Origin,
    pub name: &'a str,
    pub role: Role,
    pub now: Timestamp,
}

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    pub id: Uuid,
    pub origin: Origin,
    pub name: String,
    pub role: Role,
    pub created_at: Timestamp,
    /// To the minute.
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A page of sessions, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPage {
    pub sessions: Vec<SessionRecord>,
    /// Give this as `after` to see older ones; `None` at the end.
    pub next: Option<Uuid>,
}

/// Something that somebody did.
#[derive(Debug, Clone, Copy)]
pub struct NewAudit<'a> {
    /// The name of a token, `environment`, the name on a one-time link or `login link`, or `command line`.
    pub by: &'a str,
    /// The verb and its noun, as the `operationId` of the API: `disable_workflow`.
    pub action: &'a str,
    /// What was changed, as its id.
    pub target: Option<&'a str>,
    pub details: Option<&'a Value>,
    pub now: Timestamp,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AuditEntry {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    /// The name of a token, `environment`, the name on a one-time link or `login link`, or `command line`.
    pub by: String,
    /// The verb and its noun, as the `operationId` of the API: `disable_workflow`.
    pub action: String,
    /// What was changed, as its id.
    pub target: Option<String>,
    /// What else is worth knowing, such as how many runs a change of many came to.
    pub details: Option<Value>,
}

/// Which lines; all that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter<'a> {
    pub by: Option<&'a str>,
    pub action: Option<&'a str>,
    pub target: Option<&'a str>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// A page of the audit log, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AuditPage {
    pub entries: Vec<AuditEntry>,
    /// Give this as `after` to see older ones; `None` at the end.
    pub next: Option<Uuid>,
}
