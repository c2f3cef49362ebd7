//! How often an app may be asked: spent before each request, corrected by what the app tells.
//!
//! Each resource has a [`Line`] in which those who want to send are served in turn. What they may send is granted by
//! whoever keeps the [ledgers](highline_model::budget::Ledger), a few requests at a time; one task asks for all lines.

mod absence;
mod desk;
mod grants;
mod held;
mod line;
mod queue;
mod resource;
mod spenders;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use highline_model::budget::Allowance;

pub use desk::Keeper;
pub use grants::{Grants, GrantsError};
pub use line::{Line, Spent};
pub use resource::{Limited, allowance, resource};
pub use spenders::{Budget, Spenders};

use desk::Desk;

/// The budgets of this process, by resource.
#[derive(Default)]
pub struct Budgets {
    lines: Mutex<HashMap<String, Arc<Line>>>,
    desk: Arc<Desk>,
}

impl fmt::Debug for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budgets").finish_non_exhaustive()
    }
}

impl Budgets {
    /// The line of one resource.
    pub fn line(&self, resource: &str, allowance: Allowance) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(resource) {
            return Arc::clone(line);
        }
        let line = Arc::new(Line::new(resource, allowance, Arc::clone(&self.desk)));
        lines.insert(resource.to_owned(), Arc::clone(&line));
        line
    }

    /// From now on grants come from there.
    pub fn keep_in(&self, keeper: Keeper) {
        self.desk.keep_in(keeper);
    }

    /// Gives back what was granted and not used, and tells what was.
    pub async fn settle(&self) {
        let lines: Vec<Arc<Line>> = {
            let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.values().cloned().collect()
        };
        self.desk.settle(lines).await;
    }
}

#[cfg(test)]
mod tests;
