//! What stands where it stands, asked for when it is read.

use std::fmt::Write;
use std::time::Duration;

use highline_connector::Spenders;
use highline_engine::meter::{self, Kind, Measure};
use highline_model::{RunState, Timestamp};
use highline_store::Store;

use crate::error::Error;
use crate::patience::{self, within};
use crate::routes::stats::{SIGNS_LAST, WorkflowCounts, workflow_counts};

/// The last part of the page must come while the one who reads it still waits, which Prometheus does for ten seconds.
const LONGEST: Duration = Duration::from_secs(5);

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Measure {
    Measure { name, kind: Kind::Gauge, labels, help }
}

const BUILD: Measure = gauge("highline_build_info", &["version"], "1, with the version of this node.");
const EXCEEDED: Measure = gauge(
    "highline_names_exceeded",
    &["label"],
    "1 where there were more names than --metrics-names, so that some count as `other` (of resources: are left out).",
);
const UP: Measure = gauge(
    "highline_database_up",
    &[],
    "1 when the database answered this node within 2 s; else 0, and what the database has is missing.",
);
const RUNS: Measure = gauge("highline_runs", &["state"], "Runs that are not over, by state.");
const OLDEST: Measure = gauge(
    "highline_oldest_queued_age_seconds",
    &[],
    "For how long the run that has been in the queue for longest is there; 0 when there is none.",
);
const LEFT: Measure = gauge(
    "highline_budget_left",
    &["resource", "within"],
    "Requests that the rate budget of a resource has left: within is window or day.",
);
const CLOSED: Measure = gauge(
    "highline_budget_closed_seconds",
    &["resource"],
    "For how long nothing more is sent to a resource, because it refused or its day is spent; 0 when it is open.",
);
const WAITING: Measure =
    gauge("highline_budget_waiting", &["resource"], "Calls that wait for the rate budget of a resource.");
const NODES: Measure =
    gauge("highline_nodes", &[], "Nodes that have given a sign of life in the last 90 seconds.");
const WORKFLOWS: Measure = gauge(
    "highline_workflows",
    &["state"],
    "Workflows: each is enabled or disabled, and may besides be wrong (its newest text or its file) or of failing_polls (its last poll failed).",
);

/// What each process says of itself.
#[cfg(test)]
pub const OF_PROCESS: &[&Measure] = &[&BUILD, &EXCEEDED, &UP];

/// What all nodes of a database say alike.
#[cfg(test)]
pub const OF_DATABASE: &[&Measure] = &[&RUNS, &OLDEST, &LEFT, &CLOSED, &WAITING, &NODES, &WORKFLOWS];

/// Gauges in the text format.
#[derive(Default)]
pub struct Gauges {
    text: String,
    resources_exceeded: bool,
}

impl Gauges {
    pub fn text(self) -> String {
        self.text
    }

    pub fn of_this_process(&mut self) {
        self.put(&BUILD, [(vec![env!("CARGO_PKG_VERSION")], 1.0)]);
    }

    pub async fn of_database(&mut self, store: &Store, spenders: &Spenders, now: Timestamp) {
        let up = match within(patience::SHORT, self.runs(store)).await {
            Ok(()) => match within(LONGEST, self.others(store, spenders, now)).await {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(%error, "measures of the database are missing");
                    true
                }
            },
            Err(error) => {
                tracing::warn!(%error, "measures of the database are missing");
                false
            }
        };
        self.say_up(up);
        let exceeded = meter::exceeded().into_iter().chain([("resource", self.resources_exceeded)]);
        let exceeded: Vec<_> =
            exceeded.map(|(label, exceeded)| (vec![label], f64::from(u8::from(exceeded)))).collect();
        self.put(&EXCEEDED, exceeded);
    }

    pub fn say_up(&mut self, up: bool) {
        self.put(&UP, [(vec![], f64::from(u8::from(up)))]);
    }

    async fn runs(&mut self, store: &Store) -> Result<(), Error> {
        let counts = store.counts(None).await?;
        let open = RunState::ALL.into_iter().filter(|state| !state.is_finished());
        self.put(&RUNS, open.map(|state| (vec![state.as_str()], precise(counts.of(state)))));
        Ok(())
    }

    async fn others(&mut self, store: &Store, spenders: &Spenders, now: Timestamp) -> Result<(), Error> {
        let waited = store.oldest_queued().await?.map(|at| (now - at).to_std().unwrap_or_default());
        self.put(&OLDEST, [(vec![], waited.unwrap_or_default().as_secs_f64())]);
        self.budgets(store, spenders, now).await?;
        let nodes = store.nodes().await?;
        let alive = nodes.iter().filter(|node| now - node.seen_at < SIGNS_LAST).count();
        self.put(&NODES, [(vec![], precise(alive as u64))]);
        let WorkflowCounts { enabled, disabled, wrong, failing_polls } = workflow_counts(store).await?;
        let states = [
            ("enabled", enabled),
            ("disabled", disabled),
            ("wrong", wrong),
            ("failing_polls", failing_polls),
        ];
        self.put(&WORKFLOWS, states.map(|(state, number)| (vec![state], precise(number as u64))));
        Ok(())
    }

    async fn budgets(&mut self, store: &Store, spenders: &Spenders, now: Timestamp) -> Result<(), Error> {
        let mut budgets = spenders.budgets(store.budgets().await?);
        self.resources_exceeded = budgets.len() > meter::most();
        budgets.truncate(meter::most());
        let views = || budgets.iter().map(|budget| &budget.view);
        let left = views().flat_map(|view| {
            let window = (vec![view.resource.as_str(), "window"], f64::from(view.left_in_window));
            let day = view.left_today.map(|left| (vec![view.resource.as_str(), "day"], f64::from(left)));
            [Some(window), day].into_iter().flatten()
        });
        self.put(&LEFT, left);
        let closed = views().map(|view| {
            let closed = view.closed_until.and_then(|until| (until - now).to_std().ok());
            (vec![view.resource.as_str()], closed.unwrap_or_default().as_secs_f64())
        });
        self.put(&CLOSED, closed);
        let waiting = views().map(|view| {
            let waiting = view.waiting.interactive + view.waiting.event + view.waiting.bulk;
            (vec![view.resource.as_str()], f64::from(waiting))
        });
        self.put(&WAITING, waiting);
        Ok(())
    }

    /// A gauge with its values, each with those of its labels in their order.
    fn put<'a>(&mut self, measure: &Measure, values: impl IntoIterator<Item = (Vec<&'a str>, f64)>) {
        let name = measure.name;
        let text = &mut self.text;
        write!(text, "# HELP {name} {}\n# TYPE {name} gauge\n", measure.help).expect(WRITTEN);
        for (labels, value) in values {
            let labels: Vec<String> = measure
                .labels
                .iter()
                .zip(labels)
                .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
                .collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            writeln!(text, "{name}{labels} {value}").expect(WRITTEN);
        }
        text.push('\n');
    }
}

const WRITTEN: &str = "a text takes whatever is written";

/// As the text format wants the value of a label.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Counts are far below the 2^53 that a float holds exactly.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn precise(count: u64) -> f64 {
    count as f64
}
