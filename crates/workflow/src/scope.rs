//! What templates can see.

use serde_json::{Map, Value};

/// The names that templates can use, with their values: `trigger`, `vars`, `maps`, `steps`, `run`, `now`, and inside
/// a loop its item and `index`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope(Map<String, Value>);

impl Scope {
    pub fn new(names: Map<String, Value>) -> Self {
        Self(names)
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// For changing one name in place, without copying the rest.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0.get_mut(name)
    }

    /// Gives `name` a value; gives back the one it had.
    pub fn insert(&mut self, name: impl Into<String>, value: Value) -> Option<Value> {
        self.0.insert(name.into(), value)
    }

    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl From<Map<String, Value>> for Scope {
    fn from(names: Map<String, Value>) -> Self {
        Self::new(names)
    }
}
