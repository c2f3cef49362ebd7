//! docs/GUARANTEES.md: the tests that it names exist.

use crate::none;
use crate::tree::{files, quoted, read};

#[test]
fn every_test_that_a_promise_names_exists() {
    let sources: Vec<String> =
        files().iter().filter(|path| path.ends_with(".rs")).map(|path| read(path)).collect();
    let text = read("docs/GUARANTEES.md");
    let paragraphs = text.split("\n- ").filter(|item| item.starts_with("**Shown by**"));
    let named = paragraphs.flat_map(|item| quoted(item.split("\n\n").next().unwrap_or_default()));
    let mut wrong = Vec::new();
    for name in named {
        let there = match name.strip_prefix("faults::") {
            _ if name.starts_with("crates/") => crate::tree::root().join(&name).exists(),
            Some(module) if !module.contains('_') => {
                module.is_empty() || files().contains(&format!("crates/cli/tests/e2e/faults/{module}.rs"))
            }
            _ => {
                let test = name.rsplit("::").next().unwrap_or_default();
                let (function, prefix) = (format!("fn {test}("), format!("fn {test}_on_"));
                sources.iter().any(|source| source.contains(&function) || source.contains(&prefix))
            }
        };
        if !there {
            wrong.push(name);
        }
    }
    none("tests of GUARANTEES.md", &wrong);
}
