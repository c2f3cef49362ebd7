//! The shape of a workflow, for drawing it: its trigger and its steps, with the branches that they have.

use serde::Serialize;
use serde_json::Value;

use crate::duration::format_duration;
use crate::expr::Expr;
use crate::types::{OnError, Step, StepKind, Trigger, WaitFor, Workflow};
use utoipa::ToSchema;

/// The longest label, in characters.
const LONGEST: usize = 120;

/// How a workflow starts, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TriggerOutline {
    /// `poll`, `schedule`, `webhook` or `manual`.
    pub kind: &'static str,
    /// The polled operation.
    pub operation: Option<String>,
    /// The connection that it is polled through.
    pub connection: Option<String>,
    /// In words: `every 5m`, `0 9 * * MON-FRI (Europe/Berlin)`, `POST to its address`, `by hand`.
    pub text: String,
}

/// One step, with the steps inside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StepOutline {
    /// Where it stands: `steps[0].then[1]`.
    pub path: String,
    pub id: String,
    /// `action`, `read`, `if`, `for_each`, `wait`, `set` or `stop`.
    pub kind: &'static str,
    pub operation: Option<String>,
    pub app: Option<String>,
    pub connection: Option<String>,
    /// What it does, in a few words: the condition, the list, the time.
    pub label: String,
    /// The condition beside an action, without which it is skipped.
    pub condition: Option<String>,
    /// The line of the text on which it begins, from 1.
    pub line: usize,
    pub branches: Vec<BranchOutline>,
}

/// Steps that a step may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BranchOutline {
    /// `then`, `else`, `do` or `on_error`.
    pub name: &'static str,
    #[schema(no_recursion)]
    pub steps: Vec<StepOutline>,
}

impl Workflow {
    /// Its steps, as they are drawn.
    pub fn outline(&self) -> Vec<StepOutline> {
        outlined(&self.steps, "steps")
    }
}

impl Trigger {
    /// How it starts a workflow, in short.
    pub fn outline(&self) -> TriggerOutline {
        let plain = |kind, text: String| TriggerOutline { kind, operation: None, connection: None, text };
        match self {
            Self::Poll(poll) => TriggerOutline {
                operation: Some(poll.operation.clone()),
                connection: poll.connection.clone(),
                ..plain("poll", format!("every {}", format_duration(poll.every)))
            },
            Self::Schedule(schedule) => {
                plain("schedule", format!("{} ({})", schedule.text(), schedule.zone().name()))
            }
            Self::Webhook(webhook) => plain("webhook", format!("{} to its address", webhook.methods_text())),
            Self::Manual => plain("manual", "by hand".to_owned()),
        }
    }
}

fn outlined(steps: &[Step], place: &str) -> Vec<StepOutline> {
    let numbered = steps.iter().enumerate();
    numbered.map(|(number, step)| step_outline(step, format!("{place}[{number}]"))).collect()
}

fn step_outline(step: &Step, path: String) -> StepOutline {
    let (kind, label) = described(&step.kind);
    let uses = match &step.kind {
        StepKind::Use(uses) => Some(uses),
        _ => None,
    };
    StepOutline {
        id: step.id.clone(),
        kind,
        operation: uses.map(|uses| uses.operation.clone()),
        app: uses.and_then(|uses| uses.operation.split('.').next()).map(str::to_owned),
        connection: uses.and_then(|uses| uses.connection.clone()),
        label,
        condition: step.condition.as_ref().map(short),
        line: step.line,
        branches: branches(step, &path),
        path,
    }
}

fn described(kind: &StepKind) -> (&'static str, String) {
    match kind {
        StepKind::Use(uses) => {
            let kind = if uses.effect == highline_catalog::Effect::Write { "action" } else { "read" };
            (kind, uses.operation.clone())
        }
        StepKind::If { condition, .. } => ("if", short(condition)),
        StepKind::ForEach { items, item_name, .. } => {
            ("for_each", format!("{item_name} of {}", short(items)))
        }
        StepKind::Wait(WaitFor::Duration(length)) => ("wait", format!("for {}", short(length))),
        StepKind::Wait(WaitFor::Until(moment)) => ("wait", format!("until {}", short(moment))),
        StepKind::Set { values } => {
            let names = values.source().as_object().map(|map| map.keys().cloned().collect::<Vec<_>>());
            ("set", cut(names.unwrap_or_default().join(", ")))
        }
        StepKind::Stop { failed, reason } => {
            let end = if *failed { "failed" } else { "succeeded" };
            let why = reason.as_ref().map(|reason| format!(": {}", short(reason))).unwrap_or_default();
            ("stop", format!("{end}{why}"))
        }
    }
}

fn branches(step: &Step, path: &str) -> Vec<BranchOutline> {
    let branch = |name: &'static str, key: &str, steps: &[Step]| BranchOutline {
        name,
        steps: outlined(steps, &format!("{path}.{key}")),
    };
    let mut all = match &step.kind {
        StepKind::If { then, otherwise, .. } => {
            vec![branch("then", "then", then), branch("else", "else", otherwise)]
        }
        StepKind::ForEach { steps, .. } => vec![branch("do", "steps", steps)],
        _ => Vec::new(),
    };
    if let OnError::Steps(steps) = &step.on_error {
        all.push(branch("on_error", "on_error.steps", steps));
    }
    all
}

/// An expression as it was written, on one line.
fn short(expr: &Expr) -> String {
    let text = match expr.source() {
        Value::String(text) => text,
        other => other.to_string(),
    };
    cut(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
