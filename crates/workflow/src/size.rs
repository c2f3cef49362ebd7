//! Sizes as people write them.

/// A text that is not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a size: write `64KiB`, `1MiB` or `500B`")]
pub struct InvalidSize(pub String);

/// `500B`, `64KiB`, `1MiB`; without a unit bytes.
pub fn parse_size(text: &str) -> Result<usize, InvalidSize> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match text[digits..].trim() {
        "" | "B" => Some(1),
        "KiB" => Some(1024),
        "MiB" => Some(1024 * 1024),
        _ => None,
    };
    let bytes = unit.and_then(|unit: usize| text[..digits].parse::<usize>().ok()?.checked_mul(unit));
    bytes.ok_or_else(|| InvalidSize(text.chars().take(60).collect()))
}

/// The shortest way to write a size.
pub fn format_size(bytes: usize) -> String {
    match bytes {
        0 => "0B".to_owned(),
        _ if bytes.is_multiple_of(1024 * 1024) => format!("{}MiB", bytes / (1024 * 1024)),
        _ if bytes.is_multiple_of(1024) => format!("{}KiB", bytes / 1024),
        _ => format!("{bytes}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_reads_as_it_is_written() {
        for (text, bytes) in [("64KiB", 65_536), ("1MiB", 1_048_576), ("500B", 500)] {
            assert_eq!((parse_size(text), format_size(bytes)), (Ok(bytes), text.to_owned()));
        }
        assert_eq!(parse_size("500"), Ok(500));
        for wrong in ["", "KiB", "1GiB", "256KB", "-1", "99999999999999999999MiB"] {
            assert!(parse_size(wrong).is_err(), "{wrong:?}");
        }
    }
}
