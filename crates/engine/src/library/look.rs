//! What workflows are made of, for lists of many of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use highline_catalog::{Catalog, Connections};
use highline_store::{Error, Store, WorkflowRecord};
use highline_workflow::{StepKind, Trigger, TriggerOutline, Workflow, index};

use super::Library;

/// What is told of a workflow where many are told of.
#[derive(Debug, Clone)]
pub struct Look {
    pub trigger: TriggerOutline,
    /// The connections that its trigger and its steps use, by name.
    pub connections: BTreeSet<String>,
}

impl Look {
    fn at(workflow: &Workflow) -> Self {
        let mut connections = BTreeSet::new();
        if let Trigger::Poll(poll) = &workflow.trigger {
            connections.extend(poll.connection.clone());
        }
        for step in index(&workflow.steps).values() {
            if let StepKind::Use(uses) = &step.kind {
                connections.extend(uses.connection.clone());
            }
        }
        Self { trigger: workflow.trigger.outline(), connections }
    }
}

impl Library {
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// All operations of this node.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The connections of this node; none where they are not known.
    pub fn connections(&self) -> Option<&Arc<Connections>> {
        self.connections.as_ref()
    }

    /// What a workflow is made of. Of one that does not fit this node only the kind of its trigger is known.
    pub async fn look(&self, record: &WorkflowRecord) -> Result<Arc<Look>, Error> {
        let known =
            self.looks().get(&record.id).filter(|(revision, _)| *revision == record.revision).cloned();
        if let Some((_, known)) = known {
            return Ok(known);
        }
        let Ok(workflow) = self.workflow(&record.id, record.revision).await? else {
            let kind = record.trigger.as_str();
            let trigger = TriggerOutline { kind, operation: None, connection: None, text: String::new() };
            return Ok(Arc::new(Look { trigger, connections: BTreeSet::new() }));
        };
        let look = Arc::new(Look::at(&workflow));
        self.looks().insert(record.id.clone(), (record.revision, look.clone()));
        Ok(look)
    }
}
