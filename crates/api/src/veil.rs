//! What who may only look does not see: an address where whoever knows it can start runs.

use highline_engine::Library;
use highline_model::{Role, WorkflowId};
use highline_workflow::Trigger;

use crate::error::Error;

const HIDDEN: &str = "***";

/// Texts that are taken out of other texts.
#[derive(Debug)]
pub struct Veil(Vec<String>);

impl Veil {
    /// For the texts of these revisions of a workflow, whichever is in use now.
    pub async fn over(
        library: &Library,
        (id, revisions): (&WorkflowId, &[i32]),
        role: Role,
    ) -> Result<Self, Error> {
        let mut hidden = Vec::new();
        if role > Role::Viewer {
            return Ok(Self(hidden));
        }
        for revision in revisions {
            if let Ok(workflow) = library.workflow(id, *revision).await?
                && let Trigger::Webhook(webhook) = &workflow.trigger
                && let (None, Some(path)) = (&webhook.secret, &webhook.path)
            {
                hidden.push(path.text.clone());
            }
        }
        Ok(Self(hidden))
    }

    pub fn text(&self, text: String) -> String {
        self.0.iter().fold(text, |text, hidden| text.replace(hidden, HIDDEN))
    }
}
