//! Names of logins, by which the audit log tells people and programs apart.

/// Who did something that no token was needed for; no token may be called so.
pub const RESERVED: [&str; 4] = ["environment", "login link", "command line", "nobody"];

const LONGEST: usize = 100;

/// The name as it is kept; the error says what a name must be.
pub fn login_name(text: &str) -> Result<&str, String> {
    let name = text.trim();
    if !(1..=LONGEST).contains(&name.chars().count()) {
        return Err(format!("a name has 1 to {LONGEST} characters"));
    }
    if let Some(wrong) = name.chars().find(|c| c.is_control() || turns_round(*c)) {
        return Err(format!(
            "a name is one line that reads as it is written, without U+{:04X}",
            u32::from(wrong)
        ));
    }
    if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
        return Err(format!("`{name}` stands for somebody else in the audit log: take another name"));
    }
    Ok(name)
}

/// Marks that are not seen and change the order or the look of what is.
fn turns_round(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_as_it_is_written_and_is_nobody_elses() {
        for (text, name) in [("ci", "ci"), (" Ann Lee ", "Ann Lee"), ("Größe 日本", "Größe 日本")] {
            assert_eq!(login_name(text), Ok(name));
        }
        for wrong in ["", "  ", &"x".repeat(101), "a\nb", "a\u{202E}b", "a\0", "Environment", " nobody "] {
            assert!(login_name(wrong).is_err(), "{wrong:?}");
        }
    }
}
