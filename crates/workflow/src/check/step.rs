//! Each kind of step.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use highline_catalog::{Definition, Effect, Repeat};
use highline_yaml::{Diagnostic, Span};
use serde_json::Value;

use super::Checker;
use super::input::Use;
use super::shape::Shape;
use super::steps::Made;
use crate::document::{BackoffWord, InterruptWord, RetryDocument, StepDocument, StopResult, WaitDocument};
use crate::mapping::iso;
use crate::{Backoff, Expr, OnInterrupt, RetryPolicy, StepKind, UseStep, WaitFor, parse_duration};

const KINDS: [&str; 6] = ["use", "then", "for_each", "set", "wait", "stop"];
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

impl Checker<'_> {
    pub(super) fn step_kind(&mut self, document: &StepDocument, id: &str) -> Option<Made> {
        let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| document.keys.has(kind)).collect();
        match kinds.as_slice() {
            [] => {
                self.no_kind(document);
                return None;
            }
            [first, second, ..] => {
                let span = document.keys.get(second).unwrap_or(document.keys.span);
                let message = format!("a step cannot have both `{first}` and `{second}`");
                self.diagnostics.push(Diagnostic::error("E0205", span, message).help("make two steps of it"));
            }
            [only] => self.only(document, only, allowed(only)),
        }
        match kinds[0] {
            "use" => self.use_step(document),
            "then" => self.branches(document, id),
            "for_each" => self.for_each(document, id),
            "set" => {
                let values = self.value(&document.set.as_ref()?.0);
                Some(Made { kind: StepKind::Set { values: values.expr }, shape: values.shape })
            }
            "wait" => {
                let wait = self.wait(document.wait.as_ref()?)?;
                let output = Shape::fields(vec![("until".to_owned(), Shape::Scalar("text"))]);
                Some(Made { kind: StepKind::Wait(wait), shape: output })
            }
            _ => {
                let stop = document.stop.as_ref()?;
                let failed = stop.result.as_ref().is_some_and(|result| result.value == StopResult::Failed);
                let reason = stop.reason.as_ref().map(|reason| self.value(&reason.0).expr);
                Some(Made { kind: StepKind::Stop { failed, reason }, shape: Shape::fields(Vec::new()) })
            }
        }
    }

    fn use_step(&mut self, document: &StepDocument) -> Option<Made> {
        let retry = self.retry(document.retry.as_ref());
        let uses = document.uses.as_ref()?;
        let Some(definition) = self.known(uses, None) else {
            self.free_input(document.with.as_ref());
            return None;
        };
        let connection = self.connection(definition, document.connection.as_ref(), uses.span);
        let with = self.input(&Use {
            definition,
            connection: connection.as_deref(),
            with: document.with.as_ref(),
            span: uses.span,
        });
        let on_interrupt = self.on_interrupt(document, definition);
        let step = UseStep {
            cache: self.cache(document, definition),
            operation: definition.id.clone(),
            connection,
            effect: definition.effect,
            repeat: definition.repeat,
            unsafe_when: definition.unsafe_when.clone(),
            with,
            retry,
            timeout: self.timeout(document),
            on_interrupt,
            verify: (on_interrupt == OnInterrupt::Verify)
                .then(|| definition.verify.clone().map(Arc::new))
                .flatten(),
        };
        Some(Made { kind: StepKind::Use(step), shape: Shape::of_output(definition) })
    }

    /// Values of `state` change under a run, so they are always read anew.
    fn cache(&mut self, document: &StepDocument, definition: &Definition) -> bool {
        let may = definition.effect == Effect::Read && definition.app != "state";
        if let Some(given) = document.cache.as_ref().filter(|_| !may) {
            let message = format!("`cache` does nothing here: `{}` is always done", definition.id);
            self.diagnostics.push(Diagnostic::warning("W0605", given.span, message));
        }
        may && document.cache.as_ref().is_none_or(|given| given.value)
    }

    fn on_interrupt(&mut self, document: &StepDocument, definition: &Definition) -> OnInterrupt {
        let Some(given) = &document.on_interrupt else { return OnInterrupt::Hold };
        let safe = definition.repeat == Repeat::Safe && definition.unsafe_when.is_empty();
        if safe || definition.effect == Effect::Read {
            let message = format!("`on_interrupt` does nothing here: `{}` may be repeated", definition.id);
            self.diagnostics.push(Diagnostic::warning("W0605", given.span, message));
        } else if given.value == InterruptWord::Verify && definition.verify.is_none() {
            let message =
                format!("`{}` cannot be verified: no read tells whether it was done", definition.id);
            let help = "write `hold` (a person decides), `retry` (it may be done twice) or `skip` (it may not be done)";
            self.diagnostics.push(Diagnostic::error("E0308", given.span, message).help(help));
        }
        match given.value {
            InterruptWord::Hold => OnInterrupt::Hold,
            InterruptWord::Retry => OnInterrupt::Retry,
            InterruptWord::Skip => OnInterrupt::Skip,
            InterruptWord::Verify => OnInterrupt::Verify,
        }
    }

    fn timeout(&mut self, document: &StepDocument) -> Duration {
        let Some(given) = &document.timeout else { return DEFAULT_TIMEOUT };
        let fits = (Duration::from_millis(100)..=Duration::from_secs(3600)).contains(&given.value.0);
        if !fits {
            self.error("E0213", given.span, "`timeout` must be 100ms to 1h");
        }
        given.value.0
    }

    fn retry(&mut self, given: Option<&RetryDocument>) -> RetryPolicy {
        let default = RetryPolicy::default();
        let Some(given) = given else { return default };
        let first = given.first.as_ref().map_or(default.first, |first| first.value.0);
        let max = given.max.as_ref().map_or(default.max.max(first), |max| max.value.0);
        if let Some(span) = given.max.as_ref().filter(|_| max < first).map(|max| max.span) {
            self.error("E0213", span, "`max` must not be less than `first`");
        }
        RetryPolicy {
            attempts: given.attempts.as_ref().map_or(default.attempts, |attempts| attempts.value),
            backoff: match given.backoff.as_ref().map(|backoff| backoff.value) {
                Some(BackoffWord::Constant) => Backoff::Constant,
                Some(BackoffWord::Exponential) => Backoff::Exponential,
                None => default.backoff,
            },
            first,
            max,
        }
    }

    fn for_each(&mut self, document: &StepDocument, id: &str) -> Option<Made> {
        let node = &document.for_each.as_ref()?.0;
        let items = self.value(node);
        let batch = document.batch.as_ref().map(|batch| batch.value as usize);
        let item_shape = match &items.shape {
            Shape::List(item) if batch.is_some() => Shape::list(Shape::clone(item)),
            Shape::Any if batch.is_some() => Shape::list(Shape::Any),
            Shape::List(item) => Shape::clone(item),
            Shape::Any => Shape::Any,
            other => {
                let message = format!("`for_each` goes through a list, and this is {}", other.kind());
                let help = match items.templated {
                    false => "write \"{{ steps.… }}\", or a list",
                    true => "a lone expression keeps its type; text around it makes text",
                };
                self.diagnostics.push(Diagnostic::error("E0203", node.span, message).help(help));
                Shape::Any
            }
        };
        let item_name = document.item.as_ref().map_or_else(|| "item".to_owned(), |item| item.value.clone());
        if let Some(item) = &document.item {
            self.good_name(&item.value, item.span, "an item");
        }
        self.names.enter_loop(&item_name, item_shape);
        let steps = document.steps.as_ref().map(|steps| self.steps(steps, id));
        self.names.leave_loop();
        if !document.keys.has("steps") {
            let span = document.keys.get("for_each").unwrap_or(document.keys.span);
            self.diagnostics.push(
                Diagnostic::error("E0202", span, "`for_each` needs `steps`").help("the steps of one turn"),
            );
        }
        let parallel = document.parallel.as_ref().map_or(1, |parallel| parallel.value as usize);
        let kind = StepKind::ForEach { items: items.expr, item_name, parallel, batch, steps: steps? };
        Some(Made { kind, shape: loop_output() })
    }

    fn wait(&mut self, document: &WaitDocument) -> Option<WaitFor> {
        match (&document.length, &document.until) {
            (Some(length), None) => {
                let typed = self.value(&length.0);
                match typed.expr.as_literal() {
                    Some(Value::String(text)) => {
                        if let Err(error) = parse_duration(text) {
                            self.error("E0209", length.0.span, error.to_string());
                        }
                    }
                    Some(Value::Number(number)) if number.as_f64().is_some_and(|number| number >= 0.0) => {}
                    Some(_) => self.error("E0209", length.0.span, "a wait needs a duration such as `5m`"),
                    None => {}
                }
                Some(WaitFor::Duration(typed.expr))
            }
            (None, Some(until)) => {
                let expr = self.value(&until.0).expr;
                Some(WaitFor::Until(self.moment(expr, until.0.span)))
            }
            (Some(_), Some(until)) => {
                self.error("E0205", until.0.span, "a wait has `for` or `until`, not both");
                None
            }
            (None, None) => {
                if !document.keys.has("for") && !document.keys.has("until") {
                    let diagnostic =
                        Diagnostic::error("E0202", document.keys.span, "`wait` needs `for` or `until`");
                    self.diagnostics.push(diagnostic.help("write `wait: { for: 5m }`"));
                }
                None
            }
        }
    }

    /// A fixed moment with its zone, so that a date such as `2026-12-01` means the same at each run.
    fn moment(&mut self, expr: Expr, span: Span) -> Expr {
        let Some(literal) = expr.as_literal() else { return expr };
        if let Some(moment) = literal.as_str().and_then(|text| iso(text, Tz::UTC)) {
            return Expr::literal(Value::String(moment.to_rfc3339()));
        }
        let shown = crate::value::shown(literal);
        let diagnostic = Diagnostic::error("E0214", span, format!("{shown} is not a date in ISO 8601"));
        self.diagnostics.push(diagnostic.help("write it like `2026-11-21T08:00:00Z`"));
        expr
    }
}

fn allowed(kind: &str) -> &'static [&'static str] {
    match kind {
        "use" => &["connection", "with", "if", "retry", "timeout", "cache", "on_error", "on_interrupt"],
        "then" => &["if", "else", "on_error"],
        "for_each" => &["as", "parallel", "batch", "steps", "if", "on_error"],
        "set" | "wait" => &["if", "on_error"],
        _ => &["if"],
    }
}

/// The output of a `for_each`.
fn loop_output() -> Shape {
    let count = Shape::Scalar("a number");
    Shape::fields(vec![
        ("count".to_owned(), count.clone()),
        ("succeeded".to_owned(), count.clone()),
        ("failed".to_owned(), count),
        ("results".to_owned(), Shape::list(Shape::Any)),
    ])
}
