//! How an app tells what went wrong.

use highline_model::ErrorKind;
use schemars::JsonSchema;
use serde::Deserialize;

use super::app::Paths;
use super::schema;

/// How an app tells what went wrong. Without rules the status decides.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    /// Dotted paths to the message, tried in order; there may be a text or an array of texts. Left out or nothing
    /// there: the answer's text, shortened.
    #[serde(default)]
    pub message: Vec<String>,
    /// The dotted path of the app's own id of the request.
    #[serde(default)]
    pub trace_id: Option<String>,
    /// What some answers mean; the first rule that fits wins. An operation's own rules come before these.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// What an answer with this status, and this text in it, means. Give `kind` or `as`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The HTTP status.
    #[schemars(range(min = 300, max = 599))]
    pub status: u16,
    /// Text that the message has in it, whatever the case. Left out: any message.
    #[serde(default)]
    pub contains: Option<String>,
    /// The kind of the error.
    #[serde(default)]
    #[schemars(schema_with = "schema::error_kind")]
    pub kind: Option<ErrorKind>,
    /// The dotted path of what else the answer tells, such as the id of the duplicate; kept with the error.
    #[serde(default)]
    pub details: Option<String>,
    /// `success`: this is not an error, what was asked for is so already.
    #[serde(default, rename = "as")]
    pub outcome: Option<RuleOutcome>,
    /// With `as: success`: the output's fields and their dotted paths in the answer.
    #[serde(default)]
    pub output: Paths,
}

/// What a refusal may be taken as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// What was asked for is so already.
    Success,
}
