//! What templates can see.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::template::walk;

/// The values that templates can use, by name: `trigger`, `vars`, `maps`, `run`, `now`, and inside a loop its item and
/// `index`; and the outputs of steps under `steps`. Values are shared, not copied: a scope costs a pointer for each,
/// however large they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    names: HashMap<String, Arc<Value>>,
    steps: HashMap<String, Arc<Value>>,
}

/// The name under which outputs of steps are found.
const STEPS: &str = "steps";

impl Scope {
    /// A scope of plain values; an object under `steps` holds outputs.
    pub fn new(names: Map<String, Value>) -> Self {
        let mut scope = Self::default();
        for (name, value) in names {
            match value {
                Value::Object(outputs) if name == STEPS => {
                    scope.steps.extend(outputs.into_iter().map(|(id, output)| (id, Arc::new(output))));
                }
                value => scope.set(name, value),
            }
        }
        scope
    }

    /// Gives `name` a value, in place of the one it had.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Arc<Value>>) {
        self.names.insert(name.into(), value.into());
    }

    /// Gives the step `id` an output, in place of the one it had.
    pub fn set_step(&mut self, id: impl Into<String>, output: impl Into<Arc<Value>>) {
        self.steps.insert(id.into(), output.into());
    }

    /// The value at a path of names. `steps` alone is no value: a template names the step it wants.
    pub(crate) fn find(&self, path: &[String]) -> Option<&Value> {
        let (name, rest) = path.split_first()?;
        if name != STEPS {
            return walk(self.names.get(name)?, rest);
        }
        let (id, rest) = rest.split_first()?;
        walk(self.steps.get(id)?, rest)
    }
}
