//! The rate budget of a resource: who may send how many requests, and when.
//!
//! One [`Ledger`] for each resource says what was sent and what is granted, for all nodes together. A node [`Ask`]s for a
//! few requests at a time and may use those of the [`Reply`] for a moment; what it did with them it says with the next ask.

mod ledger;
mod view;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use ledger::Ledger;
pub use view::{BudgetView, Projection};

/// What goes first where a budget is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// A person waits for the answer.
    Interactive,
    /// Something has happened, and a run follows it.
    #[default]
    Event,
    /// Polls, and runs for many records at once. They get at least a tenth of each budget.
    Bulk,
}

impl Priority {
    /// The most urgent first.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Event, Self::Bulk];
}

/// Milliseconds since 1970 by the clock of whoever keeps the ledger.
pub type Millis = i64;

/// What an app allows for one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Allowance {
    /// Requests in each window, however it lies.
    pub requests: u32,
    /// The length of the window, in milliseconds.
    pub window_ms: u32,
    /// Requests in a day.
    pub daily: Option<u32>,
}

impl Allowance {
    /// Whether an answer tells of other limits than these.
    pub fn is_changed_by(&self, told: &Told) -> bool {
        let differs =
            |told: Option<u32>, known: Option<u32>| told.is_some_and(|told| told > 0 && Some(told) != known);
        differs(told.requests, Some(self.requests))
            || differs(told.window_ms, Some(self.window_ms))
            || differs(told.daily, self.daily)
    }
}

/// How many wait for a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Waiting {
    /// For a person.
    pub interactive: u32,
    /// For what happened.
    pub event: u32,
    /// For what has time.
    pub bulk: u32,
}

impl Waiting {
    pub fn total(&self) -> u32 {
        self.interactive + self.event + self.bulk
    }

    /// How many wait who are more urgent than anyone of `other`.
    fn more_urgent_than(&self, other: &Self) -> u32 {
        match other {
            Self { interactive: 1.., .. } => 0,
            Self { event: 1.., .. } => self.interactive,
            _ => self.interactive + self.event,
        }
    }
}

/// What a node wants of the budget of one resource, and what it has to tell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The same for all connections that spend this budget, on all nodes.
    pub resource: String,
    pub node: String,
    /// As the manifest says.
    pub allowance: Allowance,
    /// Requests that can be used at once; none to only tell.
    pub want: u32,
    /// How long the node needs them; they count until then, and for a window more.
    pub lasts_ms: u32,
    pub waiting: Waiting,
    /// Sent away to come back later, and for how long the last of them.
    pub away: Away,
    /// Grants that nothing more is taken of.
    pub accounts: Vec<Account>,
    pub told: Option<Told>,
    /// The app refused, and nothing may be sent for so long.
    pub close_ms: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Away {
    pub callers: u32,
    pub for_ms: u32,
}

/// What became of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    pub grant: u64,
    /// Requests that were sent; the others are given back.
    pub used: u32,
    /// How long ago the last of them was answered; none while one is on its way.
    pub quiet_for_ms: Option<u32>,
}

/// What the headers of an answer tell; each where the app tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// How long ago the request was sent.
    pub age_ms: u32,
    pub remaining: Option<u32>,
    pub requests: Option<u32>,
    pub window_ms: Option<u32>,
    pub daily_remaining: Option<u32>,
    pub daily: Option<u32>,
}

/// Requests that a node may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    pub id: u64,
    pub requests: u32,
    /// So many of them are for [`Priority::Bulk`] alone.
    pub bulk_only: u32,
}

/// What a node gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    pub grant: Option<Grant>,
    /// When there may be more; 0 at once.
    pub more_in_ms: u32,
    /// What is allowed, as the app told it last.
    pub allowance: Allowance,
    /// Nodes that wait for this budget, the asking one included.
    pub nodes: u32,
}
