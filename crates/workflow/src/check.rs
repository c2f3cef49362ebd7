//! From text to a workflow, or to everything that is wrong with it.

use std::sync::Arc;
use std::time::Duration;

use highline_catalog::{Catalog, Connections, Definition};
use highline_model::{KeepExchanges, OnLimit, WorkflowId};
use highline_yaml::{Diagnostic, Source, Span, has_errors};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::document::{
    ConcurrencyDocument, DedupeDocument, Document, ExchangesWord, FromNode, KeepDocument, Length, Located,
    OnLimitWord, Reader, Table,
};
use crate::{Concurrency, Dedupe, Expr, Keep, Trigger, Workflow};

mod connection;
mod input;
mod locate;
mod names;
mod reference;
mod shape;
mod step;
mod steps;
mod trigger;
mod value;
mod webhook;

use names::Names;
use shape::Shape;

/// The most findings that are given for one file.
const MAX_FINDINGS: usize = 200;

/// The most steps of a workflow, those inside blocks included.
const MAX_STEPS: usize = 1000;

/// What a workflow is checked against.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    pub catalog: &'a Catalog,
    /// None: the names of connections are not checked.
    pub connections: Option<&'a Connections>,
}

/// What `check` found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// There if and only if there is no error; there may be warnings.
    pub workflow: Option<Arc<Workflow>>,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a workflow and finds all that is wrong with it.
pub fn check(id: &WorkflowId, source: &Source, environment: &Environment<'_>) -> Checked {
    let parsed = highline_yaml::read(source);
    let mut reader = Reader::new(parsed.diagnostics);
    let document = parsed.node.and_then(|node| Document::from_node(&node, &mut reader));
    let mut checker = Checker {
        source,
        environment: *environment,
        diagnostics: reader.diagnostics,
        names: Names::default(),
        trigger: None,
    };
    let workflow = document.map(|document| checker.workflow(id, &document));
    let mut diagnostics = checker.diagnostics;
    diagnostics.sort_by_key(|one| (one.span.start, one.span.end, one.code));
    diagnostics.dedup();
    let workflow = workflow.flatten().filter(|_| !has_errors(&diagnostics)).map(Arc::new);
    cut(&mut diagnostics);
    Checked { workflow, diagnostics }
}

/// Keeps what a person can read, the errors first.
fn cut(diagnostics: &mut Vec<Diagnostic>) {
    let more = diagnostics.len().saturating_sub(MAX_FINDINGS);
    if more == 0 {
        return;
    }
    diagnostics.sort_by_key(|one| !one.is_error());
    diagnostics.truncate(MAX_FINDINGS);
    diagnostics.sort_by_key(|one| one.span.start);
    let last = diagnostics.last().map_or(Span::default(), |one| one.span);
    diagnostics.push(Diagnostic::warning("W0604", last, format!("there are {more} more findings")));
}

/// The name of a workflow's text: the SHA-256 in hex. Equal texts are one revision.
pub fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn keep(given: &KeepDocument) -> Keep {
    Keep {
        age: given.age.as_ref().map(|age| age.value.0),
        failed_age: given.failed_age.as_ref().map(|age| age.value.0),
        runs: given.runs.as_ref().map(|runs| runs.value.0),
        exchanges: given.exchanges.as_ref().map(|word| match word.value {
            ExchangesWord::All => KeepExchanges::All,
            ExchangesWord::Failed => KeepExchanges::Failed,
            ExchangesWord::None => KeepExchanges::None,
        }),
    }
}

struct Checker<'a> {
    source: &'a Source,
    environment: Environment<'a>,
    diagnostics: Vec<Diagnostic>,
    names: Names,
    /// The app of the trigger and its connection: steps of the same app use it too.
    trigger: Option<(String, String)>,
}

