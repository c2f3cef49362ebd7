//! How urgent the calls of a run are.

use highline_model::Priority;
use highline_workflow::{Trigger, Workflow};

/// What is started by hand has somebody who waits for it; what a poll found or a request told has happened just now; what a clock starts
/// goes through many records, and has time.
pub(crate) fn of_run(workflow: &Workflow) -> Priority {
    match workflow.trigger {
        Trigger::Manual => Priority::Interactive,
        Trigger::Poll(_) | Trigger::Webhook(_) => Priority::Event,
        Trigger::Schedule(_) => Priority::Bulk,
    }
}
