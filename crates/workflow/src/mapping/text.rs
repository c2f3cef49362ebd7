//! Text.

use std::str::FromStr;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Arguments, Helper, as_text, other};
use crate::template::{MAX_OUTPUT, Trouble};
use crate::value::kind;

type Given = Result<Value, Trouble>;

pub(super) const HELPERS: &[Helper] = &[
    Helper::new(
        ("trim text", "Without white space at both ends."),
        ("{{ trim steps.contact.email }}", r#""Ada@Example.com""#),
        1..=1,
        |given| said(given.text(0)?.trim()),
    ),
    Helper::new(
        ("lower text", "In lower case."),
        ("{{ lower (trim steps.contact.email) }}", r#""ada@example.com""#),
        1..=1,
        |given| said(given.text(0)?.to_lowercase()),
    ),
    Helper::new(("upper text", "In upper case."), (r#"{{ upper "de" }}"#, r#""DE""#), 1..=1, |given| {
        said(given.text(0)?.to_uppercase())
    }),
    Helper::new(
        ("capitalize text", "With a capital first letter; the rest stays."),
        (r#"{{ capitalize "new lead" }}"#, r#""New lead""#),
        1..=1,
        |given| said(capitalized(&given.text(0)?)),
    ),
    Helper::new(
        ("titleCase text", "Each word with a capital first letter, the rest in lower case."),
        (r#"{{ titleCase "ada KING lovelace" }}"#, r#""Ada King Lovelace""#),
        1..=1,
        |given| {
            let lower = given.text(0)?.to_lowercase();
            said(lower.split(' ').map(capitalized).collect::<Vec<_>>().join(" "))
        },
    ),
    Helper::new(
        ("firstWord text", "The first word: the first name of a full name."),
        ("{{ firstWord steps.contact.name }}", r#""Ada""#),
        1..=1,
        |given| said(given.text(0)?.split_whitespace().next().unwrap_or_default()),
    ),
    Helper::new(
        ("restWords text", "All words but the first: the last name of a full name."),
        ("{{ restWords steps.contact.name }}", r#""King Lovelace""#),
        1..=1,
        |given| said(given.text(0)?.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")),
    ),
    Helper::new(
        ("replace text from to", "With every `from` replaced by `to`."),
        (r#"{{ replace steps.contact.birthday "." "/" }}"#, r#""10/12/1815""#),
        3..=3,
        replace,
    ),
    Helper::new(
        (
            "substring text start [end]",
            "The characters from `start` (0 is the first) up to `end`; negative counts from the end.",
        ),
        ("{{ substring steps.contact.name 0 3 }}", r#""Ada""#),
        2..=3,
        substring,
    ),
    Helper::new(
        ("split text separator", "The parts of a text, each without white space at its ends."),
        (r#"{{ split "vip, certified" "," }}"#, r#"["vip", "certified"]"#),
        2..=2,
        split,
    ),
    Helper::new(
        ("join list separator", "The items of a list as one text."),
        (r#"{{ join steps.contact.tags ", " }}"#, r#""vip, certified, vip""#),
        2..=2,
        join,
    ),
    Helper::new(
        ("contains textOrList value", "Whether a text has the other in it, or a list the item."),
        (r#"{{ contains steps.contact.tags "vip" }}"#, "true"),
        2..=2,
        contains,
    ),
    Helper::new(
        ("startsWith text start", "Whether a text begins with the other."),
        (r#"{{ startsWith steps.contact.phone "(415)" }}"#, "true"),
        2..=2,
        |given| Ok(Value::Bool(given.text(0)?.starts_with(given.text(1)?.as_ref()))),
    ),
    Helper::new(
        ("endsWith text end", "Whether a text ends with the other."),
        (r#"{{ endsWith (trim steps.contact.email) "@Example.com" }}"#, "true"),
        2..=2,
        |given| Ok(Value::Bool(given.text(0)?.ends_with(given.text(1)?.as_ref()))),
    ),
    Helper::new(
        (
            "phone text [country]",
            "A phone number in E.164. `country` (`US`, `DE`, …) is needed unless it begins with `+`.",
        ),
        (r#"{{ phone steps.contact.phone "US" }}"#, r#""+14155552671""#),
        1..=2,
        phone,
    ),
    Helper::new(
        ("urlEncode text", "With every character that has a meaning in a URL as `%XX`."),
        (r#"{{ urlEncode "a b&c" }}"#, r#""a%20b%26c""#),
        1..=1,
        |given| said(url_encoded(&given.text(0)?)),
    ),
    Helper::new(
        ("hash text", "The SHA-256 of a text, in hex: a stable key from an e-mail, say."),
        (r#"{{ hash "abc" }}"#, r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#),
        1..=1,
        |given| said(hex::encode(Sha256::digest(given.text(0)?.as_bytes()))),
    ),
];

fn said(text: impl Into<String>) -> Given {
    Ok(Value::String(text.into()))
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn replace(given: &Arguments<'_>) -> Given {
    let (text, from, to) = (given.text(0)?, given.text(1)?, given.text(2)?);
    if from.is_empty() {
        return Err(other("argument 2 must not be empty"));
    }
    let found = text.matches(from.as_ref()).count();
    if text.len().saturating_add(found.saturating_mul(to.len())) > MAX_OUTPUT {
        return Err(other(format!("text longer than {MAX_OUTPUT} bytes")));
    }
    said(text.replace(from.as_ref(), &to))
}

/// Where `at` points in something of `length`: negative counts from the end; never outside.
pub(super) fn position(at: i64, length: usize) -> usize {
    match usize::try_from(at) {
        Ok(at) => at.min(length),
        Err(_) => length.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX)),
    }
}

fn substring(given: &Arguments<'_>) -> Given {
    let text = given.text(0)?;
    let length = text.chars().count();
    let start = position(given.integer(1)?, length);
    let end = if given.len() > 2 { position(given.integer(2)?, length) } else { length };
    said(text.chars().skip(start).take(end.saturating_sub(start)).collect::<String>())
}

fn split(given: &Arguments<'_>) -> Given {
    let (text, separator) = (given.text(0)?, given.text(1)?);
    if separator.is_empty() {
        return Err(other("argument 2 must not be empty"));
    }
    if text.trim().is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    Ok(text.split(separator.as_ref()).map(|part| Value::from(part.trim())).collect())
}

fn join(given: &Arguments<'_>) -> Given {
    let separator = given.text(1)?;
    let mut parts = Vec::new();
    for item in given.list(0)? {
        let text =
            as_text(item).ok_or_else(|| other(format!("the list must hold text, not {}", kind(item))))?;
        parts.push(text);
    }
    let length: usize = parts.iter().map(|part| part.len() + separator.len()).sum();
    if length > MAX_OUTPUT {
        return Err(other(format!("text longer than {MAX_OUTPUT} bytes")));
    }
    said(parts.join(&separator))
}

fn contains(given: &Arguments<'_>) -> Given {
    match given.value(0)? {
        Value::Array(items) => {
            let wanted = given.value(1)?;
            Ok(Value::Bool(items.iter().any(|item| super::logic::equal(item, wanted))))
        }
        _ => Ok(Value::Bool(given.text(0)?.contains(given.text(1)?.as_ref()))),
    }
}

fn phone(given: &Arguments<'_>) -> Given {
    let text = given.text(0)?;
    let country = match given.len() {
        1 => None,
        _ => {
            let country = given.text(1)?.to_uppercase();
            let known = phonenumber::country::Id::from_str(&country);
            Some(known.map_err(|_| other(format!("unknown country `{country}`: two letters such as `US`")))?)
        }
    };
    let wrong = || {
        other(format!(
            "`{text}` is not a phone number{}",
            if country.is_none() { "; name its country" } else { "" }
        ))
    };
    let number = phonenumber::parse(country, text.trim()).map_err(|_| wrong())?;
    if !number.is_valid() {
        return Err(wrong());
    }
    said(number.format().mode(phonenumber::Mode::E164).to_string())
}

fn url_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
