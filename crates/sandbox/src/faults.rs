//! Faults to inject: a status instead of an answer, a delay, a cut connection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One rule. It applies to requests that fit `method`, `path` and `route`, `times` times or until removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// A prefix of the path, or with `*` a glob over the whole path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The route as the request counts name it, such as `/contacts/{contactId}`: nothing below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    /// Answer with this status instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Body of that answer; a plain error body otherwise. A string is sent as it is, not as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Headers of that answer; without a status, headers that the vendor's own answer gets besides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Wait this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Close the connection without an answer.
    #[serde(default)]
    pub cut: bool,
    /// Do the work first, then wait, answer with the status or cut: the client cannot know that it was done.
    #[serde(default)]
    pub after: bool,
    /// How often it applies; without it, until removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
}

impl Fault {
    pub fn fits(&self, asked: Asked) -> bool {
        let Asked { method, path, route } = asked;
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && (self.route.is_none() || self.route.as_deref() == route)
            && self.path.as_deref().is_none_or(|wanted| match wanted.contains('*') {
                true => glob(wanted, path),
                false => path.starts_with(wanted),
            })
    }
}

/// What of a request decides whether a fault fits.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub route: Option<&'a str>,
}

/// A rule that may say how often it applies.
pub trait Limited: Clone {
    /// How often it still applies; none: until removed.
    fn times(&mut self) -> &mut Option<u32>;
}

impl Limited for Fault {
    fn times(&mut self) -> &mut Option<u32> {
        &mut self.times
    }
}

/// Rules in the order in which they came.
#[derive(Debug, Serialize)]
pub struct Faults<F> {
    faults: Vec<F>,
}

impl<F> Default for Faults<F> {
    fn default() -> Self {
        Self { faults: Vec::new() }
    }
}

impl<F: Limited> Faults<F> {
    pub fn add(&mut self, fault: F) {
        self.faults.push(fault);
    }

    pub fn clear(&mut self) {
        self.faults.clear();
    }

    /// The oldest fault that fits, spending one of its times.
    pub fn take(&mut self, fits: impl Fn(&F) -> bool) -> Option<F> {
        let at = self.faults.iter_mut().position(|fault| *fault.times() != Some(0) && fits(fault))?;
        let fault = &mut self.faults[at];
        if let Some(times) = fault.times() {
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
    use serde_json::json;

    use super::*;

    fn faults(rule: Value) -> Faults<Fault> {
        Faults { faults: vec![serde_json::from_value(rule).unwrap()] }
    }

    fn hits(faults: &mut Faults<Fault>, method: &str, path: &str) -> bool {
        let asked = Asked { method, path, route: Some("/contacts/search") };
        faults.take(|fault| fault.fits(asked)).is_some()
    }

    #[test]
    fn a_fault_applies_as_often_as_it_says() {
        let mut faults = faults(json!({ "status": 503, "times": 2 }));
        assert!(hits(&mut faults, "GET", "/contacts/a"));
        assert!(hits(&mut faults, "GET", "/contacts/a"));
        assert!(!hits(&mut faults, "GET", "/contacts/a"));
    }

    #[test]
    fn a_path_is_a_prefix_or_a_glob_and_a_route_is_exact() {
        let mut prefix = faults(json!({ "method": "post", "path": "/contacts/" }));
        assert!(hits(&mut prefix, "POST", "/contacts/search"));
        assert!(!hits(&mut prefix, "GET", "/contacts/search"));
        assert!(!hits(&mut prefix, "POST", "/campaigns/"));
        let mut pattern = faults(json!({ "path": "/contacts/*/tasks" }));
        assert!(hits(&mut pattern, "GET", "/contacts/a/tasks"));
        assert!(!hits(&mut pattern, "GET", "/contacts/a/tasks/b"));
        assert!(hits(&mut faults(json!({ "route": "/contacts/search" })), "POST", "/contacts/search"));
        assert!(!hits(&mut faults(json!({ "route": "/contacts/" })), "POST", "/contacts/search"));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(serde_json::from_value::<Fault>(json!({ "stauts": 500 })).is_err());
    }
}
