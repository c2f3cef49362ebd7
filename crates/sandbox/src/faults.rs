//! Faults to inject: a status instead of an answer, a delay, a cut connection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One rule. It applies to requests that fit `method` and `path`, `times` times or until removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// A prefix of the path, or with `*` a glob over the whole path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Answer with this status instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Body of that answer; a plain error body otherwise. A string is sent as it is, not as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Wait this long before anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Close the connection without an answer.
    #[serde(default)]
    pub cut: bool,
    /// Do the work first, then answer with the status or cut: the client cannot know that it was done.
    #[serde(default)]
    pub after: bool,
    /// How often it applies; without it, until removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
}

impl Fault {
    fn fits(&self, method: &str, path: &str) -> bool {
        self.times != Some(0)
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|wanted| match wanted.contains('*') {
                true => glob(wanted, path),
                false => path.starts_with(wanted),
            })
    }
}

#[derive(Debug, Default, Serialize)]
pub struct Faults {
    faults: Vec<Fault>,
}

impl Faults {
    pub fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub fn clear(&mut self) {
        self.faults.clear();
    }

    /// The oldest fault that fits, spending one of its times.
    pub fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        let fault = self.faults.iter_mut().find(|fault| fault.fits(method, path))?;
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        Some(fault.clone())
    }
}

/// `*` stands for any text, also none and also with slashes in it.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| glob(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(rule: Value) -> Faults {
        Faults { faults: vec![serde_json::from_value(rule).unwrap()] }
    }

    #[test]
    fn a_fault_applies_as_often_as_it_says() {
        let mut faults = faults(serde_json::json!({"status": 503, "times": 2}));
        assert!(faults.take("GET", "/contacts/a").is_some());
        assert!(faults.take("GET", "/contacts/a").is_some());
        assert!(faults.take("GET", "/contacts/a").is_none());
    }

    #[test]
    fn a_path_is_a_prefix_or_a_glob() {
        let mut prefix = faults(serde_json::json!({"method": "post", "path": "/contacts/"}));
        assert!(prefix.take("POST", "/contacts/search").is_some());
        assert!(prefix.take("GET", "/contacts/search").is_none());
        assert!(prefix.take("POST", "/campaigns/").is_none());
        let mut pattern = faults(serde_json::json!({"path": "/contacts/*/tasks"}));
        assert!(pattern.take("GET", "/contacts/a/tasks").is_some());
        assert!(pattern.take("GET", "/contacts/a/tasks/b").is_none());
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(serde_json::from_value::<Fault>(serde_json::json!({"stauts": 500})).is_err());
    }
}
