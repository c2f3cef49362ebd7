//! The window of time that a list is asked for: milliseconds since 1970.

use crate::exchange::{Call, Reply};
use crate::highlevel::refusal;

use super::diary::Span;

/// The last millisecond of the year 9999.
const LAST: i64 = 253_402_300_799_999;

/// Both ends are required.
///
/// # Errors
/// 422 when one is missing or no such number, 400 when the end is before the start.
pub fn asked(call: &Call, from: &str, to: &str) -> Result<Span, Reply> {
    let mut wrong = Vec::new();
    let mut read = |name: &str| match call.query(name).unwrap_or_default() {
        "" => {
            wrong.push(format!("{name} should not be empty"));
            0
        }
        text => text.parse().ok().filter(|at| (0..=LAST).contains(at)).unwrap_or_else(|| {
            wrong.push(format!("{name} must be a time in milliseconds"));
            0
        }),
    };
    let span = Span { from: read(from), to: read(to) };
    if !wrong.is_empty() {
        return Err(refusal::invalid(wrong));
    }
    if span.to < span.from {
        return Err(refusal::bad_request(format!("{to} must not be before {from}")));
    }
    Ok(span)
}
