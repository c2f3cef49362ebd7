//! docs/BENCHMARKS.md: the measured part is written anew, what people wrote stays.

use std::path::Path;

use anyhow::Context;

use super::{Report, machine};

const BEGIN: &str = "<!-- measured -->\n";
const END: &str = "<!-- /measured -->\n";

/// Puts the table and what it was measured on between the two marks of the document.
pub fn write(path: &Path, report: &Report, versions: &[String]) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let measured = format!("{}\n\n{}", machine::describe(versions), report.table());
    let text = replaced(&text, &measured)
        .with_context(|| format!("{} has no part between {BEGIN:?} and {END:?}", path.display()))?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn replaced(text: &str, measured: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{measured}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays() {
        let text =
            "# Speed\n<!-- measured -->\nold\n<!-- /measured -->\n## Where the time goes\nIn waiting.\n";
        let once = replaced(text, "new\n").unwrap();
        assert!(once.starts_with("# Speed\n<!-- measured -->\n\nnew\n"), "{once}");
        assert!(once.ends_with("## Where the time goes\nIn waiting.\n") && !once.contains("old"), "{once}");
        assert_eq!(replaced(&once, "new\n").unwrap(), once);
        assert_eq!(replaced("# Speed\n", "new"), None);
    }
}
