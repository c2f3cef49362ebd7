//! How each delivery went.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use serde::Serialize;
use serde_json::{Value, json};

use super::Hook;

const KEPT: usize = 2_000;

/// The last deliveries, oldest first.
#[derive(Debug, Default)]
pub struct Deliveries {
    made: u64,
    last: VecDeque<Delivery>,
}

/// One event to one address; shared with the task that sends it.
#[derive(Debug, Clone)]
pub struct Delivery(Arc<Mutex<Entry>>);

#[derive(Debug, Serialize)]
struct Entry {
    n: u64,
    webhook: u64,
    url: String,
    #[serde(rename = "type")]
    kind: &'static str,
    state: Progress,
    /// The status of each try, or why there was none.
    tries: Vec<Value>,
    payload: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Progress {
    Pending,
    Delivered,
    /// After the last try.
    Failed,
    /// By a fault.
    Dropped,
}

impl Deliveries {
    pub fn begin(&mut self, hook: &Hook, kind: &'static str, payload: Value) -> Delivery {
        self.made += 1;
        let entry = Entry {
            n: self.made,
            webhook: hook.id,
            url: hook.url.to_string(),
            kind,
            state: Progress::Pending,
            tries: Vec::new(),
            payload,
        };
        let delivery = Delivery(Arc::new(Mutex::new(entry)));
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(delivery.clone());
        delivery
    }

    /// The last `limit` whose fields equal those of `wanted`, oldest first.
    pub fn list(&self, limit: usize, wanted: &[(String, String)]) -> Vec<Value> {
        let shown = self.last.iter().rev().map(|delivery| json!(*delivery.entry()));
        let fits = |entry: &Value| {
            wanted.iter().all(|(name, value)| {
                let given = &entry[name.as_str()];
                value.parse().map_or(given == value.as_str(), |number: u64| *given == json!(number))
            })
        };
        let mut found: Vec<Value> = shown.filter(fits).take(limit).collect();
        found.reverse();
        found
    }
}

impl Delivery {
    /// Notes a try: its status, or an error where there was no answer.
    pub fn tried(&self, outcome: Result<u16, String>) {
        let mut entry = self.entry();
        if matches!(outcome, Ok(200..=299)) {
            entry.state = Progress::Delivered;
        }
        entry.tries.push(outcome.map_or_else(Value::String, |status| json!(status)));
    }

    /// Notes that no further try follows.
    pub fn give_up(&self) {
        self.entry().state = Progress::Failed;
    }

    pub fn dropped(&self) {
        self.entry().state = Progress::Dropped;
    }

    fn entry(&self) -> MutexGuard<'_, Entry> {
        self.0.lock().expect("nothing panics while it holds an entry")
    }
}
