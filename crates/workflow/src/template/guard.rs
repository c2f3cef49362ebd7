//! Limits that are checked before the parser sees a template: deep nesting would overflow its stack, which no program
//! can catch.

use super::TemplateProblem;

pub(crate) const MAX_BYTES: usize = 64 * 1024;
const MAX_BLOCKS: usize = 32;
const MAX_PARENTHESES: usize = 16;
const MAX_ELSE: usize = 64;

/// Refuses what is too long, too deep or has too many `else`.
pub(super) fn guard(source: &str) -> Result<(), TemplateProblem> {
    if source.len() > MAX_BYTES {
        return Err(limit(0, format!("template of {} bytes; at most {MAX_BYTES} are allowed", source.len())));
    }
    let (mut blocks, mut chain) = (0usize, 0usize);
    let mut at = 0;
    while let Some(found) = source[at..].find("{{") {
        let open = at + found;
        let body = source[open..].trim_start_matches(['{', '~']);
        let start = source.len() - body.len();
        match body.as_bytes().first() {
            Some(b'#') => blocks += 1,
            Some(b'/') => blocks = blocks.saturating_sub(1),
            Some(b'^') => chain += 1,
            _ if body.trim_start().starts_with("else") => chain += 1,
            _ => {}
        }
        if blocks > MAX_BLOCKS {
            return Err(limit(open, format!("blocks nested deeper than {MAX_BLOCKS}")));
        }
        if chain > MAX_ELSE {
            return Err(limit(open, format!("more than {MAX_ELSE} `else`")));
        }
        at = start
            + depth(&source[start..]).map_err(|deep| {
                limit(start + deep, format!("parentheses nested deeper than {MAX_PARENTHESES}"))
            })?;
    }
    Ok(())
}

/// Reads to the end of an expression and gives its length; or the offset where brackets are nested too deep.
fn depth(expression: &str) -> Result<usize, usize> {
    let mut depth = 0usize;
    let mut quote = None;
    for (at, byte) in expression.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']') => depth = depth.saturating_sub(1),
            (None, b'}') if expression[at..].starts_with("}}") => return Ok(at),
            (None, b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_PARENTHESES {
            return Err(at);
        }
    }
    Ok(expression.len())
}

fn limit(offset: usize, message: String) -> TemplateProblem {
    TemplateProblem { code: "E0402", message, help: None, offset, word: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_overflow_the_parser_is_refused() {
        let nested = format!("{{{{ {} 1 {} }}}}", "(not ".repeat(1000), ")".repeat(1000));
        let blocks = "{{#if a}}".repeat(4000);
        let chain = format!("{{{{#if a}}}}{}{{{{/if}}}}", "{{else if b}}".repeat(4000));
        let arrays = format!("{{{{ x {} }}}}", "[".repeat(5000));
        let long = "a".repeat(MAX_BYTES + 1);
        for wrong in [nested, blocks, chain, arrays, long] {
            assert_eq!(guard(&wrong).unwrap_err().code, "E0402", "{}", &wrong[..40]);
        }
        assert!(guard("{{#if a}}{{ not (isEmpty \"((((\") }}{{else}}x{{/if}}").is_ok());
    }
}
