//! For whom an operation is used.

use highline_model::Priority;

/// For whom a call is made. Where a rate budget is short, it says who goes first and who takes turns with whom; nothing
/// else depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caller<'a> {
    pub priority: Priority,
    /// Callers of one priority take turns by workflow. Blank: no workflow.
    pub workflow: &'a str,
}

impl Caller<'static> {
    /// A person who waits for the answer.
    pub const PERSON: Self = Self { priority: Priority::Interactive, workflow: "" };
}
