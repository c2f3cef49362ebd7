//! From an answer, or none, to what happened, whether trying again helps, and whether something may have been done.

use std::time::Duration;

use highline_catalog::{Done, Effect, OperationError, Retry};
use highline_model::{ErrorKind, Failure};
use serde_json::Value;

use crate::auth::Mask;
use crate::extract;
use crate::http::{Answer, SendError};
use crate::manifest::{Errors, Rule, RuleOutcome};

/// What an answer without `Retry-After` and without a known window is given.
const DEFAULT_PAUSE: Duration = Duration::from_secs(10);
/// Of an answer that holds no message, this much is shown.
const SHOWN_CHARS: usize = 300;

/// What is asked, for the messages, and the rules that read the answer.
pub struct Judge<'a> {
    /// `POST /contacts/`
    pub what: String,
    pub effect: Effect,
    /// The operation's own rules, tried before those of `errors`.
    pub rules: &'a [Rule],
    pub errors: &'a Errors,
    pub mask: Mask<'a>,
}

impl Judge<'_> {
    /// The output of a refusal that a rule takes for success.
    pub fn settled(&self, answer: &Answer) -> Option<Value> {
        let body = answer.json().ok().flatten().unwrap_or(Value::Null);
        let rule = self.rule(answer, &self.message(&body, answer))?;
        (rule.outcome == Some(RuleOutcome::Success)).then(|| {
            let found = rule.output.iter().filter_map(|(name, path)| Some((name, extract::at(&body, path)?)));
            Value::Object(found.map(|(name, value)| (name.clone(), value.clone())).collect())
        })
    }

    /// An answer that is not 2xx. `pause` is what a 429 without `Retry-After` has to wait.
    pub fn refusal(&self, answer: &Answer, pause: Option<Duration>) -> OperationError {
        let body = answer.json().ok().flatten().unwrap_or(Value::Null);
        let told = self.message(&body, answer);
        let rule = self.rule(answer, &told);
        let kind = rule.and_then(|rule| rule.kind).unwrap_or_else(|| kind_of(answer.status));
        let details =
            rule.and_then(|rule| rule.details.as_deref()).and_then(|path| extract::present(&body, path));
        let trace_id =
            self.errors.trace_id.as_deref().and_then(|path| extract::text(extract::at(&body, path)?));
        let failure = Failure {
            kind,
            message: self.mask.text(&format!("{} was answered with {}: {told}", self.what, answer.status)),
            status: Some(answer.status),
            trace_id,
            details: details.cloned(),
        };
        let retry = match kind {
            ErrorKind::RateLimited => Retry::After(answer.retry_after().or(pause).unwrap_or(DEFAULT_PAUSE)),
            ErrorKind::Unavailable | ErrorKind::Timeout => Retry::Backoff,
            _ => Retry::Never,
        };
        let done = if answer.status >= 500 && answer.status != 503 { self.unknown() } else { Done::No };
        OperationError { failure, retry, done }
    }

    /// No answer at all.
    pub fn unanswered(&self, error: &SendError, timeout: Duration) -> OperationError {
        let what = &self.what;
        let seconds = timeout.as_secs_f64();
        let (kind, message, retry, done) = match error {
            SendError::Unsendable(why) => {
                (ErrorKind::InvalidInput, format!("{what} cannot be sent: {why}"), Retry::Never, Done::No)
            }
            SendError::Connect(why) => {
                (ErrorKind::Connection, format!("{what}: no connection: {why}"), Retry::Backoff, Done::No)
            }
            SendError::NoTime => (
                ErrorKind::Timeout,
                format!("{what} was not sent: the {seconds} s of the call were over"),
                Retry::Backoff,
                Done::No,
            ),
            SendError::Timeout => (
                ErrorKind::Timeout,
                format!("{what} was not answered within {seconds} s"),
                Retry::Backoff,
                self.unknown(),
            ),
            SendError::Cut(why) => {
                let message = format!("{what}: the connection broke before the answer was there: {why}");
                (ErrorKind::Connection, message, Retry::Backoff, self.unknown())
            }
            SendError::TooLarge(limit) => (
                ErrorKind::TooLarge,
                format!("{what}: the answer has more than {limit} bytes"),
                Retry::Never,
                self.unknown(),
            ),
        };
        OperationError { failure: Failure::new(kind, self.mask.text(&message)), retry, done }
    }

    /// A 2xx whose body is not what the operation promises: a write has been done all the same.
    pub fn bad_reply(&self, status: u16, why: &str) -> OperationError {
        let message = self.mask.text(&format!("{} was answered with {status}, but {why}", self.what));
        let failure = Failure { status: Some(status), ..Failure::new(ErrorKind::BadReply, message) };
        OperationError { failure, retry: Retry::Never, done: self.unknown() }
    }

    /// A read changes nothing, whatever became of it.
    fn unknown(&self) -> Done {
        match self.effect {
            Effect::Read => Done::No,
            Effect::Write => Done::Unknown,
        }
    }

    fn rule(&self, answer: &Answer, told: &str) -> Option<&Rule> {
        let told = told.to_lowercase();
        let text = answer.text().to_lowercase();
        let fits = |rule: &&Rule| {
            let contained = rule.contains.as_ref().map(|wanted| wanted.to_lowercase());
            rule.status == answer.status
                && contained.is_none_or(|wanted| told.contains(&wanted) || text.contains(&wanted))
        };
        self.rules.iter().chain(&self.errors.rules).find(fits)
    }

    fn message(&self, body: &Value, answer: &Answer) -> String {
        let told = self.errors.message.iter().find_map(|path| {
            let texts = crate::request::texts(extract::present(body, path)?);
            let texts: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        });
        let text = told.unwrap_or_else(|| answer.text().split_whitespace().collect::<Vec<_>>().join(" "));
        let text = if text.is_empty() { reason(answer) } else { text };
        match text.char_indices().nth(SHOWN_CHARS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

/// What to say of an answer without a body.
fn reason(answer: &Answer) -> String {
    match (answer.status, answer.header("location")) {
        (300..400, Some(location)) => {
            let target = location.split(['?', '#']).next().unwrap_or_default();
            format!("it redirects to {target}, and redirects are not followed")
        }
        (status, _) => reqwest::StatusCode::from_u16(status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("no reason given")
            .to_lowercase(),
    }
}

fn kind_of(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    }
}

#[cfg(test)]
mod tests;
