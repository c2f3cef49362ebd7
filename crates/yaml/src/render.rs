//! Findings for people, programs and code review.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use crate::{Diagnostic, Severity, Source, Span};

/// How much of a line is shown from a finding on, in bytes.
const MAX_EXCERPT: usize = 300;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With an excerpt and a caret.
    Human { colour: bool },
    /// One array of objects.
    Json,
    /// The commands that GitHub Actions reads from a job's output.
    Github,
}

/// The findings in all of `files`, in their order. Human text ends with a newline unless it is empty.
pub fn render(files: &[(&Source, &[Diagnostic])], format: Format) -> String {
    let all = files.iter().flat_map(|(source, found)| found.iter().map(move |one| (*source, one)));
    match format {
        Format::Human { colour } => all.map(|(source, one)| human(source, one, colour) + "\n").collect(),
        Format::Json => {
            let rows: Vec<Value> = all.map(|(source, one)| row(source, one)).collect();
            format!("{:#}\n", Value::Array(rows))
        }
        Format::Github => all.map(|(source, one)| command(source, one) + "\n").collect(),
    }
}

fn human(source: &Source, diagnostic: &Diagnostic, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&diagnostic.message).id(diagnostic.code);
    let mut group = if diagnostic.span.end > source.text.len() || source.text.is_empty() {
        // The text could not be read: there is a place in it, but nothing to show.
        let Span { line, column, .. } = diagnostic.span;
        title.element(Origin::path(&source.name).line(line).char_column(column))
    } else {
        title.element(snippet(source, diagnostic))
    };
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&[group]) + "\n"
}

fn snippet<'a>(source: &'a Source, diagnostic: &'a Diagnostic) -> Snippet<'a, Annotation<'a>> {
    let (first_line, line, span) = excerpt(source, diagnostic.span);
    let annotation = AnnotationKind::Primary.span(span);
    let annotation = match diagnostic.label.as_str() {
        "" => annotation,
        label => annotation.label(label),
    };
    Snippet::source(line).line_start(first_line).path(&source.name).annotation(annotation)
}

/// The line where a finding begins, its number, and the part of it to underline: a caret under a whole block says
/// little, and the rest of a long file costs time at each finding.
fn excerpt(source: &Source, span: Span) -> (usize, &str, Range<usize>) {
    let span = source.span(span.start, span.end);
    let start = source.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = source.text[span.start..].find('\n').map_or(source.text.len(), |at| span.start + at);
    let end = source.border(end.min(span.start + MAX_EXCERPT));
    let line = source.text[start..end].trim_end();
    let column = (span.start - start).min(line.len());
    (span.line, line, column..(span.end - start).clamp(column, line.len()))
}

fn row(source: &Source, diagnostic: &Diagnostic) -> Value {
    let end = source.span(diagnostic.span.end, diagnostic.span.end);
    json!({
        "file": source.name,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
        "end_line": end.line,
        "end_column": end.column,
        "code": diagnostic.code,
        "severity": diagnostic.severity.as_str(),
        "message": diagnostic.message,
        "label": diagnostic.label,
        "help": diagnostic.help,
        "notes": diagnostic.notes,
    })
}

fn command(source: &Source, diagnostic: &Diagnostic) -> String {
    let mut message = diagnostic.message.clone();
    for more in diagnostic.notes.iter().chain(&diagnostic.help) {
        message.push('\n');
        message.push_str(more);
    }
    format!(
        "::{} file={},line={},col={},title={}::{}",
        diagnostic.severity.as_str(),
        escaped(&source.name, true),
        diagnostic.span.line,
        diagnostic.span.column,
        diagnostic.code,
        escaped(&message, false),
    )
}

/// `%`, line ends and, in a property, `:` and `,` have a meaning of their own in a command.
fn escaped(text: &str, property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}
