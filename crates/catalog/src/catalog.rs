//! All operations of this node.

use std::collections::BTreeMap;

use crate::Operation;

/// Two operations claim one id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("operation `{id}` is defined twice")]
pub struct DuplicateOperation {
    pub id: String,
}

/// All operations, by id, in the order of their ids.
#[derive(Clone, Default)]
pub struct Catalog {
    operations: BTreeMap<String, Operation>,
}

impl Catalog {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one; an id can be taken once.
    pub fn add(&mut self, operation: Operation) -> Result<(), DuplicateOperation> {
        let id = operation.definition().id.clone();
        if self.operations.contains_key(&id) {
            return Err(DuplicateOperation { id });
        }
        self.operations.insert(id, operation);
        Ok(())
    }

    pub fn get(&self, id: &str) -> Option<&Operation> {
        self.operations.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    pub fn len(&self) -> usize {
        self.operations.len()
    }

    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }
}
