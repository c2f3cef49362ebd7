//! Findings for people who do not have the text's positions at hand.

use highline_yaml::{Diagnostic, Source};
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that is wrong, or looks wrong, in a text. Lines and columns are counted from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiagnosticView {
    /// `E` or `W` and four digits; it stays the same, so that it can be looked up.
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// In lower case, with the wrong word in it.
    pub message: String,
    /// A few words for the place itself.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// The line on which it begins.
    pub line: usize,
    /// The column in which it begins.
    pub column: usize,
    /// Behind its last character.
    pub end_line: usize,
    /// The column behind its end.
    pub end_column: usize,
}

impl DiagnosticView {
    /// What was found in a text.
    pub fn all(source: &Source, diagnostics: &[Diagnostic]) -> Vec<Self> {
        diagnostics.iter().map(|diagnostic| Self::of(source, diagnostic)).collect()
    }

    fn of(source: &Source, diagnostic: &Diagnostic) -> Self {
        let (begin, end) = (diagnostic.span, source.span(diagnostic.span.end, diagnostic.span.end));
        Self {
            code: diagnostic.code,
            severity: diagnostic.severity.as_str(),
            message: diagnostic.message.clone(),
            label: (!diagnostic.label.is_empty()).then(|| diagnostic.label.clone()),
            help: diagnostic.help.clone(),
            notes: diagnostic.notes.clone(),
            line: begin.line,
            column: begin.column,
            end_line: end.line.max(begin.line),
            end_column: if end.line > begin.line { end.column } else { end.column.max(begin.column) },
        }
    }

    pub fn is_error(&self) -> bool {
        self.severity == highline_yaml::Severity::Error.as_str()
    }
}
