//! What may go wrong between the vendor and the one who is told.

use serde::{Deserialize, Serialize};

use crate::faults::Limited;

/// One rule for deliveries, `times` times or until removed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fault {
    /// The kind of event it is for; every kind if there is none.
    event: Option<String>,
    /// Never send it.
    pub drop: bool,
    /// Send it twice with the same `webhookId`.
    pub twice: bool,
    /// Send it this much later.
    pub delay_ms: u64,
    /// Let its `timestamp` be this old.
    pub age_ms: i64,
    pub signature: Option<Signature>,
    times: Option<u32>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// One of another body.
    Wrong,
    Missing,
}

impl Fault {
    pub fn fits(&self, kind: &str) -> bool {
        self.event.as_deref().is_none_or(|event| event == kind)
    }
}

impl Limited for Fault {
    fn times(&mut self) -> &mut Option<u32> {
        &mut self.times
    }
}
