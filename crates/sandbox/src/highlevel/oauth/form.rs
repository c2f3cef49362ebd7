//! The bodies of the token endpoints: a form, as the description has it, or JSON, as an example of the docs has it.

use std::collections::BTreeMap;

use serde_json::Value;
use url::form_urlencoded;

use crate::exchange::{Call, Reply};
use crate::highlevel::refusal;

#[derive(Debug)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    pub fn read(call: &Call) -> Self {
        Self(match &call.body {
            Some(Ok(Value::Object(object))) => object
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect(),
            Some(Err(text)) => form_urlencoded::parse(text.as_bytes()).into_owned().collect(),
            Some(Ok(_)) | None => BTreeMap::new(),
        })
    }

    /// A value, unless it is missing or blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The values of all these.
    ///
    /// # Errors
    /// 422 with one message for each that is missing or blank.
    pub fn need<const N: usize>(&self, names: [&str; N]) -> Result<[&str; N], Reply> {
        let missing = names.iter().filter(|name| self.get(name).is_none());
        let wrong: Vec<String> = missing.map(|name| format!("{name} should not be empty")).collect();
        if wrong.is_empty() {
            Ok(names.map(|name| self.get(name).unwrap_or_default()))
        } else {
            Err(refusal::invalid(wrong))
        }
    }
}
