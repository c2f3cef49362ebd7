//! From a place in a template to a place in the file.

use highline_yaml::{Node, Source, Span};

/// Where `word` stands in the text of `node`; without a word, the expression at `offset` of its value. The start of the
/// value where neither can be found, as in text with escapes.
pub(super) fn locate(source: &Source, node: &Node, word: Option<&str>, offset: usize) -> Span {
    let raw = source.slice(node.span);
    let value = node.as_str().unwrap_or_default();
    let found = match word {
        Some(word) => {
            let before = value.get(..offset).map_or(0, |before| words(before, word).count());
            words(raw, word).nth(before).or_else(|| words(raw, word).next()).map(|at| (at, at + word.len()))
        }
        None => {
            let count = value.get(..offset).unwrap_or(value).matches("{{").count();
            let inside = value.get(offset..).is_some_and(|rest| rest.starts_with("{{"));
            let nth = if inside { count } else { count.saturating_sub(1) };
            raw.match_indices("{{").nth(nth).map(|(at, _)| (at, at + expression_length(&raw[at..])))
        }
    };
    match found {
        Some((start, end)) => source.span(node.span.start + start, node.span.start + end),
        None => node.span,
    }
}

/// Up to the closing braces, or to the end of the line where there are none.
fn expression_length(text: &str) -> usize {
    let line = text.find('\n').unwrap_or(text.len());
    match text[..line].find("}}") {
        Some(at) => at + 2,
        None => text[..line].trim_end_matches(['"', '\'', ' ']).len(),
    }
}

/// Where `word` stands on its own, and not as a part of a longer path.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@' | '[' | ']');
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text[..*at].chars().next_back();
        let after = text[*at + word.len()..].chars().next();
        !word.is_empty() && !before.is_some_and(part) && !after.is_some_and(part)
    })
}
