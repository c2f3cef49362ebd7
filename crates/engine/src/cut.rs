//! Large inputs are not kept whole: what was sent is recorded for people, and nothing goes on from it.

use highline_model::{LogEntry, RunEvent};
use highline_store::CUT;
use serde_json::{Map, Value, json};

use crate::size::bytes;

/// Text longer than this is shortened in what is kept.
const TEXT: usize = 200;

/// Cuts the inputs of attempts that have their result to about `limit` bytes. An input whose attempt has none yet is kept:
/// it may be needed to find out what became of it.
pub(crate) fn cut_inputs(entries: &mut [LogEntry], limit: usize) {
    for entry in entries {
        if let RunEvent::StepSucceeded { input, .. } | RunEvent::AttemptFailed { input, .. } =
            &mut entry.event
        {
            let size = bytes(input);
            if size > limit {
                let kept = Shortener { left: limit / 2 }.shorten(input);
                *input = json!({ CUT: { "bytes": size, "kept": kept } });
            }
        }
    }
}

/// Keeps what comes first, and the names of what follows as long as there is room.
struct Shortener {
    left: usize,
}

impl Shortener {
    fn shorten(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) if text.len() > TEXT.min(self.left) => {
                let end = text.floor_char_boundary(TEXT.min(self.left));
                self.spend(end + 8);
                Value::String(format!("{}…", &text[..end]))
            }
            Value::Array(items) => {
                let items = items.iter().map_while(|item| self.has_room().then(|| self.shorten(item)));
                Value::Array(items.collect())
            }
            Value::Object(fields) => {
                let mut kept = Map::new();
                for (name, field) in fields {
                    if !self.has_room() {
                        break;
                    }
                    self.spend(name.len() + 4);
                    kept.insert(name.clone(), self.shorten(field));
                }
                Value::Object(kept)
            }
            other => {
                self.spend(bytes(other));
                other.clone()
            }
        }
    }

    fn has_room(&self) -> bool {
        self.left > 0
    }

    fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }
}

#[cfg(test)]
mod tests {
    use highline_model::Wire;

    use super::*;

    fn recorded(input: Value, limit: usize) -> Value {
        let (step, started_at) = ("a".into(), "2026-11-21T08:00:00Z".parse().unwrap());
        let event = RunEvent::StepSucceeded {
            step,
            attempt: 1,
            input,
            output: Value::Null,
            started_at,
            status: None,
            cached: false,
            wire: Wire::default(),
        };
        let mut entries = [LogEntry { seq: 1, at: started_at, event }];
        cut_inputs(&mut entries, limit);
        match entries {
            [LogEntry { event: RunEvent::StepSucceeded { input, .. }, .. }] => input,
            _ => unreachable!(),
        }
    }

    #[test]
    fn a_small_input_is_kept_whole() {
        assert_eq!(recorded(json!({ "id": "a" }), 100), json!({ "id": "a" }));
    }

    #[test]
    fn a_large_input_is_cut_and_says_so() {
        let items: Vec<Value> = (0..10_000).map(|id| json!({ "id": id })).collect();
        let input = json!({ "name": "list", "note": "é".repeat(5_000), "items": items });
        let cut = recorded(input, 1_000);
        assert!(cut["$cut"]["bytes"].as_u64().unwrap() > 100_000);
        let kept = &cut["$cut"]["kept"];
        assert_eq!(kept["name"], "list");
        assert!(kept["note"].as_str().unwrap().ends_with("é…"));
        assert!(kept["items"].as_array().unwrap().len() < 100);
        assert!(cut.to_string().len() < 1_200, "{cut}");
    }
}
