//! Where grants come from.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use highline_model::budget::{Ask, Ledger, Millis, Reply};
use tokio::time::Instant;

/// Who keeps the ledgers could not be asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the rate budgets cannot be asked: {0}")]
pub struct GrantsError(pub String);

/// Keeps the ledgers: in the memory of a process that is alone, or in the database of all nodes.
#[async_trait]
pub trait Grants: Send + Sync {
    /// Takes what is told and gives what may be sent; the replies are in the order of the asks.
    async fn exchange(&self, asks: &[Ask]) -> Result<Vec<Reply>, GrantsError>;
}

/// The ledgers of a process that shares its budgets with nobody.
#[derive(Debug)]
pub(super) struct Alone {
    ledgers: Mutex<HashMap<String, Ledger>>,
    began: Instant,
    began_at: Millis,
}

impl Alone {
    pub fn new() -> Self {
        let began_at = chrono::Utc::now().timestamp_millis();
        Self { ledgers: Mutex::default(), began: Instant::now(), began_at }
    }
}

#[async_trait]
impl Grants for Alone {
    async fn exchange(&self, asks: &[Ask]) -> Result<Vec<Reply>, GrantsError> {
        let since = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let now = self.began_at.saturating_add(since);
        let mut ledgers = self.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = |ask: &Ask| match ledgers.get_mut(&ask.resource) {
            Some(ledger) => ledger.apply(ask, now),
            None => {
                let ledger = ledgers.entry(ask.resource.clone());
                ledger.or_insert_with(|| Ledger::new(ask.allowance, now)).apply(ask, now)
            }
        };
        Ok(asks.iter().map(reply).collect())
    }
}
