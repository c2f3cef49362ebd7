//! The names that can be used at a place in a workflow.

use std::collections::HashMap;

use highline_yaml::Span;

use super::shape::Shape;
use crate::document::{OnErrorDocument, StepDocument, StepsDocument};

/// A step's id as it is declared somewhere in the workflow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared {
    pub(super) span: Span,
    /// Whether it is inside a loop.
    pub(super) in_loop: bool,
}

#[derive(Default)]
pub(super) struct Names {
    roots: Vec<(String, Shape)>,
    /// The steps that are done before the place at hand, innermost loop last.
    scopes: Vec<Vec<(String, Shape)>>,
    /// The steps of loops that are over.
    left: Vec<String>,
    declared: HashMap<String, Declared>,
    count: usize,
}

/// What `run` holds.
pub(super) fn run() -> Shape {
    let text = Shape::Scalar("text");
    Shape::fields(["id", "workflow", "created_at"].map(|name| (name.to_owned(), text.clone())).to_vec())
}

impl Names {
    pub(super) fn add(&mut self, name: &str, shape: Shape) {
        self.roots.push((name.to_owned(), shape));
    }

    pub(super) fn root(&self, name: &str) -> Option<&Shape> {
        self.roots.iter().rev().find(|(known, _)| known == name).map(|(_, shape)| shape)
    }

    pub(super) fn roots(&self) -> impl Iterator<Item = &str> {
        let steps = (!self.scopes.is_empty()).then_some("steps");
        self.roots.iter().map(|(name, _)| name.as_str()).chain(steps)
    }

    /// From here on there are steps; all ids are known from the start, so that a reference to a later step can be told
    /// from one to a step that does not exist.
    pub(super) fn begin_steps(&mut self, steps: Option<&StepsDocument>) {
        self.scopes.push(Vec::new());
        if let Some(steps) = steps {
            self.declare(&steps.0, false);
        }
    }

    /// How many steps there are in all blocks together.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    fn declare(&mut self, steps: &[StepDocument], in_loop: bool) {
        self.count += steps.len();
        for step in steps {
            if let Some(id) = &step.id {
                self.declared.entry(id.value.clone()).or_insert(Declared { span: id.span, in_loop });
            }
            for inner in [&step.then, &step.otherwise].into_iter().flatten() {
                self.declare(&inner.0, in_loop);
            }
            if let Some(inner) = &step.steps {
                self.declare(&inner.0, true);
            }
            if let Some(OnErrorDocument::Steps(inner)) = &step.on_error
                && let Some(inner) = &inner.steps
            {
                self.declare(&inner.0, in_loop);
            }
        }
    }

    pub(super) fn declared(&self, id: &str) -> Option<Declared> {
        self.declared.get(id).copied()
    }

    /// Whether there are steps at this place at all.
    pub(super) fn in_steps(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// A step that is done from here on.
    pub(super) fn done(&mut self, id: &str, shape: Shape) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.retain(|(known, _)| known != id);
            scope.push((id.to_owned(), shape));
        }
    }

    pub(super) fn step(&self, id: &str) -> Option<&Shape> {
        self.scopes.iter().rev().flatten().find(|(known, _)| known == id).map(|(_, shape)| shape)
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flatten().map(|(id, _)| id.as_str())
    }

    /// Whether `name` is one of the names at the top.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.roots().any(|root| root == name)
    }

    /// Whether the step was done in a loop that is over.
    pub(super) fn left(&self, id: &str) -> bool {
        self.left.iter().any(|known| known == id)
    }

    /// Begins a loop whose item has this name and shape.
    pub(super) fn enter_loop(&mut self, item: &str, shape: Shape) {
        self.scopes.push(Vec::new());
        self.add(item, shape);
        self.add("index", Shape::Scalar("a number"));
    }

    pub(super) fn leave_loop(&mut self) {
        let done = self.scopes.pop().unwrap_or_default();
        self.left.extend(done.into_iter().map(|(id, _)| id));
        self.roots.truncate(self.roots.len() - 2);
    }
}
