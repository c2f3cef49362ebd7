//! What Prometheus reads: what was counted in this process, and how the database stands.

use std::sync::OnceLock;
use std::time::Duration;

use highline_connector::Spenders;
use highline_engine::meter;
use highline_model::Timestamp;
use highline_store::Store;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use gauges::Gauges;

mod gauges;
#[cfg(test)]
mod tests;

/// Upper ends of the classes of times, in seconds.
const CLASSES: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0];

/// Times are sorted into their classes so often, whether anybody reads them or not.
const UPKEEP: Duration = Duration::from_secs(5);

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
        meter::describe();
        handle
    })
}

/// Counts from now on, and keeps what is counted small. Whatever happens before this returns is not counted.
pub fn keep_up() -> impl Future<Output = ()> {
    upkeep(counted())
}

async fn upkeep(counted: &PrometheusHandle) {
    let mut upkeep = tokio::time::interval(UPKEEP);
    loop {
        upkeep.tick().await;
        counted.run_upkeep();
    }
}

/// The page, in the text format. Where the database does not answer, it has what this process counts, and says so.
///
/// What the database has is asked for each time and kept nowhere, so that what is gone has no number.
pub async fn page(store: &Store, spenders: &Spenders, now: Timestamp) -> String {
    let mut page = counted().render();
    let mut gauges = Gauges::default();
    gauges.of_this_process();
    gauges.of_database(store, spenders, now).await;
    page.push_str(&gauges.text());
    page
}

/// The same where it is known already that the database does not answer.
pub fn without_database() -> String {
    let mut page = counted().render();
    let mut gauges = Gauges::default();
    gauges.of_this_process();
    gauges.say_up(false);
    page.push_str(&gauges.text());
    page
}
