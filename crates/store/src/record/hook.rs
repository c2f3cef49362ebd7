use highline_model::{Timestamp, WorkflowId};

/// A workflow that is started by requests from outside shall have an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHook {
    /// The one that its text gives; else it has one of its own, which nobody guesses.
    pub path: Option<String>,
}

/// The address of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRecord {
    pub workflow: WorkflowId,
    /// What stands behind `/hooks/`.
    pub path: String,
    /// Whether the workflow's text gives it.
    pub given: bool,
    /// Whether the workflow is switched on.
    pub enabled: bool,
    /// When the workflow was made: one that is deleted and comes back has another address of its own.
    pub since: Timestamp,
}
