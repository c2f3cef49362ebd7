//! Records of one kind, kept as they are answered.

use serde_json::{Map, Value};

use crate::exchange::{Call, Reply};

use super::{fields, refusal};

/// A record as HighLevel shows it.
pub type Record = Map<String, Value>;

/// Records of one kind in the order they were made.
#[derive(Debug, Clone)]
pub struct Records {
    /// For the 404: `Calendar`.
    kind: &'static str,
    /// The name of the id: `id`, or `_id`.
    id: &'static str,
    all: Vec<Record>,
}

impl Records {
    pub const fn new(kind: &'static str, id: &'static str) -> Self {
        Self { kind, id, all: Vec::new() }
    }

    /// Adds a record, which holds its id.
    pub fn add(&mut self, record: Record) -> &Record {
        self.all.push(record);
        self.all.last().expect("one was just added")
    }

    /// # Errors
    /// 404 when there is none of this id.
    pub fn get(&self, id: &str) -> Result<&Record, Reply> {
        self.all.iter().find(|record| self.is(record, id)).ok_or_else(|| refusal::not_found(self.kind, id))
    }

    /// # Errors
    /// 404 when there is none of this id.
    pub fn get_mut(&mut self, id: &str) -> Result<&mut Record, Reply> {
        let (key, kind) = (self.id, self.kind);
        self.all
            .iter_mut()
            .find(|record| record.get(key).and_then(Value::as_str) == Some(id))
            .ok_or_else(|| refusal::not_found(kind, id))
    }

    /// # Errors
    /// 404 when there is none of this id.
    pub fn remove(&mut self, id: &str) -> Result<Record, Reply> {
        let found = self.all.iter().position(|record| self.is(record, id));
        found.map(|index| self.all.remove(index)).ok_or_else(|| refusal::not_found(self.kind, id))
    }

    pub fn retain(&mut self, keep: impl FnMut(&Record) -> bool) {
        self.all.retain(keep);
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.all.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.all.iter_mut()
    }

    fn is(&self, record: &Record, id: &str) -> bool {
        record.get(self.id).and_then(Value::as_str) == Some(id)
    }
}

/// How a list is cut into pages: the names of its parameters and the bounds of the page size.
#[derive(Debug, Clone, Copy)]
pub struct Pages {
    /// `limit`
    pub limit: &'static str,
    /// `skip` or `offset`
    pub skip: &'static str,
    /// The page size when none is asked for.
    pub default: usize,
    pub max: usize,
}

impl Pages {
    /// The page that the query asks for.
    ///
    /// # Errors
    /// 422 when a parameter is no number or out of bounds.
    pub fn cut<T>(self, call: &Call, all: impl IntoIterator<Item = T>) -> Result<Vec<T>, Reply> {
        let limit = fields::number(call, self.limit, self.default, 1..=self.max)?;
        let skip = fields::number(call, self.skip, 0, 0..=usize::MAX)?;
        Ok(all.into_iter().skip(skip).take(limit).collect())
    }
}

/// Refuses a query that lacks one of these.
///
/// # Errors
/// 422 with one message for each that is missing or blank.
pub fn need(call: &Call, names: &[&str]) -> Result<(), Reply> {
    let missing = names.iter().filter(|name| call.query(name).is_none_or(str::is_empty));
    let wrong: Vec<String> = missing.map(|name| format!("{name} should not be empty")).collect();
    if wrong.is_empty() { Ok(()) } else { Err(refusal::invalid(wrong)) }
}

/// A record out of an object that the code itself has built.
pub fn record(mut object: Value) -> Record {
    std::mem::take(object.as_object_mut().expect("built as an object"))
}

/// Puts the properties of a body over those of a record.
pub fn merge(record: &mut Record, body: &Map<String, Value>) {
    for (name, value) in body {
        record.insert(name.clone(), value.clone());
    }
}
