//! What templates see: `trigger`, `vars`, `maps`, `steps`, `run`, and inside a loop its item and `index`.

use std::sync::Arc;

use highline_model::{StepPath, Timestamp};
use highline_workflow::{OnError, Scope, Step};
use serde_json::{Value, json};

use super::RunFacts;
use crate::event::trigger_scope;
use crate::history::{History, StepState};

/// The block that is being walked: the root, or a turn of a loop inside another frame.
#[derive(Debug, Clone)]
pub(super) struct Frame<'a> {
    /// `each[3].`, empty at the root.
    prefixes: Vec<String>,
    items: Vec<(&'a str, Arc<Value>, usize)>,
    /// A loop around it goes on after a failed turn.
    tolerant: bool,
}

/// One turn of a loop.
pub(super) struct LoopFrame<'a, 'b> {
    pub path: &'b StepPath,
    pub index: usize,
    pub item_name: &'a str,
    pub item: &'b Arc<Value>,
}

impl<'a> Frame<'a> {
    pub fn root() -> Self {
        Self { prefixes: vec![String::new()], items: Vec::new(), tolerant: false }
    }

    pub fn turn(&self, turn: LoopFrame<'a, '_>, step: &Step) -> Self {
        let mut frame = self.clone();
        frame.prefixes.push(format!("{}[{}].", turn.path, turn.index));
        frame.items.push((turn.item_name, turn.item.clone(), turn.index));
        frame.tolerant |= !matches!(step.on_error, OnError::Stop);
        frame
    }

    pub fn path(&self, id: &str) -> StepPath {
        StepPath(format!("{}{id}", self.innermost()))
    }

    /// Whether the workflow goes on when `step` fails here.
    pub fn handles(&self, step: &Step) -> bool {
        self.tolerant || !matches!(step.on_error, OnError::Stop)
    }

    fn innermost(&self) -> &str {
        self.prefixes.last().expect("a frame has the root's prefix at least")
    }
}

/// Builds scopes, and keeps the last one until the log grows or another block is walked.
pub(super) struct Scopes<'a> {
    ids: Vec<&'a str>,
    last: Option<(String, Scope)>,
}

impl<'a> Scopes<'a> {
    pub fn new(ids: Vec<&'a str>) -> Self {
        Self { ids, last: None }
    }

    pub fn forget(&mut self) {
        self.last = None;
    }

    pub fn of(
        &mut self,
        facts: RunFacts<'_>,
        history: &History,
        frame: &Frame<'_>,
        now: Timestamp,
    ) -> &Scope {
        if self.last.as_ref().is_none_or(|(prefix, _)| prefix != frame.innermost()) {
            let scope = self.build(facts, history, frame, now);
            self.last = Some((frame.innermost().to_owned(), scope));
        }
        &self.last.as_ref().expect("it was just set").1
    }

    fn build(&self, facts: RunFacts<'_>, history: &History, frame: &Frame<'_>, now: Timestamp) -> Scope {
        let mut scope = trigger_scope(facts.workflow, Some(facts.event.clone()), now);
        let run = json!({ "id": facts.run, "workflow": facts.workflow.id, "created_at": facts.created_at });
        scope.set("run", run);
        for prefix in &frame.prefixes {
            for id in &self.ids {
                let path = StepPath(format!("{prefix}{id}"));
                if let Some(output) = history.step(&path).and_then(|h| visible(&h.state)) {
                    scope.set_step(*id, output);
                }
            }
        }
        for (name, item, index) in &frame.items {
            scope.set(*name, item.clone());
            scope.set("index", Value::from(*index));
        }
        scope
    }
}

/// What a later step sees of a step.
fn visible(state: &StepState) -> Option<Arc<Value>> {
    match state {
        StepState::Succeeded(output) => Some(output.clone()),
        StepState::Skipped => Some(Arc::new(Value::Null)),
        StepState::Failed { failure, .. } => Some(Arc::new(json!({ "error": failure }))),
        _ => None,
    }
}
