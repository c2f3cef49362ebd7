//! What was asked and answered: for tests to assert on.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use crate::exchange::Call;

const KEPT: usize = 2_000;

/// How one request ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// `GET /contacts/{contactId}`, if a route was found.
    pub route: Option<(&'static str, &'static str)>,
    /// `None` when the connection was cut.
    pub status: Option<u16>,
}

#[derive(Debug, Default)]
pub struct Journal {
    total: u64,
    last: VecDeque<Value>,
    by_route: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Journal {
    pub fn record(&mut self, call: &Call, ended: Ended) {
        self.total += 1;
        let route = match ended.route {
            Some((method, pattern)) => format!("{method} {pattern}"),
            None => "none".to_owned(),
        };
        let status = ended.status.map_or_else(|| "cut".to_owned(), |status| status.to_string());
        *self.by_route.entry(route.clone()).or_default().entry(status).or_default() += 1;
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(json!({
            "n": self.total,
            "method": call.method,
            "path": call.path,
            "query": call.query_text,
            "body": call.body.as_ref().map(|body| body.clone().unwrap_or_else(Value::String)),
            "route": route,
            "status": ended.status,
        }));
    }

    /// The last `limit` requests whose fields equal those of `wanted`, oldest first.
    pub fn requests(&self, limit: usize, wanted: &[(String, String)]) -> Vec<Value> {
        let fits = |request: &&Value| {
            wanted.iter().all(|(name, value)| {
                let given = &request[name.as_str()];
                value.parse().map_or(given == value.as_str(), |number: u64| *given == json!(number))
            })
        };
        let mut found: Vec<Value> = self.last.iter().rev().filter(fits).take(limit).cloned().collect();
        found.reverse();
        found
    }

    pub fn counts(&self) -> Value {
        json!({ "total": self.total, "by_route": self.by_route })
    }
}
