//! The order of a search, and its cursor: the values sorted by, then the id.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::exchange::Reply;
use crate::world::World;

use super::super::refusal;
use super::Searched;

/// One or two criteria; without any, newest first.
#[derive(Debug)]
pub struct Sort(Vec<Criterion>);

#[derive(Debug)]
struct Criterion {
    field: String,
    descending: bool,
}

/// A record with the values it is sorted by.
pub struct Sorted<'a, T> {
    pub record: &'a T,
    keys: Vec<Value>,
}

impl Sort {
    pub fn read<T: Searched>(sort: Option<&Value>) -> Result<Self, Reply> {
        let items = sort.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if items.len() > 2 {
            return Err(refusal::invalid(vec!["sort must contain no more than 2 elements".to_owned()]));
        }
        if items.is_empty() {
            return Ok(Self(vec![Criterion { field: T::MADE.to_owned(), descending: true }]));
        }
        let read = |(n, item)| Criterion::read::<T>(n, item);
        items.iter().enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    pub fn apply<'a, T: Searched>(&self, world: &World, found: Vec<&'a T>) -> Vec<Sorted<'a, T>> {
        let mut sorted: Vec<Sorted<T>> = found
            .into_iter()
            .map(|record| Sorted {
                record,
                keys: self.0.iter().map(|by| key(world, record, &by.field)).collect(),
            })
            .collect();
        sorted.sort_unstable_by(|a, b| self.compare((&a.keys, a.record.id()), (&b.keys, b.record.id())));
        sorted
    }

    /// How many of the sorted records stand before or at a cursor.
    pub fn passed<T: Searched>(&self, sorted: &[Sorted<T>], cursor: &Value) -> Result<usize, Reply> {
        let wrong = || {
            let length = self.0.len() + 1;
            refusal::invalid(vec![format!(
                "searchAfter must be an array of {length} values, the last one an id"
            )])
        };
        let values = cursor.as_array().ok_or_else(wrong)?;
        let (id, keys) = values.split_last().ok_or_else(wrong)?;
        let id = id.as_str().filter(|_| keys.len() == self.0.len()).ok_or_else(wrong)?;
        Ok(sorted.partition_point(|one| {
            self.compare((&one.keys, one.record.id()), (keys, id)) != Ordering::Greater
        }))
    }

    fn compare(&self, a: (&[Value], &str), b: (&[Value], &str)) -> Ordering {
        for ((by, a), b) in self.0.iter().zip(a.0).zip(b.0) {
            let order = compare(a, b, by.descending);
            if order != Ordering::Equal {
                return order;
            }
        }
        a.1.cmp(b.1)
    }
}

impl<T: Searched> Sorted<'_, T> {
    pub fn search_after(&self) -> Value {
        let mut cursor = self.keys.clone();
        cursor.push(json!(self.record.id()));
        Value::Array(cursor)
    }
}

impl Criterion {
    fn read<T: Searched>(n: usize, item: &Value) -> Result<Self, Reply> {
        let wrong = |what: String| refusal::invalid(vec![format!("sort.{n}.{what}")]);
        let field = item["field"].as_str().filter(|field| T::SORTABLE.contains(field)).ok_or_else(|| {
            wrong(format!("field must be one of the following values: {}", T::SORTABLE.join(", ")))
        })?;
        let descending = match item["direction"].as_str() {
            Some("asc") => false,
            Some("desc") => true,
            _ => return Err(wrong("direction must be one of the following values: asc, desc".to_owned())),
        };
        Ok(Self { field: field.to_owned(), descending })
    }
}

fn key<T: Searched>(world: &World, record: &T, field: &str) -> Value {
    record.values(world, field).into_iter().next().unwrap_or(Value::Null)
}

/// Absent values stand last in both directions.
fn compare(a: &Value, b: &Value, descending: bool) -> Ordering {
    let order = match (a, b) {
        (Value::Null, Value::Null) => return Ordering::Equal,
        (Value::Null, _) => return Ordering::Greater,
        (_, Value::Null) => return Ordering::Less,
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
    };
    if descending { order.reverse() } else { order }
}
