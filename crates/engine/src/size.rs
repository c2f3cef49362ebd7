//! How large a value may be that a run keeps. Values grow: each of a row of `set` steps can double the one before.

use serde_json::Value;

/// The most bytes of JSON that a step's input or output may have: a list of some 20,000 contacts.
pub const MOST_BYTES: usize = 32 * 1024 * 1024;

/// The deepest nesting; a log entry adds some levels, and what is read back may have 128.
pub const MOST_LEVELS: usize = 100;

/// About how many bytes of JSON a value is.
pub fn bytes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 2 + items.iter().map(bytes).sum::<usize>(),
        Value::Object(fields) => {
            2 + fields.iter().map(|(name, field)| name.len() + 4 + bytes(field)).sum::<usize>()
        }
        Value::String(text) => text.len() + 3,
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}

/// Why `value` is not kept; nothing when it is. Stops at the first thing that is too much.
pub fn excess(value: &Value) -> Option<String> {
    let mut bytes = 0;
    let mut open = vec![(value, 1)];
    while let Some((value, level)) = open.pop() {
        if level > MOST_LEVELS {
            return Some(format!("more than {MOST_LEVELS} levels deep"));
        }
        bytes += match value {
            Value::String(text) => text.len() + 3,
            Value::Array(items) => {
                open.extend(items.iter().map(|item| (item, level + 1)));
                2
            }
            Value::Object(fields) => {
                open.extend(fields.values().map(|field| (field, level + 1)));
                2 + fields.keys().map(|name| name.len() + 4).sum::<usize>()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        };
        if bytes > MOST_BYTES {
            return Some(format!("larger than {} MiB", MOST_BYTES / 1024 / 1024));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_too_large_or_too_deep_is_told() {
        assert_eq!(excess(&json!({ "tags": ["a", 1, null, true] })), None);
        assert_eq!(excess(&json!("x".repeat(MOST_BYTES))).unwrap(), "larger than 32 MiB");
        let nested = |levels| (1..levels).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(excess(&nested(MOST_LEVELS)), None);
        assert_eq!(excess(&nested(MOST_LEVELS + 1)).unwrap(), "more than 100 levels deep");
    }
}
