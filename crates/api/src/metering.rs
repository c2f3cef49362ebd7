//! What Prometheus reads: what was counted in this process, and how the database stands.

use std::sync::OnceLock;
use std::time::Duration;

use highline_connector::Spenders;
use highline_model::{RunState, Timestamp};
use highline_store::Store;
use metrics::gauge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::error::Error;

/// Upper ends of the classes of times, in seconds.
const CLASSES: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0];

/// Times are sorted into their classes so often, whether anybody reads them or not.
const UPKEEP: Duration = Duration::from_secs(5);

/// A node that gave no sign for so long does not count.
const SIGNS_LAST: chrono::TimeDelta = chrono::TimeDelta::seconds(90);

/// Rate budgets that have numbers of their own.
const BUDGETS: usize = 100;

/// A process counts once, whatever servers it has.
static COUNTED: OnceLock<PrometheusHandle> = OnceLock::new();

fn counted() -> &'static PrometheusHandle {
    COUNTED.get_or_init(|| {
        let times = Matcher::Suffix("_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(times, &CLASSES);
        let recorder = builder.expect("there are classes").build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("something else in this process counts already: /metrics has gauges only");
        }
        handle
    })
}

/// Counts from now on, and keeps what is counted small.
pub async fn keep_up() {
    let counted = counted();
    let mut upkeep = tokio::time::interval(UPKEEP);
    loop {
        upkeep.tick().await;
        counted.run_upkeep();
    }
}

/// The page, in the text format.
pub async fn page(store: &Store, spenders: &Spenders, now: Timestamp) -> Result<String, Error> {
    let counted = counted();
    let counts = store.counts(None).await?;
    for state in RunState::ALL.into_iter().filter(|state| !state.is_finished()) {
        gauge!("highline_runs", "state" => state.as_str()).set(precise(counts.of(state)));
    }
    let waited = store.oldest_queued().await?.map(|at| (now - at).to_std().unwrap_or_default());
    gauge!("highline_oldest_queued_age_seconds").set(waited.unwrap_or_default().as_secs_f64());
    for budget in spenders.budgets(store.budgets().await?).into_iter().take(BUDGETS) {
        let view = budget.view;
        let left = |within: &'static str, left: u32| {
            gauge!("highline_budget_left", "resource" => view.resource.clone(), "within" => within)
                .set(f64::from(left));
        };
        left("window", view.left_in_window);
        view.left_today.into_iter().for_each(|today| left("day", today));
        let waiting = view.waiting.interactive + view.waiting.event + view.waiting.bulk;
        gauge!("highline_budget_waiting", "resource" => view.resource.clone()).set(f64::from(waiting));
    }
    let nodes = store.nodes().await?;
    let alive = nodes.iter().filter(|node| now - node.seen_at < SIGNS_LAST).count();
    gauge!("highline_nodes").set(precise(alive as u64));
    let (mut on, mut off, mut wrong) = (0, 0, 0);
    for workflow in store.workflows().await? {
        on += u64::from(workflow.enabled);
        off += u64::from(!workflow.enabled);
        wrong += u64::from(workflow.problem.is_some());
    }
    for (state, number) in [("enabled", on), ("disabled", off), ("wrong", wrong)] {
        gauge!("highline_workflows", "state" => state).set(precise(number));
    }
    Ok(counted.render())
}

/// Counts are far below the 2^53 that a float holds exactly.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn precise(count: u64) -> f64 {
    count as f64
}
