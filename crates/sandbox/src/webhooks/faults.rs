//! What may go wrong between the vendor and the one who is told.

use serde::{Deserialize, Serialize};

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

#[derive(Debug, Default, Serialize)]
pub struct Faults {
    faults: Vec<Fault>,
}

impl Faults {
    pub fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub fn clear(&mut self) {
        self.faults.clear();
    }

    /// The oldest fault for this kind of event, spending one of its times.
    pub fn take(&mut self, kind: &str) -> Option<Fault> {
        let fits = |fault: &&mut Fault| {
            fault.times != Some(0) && fault.event.as_deref().is_none_or(|event| event == kind)
        };
        let fault = self.faults.iter_mut().find(fits)?;
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        Some(fault.clone())
    }
}
