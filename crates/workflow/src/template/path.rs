//! Paths: `steps.contact.email`, `trigger.tags.[0]`, `@index`, `../name`.

/// A path, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// As it was typed.
    pub(crate) raw: String,
    /// Begins with `@root`: looked up at the top whatever block it is in.
    pub(crate) root: bool,
    /// How many blocks outwards: the number of `../`.
    pub(crate) up: usize,
    /// Begins with `this`: looked up in the block's value only.
    pub(crate) this: bool,
    /// Begins with `@`: a variable of the block, such as `@index`.
    pub(crate) local: bool,
    pub(crate) segments: Vec<String>,
}

impl Path {
    pub(crate) fn parse(raw: &str) -> Self {
        let raw = raw.trim();
        let mut rest = raw;
        let mut path =
            Self { raw: raw.to_owned(), root: false, up: 0, this: false, local: false, segments: Vec::new() };
        if let Some(after) = rest.strip_prefix("@root") {
            path.root = true;
            rest = after.trim_start_matches(['.', '/']);
        } else if let Some(after) = rest.strip_prefix('@') {
            path.local = true;
            rest = after;
        }
        while let Some(after) = rest.strip_prefix("../").or_else(|| rest.strip_prefix("..")) {
            path.up += 1;
            rest = after;
        }
        path.segments = segments(rest);
        if path.segments.first().is_some_and(|first| first == "this") && !rest.starts_with('[') {
            path.segments.remove(0);
            path.this = true;
        } else if rest.starts_with("./") || rest == "." {
            path.this = true;
        }
        path
    }

    /// The first name, where the path begins at the top of the scope or of the block.
    pub(crate) fn head(&self) -> Option<&str> {
        (self.up == 0 && !self.this && !self.local)
            .then(|| self.segments.first().map(String::as_str))
            .flatten()
    }
}

/// The names between dots and slashes; `[...]` holds a name with any characters.
fn segments(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (name, after) = inner.split_once(']').unwrap_or((inner, ""));
            names.push(name.to_owned());
            rest = after;
        } else {
            let end = rest.find(['.', '/']).unwrap_or(rest.len());
            if end > 0 {
                names.push(rest[..end].to_owned());
            }
            rest = &rest[end..];
        }
        rest = rest.strip_prefix(['.', '/']).unwrap_or(rest);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart() {
        let path = Path::parse("steps.contact.[first name].0");
        assert_eq!(path.segments, ["steps", "contact", "first name", "0"]);
        assert_eq!(path.head(), Some("steps"));
        let up = Path::parse("../../name");
        assert_eq!((up.up, up.segments.as_slice()), (2, ["name".to_owned()].as_slice()));
        assert!(Path::parse("@root.trigger.id").root);
        let local = Path::parse("@index");
        assert!(local.local && local.segments == ["index"]);
        assert!(Path::parse("this").this && Path::parse("this").segments.is_empty());
        assert_eq!(Path::parse("this.id").segments, ["id"]);
    }
}
