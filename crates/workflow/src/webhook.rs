//! Workflows that are started by requests from outside.

use std::fmt;

use highline_catalog::SecretPlace;
use highline_yaml::Span;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// How a workflow is started by requests to its address, `/hooks/{path}`.
#[derive(Debug, Clone)]
pub struct WebhookTrigger {
    /// None: Highline makes one that nobody guesses.
    pub path: Option<HookPath>,
    pub methods: Vec<HookMethod>,
    pub secret: Option<HookSecret>,
    /// Of a request's body, in bytes.
    pub max_body: usize,
    /// A body as it comes, for trying out and for checking templates.
    pub sample: Option<Value>,
}

/// A path that the text gives, and where it stands.
#[derive(Debug, Clone)]
pub struct HookPath {
    pub text: String,
    pub span: Span,
}

/// A method that an address takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum HookMethod {
    Get,
    Post,
}

/// What a request must bring.
#[derive(Debug, Clone)]
pub struct HookSecret {
    pub place: SecretPlace,
    /// The header that it comes in, in lower case.
    pub header: String,
}

impl HookMethod {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl fmt::Display for HookMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl WebhookTrigger {
    /// `POST`, or `GET, POST`.
    pub fn methods_text(&self) -> String {
        self.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// The longest path of an address.
const LONGEST: usize = 200;
/// A part of a path that is so long, and as mixed as random ones are, is taken for random.
const RANDOM: usize = 20;
const CHANGES: usize = 4;

/// Why a text can be no path of an address; none when it can.
pub(crate) fn wrong_path(path: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let good = |part: &str| !part.is_empty() && part.chars().all(fits) && part != "." && part != "..";
    if path.len() > LONGEST {
        return Some(format!("a path has at most {LONGEST} characters, not {}", path.len()));
    }
    (!path.split('/').all(good)).then(|| format!("`{path}` cannot be the path of a webhook"))
}

/// Whether a text can be the path of an address at all.
pub fn is_hook_path(path: &str) -> bool {
    wrong_path(path).is_none()
}

/// Whether somebody who does not know the path could hit on it: no part of it looks random.
pub(crate) fn is_guessable(path: &str) -> bool {
    !path.split('/').any(|part| {
        let kinds = part.chars().filter(char::is_ascii_alphanumeric).map(|c| c.is_ascii_digit());
        let kinds: Vec<bool> = kinds.collect();
        part.len() >= RANDOM && kinds.windows(2).filter(|pair| pair[0] != pair[1]).count() >= CHANGES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_made_of_plain_parts() {
        for good in ["leads", "acme/new-lead", "a.b~c_d/9"] {
            assert_eq!(wrong_path(good), None, "{good}");
        }
        for wrong in ["", "/leads", "leads/", "a//b", "a b", "../a", "a/./b", "ä", "a%2Fb", "a?b"] {
            assert!(wrong_path(wrong).is_some(), "{wrong}");
        }
        assert!(wrong_path(&"a".repeat(201)).unwrap().contains("not 201"));
    }

    #[test]
    fn random_parts_are_told_from_words() {
        for guessable in [
            "leads",
            "contact-form-of-the-website",
            "acme/contact-form-2026-11-21",
            "aaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(is_guessable(guessable), "{guessable}");
        }
        for random in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "acme/1b4e28ba-2fa1-11d2-883f-0016d3cca427",
            "V1StGXR8_Z5jdHi6B-myT",
        ] {
            assert!(!is_guessable(random), "{random}");
        }
    }
}
