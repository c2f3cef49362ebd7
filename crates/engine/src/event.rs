//! What can be said of an event before it has a run: the scope of `where` and `concurrency.key`.

use std::sync::Arc;

use highline_model::Timestamp;
use highline_store::Concurrency;
use highline_workflow::{Scope, Workflow};
use serde_json::{Value, json};

/// The concurrency key of a run for an event, where the workflow has one and it can be worked out.
pub(crate) fn concurrency(workflow: &Workflow, scope: &Scope) -> Option<Concurrency> {
    let wanted = workflow.concurrency.as_ref()?;
    let key = match wanted.key.evaluate(scope).ok()? {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Some(Concurrency { key, limit: wanted.limit })
}

/// What templates outside of steps see.
pub(crate) fn trigger_scope(workflow: &Workflow, event: Option<Arc<Value>>, now: Timestamp) -> Scope {
    let mut scope = Scope::default();
    if let Some(event) = event {
        scope.set("trigger", event);
    }
    scope.set("vars", workflow.vars.clone());
    scope.set("maps", workflow.maps.clone());
    scope.set("now", json!(now));
    scope
}
