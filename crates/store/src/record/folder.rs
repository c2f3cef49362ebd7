use std::collections::BTreeSet;

use highline_model::WorkflowId;

/// A folder of workflow files, as a node sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderRecord {
    /// The machine and the place there: `worker-2:/srv/highline/workflows`.
    pub id: String,
    /// As the node was told, which is how the origins of its workflows begin.
    pub path: String,
    /// The workflows whose files are in it.
    pub workflows: BTreeSet<WorkflowId>,
}