impl<'a> Checker<'a> {
    fn workflow(&mut self, id: &WorkflowId, document: &Document) -> Option<Workflow> {
        let top = self.top(document);
        let vars = self.constants("vars", document.vars.as_ref());
        let maps = self.constants("maps", document.maps.as_ref());
        self.names.add("now", Shape::Scalar("text"));
        let trigger = document.trigger.as_ref().and_then(|trigger| self.trigger(trigger));
        let filter = document.filter.as_ref().and_then(|condition| self.condition(condition));
        let concurrency = document.concurrency.as_ref().and_then(|given| self.concurrency(given));
        let dedupe = document.dedupe.as_ref().and_then(|given| self.dedupe(given));
        let timeout = document.timeout.as_ref().and_then(|given| self.run_timeout(given));
        self.names.add("run", names::run());
        self.names.begin_steps(document.steps.as_ref());
        if self.names.count() > MAX_STEPS {
            let message = format!("{} steps; a workflow has at most {MAX_STEPS}", self.names.count());
            self.error("E0215", document.keys.get("steps").unwrap_or_default(), message);
            return None;
        }
        let steps = document.steps.as_ref().map(|steps| self.steps(steps, "step")).unwrap_or_default();
        top?;
        Some(Workflow {
            id: id.clone(),
            name: document.name.as_ref().map_or_else(|| id.to_string(), |name| name.value.clone()),
            enabled: document.enabled.as_ref().is_some_and(|enabled| enabled.value),
            trigger: trigger.unwrap_or(Trigger::Manual),
            vars,
            maps,
            filter,
            concurrency,
            dedupe,
            timeout,
            keep: document.keep.as_ref().map(keep),
            steps,
        })
    }

    /// The two keys that no workflow can do without.
    fn top(&mut self, document: &Document) -> Option<()> {
        let start = self.source.span(document.keys.span.start, document.keys.span.start);
        for (key, help) in [
            (
                "trigger",
                "say how it starts, such as `trigger: { use: highlevel.contacts.search, every: 5m }`",
            ),
            ("steps", "say what it does, such as `steps: [{ use: … }]`"),
        ] {
            if !document.keys.has(key) {
                let message = format!("a workflow needs `{key}`");
                self.diagnostics.push(Diagnostic::error("E0202", start, message).help(help));
            }
        }
        (document.keys.has("trigger") && document.keys.has("steps")).then_some(())
    }

    /// `vars` or `maps`: plain values. They come into the names with their shape.
    fn constants(&mut self, name: &'static str, table: Option<&Table>) -> Arc<Value> {
        let value = table.map_or_else(|| Value::Object(Map::new()), |table| table.0.to_json());
        self.names.add(name, Shape::of_value(&value));
        if let Some(table) = table {
            self.no_templates(&table.0, name);
        }
        Arc::new(value)
    }

    fn concurrency(&mut self, given: &ConcurrencyDocument) -> Option<Concurrency> {
        let Some(key) = &given.key else {
            if !given.keys.has("key") {
                self.error("E0202", given.keys.span, "`concurrency` needs `key`");
            }
            return None;
        };
        let key: Expr = self.value(&key.0).expr;
        let on_limit = match given.on_limit.as_ref().map(|word| word.value) {
            None | Some(OnLimitWord::Queue) => OnLimit::Queue,
            Some(OnLimitWord::Drop) => OnLimit::Drop,
            Some(OnLimitWord::CancelPrevious) => OnLimit::CancelPrevious,
        };
        Some(Concurrency { key, limit: given.limit.as_ref().map_or(1, |limit| limit.value), on_limit })
    }

    fn run_timeout(&mut self, given: &Located<Length>) -> Option<Duration> {
        let timeout = given.value.0;
        if timeout < Duration::from_secs(1) {
            let text = crate::format_duration(timeout);
            self.error("E0213", given.span, format!("the `timeout` of a run must be 1s or more, not {text}"));
        }
        Some(timeout)
    }

    fn dedupe(&mut self, given: &DedupeDocument) -> Option<Dedupe> {
        let Some(key) = &given.key else {
            if !given.keys.has("key") {
                self.error("E0202", given.keys.span, "`dedupe` needs `key`");
            }
            return None;
        };
        let value = self.value(&key.0);
        if !value.templated {
            let message =
                "a `dedupe.key` must be a template; with this one only the first event ever starts a run";
            let help = "write `key: \"{{ trigger.id }}\"`";
            self.diagnostics.push(Diagnostic::error("E0203", key.0.span, message).help(help));
        }
        let within = given.within.as_ref().map(|within| (within.value.0, within.span));
        if let Some((_, span)) = within.filter(|(within, _)| *within < Duration::from_secs(1)) {
            self.error("E0213", span, "`within` must be 1s or more");
        }
        Some(Dedupe { key: value.expr, within: within.map(|(within, _)| within) })
    }

    fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, span, message));
    }

    fn definition(&self, id: &str) -> Option<&'a Definition> {
        self.environment.catalog.get(id).map(|operation| operation.definition())
    }
}
