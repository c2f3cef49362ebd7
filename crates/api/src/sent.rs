//! What the steps of a run used, and what they sent where the log does not have it: made anew from their input.

use std::time::Duration;

use highline_catalog::{Call, Operation, Origin};
use highline_engine::StepView;
use highline_model::{Preview, RunId};
use highline_workflow::{StepKind, UseStep, Workflow, index};
use serde::Serialize;
use utoipa::ToSchema;

use crate::trial::Trial;

/// A step with what it uses and what it sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepDetail {
    #[serde(flatten)]
    step: StepView,
    /// The operation that it uses; left out for a step that uses none, and when the workflow does not fit this node.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<String>,
    /// The first request of its attempts, with secrets masked: made anew from the input in the log. What was really sent
    /// is with each attempt, where it is kept. Left out where there is no input yet, where it was cut, and where the
    /// operation sends none.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Preview>,
    /// Its output has the whole answer of the app: status, headers and body.
    output_is_answer: bool,
}

/// A run whose steps are told of.
pub struct RunOf<'a> {
    pub trial: &'a Trial,
    pub workflow: Option<&'a Workflow>,
    pub run: RunId,
}

impl RunOf<'_> {
    pub fn detail(&self, step: StepView) -> StepDetail {
        let uses = self.workflow.and_then(|workflow| uses(workflow, step.step.as_str()));
        StepDetail {
            request: uses.and_then(|uses| self.request(uses, &step)),
            output_is_answer: uses
                .and_then(|uses| self.trial.catalog.get(&uses.operation))
                .is_some_and(Operation::gives_whole_answer),
            operation: uses.map(|uses| uses.operation.clone()),
            connection: uses.and_then(|uses| uses.connection.clone()),
            step,
        }
    }

    fn request(&self, uses: &UseStep, step: &StepView) -> Option<Preview> {
        let input = step.input.as_ref()?.as_object().filter(|input| !input.contains_key("$cut"))?;
        let operation = self.trial.catalog.get(&uses.operation)?;
        let app = &operation.definition().app;
        let connection = match &uses.connection {
            Some(name) => self.trial.connections.get(name)?.clone(),
            None => self.trial.connection(None, app).ok()?,
        };
        let origin = Origin { workflow: &self.workflow?.id, run: self.run, step: &step.step };
        let call = Call { origin: Some(origin), ..Call::new(input, &connection, Duration::ZERO) };
        operation.preview(call).ok().flatten()
    }
}

/// The step at a path: `each[3].badge` is the step `badge`.
fn uses<'a>(workflow: &'a Workflow, path: &str) -> Option<&'a UseStep> {
    let id = path.rsplit('.').next().unwrap_or(path);
    match &index(&workflow.steps).get(id)?.kind {
        StepKind::Use(uses) => Some(uses),
        _ => None,
    }
}
