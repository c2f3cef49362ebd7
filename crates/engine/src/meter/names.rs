//! Names that have numbers of their own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use highline_model::WorkflowId;

/// Of each label; see [`name_at_most`].
static MOST: AtomicUsize = AtomicUsize::new(1_000);

pub(super) static WORKFLOWS: Names = Names::new("workflow");
pub(super) static OPERATIONS: Names = Names::new("operation");
pub(super) static CONNECTIONS: Names = Names::new("connection");

/// How many names of each label have numbers of their own from now on.
pub fn name_at_most(names: usize) {
    MOST.store(names, Ordering::Relaxed);
}

/// How many names of each label have numbers of their own.
pub fn most() -> usize {
    MOST.load(Ordering::Relaxed)
}

/// Gives connections their names before any is used, so that after a restart the same ones have them.
pub fn know_connections<'a>(names: impl IntoIterator<Item = &'a str>) {
    CONNECTIONS.know(names);
}

/// The same for workflows.
pub fn know_workflows<'a>(ids: impl IntoIterator<Item = &'a WorkflowId>) {
    WORKFLOWS.know(ids.into_iter().map(WorkflowId::as_str));
}

/// Each label, and whether there are more names than may have numbers of their own.
pub fn exceeded() -> [(&'static str, bool); 3] {
    [&CONNECTIONS, &OPERATIONS, &WORKFLOWS].map(|names| (names.label, names.exceeded.load(Ordering::Relaxed)))
}

/// The names of a label that came first.
pub(super) struct Names {
    label: &'static str,
    known: RwLock<Option<HashMap<String, Arc<str>>>>,
    exceeded: AtomicBool,
}

impl Names {
    const fn new(label: &'static str) -> Self {
        Self { label, known: RwLock::new(None), exceeded: AtomicBool::new(false) }
    }

    /// The name, or `other` where too many came before it.
    pub(super) fn label(&self, name: &str) -> Arc<str> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(label) = known.as_ref().and_then(|known| known.get(name)) {
            return label.clone();
        }
        drop(known);
        self.learn(name, most()).unwrap_or_else(|| Arc::from("other"))
    }

    fn know<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        let most = most();
        names.into_iter().for_each(|name| drop(self.learn(name, most)));
    }

    fn learn(&self, name: &str, most: usize) -> Option<Arc<str>> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        if let Some(label) = known.get(name) {
            return Some(label.clone());
        }
        if known.len() < most {
            return Some(known.entry(name.to_owned()).or_insert_with(|| Arc::from(name)).clone());
        }
        if !self.exceeded.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                label = self.label,
                name,
                most,
                "measures count this name and all that come after it as `other`; --metrics-names lets more have their own"
            );
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_most_count_together_and_it_is_said_that_there_are_some() {
        let names = Names::new("workflow");
        let most = most();
        names.know((0..most).map(|number| number.to_string()).collect::<Vec<_>>().iter().map(String::as_str));
        assert!(!names.exceeded.load(Ordering::Relaxed));
        assert_eq!((&*names.label("new"), &*names.label("7")), ("other", "7"));
        assert!(names.exceeded.load(Ordering::Relaxed));
    }
}
