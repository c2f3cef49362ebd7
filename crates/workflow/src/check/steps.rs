//! Lists of steps: their ids, their order, what can be seen from each.

use highline_yaml::Diagnostic;

use super::Checker;
use super::shape::Shape;
use crate::document::{OnErrorDocument, OnErrorWord, StepDocument, StepsDocument};
use crate::{Expr, OnError, Step, StepKind};

/// Names that a step or an item cannot have, because they mean something else.
const TAKEN: [&str; 9] = ["trigger", "vars", "maps", "steps", "run", "now", "index", "this", "else"];

/// A checked step and what is known of its output.
pub(super) struct Made {
    pub(super) kind: StepKind,
    pub(super) shape: Shape,
}

impl Checker<'_> {
    /// Checks steps in order. Steps without an id are called `prefix_1`, `prefix_2` and so on.
    pub(super) fn steps(&mut self, document: &StepsDocument, prefix: &str) -> Vec<Step> {
        self.steps_from(document, prefix, 0)
    }

    /// The same, counting on from `offset`, for the second list of a step.
    pub(super) fn steps_from(&mut self, document: &StepsDocument, prefix: &str, offset: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut stopped = false;
        for (at, document) in document.0.iter().enumerate() {
            if std::mem::take(&mut stopped) {
                let message = "this step is never reached: the run has ended before it";
                self.diagnostics.push(Diagnostic::warning("W0602", document.keys.span, message));
            }
            stopped = document.keys.has("stop") && !document.keys.has("if");
            let id = self.id(document, &format!("{prefix}_{}", offset + at + 1));
            steps.extend(self.step(document, &id));
        }
        steps
    }

    fn id(&mut self, document: &StepDocument, generated: &str) -> String {
        let Some(id) = &document.id else {
            let mut id = generated.to_owned();
            while self.names.declared(&id).is_some() {
                id.push('_');
            }
            return id;
        };
        self.good_name(&id.value, id.span, "a step");
        match self.names.declared(&id.value) {
            Some(first) if first.span != id.span => {
                let message = format!("there are two steps with the id `{}`", id.value);
                let label = format!("the first one is in line {}", first.span.line);
                self.diagnostics.push(Diagnostic::error("E0207", id.span, message).label(label));
            }
            _ => {}
        }
        id.value.clone()
    }

    /// Whether a name may be given to a step or an item.
    pub(super) fn good_name(&mut self, name: &str, span: highline_yaml::Span, what: &str) {
        let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && name.len() <= 60;
        if !fits {
            let message = format!("{what} cannot be called `{name}`");
            let help = "a name has up to 60 lower case letters, digits and `_`, and begins with a letter";
            self.diagnostics.push(Diagnostic::error("E0206", span, message).help(help));
        } else if TAKEN.contains(&name) {
            let message =
                format!("{what} cannot be called `{name}`, which means something else in templates");
            self.diagnostics.push(Diagnostic::error("E0206", span, message));
        }
    }

    fn step(&mut self, document: &StepDocument, id: &str) -> Option<Step> {
        let branches = document.keys.has("then");
        let condition = match &document.condition {
            Some(condition) if !branches => self.condition(condition),
            _ => None,
        };
        let made = self.step_kind(document, id);
        let failed = matches!(
            document.on_error,
            Some(OnErrorDocument::Word(OnErrorWord::Continue) | OnErrorDocument::Steps(_))
        );
        let shape = made.as_ref().map_or(Shape::Any, |made| made.shape.clone());
        let shape = if failed { shape.with("error", error()) } else { shape };
        if document.id.is_some() {
            self.names.done(id, shape);
        }
        let on_error = self.on_error(document, id);
        let kind = made?.kind;
        Some(Step { id: id.to_owned(), condition, kind, on_error, line: document.keys.span.line })
    }

    fn on_error(&mut self, document: &StepDocument, id: &str) -> OnError {
        match &document.on_error {
            None | Some(OnErrorDocument::Word(OnErrorWord::Stop)) => OnError::Stop,
            Some(OnErrorDocument::Word(OnErrorWord::Continue)) => OnError::Continue,
            Some(OnErrorDocument::Steps(inner)) => match &inner.steps {
                Some(steps) => {
                    let offset = inner_count(document);
                    OnError::Steps(self.steps_from(steps, id, offset))
                }
                None => {
                    if !inner.keys.has("steps") {
                        let diagnostic =
                            Diagnostic::error("E0202", inner.keys.span, "`on_error` needs `steps`");
                        self.diagnostics
                            .push(diagnostic.help("or write `on_error: stop` or `on_error: continue`"));
                    }
                    OnError::Stop
                }
            },
        }
    }

    /// `if` with `then` and `else`.
    pub(super) fn branches(&mut self, document: &StepDocument, id: &str) -> Option<Made> {
        if !document.keys.has("if") {
            self.error("E0202", document.keys.get("then").unwrap_or(document.keys.span), "`then` needs `if`");
        }
        let condition = document.condition.as_ref().and_then(|condition| self.condition(condition));
        let then = document.then.as_ref().map(|steps| self.steps(steps, id)).unwrap_or_default();
        let otherwise = document.otherwise.as_ref();
        let otherwise = otherwise.map(|steps| self.steps_from(steps, id, then.len())).unwrap_or_default();
        let condition = condition.unwrap_or_else(|| Expr::literal(false.into()));
        Some(Made { kind: StepKind::If { condition, then, otherwise }, shape: Shape::fields(Vec::new()) })
    }

    /// Keys that this kind of step does not have.
    pub(super) fn only(&mut self, document: &StepDocument, kind: &str, allowed: &[&str]) {
        for key in KEYS.iter().filter(|key| !allowed.contains(key) && **key != kind) {
            if let Some(span) = document.keys.get(key) {
                let home = match *key {
                    "connection" | "with" | "retry" | "timeout" | "cache" | "on_interrupt" => "`use`",
                    "as" | "parallel" | "batch" | "steps" => "`for_each`",
                    "then" | "else" => "`if`",
                    _ => "another kind of step",
                };
                let message = format!("`{key}` goes with {home}, not with `{kind}`");
                self.error("E0205", span, message);
            }
        }
    }

    /// No kind of step has been found.
    pub(super) fn no_kind(&mut self, document: &StepDocument) {
        let (span, message, help) = match (document.keys.get("if"), document.keys.get("steps")) {
            (Some(span), _) => (
                span,
                "`if` on its own needs `then`",
                "or put it beside `use`, `for_each`, `set`, `wait` or `stop`",
            ),
            (None, Some(span)) => {
                (span, "`steps` needs `for_each`", "write `for_each: \"{{ … }}\"` beside it")
            }
            _ => (
                document.keys.span,
                "a step needs something to do",
                "it has one of `use`, `if` with `then`, `for_each`, `set`, `wait` or `stop`",
            ),
        };
        self.diagnostics.push(Diagnostic::error("E0202", span, message).help(help));
    }
}

/// All keys of a step but those that every kind has.
const KEYS: [&str; 19] = [
    "use",
    "connection",
    "with",
    "if",
    "then",
    "else",
    "for_each",
    "as",
    "parallel",
    "batch",
    "steps",
    "set",
    "wait",
    "stop",
    "retry",
    "timeout",
    "cache",
    "on_error",
    "on_interrupt",
];

/// What `steps.<id>.error` holds.
fn error() -> Shape {
    let text = Shape::Scalar("text");
    Shape::fields(vec![
        ("kind".to_owned(), text.clone()),
        ("message".to_owned(), text.clone()),
        ("status".to_owned(), Shape::Scalar("a number")),
        ("trace_id".to_owned(), text),
        ("details".to_owned(), Shape::Any),
    ])
}

/// How many steps are directly in a step, apart from those of `on_error`.
fn inner_count(document: &StepDocument) -> usize {
    [&document.then, &document.otherwise, &document.steps]
        .into_iter()
        .flatten()
        .map(|steps| steps.0.len())
        .sum()
}
