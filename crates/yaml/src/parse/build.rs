//! Events to nodes.

use std::ops::ControlFlow;

use indexmap::IndexMap;
use serde_saphyr::granit_parser::{Event, ScalarStyle};

use super::MAX_DEPTH;
use super::unquoted::Masked;
use crate::scalar::resolve;
use crate::{Diagnostic, Entry, Node, NodeValue, Source, Span};

/// A collection whose end has not come yet.
enum Open {
    Sequence { start: Span, items: Vec<Node> },
    Mapping { start: Span, entries: IndexMap<String, Entry>, key: Option<(Option<String>, Span)> },
}

pub(super) struct Builder<'a> {
    source: &'a Source,
    masked: &'a Masked<'a>,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error("E0104", span, format!("nested deeper than {MAX_DEPTH} levels"))
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a Source, masked: &'a Masked<'a>) -> Self {
        Self { source, masked, open: Vec::new(), root: None, documents: 0, diagnostics: Vec::new() }
    }

    /// Takes one event; breaks where reading on makes no sense.
    pub(super) fn take(&mut self, event: Event<'_>, span: Span) -> ControlFlow<()> {
        match event {
            Event::DocumentStart(..) => return self.document(span),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse(anchor > 0 || tag.is_some(), span);
                let node = self.scalar(&text, style, span);
                self.add(node);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse(anchor > 0 || tag.is_some(), span);
                return self.enter(Open::Sequence { start: span, items: Vec::new() }, span);
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse(anchor > 0 || tag.is_some(), span);
                return self.enter(Open::Mapping { start: span, entries: IndexMap::new(), key: None }, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse(true, span);
                self.add(Node { span, value: NodeValue::Null, typed: None });
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    /// The tree; an empty text is `Null`.
    pub(super) fn finish(self) -> (Node, Vec<Diagnostic>) {
        let empty = || Node { span: self.source.span(0, 0), value: NodeValue::Null, typed: None };
        (self.root.unwrap_or_else(empty), self.diagnostics)
    }

    fn document(&mut self, span: Span) -> ControlFlow<()> {
        self.documents += 1;
        if self.documents == 1 {
            return ControlFlow::Continue(());
        }
        let diagnostic = Diagnostic::error("E0106", span, "a second YAML document begins here")
            .help("put each document into a file of its own");
        self.diagnostics.push(diagnostic);
        ControlFlow::Break(())
    }

    fn refuse(&mut self, refused: bool, span: Span) {
        if refused {
            let message = "anchors, aliases and tags (`&`, `*`, `!`) are not read";
            let help = "write the value out; quote text that begins with `&`, `*` or `!`";
            self.diagnostics.push(Diagnostic::error("E0107", span, message).help(help));
        }
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: Span) -> Node {
        if style != ScalarStyle::Plain {
            return Node { span, value: NodeValue::String(text.to_owned()), typed: None };
        }
        if self.masked.covers(span) {
            let text = self.source.slice(span).to_owned();
            return Node { span, value: NodeValue::String(text.clone()), typed: Some(text) };
        }
        Node { span, value: resolve(text), typed: Some(text.to_owned()) }
    }

    fn enter(&mut self, open: Open, span: Span) -> ControlFlow<()> {
        if self.open.len() >= MAX_DEPTH {
            self.diagnostics.push(too_deep(span));
            return ControlFlow::Break(());
        }
        self.open.push(open);
        ControlFlow::Continue(())
    }

    fn leave(&mut self, end: Span) {
        let (start, value) = match self.open.pop() {
            Some(Open::Sequence { start, items }) => (start, NodeValue::Sequence(items)),
            Some(Open::Mapping { start, entries, .. }) => (start, NodeValue::Mapping(entries)),
            None => return,
        };
        self.add(Node { span: Span { end: self.last_text(start, end), ..start }, value, typed: None });
    }

    /// A block collection ends where the next thing begins; its own text ends before the white space there.
    fn last_text(&self, start: Span, end: Span) -> usize {
        let end = end.end.max(start.start);
        start.start + self.source.text[start.start..end].trim_end().len()
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { key, .. }) if key.is_none() => {
                let name = self.key(&node);
                if let Some(Open::Mapping { key, .. }) = self.open.last_mut() {
                    *key = Some((name, node.span));
                }
            }
            Some(Open::Mapping { entries, key, .. }) => {
                let Some((Some(name), key_span)) = key.take() else { return };
                if entries.contains_key(&name) {
                    let first = entries[&name].key_span.line;
                    let message = format!("key `{name}` is there twice");
                    let diagnostic = Diagnostic::error("E0103", key_span, message)
                        .label(format!("the first one is in line {first}"));
                    self.diagnostics.push(diagnostic);
                } else {
                    entries.insert(name, Entry { key_span, value: node });
                }
            }
        }
    }

    /// The text of a key; a key that is not text is reported and left out with its value.
    fn key(&mut self, node: &Node) -> Option<String> {
        if node.typed.as_deref() == Some("<<") {
            self.refuse(true, node.span);
            return None;
        }
        let text = node.text().filter(|text| !text.is_empty()).map(str::to_owned);
        if text.is_none() {
            let message = format!("a key must be text, not {}", node.kind());
            self.diagnostics.push(Diagnostic::error("E0109", node.span, message));
        }
        text
    }
}
