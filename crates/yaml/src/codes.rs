//! What each code of this crate means.

/// A code and its meaning, for the docs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub code: &'static str,
    pub meaning: &'static str,
}

const fn code(code: &'static str, meaning: &'static str) -> Code {
    Code { code, meaning }
}

/// The codes that reading YAML can give.
pub const CODES: &[Code] = &[
    code("E0100", "the file cannot be read"),
    code("E0101", "the text is not YAML"),
    code("E0102", "a template is not quoted: YAML takes `{{ x }}` for a mapping"),
    code("E0103", "a key is there twice"),
    code("E0104", "values are nested too deep (64 levels)"),
    code("E0105", "the text is too large (1 MiB)"),
    code("E0106", "the file has more than one YAML document"),
    code("E0107", "an anchor, an alias, a merge key or a tag, which Highline does not read"),
    code("E0108", "the file is not UTF-8"),
    code("E0109", "a key is not plain text"),
];
