//! The rules of ARCHITECTURE.md, held by tests: each reads the document or the tree as it is, and names every violation.

mod arrows;
mod decisions;
mod deploy;
mod guarantees;
mod monitoring;
mod sources;
mod tree;

/// Fails with all violations at once: whoever mends one wants to know the others.
fn none(rule: &str, violations: &[String]) {
    assert!(violations.is_empty(), "{rule}: {} violations\n  {}", violations.len(), violations.join("\n  "));
}
