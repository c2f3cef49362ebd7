//! The compiled revisions that a node keeps at hand. What is not there is compiled anew from the database.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;
use highline_model::{Failure, Timestamp, WorkflowId};
use highline_workflow::Workflow;

/// A revision that can be run, or why it cannot.
pub(super) type Compiled = Result<Arc<Workflow>, Failure>;

/// Revisions at hand, of all workflows together.
const MOST: usize = 20_000;
/// Revisions of one workflow that stay although nothing uses them: runs that wait will ask for those before the newest.
const OF_ONE: usize = 2;
/// What was the reason may be mended in the meantime.
const FAILURES_LAST: TimeDelta = TimeDelta::seconds(60);

struct Entry {
    compiled: Compiled,
    made_at: Timestamp,
    /// By the count of uses.
    used: u64,
}

impl Entry {
    /// Whether somebody works with it just now.
    fn in_use(&self) -> bool {
        self.compiled.as_ref().is_ok_and(|workflow| Arc::strong_count(workflow) > 1)
    }
}

#[derive(Default)]
pub(super) struct Shelf {
    revisions: HashMap<WorkflowId, BTreeMap<i32, Entry>>,
    len: usize,
    uses: u64,
}

impl Shelf {
    pub fn get(&mut self, id: &WorkflowId, revision: i32, now: Timestamp) -> Option<Compiled> {
        let entry = self.revisions.get_mut(id)?.get_mut(&revision)?;
        if entry.compiled.is_err() && (now - entry.made_at).abs() >= FAILURES_LAST {
            return None;
        }
        self.uses += 1;
        entry.used = self.uses;
        Some(entry.compiled.clone())
    }

    pub fn put(&mut self, (id, revision): (&WorkflowId, i32), compiled: Compiled, now: Timestamp) {
        self.uses += 1;
        let entry = Entry { compiled, made_at: now, used: self.uses };
        let of_one = self.revisions.entry(id.clone()).or_default();
        self.len += usize::from(of_one.insert(revision, entry).is_none());
        let before = of_one.len();
        let kept = of_one.keys().rev().nth(OF_ONE - 1).copied().unwrap_or(i32::MIN);
        of_one.retain(|number, entry| *number >= kept || entry.in_use());
        self.len -= before - of_one.len();
        if self.len > MOST {
            self.clear_up();
        }
    }

    /// Drops the tenth that nobody has asked for the longest.
    fn clear_up(&mut self) {
        let mut used: Vec<u64> =
            self.revisions.values().flat_map(BTreeMap::values).map(|entry| entry.used).collect();
        let tenth = used.len() / 10;
        let (_, last, _) = used.select_nth_unstable(tenth);
        let last = *last;
        self.revisions.retain(|_, of_one| {
            of_one.retain(|_, entry| entry.used > last);
            !of_one.is_empty()
        });
        self.len = self.revisions.values().map(BTreeMap::len).sum();
    }
}

#[cfg(test)]
mod tests {
    use highline_model::ErrorKind;
    use highline_testing::FakeApp;
    use highline_workflow::{Environment, check};
    use highline_yaml::Source;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        "2026-11-21T08:00:00Z".parse::<Timestamp>().unwrap() + TimeDelta::seconds(seconds)
    }

    fn id(name: &str) -> WorkflowId {
        name.parse().unwrap()
    }

    fn compiled() -> Arc<Workflow> {
        let catalog = FakeApp::new().catalog();
        let environment = Environment { catalog: &catalog, connections: None };
        let source = Source::new("test.yaml", "trigger: manual\nsteps: [{ set: { a: 1 } }]");
        check(&id("test"), &source, &environment).workflow.unwrap()
    }

    #[test]
    fn superseded_revisions_go_unless_somebody_works_with_them() {
        let (mut shelf, test) = (Shelf::default(), id("test"));
        let busy = compiled();
        shelf.put((&test, 1), Ok(busy.clone()), at(0));
        for revision in 2..=9 {
            shelf.put((&test, revision), Ok(compiled()), at(0));
        }
        let kept: Vec<i32> = (1..=9).filter(|number| shelf.get(&test, *number, at(0)).is_some()).collect();
        assert_eq!(kept, [1, 8, 9]);
        drop(busy);
        shelf.put((&test, 10), Ok(compiled()), at(0));
        assert!(shelf.get(&test, 1, at(0)).is_none());
        assert_eq!(shelf.len, 2);
    }

    #[test]
    fn a_failure_is_remembered_for_a_minute() {
        let (mut shelf, test) = (Shelf::default(), id("test"));
        let failure = Failure::new(ErrorKind::Configuration, "this node has no connection `acme`");
        shelf.put((&test, 1), Err(failure), at(0));
        assert!(shelf.get(&test, 1, at(59)).is_some());
        assert!(shelf.get(&test, 1, at(60)).is_none());
    }

    #[test]
    fn what_nobody_asks_for_goes_first_when_the_shelf_is_full() {
        let mut shelf = Shelf::default();
        let workflow = compiled();
        for number in 0..=MOST {
            shelf.put((&id(&format!("w{number}")), 1), Ok(workflow.clone()), at(0));
            assert!(shelf.get(&id("w0"), 1, at(0)).is_some(), "asked for all the time");
        }
        assert!(shelf.len < MOST);
        assert!(shelf.get(&id("w1"), 1, at(0)).is_none());
        assert!(shelf.get(&id(&format!("w{MOST}")), 1, at(0)).is_some());
    }
}
