//! The part of a booking page's address that names a calendar or a group.

use crate::exchange::Reply;
use crate::highlevel::records::{Record, Records};
use crate::highlevel::refusal;

/// Whether nothing but the record `own` has it.
pub fn is_free(records: &Records, slug: &str, own: Option<&str>) -> bool {
    let has = |record: &Record| record["slug"] == slug && own.is_none_or(|id| record["id"] != id);
    !records.iter().any(has)
}

/// # Errors
/// 400 when another record has it.
pub fn refuse_taken<'a>(records: &Records, slug: &'a str, own: Option<&str>) -> Result<&'a str, Reply> {
    match is_free(records, slug, own) {
        true => Ok(slug),
        false => Err(refusal::bad_request(format!("Slug {slug} is already taken"))),
    }
}

/// `Course Advice` gives `course-advice`, or `course-advice-2` if that is taken.
pub fn made_from(records: &Records, name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let plain = words.join("-");
    let numbered = (2..).map(|n| format!("{plain}-{n}"));
    std::iter::once(plain.clone())
        .chain(numbered)
        .find(|slug| is_free(records, slug, None))
        .expect("there are more numbers than calendars")
}
