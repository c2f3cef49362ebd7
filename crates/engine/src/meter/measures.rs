//! What is counted, in words.

use metrics::{describe_counter, describe_gauge, describe_histogram};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows; begins anew with the process.
    Counter,
    /// Stands where it stands.
    Gauge,
    /// Sorted into classes: `_bucket`, `_sum` and `_count`.
    Histogram,
}

/// One name of a measure, whatever its labels.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    pub name: &'static str,
    pub kind: Kind,
    pub labels: &'static [&'static str],
    pub help: &'static str,
}

const fn counter(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Measure {
    Measure { name, kind: Kind::Counter, labels, help }
}

const fn times(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Measure {
    Measure { name, kind: Kind::Histogram, labels, help }
}

/// What this crate counts, of this node since it was started.
pub const MEASURES: &[Measure] = &[
    counter(
        "highline_requests_total",
        &["connection", "operation", "status"],
        "Requests that were sent to apps, each page and each try by itself: status is 2xx, 3xx, 4xx, 429, 5xx, or none where no whole answer came.",
    ),
    times(
        "highline_request_seconds",
        &["connection"],
        "From sending a request to the end of its answer, without waiting for the rate budget.",
    ),
    counter("highline_attempts_total", &["operation", "outcome"], "Attempts of steps: succeeded or failed."),
    times(
        "highline_attempt_seconds",
        &["operation"],
        "What an attempt took, with all its pages and waiting for the rate budget.",
    ),
    counter(
        "highline_runs_ended_total",
        &["workflow", "state"],
        "Runs that came to an end: succeeded, failed or cancelled.",
    ),
    times("highline_run_seconds", &["workflow"], "From the making of a run to its end, with all waits."),
    times("highline_run_start_delay_seconds", &[], "How long runs were in the queue before they were begun."),
    counter("highline_polls_total", &["workflow", "outcome"], "Polls: succeeded or failed."),
    times("highline_poll_seconds", &[], "What a poll took, with all its pages."),
    counter(
        "highline_events_total",
        &["workflow", "outcome"],
        "What became of findings of polls and of requests at addresses: run, duplicate, filtered or dropped.",
    ),
    counter(
        "highline_wrong_secrets_total",
        &["workflow"],
        "Requests at the address of a workflow whose secret was missing or wrong.",
    ),
];

/// Tells the recorder in force what each name means.
pub fn describe() {
    for measure in MEASURES {
        match measure.kind {
            Kind::Counter => describe_counter!(measure.name, measure.help),
            Kind::Gauge => describe_gauge!(measure.name, measure.help),
            Kind::Histogram => describe_histogram!(measure.name, measure.help),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_counted_is_described_and_what_is_described_is_counted() {
        let counted: BTreeSet<&str> =
            include_str!("../meter.rs").split('"').filter(|word| word.starts_with("highline_")).collect();
        let described: BTreeSet<&str> = MEASURES.iter().map(|measure| measure.name).collect();
        assert_eq!(counted, described);
    }
}
