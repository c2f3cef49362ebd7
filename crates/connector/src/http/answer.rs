//! An answer as it came.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use highline_model::budget::Told;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::manifest::RateLimitHeaders;

/// An answer of any status.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Decompressed.
    pub body: Vec<u8>,
}

/// A wait that an app asks for is believed up to this.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

impl Answer {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON; none when there is no body but white space.
    pub fn json(&self) -> Result<Option<Value>, serde_json::Error> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        serde_json::from_slice(&self.body).map(Some)
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A record of a text: `text`, and what the headers say of it.
    pub fn as_text(&self) -> Value {
        self.described("text", self.text())
    }

    /// A record of a file: `base64`, and what the headers say of it.
    pub fn as_file(&self) -> Value {
        self.described("base64", STANDARD.encode(&self.body))
    }

    fn described(&self, name: &str, content: String) -> Value {
        json!({
            name: content,
            "contentType": self.header("content-type"),
            "fileName": self.header("content-disposition").and_then(file_name),
            "size": self.body.len(),
        })
    }

    /// A header's value, where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `Retry-After`, in seconds or as a date. A date is measured from the app's own clock where it tells it.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.header("retry-after")?.trim();
        let wait = match text.parse::<u64>() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => {
                let date = DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc);
                let now = self.date().unwrap_or_else(Utc::now);
                (date - now).to_std().unwrap_or_default()
            }
        };
        Some(wait.min(LONGEST_RETRY_AFTER))
    }

    /// The time by the app's clock.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc2822(self.header("date")?).ok().map(|date| date.with_timezone(&Utc))
    }

    /// What the headers tell of the rate budget.
    pub fn told(&self, names: &RateLimitHeaders) -> Told {
        let number = |name: &Option<String>| {
            let number: u64 = name.as_deref().and_then(|name| self.header(name)?.trim().parse().ok())?;
            Some(u32::try_from(number).unwrap_or(u32::MAX))
        };
        Told {
            age_ms: 0,
            remaining: number(&names.remaining),
            requests: number(&names.limit),
            window_ms: number(&names.window_ms),
            daily_remaining: number(&names.daily_remaining),
            daily: number(&names.daily_limit),
        }
    }
}

/// The name in `attachment; filename="audio.wav"`.
fn file_name(disposition: &str) -> Option<String> {
    let named = disposition.split(';').find_map(|part| part.trim().strip_prefix("filename="))?;
    Some(named.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&'static str, &str)]) -> Answer {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Answer { status: 429, headers, body: b" \n".to_vec() }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(answer(&[("retry-after", "7")]).retry_after(), Some(Duration::from_secs(7)));
        let dated = answer(&[
            ("date", "Sat, 21 Nov 2026 08:00:00 GMT"),
            ("retry-after", "Sat, 21 Nov 2026 08:01:30 GMT"),
        ]);
        assert_eq!(dated.retry_after(), Some(Duration::from_secs(90)));
        assert_eq!(answer(&[("retry-after", "99999999")]).retry_after(), Some(LONGEST_RETRY_AFTER));
        assert_eq!(answer(&[("retry-after", "soon")]).retry_after(), None);
        assert_eq!(answer(&[]).retry_after(), None);
    }

    #[test]
    fn a_file_is_told_with_what_the_headers_say() {
        let mut answer = answer(&[
            ("content-type", "audio/x-wav"),
            ("content-disposition", "attachment; filename=\"audio.wav\""),
        ]);
        answer.body = vec![0, 159, 146];
        let file =
            json!({"base64": "AJ+S", "contentType": "audio/x-wav", "fileName": "audio.wav", "size": 3});
        assert_eq!(answer.as_file(), file);
    }

    #[test]
    fn a_blank_body_is_no_json() {
        assert_eq!(answer(&[]).json().unwrap(), None);
    }
}
