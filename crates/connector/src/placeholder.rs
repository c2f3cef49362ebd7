//! `{name}` in a text.

/// The names between braces, in order; an error when a brace is not closed or encloses nothing.
pub fn names(text: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let after = &rest[open + 1..];
        let close = after.find('}').ok_or_else(|| format!("`{text}` has a `{{` that is not closed"))?;
        if close == 0 {
            return Err(format!("`{text}` has empty braces"));
        }
        names.push(&after[..close]);
        rest = &after[close + 1..];
    }
    Ok(names)
}

/// The text with each `{name}` replaced; a name that `value` does not know is given back as the error.
pub fn fill(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        filled.push_str(&rest[..open]);
        let name = &rest[open + 1..open + length];
        filled.push_str(&value(name).ok_or_else(|| name.to_owned())?);
        rest = &rest[open + length + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_filled() {
        assert_eq!(names("/a/{one}/b/{two}"), Ok(vec!["one", "two"]));
        assert!(names("/a/{one").is_err());
        assert!(names("/a/{}").is_err());
        assert_eq!(fill("/a/{one}/b", |name| Some(name.to_uppercase())), Ok("/a/ONE/b".into()));
        assert_eq!(fill("/a/{one}/b", |_| None), Err("one".into()));
    }
}
