//! JSON that people give on the command line: itself, @FILE, or - for standard input.

use std::io::Read;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

/// What `text` stands for.
pub fn value(text: &str) -> anyhow::Result<Value> {
    let (json, place) = if text == "-" {
        let mut all = String::new();
        std::io::stdin().read_to_string(&mut all).context("cannot read standard input")?;
        (all, "standard input".to_owned())
    } else if let Some(path) = text.strip_prefix('@') {
        let all = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
        (all, path.to_owned())
    } else {
        (text.to_owned(), "the argument".to_owned())
    };
    serde_json::from_str(&json).with_context(|| format!("{place} is not JSON"))
}

/// The same for an object; nothing given is an empty one.
pub fn object(text: Option<&str>) -> anyhow::Result<Map<String, Value>> {
    match text.map(value).transpose()? {
        None => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(other) => {
            bail!("the input must be a JSON object, not {}", crate::print::short(&other.to_string(), 60))
        }
    }
}
