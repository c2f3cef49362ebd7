//! The count at the end: every event has one run, every run is over or held, nothing unsafe was done twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use highline_testing::Tally;
use reqwest::Method;
use serde_json::{Value, json};

use super::load::Sent;
use super::target::{CONNECTOR, Target};
use crate::process::{Node, until, within};
use crate::world::World;

const STEPS: &str = "
  - { id: keep, use: target.things.keep, connection: target, with: { event: '{{ trigger.id }}' } }
  - { id: make, use: target.things.make, connection: target, with: { event: '{{ trigger.id }}' } }
  - { id: keep_again, use: target.things.keep, connection: target, with: { event: '{{ steps.make.id }}' } }
";

/// A world with the target for its only app, and two workflows: one that polls it, and one that is started.
pub fn prepare(world: &World) -> Arc<Target> {
    let target = Arc::new(Target::start());
    std::fs::create_dir(world.path("connectors")).unwrap();
    world.write("connectors/target.yaml", CONNECTOR);
    world.write("connections.yaml", target.connection());
    let polled = "name: Polled\nenabled: true\n\
         trigger: { use: target.things.list, connection: target, every: 1s, backfill: true }\nsteps:";
    world.workflow("polled", &format!("{polled}{STEPS}"));
    world.workflow("by-hand", &format!("name: By hand\nenabled: true\ntrigger: manual\nsteps:{STEPS}"));
    target
}

/// What is counted when everything has come to rest.
pub struct Audit<'a> {
    pub world: &'a World,
    /// Who is asked; any will do.
    pub node: &'a Node,
    pub target: &'a Target,
    pub sent: &'a Sent,
}

const PATIENCE: Duration = Duration::from_secs(120);

impl Audit<'_> {
    /// Waits until every event is over or held, settles what is held, and counts.
    pub fn settle(&self, tally: &mut Tally) {
        let Self { world, node, target, .. } = *self;
        until("polls have found every thing", || {
            (total(world, node, "polled") >= target.things().len()).then_some(())
        });
        within(PATIENCE, "all runs are over or held", || at_rest(world, node).then_some(()));
        let held = runs(world, node, "&state=interrupted");
        for run in &held {
            let path = format!("/api/v1/runs/{}/resolve", id(run));
            let (status, answer) = world.http(Method::POST, &node.url(&path), json!({ "decision": "retry" }));
            assert_eq!(status, 202, "{answer}");
        }
        within(PATIENCE, "what was decided is over", || {
            (at_rest(world, node) && runs(world, node, "&state=interrupted").is_empty()).then_some(())
        });
        self.count(&held.iter().map(id).collect(), tally);
    }

    fn count(&self, held: &BTreeSet<String>, tally: &mut Tally) {
        let by_event = self.runs_by_event();
        let mut expected: BTreeSet<String> = self.target.things().into_iter().collect();
        expected.extend(self.sent.taken.iter().cloned());
        let lost: Vec<&String> = expected.iter().filter(|event| !by_event.contains_key(*event)).collect();
        let refused = self.sent.refused.iter().find(|event| by_event.contains_key(*event));
        assert_eq!(refused, None, "refused, and run");
        for (event, runs) in &by_event {
            let sent = expected.contains(event) || self.sent.unsure.contains(event);
            assert!(sent, "nobody sent {event}");
            let decided = runs.iter().filter(|run| held.contains(&id(run))).count();
            let (made, kept) = (self.target.made(event), self.target.kept(event));
            let wrong = runs.len() > 1 || made > 1 + decided || runs.iter().any(two_results);
            if wrong {
                eprintln!("{event} was made {made} times by {runs:#?}");
            }
            tally.doubled += usize::from(wrong);
            let done = runs.iter().all(|run| run["state"] == "succeeded");
            assert!(done, "{event} came to no good end: {runs:#?}");
            assert!(made >= 1 && kept >= 1, "{event} is said to be done and is not");
            tally.done += 1;
        }
        eprintln!("lost: {lost:?}; without an answer: {}", self.sent.unsure.len());
        tally.events = by_event.len() + lost.len();
        tally.lost = lost.len();
        tally.interrupted = held.len();
    }

    fn runs_by_event(&self) -> BTreeMap<String, Vec<Value>> {
        let mut by_event: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for run in runs(self.world, self.node, "") {
            let run = detail(self.world, self.node, &id(&run));
            let event = run["event"]["id"].as_str().unwrap().to_owned();
            by_event.entry(event).or_default().push(run);
        }
        by_event
    }
}

/// Whether a step of a run has come to an end twice, or its log has a gap.
fn two_results(run: &Value) -> bool {
    let log = run["log"].as_array().unwrap();
    let mut ended = BTreeSet::new();
    let twice = log
        .iter()
        .filter(|entry| entry["type"] == "step_succeeded")
        .any(|entry| !ended.insert(entry["step"].as_str().unwrap()));
    let gap = log.iter().zip(1..).any(|(entry, seq)| entry["seq"] != seq);
    twice || gap
}

fn total(world: &World, node: &Node, workflow: &str) -> usize {
    counts(world, node, workflow).map_or(0, |counts| counts.values().sum())
}

/// How many runs of a workflow have ended well; none while the node cannot say.
pub fn succeeded(world: &World, node: &Node, workflow: &str) -> Option<usize> {
    counts(world, node, workflow).map(|counts| counts.get("succeeded").copied().unwrap_or(0))
}

/// How many runs of a workflow are in each state in which there are some; none while the node cannot say.
fn counts(world: &World, node: &Node, workflow: &str) -> Option<BTreeMap<String, usize>> {
    let (status, answer) = world.get(&node.url(&format!("/api/v1/workflows/{workflow}")));
    if status != 200 {
        return None;
    }
    let runs = answer["workflow"]["runs"].as_object().unwrap();
    let counts = runs.iter().map(|(state, count)| (state.clone(), count.as_u64().unwrap() as usize));
    Some(counts.filter(|(_, count)| *count > 0).collect())
}

pub fn at_rest(world: &World, node: &Node) -> bool {
    ["polled", "by-hand"].iter().all(|workflow| {
        counts(world, node, workflow).is_some_and(|counts| {
            ["queued", "running", "waiting"].iter().all(|state| !counts.contains_key(*state))
        })
    })
}

/// All runs that `query` chooses, page by page.
pub fn runs(world: &World, node: &Node, query: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let (status, mut page) = world.get(&node.url(&format!("/api/v1/runs?limit=500{query}{after}")));
        assert_eq!(status, 200, "{page}");
        all.append(page["runs"].as_array_mut().unwrap());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

pub fn detail(world: &World, node: &Node, run: &str) -> Value {
    let (status, mut answer) = world.get(&node.url(&format!("/api/v1/runs/{run}")));
    assert_eq!(status, 200, "{answer}");
    answer["run"].take()
}

pub fn id(run: &Value) -> String {
    run["id"].as_str().unwrap().to_owned()
}
