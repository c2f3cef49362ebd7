//! A run done again from one of its steps: which entries of its log the new run begins with. Pure.

use highline_model::{LogEntry, RunEvent, RunId, StepPath, Timestamp};
use highline_workflow::{Step, StepKind, Workflow, index};
use highline_yaml::nearest;
use indexmap::IndexMap;

use crate::history::{History, StepState};

mod place;

use place::{Part, Place, parts, place};

/// Why a run cannot be done again from a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("there is no step `{step}`{}", near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    NoStep { step: String, near: Option<String> },
    #[error("the run did not come to step `{step}`{}", last.as_ref().map(|last| format!("; the last one that it came to is `{last}`")).unwrap_or_default())]
    NotReached { step: StepPath, last: Option<StepPath> },
    #[error("step `{before}`, which comes before `{step}`, did not end well; begin there or earlier")]
    NotOver { step: StepPath, before: StepPath },
}

/// What a new run takes over from the one that it does again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    /// The step that it begins with; none for the first.
    pub from: Option<StepPath>,
    pub entries: Vec<LogEntry>,
    /// Unsafe steps that were sent before and come again.
    pub sent_again: Vec<StepPath>,
}

/// A step of a run of `workflow` as people name it: its path, or its id, which inside a loop means the first turn.
pub(crate) fn target(workflow: &Workflow, named: &str) -> Result<StepPath, Unfit> {
    let steps = index(&workflow.steps);
    let no_step =
        |near: Option<&str>| Unfit::NoStep { step: named.to_owned(), near: near.map(str::to_owned) };
    let parsed = parts(named).ok_or_else(|| no_step(None))?;
    let last = parsed.last().expect("a text has a part at least");
    let Some(found) = steps.get(last.id) else {
        return Err(no_step(nearest(last.id, steps.keys().copied())));
    };
    let mut loops: Vec<Part<'_>> = loops_around(&workflow.steps, last.id).unwrap_or_default();
    let given = &parsed[..parsed.len() - 1];
    let fits = given.is_empty() || given.iter().map(|part| part.id).eq(loops.iter().map(|part| part.id));
    for (place, given) in loops.iter_mut().zip(given) {
        place.turn = given.turn.or(place.turn);
    }
    let inside: String =
        loops.iter().map(|part| format!("{}[{}].", part.id, part.turn.unwrap_or(0))).collect();
    if !fits {
        return Err(no_step(Some(&format!("{inside}{}", last.id))));
    }
    match (last.turn, &found.kind) {
        (None, _) => Ok(StepPath(format!("{inside}{}", last.id))),
        (Some(turn), StepKind::ForEach { steps, .. }) => {
            let first = steps.first().map_or("", |step| step.id.as_str());
            Ok(StepPath(format!("{inside}{}[{turn}].{first}", last.id)))
        }
        (Some(_), _) => Err(no_step(Some(&format!("{inside}{}", last.id)))),
    }
}

/// The loops around a step, from the outside to the inside, each at its first turn; none when it is not among `steps`.
fn loops_around<'a>(steps: &'a [Step], id: &str) -> Option<Vec<Part<'a>>> {
    for step in steps {
        if step.id == id {
            return Some(Vec::new());
        }
        let found = match &step.kind {
            StepKind::If { then, otherwise, .. } => {
                loops_around(then, id).or_else(|| loops_around(otherwise, id))
            }
            StepKind::ForEach { steps, .. } => loops_around(steps, id).map(|mut inner| {
                inner.insert(0, Part { id: &step.id, turn: Some(0) });
                inner
            }),
            _ => None,
        };
        let handler = || match &step.on_error {
            highline_workflow::OnError::Steps(steps) => loops_around(steps, id),
            _ => None,
        };
        if let Some(found) = found.or_else(handler) {
            return Some(found);
        }
    }
    None
}

/// Everything again: nothing is kept.
pub(crate) fn from_the_first(log: &[LogEntry]) -> Kept {
    Kept { from: None, entries: Vec::new(), sent_again: announced(log.iter()) }
}

/// What comes before `from`, in the order of `workflow`. `is_new`: the step was not in the text that the run had.
pub(crate) fn before(
    workflow: &Workflow,
    log: &[LogEntry],
    from: StepPath,
    is_new: bool,
) -> Result<Kept, Unfit> {
    let order = index(&workflow.steps);
    let target = parts(from.as_str()).expect("a target is a path");
    let reached = log.iter().any(|entry| entry.event.step() == Some(&from));
    if !reached && !is_new {
        let last = log.iter().rev().find_map(|entry| entry.event.step()).cloned();
        return Err(Unfit::NotReached { step: from, last });
    }
    let stays = |entry: &&LogEntry| {
        let path = entry.event.step().and_then(|step| parts(step.as_str()));
        match path.map(|path| place(&order, &path, &target)) {
            Some(Place::Before) => true,
            Some(Place::Around) => matches!(entry.event, RunEvent::LoopStarted { .. }),
            Some(Place::After) | None => false,
        }
    };
    let (kept, dropped): (Vec<&LogEntry>, Vec<&LogEntry>) = log.iter().partition(stays);
    let entries: Vec<LogEntry> =
        (1..).zip(kept).map(|(seq, entry)| LogEntry { seq, ..entry.clone() }).collect();
    check(&order, &entries, &from)?;
    Ok(Kept { from: Some(from), entries, sent_again: announced(dropped.into_iter()) })
}

/// Whether a run can go on at `from` after these entries.
fn check(order: &IndexMap<&str, &Step>, entries: &[LogEntry], from: &StepPath) -> Result<(), Unfit> {
    let history = History::of(entries);
    let target = parts(from.as_str()).expect("a target is a path");
    for (path, state) in history.states() {
        let path_parts = parts(path.as_str()).unwrap_or_default();
        let around = place(order, &path_parts, &target) == Place::Around;
        let kind = path_parts.last().and_then(|part| order.get(part.id)).map(|step| &step.kind);
        let over = match state {
            StepState::Succeeded(_) => !matches!(kind, Some(StepKind::Stop { .. })),
            StepState::Skipped | StepState::Branched { .. } | StepState::Failed { handled: true, .. } => true,
            StepState::Looping(items) => around && turn_of(path, from).is_some_and(|turn| turn < items.len()),
            _ => false,
        };
        if !over {
            return Err(Unfit::NotOver { step: from.clone(), before: path.clone() });
        }
    }
    Ok(())
}

/// Which turn of the loop at `looping` the step `inside` is in.
fn turn_of(looping: &StepPath, inside: &StepPath) -> Option<usize> {
    let rest = inside.as_str().strip_prefix(looping.as_str())?.strip_prefix('[')?;
    rest.split_once(']')?.0.parse().ok()
}

fn announced<'a>(log: impl Iterator<Item = &'a LogEntry>) -> Vec<StepPath> {
    let mut steps: Vec<StepPath> = Vec::new();
    for entry in log {
        match &entry.event {
            RunEvent::AttemptStarted { step, .. } if !steps.contains(step) => steps.push(step.clone()),
            _ => {}
        }
    }
    steps
}

impl Kept {
    /// The beginning of the new run's log.
    pub fn into_log(self, of: RunId, by: &str, now: Timestamp) -> Vec<LogEntry> {
        let mut log = self.entries;
        let seq = log.last().map_or(1, |entry| entry.seq + 1);
        let event = RunEvent::Rerun { of, by: by.to_owned(), from: self.from };
        log.push(LogEntry { seq, at: now, event });
        log
    }
}

#[cfg(test)]
mod tests;
