//! Lists that names are looked up in, kept for a while.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use highline_catalog::OperationError;
use highline_model::ErrorKind;
use highline_yaml::nearest;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::extract;
use crate::manifest::{ByName, Choices};

/// A list that was read is good for this long.
const FRESH: Duration = Duration::from_secs(300);
/// A name that is not in the list may be new: a list that is older than this is read again for it.
const BELIEVED: Duration = Duration::from_secs(5);
/// A message names no more than this many of the names there are.
const NAMED: usize = 10;

type Slot = Arc<tokio::sync::Mutex<Option<Known>>>;

/// The lists that were read, shared by all operations of a node.
#[derive(Debug, Default)]
pub struct Lookups {
    lists: Mutex<HashMap<String, Slot>>,
}

/// A list and when it was read.
#[derive(Debug, Clone)]
pub struct Known {
    /// None where the app did not let this connection read it.
    pub records: Option<Arc<Vec<Value>>>,
    at: Instant,
}

impl Known {
    /// Whether it is too old to be believed when it lacks a name.
    pub fn may_lack(&self) -> bool {
        self.at.elapsed() > BELIEVED
    }
}

impl Lookups {
    /// The list of this key, read by `read` when there is none that `fits`. Those who want the same list at the same time
    /// wait for one reading of it.
    pub async fn list<F>(
        &self,
        key: &str,
        fits: impl Fn(&Known) -> bool,
        read: F,
    ) -> Result<Known, OperationError>
    where
        F: Future<Output = Result<Option<Vec<Value>>, OperationError>>,
    {
        let slot = {
            let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
            lists.retain(|_, slot| {
                slot.try_lock()
                    .map_or(true, |known| known.as_ref().is_some_and(|known| known.at.elapsed() < FRESH))
            });
            Arc::clone(lists.entry(key.to_owned()).or_default())
        };
        let mut known = slot.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.at.elapsed() < FRESH && fits(known)) {
            return Ok(known.clone());
        }
        let fresh = Known { records: read.await?.map(Arc::new), at: Instant::now() };
        *known = Some(fresh.clone());
        Ok(fresh)
    }
}

/// What a name came to.
#[derive(Debug, PartialEq)]
pub enum Found {
    Value(Value),
    /// There is none, or there are several; the text says which names there are.
    No(String),
}

/// The value that a name stands for, among the records that fit the input. A value itself is found too.
pub fn choose(choices: &Choices, input: &Map<String, Value>, records: &[Value], wanted: &str) -> Found {
    let mut options: Vec<(&Value, String)> = Vec::new();
    for record in records.iter().filter(|record| fits(choices, input, record)) {
        let items = match &choices.list {
            None => std::slice::from_ref(record),
            Some(path) => match extract::at(record, path) {
                Some(Value::Array(items)) => items.as_slice(),
                _ => continue,
            },
        };
        options.extend(items.iter().filter_map(|item| {
            let value = extract::present(item, &choices.value)?;
            Some((value, extract::at(item, &choices.label).and_then(extract::text).unwrap_or_default()))
        }));
    }
    pick(&options, wanted)
}

/// The id that a name, a key or an id stands for.
pub fn named(by_name: &ByName, records: &[Value], wanted: &str) -> Found {
    let label =
        |record: &Value, path: &str| extract::at(record, path).and_then(extract::text).unwrap_or_default();
    let options: Vec<(&Value, String)> = records
        .iter()
        .filter_map(|record| Some((extract::present(record, &by_name.id)?, label(record, &by_name.name))))
        .collect();
    let Some(path) = &by_name.key else { return pick(&options, wanted) };
    let is_key = |key: &str| key == wanted || key.rsplit_once('.').is_some_and(|(_, last)| last == wanted);
    let by_key = records.iter().find(|record| is_key(&label(record, path)));
    match by_key.and_then(|record| extract::present(record, &by_name.id)) {
        Some(id) => Found::Value(id.clone()),
        None => pick(&options, wanted),
    }
}

fn fits(choices: &Choices, input: &Map<String, Value>, record: &Value) -> bool {
    choices.within.iter().all(|(path, field)| match input.get(field) {
        None => true,
        given => extract::at(record, path) == given,
    })
}

/// How a wanted text is that of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Value,
    Name,
    OtherCase,
}

fn likeness(value: &Value, label: &str, wanted: &str) -> Option<Likeness> {
    if extract::text(value).as_deref() == Some(wanted) {
        Some(Likeness::Value)
    } else if label == wanted {
        Some(Likeness::Name)
    } else {
        let folded = |text: &str| text.trim().to_lowercase();
        (folded(label) == folded(wanted)).then_some(Likeness::OtherCase)
    }
}

/// By value, by name, and by name whatever the case; a name that several have is none.
fn pick(options: &[(&Value, String)], wanted: &str) -> Found {
    for degree in [Likeness::Value, Likeness::Name, Likeness::OtherCase] {
        let mut values: Vec<&Value> = Vec::new();
        for (value, label) in options {
            if likeness(value, label, wanted) == Some(degree) && !values.contains(value) {
                values.push(value);
            }
        }
        match values.as_slice() {
            [] => {}
            [value] => return Found::Value((*value).clone()),
            several => {
                let ids: Vec<String> = several.iter().filter_map(|value| extract::text(value)).collect();
                return Found::No(format!("there are several: {}; give the id", ids.join(", ")));
            }
        }
    }
    let labels = || options.iter().map(|(_, label)| label.as_str()).filter(|label| !label.is_empty());
    Found::No(match nearest(wanted, labels()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if options.is_empty() => "there are none at all".to_owned(),
        None => {
            let shown: Vec<&str> = labels().take(NAMED).collect();
            let more = if labels().count() > NAMED { ", …" } else { "" };
            format!("there are {}{more}", shown.join(", "))
        }
    })
}

/// The refusal of a name that stands for nothing.
pub fn unknown(field: &str, wanted: &str, told: &str) -> OperationError {
    OperationError::refused(
        ErrorKind::InvalidInput,
        format!("field `{field}`: nothing is called `{wanted}`; {told}"),
    )
}

/// `{ name: value }` of a list of ids and values. An id that has no name keeps its id.
pub fn names(by_name: &ByName, records: &[Value], list: &[Value]) -> Map<String, Value> {
    let mut named = Map::new();
    for item in list {
        let Some(id) = extract::present(item, "id") else { continue };
        let record = records.iter().find(|record| extract::at(record, &by_name.id) == Some(id));
        let name = record.and_then(|record| extract::text(extract::at(record, &by_name.name)?));
        let value = by_name.value.0.iter().find_map(|path| extract::present(item, path));
        if let Some(name) = name.or_else(|| extract::text(id)) {
            named.insert(name, value.cloned().unwrap_or_default());
        }
    }
    named
}

#[cfg(test)]
mod tests;
