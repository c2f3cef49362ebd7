//! What a run that is not over waits for, in words.

use highline_model::{RunId, RunState, Timestamp};
use highline_store::RunDetail;

use crate::steps::{StepView, steps};

/// What has to happen before the run goes on; none for one that is over.
pub fn waits_for(run: &RunDetail, now: Timestamp) -> Option<String> {
    let record = &run.record;
    let what = match record.state {
        RunState::Succeeded | RunState::Failed | RunState::Cancelled => return None,
        RunState::Queued => queued(run, now),
        RunState::Running => running(run, now),
        RunState::Waiting => waiting(run, now),
        RunState::Interrupted => {
            let why =
                record.failure.as_ref().map(|failure| format!(": {}", failure.message)).unwrap_or_default();
            format!("a person's decision, retry, skip or done{why}")
        }
    };
    let limit = record.ends_at.map(|at| format!("; it fails at {} if it is not over by then", shown(at)));
    Some(what + &limit.unwrap_or_default())
}

fn queued(run: &RunDetail, now: Timestamp) -> String {
    match run.record.wake_at {
        Some(at) if at > now => format!("its time, {}", shown(at)),
        Some(_) => "a node with room for it".to_owned(),
        None => {
            let key = run.record.concurrency_key.as_deref().unwrap_or_default();
            match run.ahead.as_slice() {
                [] => format!("its turn among the runs with the concurrency key `{key}`"),
                [one] => format!("run {one}, which goes first with the concurrency key `{key}`"),
                several => format!(
                    "one of the runs {}, which go first with the concurrency key `{key}`",
                    list(several)
                ),
            }
        }
    }
}

fn running(run: &RunDetail, now: Timestamp) -> String {
    let node = run.record.owner.as_ref().map_or("a node", |node| node.as_str());
    let wish = if run.record.cancel_requested { ", which was asked to end it" } else { "" };
    match run.record.wake_at {
        Some(end) if end <= now => {
            format!("another node to take it over: the lease of node {node} ended at {}", shown(end))
        }
        Some(end) => format!("node {node}, which works on it{wish}; its lease ends at {}", shown(end)),
        None => format!("node {node}, which works on it{wish}"),
    }
}

fn waiting(run: &RunDetail, now: Timestamp) -> String {
    let Some(at) = run.record.wake_at.filter(|at| *at > now) else {
        return "a node with room for it".to_owned();
    };
    let views = steps(&run.log);
    match views.iter().rev().find(|view| view.wake_at == Some(at)) {
        Some(view) if view.state == "waiting" => {
            format!("the end of its wait in step `{}` at {}", view.step, shown(at))
        }
        Some(view) if view.state == "verifying" => {
            format!("the look at {} whether step `{}` was done", shown(at), view.step)
        }
        Some(view) => retry(view, at),
        None => format!("its time, {}", shown(at)),
    }
}

fn retry(view: &StepView, at: Timestamp) -> String {
    let last = view.attempts.last();
    let why = last.and_then(|attempt| attempt.failure.as_ref().map(|failure| (attempt.number, failure)));
    let why =
        why.map(|(number, failure)| format!("; attempt {number} failed: {failure}")).unwrap_or_default();
    format!("the next attempt of step `{}` at {}{why}", view.step, shown(at))
}

fn list(runs: &[RunId]) -> String {
    let named: Vec<String> = runs.iter().take(3).map(ToString::to_string).collect();
    let more = if runs.len() > named.len() {
        format!(" and {} more", runs.len() - named.len())
    } else {
        String::new()
    };
    named.join(", ") + &more
}

fn shown(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
