//! Senders that have brought the secret of an address. The wrong secrets of others behind the same proxy, or of others who use the
//! same service, do not keep them out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use highline_model::{Timestamp, WorkflowId};

/// Senders that are remembered, of all workflows together.
const MOST: usize = 10_000;
/// So long after it has last brought the secret.
const LASTS: TimeDelta = TimeDelta::days(1);

/// Who has brought the secret of which workflow's address, and when last.
#[derive(Default)]
pub struct Senders(Mutex<Known>);

#[derive(Default)]
struct Known {
    of: HashMap<WorkflowId, HashMap<IpAddr, Timestamp>>,
    number: usize,
}

impl Senders {
    pub fn knows(&self, from: IpAddr, workflow: &WorkflowId, now: Timestamp) -> bool {
        let last = self.known().of.get(workflow).and_then(|known| known.get(&from).copied());
        last.is_some_and(|last| now - last < LASTS)
    }

    pub fn note(&self, from: IpAddr, workflow: &WorkflowId, now: Timestamp) {
        let mut known = self.known();
        if known.number >= MOST {
            *known = Known::default();
        }
        if !known.of.contains_key(workflow) {
            known.of.insert(workflow.clone(), HashMap::new());
        }
        let is_new = known.of.get_mut(workflow).is_some_and(|known| known.insert(from, now).is_none());
        known.number += usize::from(is_new);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_known_for_a_day_at_the_address_whose_secret_it_brought() {
        let (senders, now) = (Senders::default(), "2026-11-21T08:00:00Z".parse::<Timestamp>().unwrap());
        let [leads, orders]: [WorkflowId; 2] = ["leads", "orders"].map(|id| id.parse().unwrap());
        let [here, there]: [IpAddr; 2] = ["203.0.113.7", "198.51.100.9"].map(|from| from.parse().unwrap());
        senders.note(here, &leads, now);
        let knows = |from, workflow, hours| senders.knows(from, workflow, now + TimeDelta::hours(hours));
        assert!(knows(here, &leads, 23));
        assert!(!knows(here, &leads, 24) && !knows(here, &orders, 0) && !knows(there, &leads, 0));
    }

    #[test]
    fn the_memory_has_a_limit() {
        let (senders, now) = (Senders::default(), "2026-11-21T08:00:00Z".parse::<Timestamp>().unwrap());
        let workflow = "leads".parse().unwrap();
        for number in 0..=u32::try_from(MOST).unwrap() {
            senders.note(IpAddr::from(number.to_be_bytes()), &workflow, now);
        }
        assert!(senders.known().number < MOST);
        assert!(senders.knows(IpAddr::from(u32::try_from(MOST).unwrap().to_be_bytes()), &workflow, now));
    }
}
