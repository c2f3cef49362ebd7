//! What templates see: `trigger`, `vars`, `maps`, `steps`, `run`, and inside a loop its item and `index`.

use highline_model::{StepPath, Timestamp};
use highline_workflow::{OnError, Scope, Step};
use serde_json::{Map, Value, json};

use super::RunFacts;
use crate::history::{History, StepState};

/// The block that is being walked: the root, or a turn of a loop inside another frame.
#[derive(Debug, Clone)]
pub(super) struct Frame<'a> {
    /// `each[3].`, empty at the root.
    prefixes: Vec<String>,
    items: Vec<(&'a str, Value, usize)>,
    /// A loop around it goes on after a failed turn.
    tolerant: bool,
}

/// One turn of a loop.
pub(super) struct LoopFrame<'a, 'b> {
    pub path: &'b StepPath,
    pub index: usize,
    pub item_name: &'a str,
    pub item: &'b Value,
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
            let scope = Scope::new(self.values(facts, history, frame, now));
            self.last = Some((frame.innermost().to_owned(), scope));
        }
        &self.last.as_ref().expect("it was just set").1
    }

    fn values(
        &self,
        facts: RunFacts<'_>,
        history: &History,
        frame: &Frame<'_>,
        now: Timestamp,
    ) -> Map<String, Value> {
        let mut steps = Map::new();
        for prefix in &frame.prefixes {
            for id in &self.ids {
                let path = StepPath(format!("{prefix}{id}"));
                if let Some(output) = history.step(&path).and_then(|h| visible(&h.state)) {
                    steps.insert((*id).to_owned(), output);
                }
            }
        }
        let mut values = start_values(facts, now);
        values.insert("steps".to_owned(), Value::Object(steps));
        for (name, item, index) in &frame.items {
            values.insert((*name).to_owned(), item.clone());
            values.insert("index".to_owned(), Value::from(*index));
        }
        values
    }
}

/// What a later step sees of a step.
fn visible(state: &StepState) -> Option<Value> {
    match state {
        StepState::Succeeded(output) => Some(output.as_ref().clone()),
        StepState::Skipped => Some(Value::Null),
        StepState::Failed { failure, .. } => Some(json!({ "error": failure })),
        _ => None,
    }
}

fn start_values(facts: RunFacts<'_>, now: Timestamp) -> Map<String, Value> {
    let mut values = Map::new();
    values.insert("trigger".to_owned(), facts.event.clone());
    values.insert("vars".to_owned(), Value::Object(facts.workflow.vars.clone()));
    values.insert("maps".to_owned(), Value::Object(facts.workflow.maps.clone()));
    values.insert(
        "run".to_owned(),
        json!({ "id": facts.run, "workflow": facts.workflow.id, "created_at": facts.created_at }),
    );
    values.insert("now".to_owned(), json!(now));
    values
}
