//! Text to tree. Built on the parser events of serde-saphyr rather than on its serde values: only the events tell how
//! a scalar was written, and `0123` must not become a number.

use serde_saphyr::granit_parser::{self, Event, Parser, ScanError, StructureStyle};

use crate::source::too_large;
use crate::{Diagnostic, MAX_BYTES, Node, Source, Span};

mod build;
mod unquoted;

use build::Builder;

/// The deepest nesting of sequences and mappings.
pub const MAX_DEPTH: usize = 64;

/// A file with so many mistakes is not read on: its findings help nobody, and cost time.
const MAX_FINDINGS: usize = 100;

/// Enough to see what is wrong with a file.
const MAX_UNQUOTED: usize = 50;

/// A tree as far as it could be read, and what is wrong with the text.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// None when the text is not YAML at all, or past a limit. An empty text is `Null`.
    pub node: Option<Node>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The tree of `source`, or everything that is wrong with it.
pub fn parse(source: &Source) -> Result<Node, Vec<Diagnostic>> {
    let parsed = read(source);
    match parsed.node {
        Some(node) if parsed.diagnostics.is_empty() => Ok(node),
        _ => Err(parsed.diagnostics),
    }
}

/// The tree of `source` even where something is wrong that does not hide the rest: a duplicate key (the first one
/// counts), an unquoted template (taken as if it were quoted), an anchor (left out).
pub fn read(source: &Source) -> Parsed {
    if source.text.len() > MAX_BYTES {
        return Parsed { node: None, diagnostics: vec![too_large(source.text.len() as u64)] };
    }
    let mut masked = unquoted::Masked::new(source);
    loop {
        match attempt(source, &masked) {
            Outcome::Unquoted(start) if masked.count() < MAX_UNQUOTED && masked.mask(start) => {}
            Outcome::Unquoted(start) => {
                let mut diagnostics = masked.diagnostics();
                diagnostics.push(unquoted::diagnostic(source.span(start, start + 2)));
                return Parsed { node: None, diagnostics };
            }
            Outcome::Read(node, mut diagnostics) => {
                diagnostics.extend(masked.diagnostics());
                diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
                return Parsed { node, diagnostics };
            }
        }
    }
}

enum Outcome {
    Read(Option<Node>, Vec<Diagnostic>),
    /// An unquoted template begins at this offset; what the parser would make of the rest is worth nothing.
    Unquoted(usize),
}

fn attempt(source: &Source, masked: &unquoted::Masked) -> Outcome {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH + 8,
        block_nesting_limit: MAX_DEPTH + 8,
    };
    let mut builder = Builder::new(source, masked);
    for event in Parser::new_from_str_with_options(masked.text(), options) {
        let (event, at) = match event {
            Ok(found) => found,
            Err(error) => return failed(source, builder, &error),
        };
        let span = span(source, &at);
        if let Event::MappingStart(StructureStyle::Flow, ..) = event
            && masked.text()[span.start..].starts_with("{{")
        {
            return Outcome::Unquoted(span.start);
        }
        if builder.take(event, span).is_break() || builder.diagnostics.len() >= MAX_FINDINGS {
            return Outcome::Read(None, builder.diagnostics);
        }
    }
    let (node, diagnostics) = builder.finish();
    Outcome::Read(Some(node), diagnostics)
}

fn failed(source: &Source, builder: Builder<'_>, error: &ScanError) -> Outcome {
    let at = offset(source, error.marker());
    let mut diagnostics = builder.diagnostics;
    let diagnostic = match error.kind() {
        granit_parser::ErrorKind::RecursionLimitExceeded => build::too_deep(source.span(at, at)),
        _ => {
            let message = format!("not YAML: {}", error.info());
            hint(Diagnostic::error("E0101", source.span(at, at), message), source, at)
        }
    };
    diagnostics.push(diagnostic);
    Outcome::Read(None, diagnostics)
}

/// Adds what is most often behind a syntax error, by the line that it is in.
fn hint(diagnostic: Diagnostic, source: &Source, at: usize) -> Diagnostic {
    let line_start = source.text[..at].rfind('\n').map_or(0, |found| found + 1);
    let line = source.text[line_start..].lines().next().unwrap_or_default();
    if line.trim_start().starts_with('\t') || line.starts_with('\t') {
        return diagnostic.help("indent with spaces, not with tabs");
    }
    if line.contains("{{") {
        return diagnostic.help("a value with `{{ }}` in it must be quoted: \"…\" or '…'");
    }
    if line.matches(": ").count() > 1 {
        return diagnostic.help("text with a colon and a space in it must be quoted");
    }
    diagnostic
}

fn span(source: &Source, at: &granit_parser::Span) -> Span {
    let start = offset(source, &at.start);
    let end = offset(source, &at.end).max(start);
    Span { start, end, line: at.start.line(), column: at.start.col() + 1 }
}

fn offset(source: &Source, marker: &granit_parser::Marker) -> usize {
    source.border(marker.byte_offset().unwrap_or(source.text.len()))
}
