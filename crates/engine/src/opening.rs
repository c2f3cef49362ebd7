//! How a run begins, worked out before there is a run: what its first attempts announce is written together with it, so
//! that they leave one transaction earlier.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use highline_catalog::Repeat;
use highline_model::{LogEntry, RunEvent, Timestamp};
use highline_store::{Opening, PackedEntry};
use highline_workflow::Workflow;
use serde_json::Value;

use crate::history::History;
use crate::plan::{Attempt, RunFacts, plan};
use crate::shared::Shared;

/// What goes on where an [`Opening`] ends: attempts that are announced and not yet sent.
pub(crate) struct Opened {
    pub workflow: Arc<Workflow>,
    pub history: History,
    pub attempts: Vec<Attempt>,
}

/// None where nothing must be durable before the first attempts, or where they may wait for a rate budget: an attempt is
/// announced when it can leave.
pub(crate) fn opening(
    shared: &Shared,
    workflow: &Arc<Workflow>,
    facts: RunFacts<'_>,
) -> Option<(Opening, Opened)> {
    // A run that makes the planner panic is ended by its task, which says so in the log.
    catch_unwind(AssertUnwindSafe(|| draft(shared, workflow, facts))).ok().flatten()
}

fn draft(shared: &Shared, workflow: &Arc<Workflow>, facts: RunFacts<'_>) -> Option<(Opening, Opened)> {
    let now = facts.created_at;
    let mut history = History::default();
    let mut log = vec![history.append(RunEvent::Started { node: shared.node.clone() }, now)];
    let planned = plan(facts, &mut history, &HashSet::new(), now);
    let attempts = planned.attempts;
    let limited = |attempt: &Attempt| shared.catalog.get(&attempt.operation).is_none_or(|o| o.is_limited());
    if !attempts.iter().any(|attempt| attempt.repeat == Repeat::Unsafe) || attempts.iter().any(limited) {
        return None;
    }
    log.extend(planned.record);
    log.extend(announce(&mut history, &attempts, now));
    let opened = Opened { workflow: workflow.clone(), history, attempts };
    let log = log.iter().map(PackedEntry::from).collect();
    Some((Opening { run: facts.run, log }, opened))
}

/// The entries that must be durable before `attempts` are sent, so that a crash leaves a trace of each unsafe one.
pub(crate) fn announce<'a>(
    history: &mut History,
    attempts: impl IntoIterator<Item = &'a Attempt>,
    now: Timestamp,
) -> Vec<LogEntry> {
    let of_unsafe = attempts.into_iter().filter(|attempt| attempt.repeat == Repeat::Unsafe);
    let events = of_unsafe.map(|attempt| RunEvent::AttemptStarted {
        step: attempt.step.clone(),
        attempt: attempt.number,
        input: Value::Object(attempt.input.clone()),
    });
    events.map(|event| history.append(event, now)).collect()
}
