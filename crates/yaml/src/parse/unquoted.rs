//! Templates that somebody forgot to quote. YAML reads `{{ x }}` as a mapping inside a mapping; to say so for every
//! place and still check the rest, each is masked with letters of the same length and read as text.

use std::ops::Range;

use crate::{Diagnostic, Source, Span};

pub(super) struct Masked<'a> {
    source: &'a Source,
    text: String,
    ranges: Vec<Range<usize>>,
}

impl<'a> Masked<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, text: source.text.clone(), ranges: Vec::new() }
    }

    /// The text to parse, of the same length as the source.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn count(&self) -> usize {
        self.ranges.len()
    }

    /// Masks the template that begins at `start`; false when it does not end on its line.
    pub(super) fn mask(&mut self, start: usize) -> bool {
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let Some(mut end) = self.text[start..line_end].find("}}").map(|at| start + at + 2) else {
            return false;
        };
        while let Some(more) = self.text[end..line_end].find("{{") {
            match self.text[end + more..line_end].find("}}") {
                Some(close) => end += more + close + 2,
                None => break,
            }
        }
        self.text.replace_range(start..end, &"x".repeat(end - start));
        self.ranges.push(start..end);
        true
    }

    /// Whether something between the two offsets is masked.
    pub(super) fn covers(&self, span: Span) -> bool {
        self.ranges.iter().any(|range| range.start < span.end && span.start < range.end)
    }

    pub(super) fn diagnostics(&self) -> Vec<Diagnostic> {
        self.ranges.iter().map(|range| diagnostic(self.source.span(range.start, range.end))).collect()
    }
}

pub(super) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::error("E0102", span, "this template is not quoted")
        .label("YAML reads this as a mapping")
        .help("quote it: \"{{ … }}\"")
}
