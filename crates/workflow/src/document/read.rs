//! From nodes to the types of the format. Finds everything that is wrong and goes on.

use std::time::Duration;

use highline_yaml::{Diagnostic, Node, Span, nearest};

use super::{Condition, Keys, Lasting, Length, Located, RunCount, Table, Templated};
use crate::duration::parse_duration;

pub(crate) trait FromNode: Sized {
    /// None when the node is so wrong that nothing can be made of it; the reader has been told.
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self>;
}

pub(crate) struct Reader {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The key whose value is being read.
    key: &'static str,
}

impl Reader {
    /// A reader that adds to what has been found already.
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, key: "" }
    }

    /// Looks for keys that `what` does not have; none when the node is no object at all.
    pub(crate) fn keys(&mut self, node: &Node, what: &str, known: &'static [&'static str]) -> Option<Keys> {
        let Some(entries) = node.as_mapping() else {
            self.wrong_type(node, what, "an object");
            return None;
        };
        let mut present = Vec::new();
        for (key, entry) in entries {
            if let Some(known) = known.iter().find(|known| **known == key) {
                present.push((*known, entry.key_span));
                continue;
            }
            let diagnostic = Diagnostic::error("E0201", entry.key_span, format!("{what} has no key `{key}`"));
            let diagnostic = match nearest(key, known.iter().copied()) {
                Some(near) => diagnostic.meant(Some(near)),
                None => diagnostic.help(format!("the keys are {}", known.join(", "))),
            };
            self.diagnostics.push(diagnostic.label("unknown key"));
        }
        Some(Keys { span: node.span, present })
    }

    /// The value of `key`; a key with nothing behind it is as good as wrong.
    pub(crate) fn field<T: FromNode>(&mut self, node: &Node, key: &'static str) -> Option<T> {
        let value = node.get(key)?;
        let outer = std::mem::replace(&mut self.key, key);
        let read = T::from_node(value, self);
        self.key = outer;
        read
    }

    pub(crate) fn list<T: FromNode>(&mut self, node: &Node, what: &str) -> Option<Vec<T>> {
        let Some(items) = node.as_sequence() else {
            self.wrong_type(node, what, "a list");
            return None;
        };
        Some(items.iter().filter_map(|item| T::from_node(item, self)).collect())
    }

    pub(crate) fn word<T: Copy>(&mut self, node: &Node, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = node.text();
        if let Some((_, value)) = words.iter().find(|(word, _)| Some(*word) == text) {
            return Some(*value);
        }
        let all: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let Some(text) = text else {
            self.wrong_type(node, what, &format!("one of {}", all.join(", ")));
            return None;
        };
        let message = format!("{what} cannot be `{text}`");
        let diagnostic = Diagnostic::error("E0204", node.span, message);
        self.diagnostics.push(match nearest(text, words.iter().map(|(word, _)| *word)) {
            Some(near) => diagnostic.meant(Some(near)),
            None => diagnostic.help(format!("it can be {}", all.join(", "))),
        });
        None
    }

    pub(crate) fn wrong_type(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} must be {wanted}, not {}", node.kind());
        self.diagnostics.push(Diagnostic::error("E0203", node.span, message));
    }

    fn wrong_value(&mut self, node: &Node, wanted: &str) {
        let what = format!("`{}`", self.key);
        self.wrong_type(node, &what, wanted);
    }

    pub(crate) fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, span, message));
    }
}

impl<T: FromNode> FromNode for Located<T> {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        T::from_node(node, reader).map(|value| Self { value, span: node.span })
    }
}

impl FromNode for String {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        match node.text() {
            Some(text) if !node.is_null() => Some(text.to_owned()),
            _ => {
                reader.wrong_value(node, "text");
                None
            }
        }
    }
}

impl FromNode for bool {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let value = node.to_json().as_bool();
        if value.is_none() {
            reader.wrong_value(node, "true or false");
        }
        value
    }
}

impl FromNode for u32 {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let value = node.to_json().as_i64();
        match value.map(u32::try_from) {
            Some(Ok(value)) if (1..=1000).contains(&value) => Some(value),
            Some(_) => {
                let (key, typed) = (reader.key, node.text().unwrap_or_default());
                reader.error("E0213", node.span, format!("`{key}` must be 1 to 1000, not {typed}"));
                None
            }
            None => {
                reader.wrong_value(node, "a whole number");
                None
            }
        }
    }
}

impl FromNode for Length {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Some(text) = node.text().filter(|_| !node.is_null()) else {
            reader.wrong_value(node, "a duration such as `5m`");
            return None;
        };
        match parse_duration(text) {
            Ok(duration) => Some(Self(duration)),
            Err(error) => {
                reader.error("E0209", node.span, error.to_string());
                None
            }
        }
    }
}

impl FromNode for Lasting {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if node.text() == Some("forever") {
            return Some(Self(Duration::MAX));
        }
        let Some(text) = node.text().filter(|_| !node.is_null()) else {
            reader.wrong_value(node, "a duration such as `30d`, or `forever`");
            return None;
        };
        match parse_duration(text) {
            Ok(duration) => Some(Self(duration)),
            Err(error) => {
                reader.error("E0209", node.span, format!("{error}, or `forever`"));
                None
            }
        }
    }
}

impl FromNode for RunCount {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        const MOST: u64 = 1_000_000_000;
        let value = node.to_json();
        match value.as_u64() {
            Some(runs) if (1..=MOST).contains(&runs) => Some(Self(runs)),
            _ if value.is_number() => {
                let (key, typed) = (reader.key, node.text().unwrap_or_default());
                reader.error("E0213", node.span, format!("`{key}` must be 1 to {MOST}, not {typed}"));
                None
            }
            _ => {
                reader.wrong_value(node, "a whole number");
                None
            }
        }
    }
}

impl FromNode for Templated {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if node.is_null() {
            reader.wrong_value(node, "a value");
            return None;
        }
        Some(Self(node.clone()))
    }
}

impl FromNode for Table {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if node.as_mapping().is_none() {
            reader.wrong_value(node, "an object");
            return None;
        }
        Some(Self(node.clone()))
    }
}

impl FromNode for Condition {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let fits =
            matches!(node.value, highline_yaml::NodeValue::String(_) | highline_yaml::NodeValue::Bool(_));
        if !fits {
            reader.wrong_value(node, "a template such as \"{{ trigger.completed }}\"");
            return None;
        }
        Some(Self(node.clone()))
    }
}
