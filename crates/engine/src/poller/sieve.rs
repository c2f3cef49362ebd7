//! What becomes of the items of a poll, for one workflow: pure.

use std::collections::HashSet;
use std::sync::Arc;

use highline_catalog::Item;
use highline_model::Timestamp;
use highline_store::{NewEvent, Outcome, Packed, PollReport, Sampled};
use highline_workflow::Workflow;

use crate::event::{concurrency, once, refusal, trigger_scope};

/// Items of a poll that its row in the poll log remembers.
const SAMPLED: usize = 20;
/// Of those, the ones that were known before: each poll meets the same again.
const KNOWN: usize = 5;
/// Characters of a key or value that are remembered.
const LONGEST: usize = 160;

pub(super) struct Sieve<'a> {
    pub workflow: &'a Workflow,
    /// The keys of its events.
    pub known: HashSet<String>,
    /// The keys of what runs of this installation wrote.
    pub echoes: HashSet<String>,
    /// What is found is taken as seen.
    pub quiet: bool,
    pub now: Timestamp,
}

/// The events of a workflow, and a report that lacks times and requests.
pub(super) struct Sifted {
    pub events: Vec<NewEvent>,
    pub report: PollReport,
}

impl Sieve<'_> {
    /// Drops what is known, and decides for the rest: seen, filtered or a run.
    pub fn sift(mut self, items: Vec<Item>) -> Sifted {
        let mut report = PollReport { seen: count(items.len()), ..PollReport::default() };
        let mut events = Vec::new();
        for item in items {
            if !self.known.insert(item.key.clone()) {
                report.duplicate += 1;
                if report.duplicate as usize <= KNOWN {
                    sample(&mut report, &item.key, ("duplicate", None));
                }
                continue;
            }
            if self.quiet {
                sample(&mut report, &item.key, ("seen", None));
                events.push(NewEvent { key: item.key, outcome: Outcome::Seen, data: None, once: None });
                continue;
            }
            if self.echoes.contains(&item.key) {
                *report.others.entry("echo".to_owned()).or_insert(0) += 1;
                sample(&mut report, &item.key, ("echo", None));
                let data = Some(item.data.into());
                events.push(NewEvent { key: item.key, outcome: Outcome::Echo, data, once: None });
                continue;
            }
            let (event, value) = event(self.workflow, item, self.now);
            if event.outcome == Outcome::Filtered {
                report.filtered += 1;
                sample(&mut report, &event.key, ("filtered", value));
            }
            events.push(event);
        }
        Sifted { events, report }
    }
}

fn sample(report: &mut PollReport, key: &str, (outcome, value): (&str, Option<String>)) {
    if report.sample.len() < SAMPLED {
        report.sample.push(Sampled { key: short(key), outcome: outcome.to_owned(), value });
    }
}

/// What becomes of a new item, and the value of `where` that decided it.
pub(super) fn event(workflow: &Workflow, item: Item, now: Timestamp) -> (NewEvent, Option<String>) {
    let data = Arc::new(item.data);
    let scope = trigger_scope(workflow, Some(data.clone()), now);
    let refused = refusal(workflow, &scope).map(|value| short(&value.to_string()));
    let outcome = match refused {
        Some(_) => Outcome::Filtered,
        None => Outcome::Run { concurrency: concurrency(workflow, &scope) },
    };
    let once = once(workflow, &scope, now);
    (NewEvent { key: item.key, outcome, data: Some(Packed::of(&*data)), once }, refused)
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use highline_testing::FakeApp;
    use highline_workflow::{Environment, check};
    use highline_yaml::Source;
    use serde_json::json;

    use super::*;

    fn sifted(known: &[&str], quiet: bool) -> Sifted {
        let text = "trigger: { use: fake.things.list, connection: acme, every: 1m }\n\
                    where: '{{ trigger.wanted }}'\nsteps: [{ set: { a: 1 } }]";
        let catalog = FakeApp::new().catalog();
        let environment = Environment { catalog: &catalog, connections: None };
        let checked = check(&"test".parse().unwrap(), &Source::new("test.yaml", text), &environment);
        let workflow = checked.workflow.unwrap();
        let item = |number: usize| Item {
            key: format!("i{number}"),
            data: json!({ "id": number, "wanted": number.is_multiple_of(2) }),
        };
        let known = known.iter().map(|key| (*key).to_owned()).collect();
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        Sieve { workflow: &workflow, known, echoes: HashSet::new(), quiet, now }
            .sift((0..100).map(item).collect())
    }

    #[test]
    fn the_sample_says_what_refused_an_item() {
        let report = sifted(&["i0"], false).report;
        assert_eq!((report.seen, report.duplicate, report.filtered), (100, 1, 50));
        let told: Vec<(&str, &str, Option<&str>)> = report.sample[..2]
            .iter()
            .map(|one| (one.key.as_str(), one.outcome.as_str(), one.value.as_deref()))
            .collect();
        assert_eq!(told, [("i0", "duplicate", None), ("i1", "filtered", Some("false"))]);
        assert_eq!(report.sample.len(), SAMPLED, "and is bounded");
    }

    #[test]
    fn what_is_known_does_not_fill_the_sample() {
        let keys: Vec<String> = (0..60).map(|number| format!("i{number}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let sample = sifted(&keys, false).report.sample;
        assert_eq!(sample.iter().filter(|one| one.outcome == "duplicate").count(), KNOWN);
        assert_eq!(sample.len(), SAMPLED);
    }

    #[test]
    fn a_quiet_poll_takes_all_as_seen() {
        let sifted = sifted(&["i0"], true);
        assert!(sifted.events.iter().all(|event| event.outcome == Outcome::Seen && event.data.is_none()));
        assert_eq!((sifted.events.len(), sifted.report.filtered), (99, 0));
    }
}
