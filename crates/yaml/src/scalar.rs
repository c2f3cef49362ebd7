//! The type of an unquoted scalar.

use crate::NodeValue;

/// The value of unquoted `text`. Only what cannot be meant as text becomes something else: `0123`, `+15551234567`,
/// `1_000`, `0x1f`, `no`, `on`, `.inf` and integers that do not fit in 64 bits stay text.
pub(crate) fn resolve(text: &str) -> NodeValue {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return NodeValue::Null,
        "true" | "True" | "TRUE" => return NodeValue::Bool(true),
        "false" | "False" | "FALSE" => return NodeValue::Bool(false),
        _ => {}
    }
    if is_integer(text) {
        return text.parse().map_or_else(|_| NodeValue::String(text.to_owned()), NodeValue::Integer);
    }
    if is_decimal(text)
        && let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite())
    {
        return NodeValue::Float(number);
    }
    NodeValue::String(text.to_owned())
}

/// `0`, `12`, `-7`: no plus sign, no leading zero.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    is_digits(digits) && (digits == "0" || !digits.starts_with('0'))
}

/// `1.5`, `-0.25`, `1.5e3`. An exponent without a point stays text: `4e12` is more often an id than a number.
fn is_decimal(text: &str) -> bool {
    let Some((whole, rest)) = text.split_once('.') else { return false };
    let (fraction, exponent) = match rest.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (rest, None),
    };
    let whole_fits = is_integer(whole);
    whole_fits
        && is_digits(fraction)
        && exponent.is_none_or(|exponent| is_digits(exponent.trim_start_matches(['+', '-'])))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_meant_as_text_stays_text() {
        for text in [
            "0123",
            "12345678901234567890123",
            "+15551234567",
            "no",
            "on",
            "yes",
            "y",
            "off",
            "0x1f",
            "0o17",
            "1_000",
            ".5",
            "5.",
            ".inf",
            ".nan",
            "4e12",
            "1.2.3",
            "2026-11-21",
            "12:30",
            "-",
            "--1",
            "1.5e",
            "1e999",
            "01.5",
        ] {
            assert_eq!(resolve(text), NodeValue::String(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn numbers_booleans_and_nothing_are_told() {
        assert_eq!(resolve("-42"), NodeValue::Integer(-42));
        assert_eq!(resolve("0"), NodeValue::Integer(0));
        assert_eq!(resolve("1.10"), NodeValue::Float(1.1));
        assert_eq!(resolve("-2.5e-3"), NodeValue::Float(-0.0025));
        assert_eq!(resolve("true"), NodeValue::Bool(true));
        assert_eq!(resolve("~"), NodeValue::Null);
    }
}
