//! A call for many records in parts: cutting, and joining what the parts gave. Pure.

use highline_catalog::{Field, FieldType, OperationError};
use serde_json::{Map, Value, json};

use crate::extract;
use crate::manifest::Chunks;

/// What was not in any answer.
const NOT_NAMED: &str = "the answer does not name it";

/// The input of each part. One that has no more records than a part takes stays as it is.
pub fn parts(chunks: &Chunks, input: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let Some(Value::Array(records)) = input.get(&chunks.field) else { return vec![input.clone()] };
    if records.len() <= chunks.size {
        return vec![input.clone()];
    }
    let part = |records: &[Value]| {
        let mut input = input.clone();
        input.insert(chunks.field.clone(), Value::Array(records.to_vec()));
        input
    };
    records.chunks(chunks.size.max(1)).map(part).collect()
}

/// What all parts together gave.
#[derive(Debug, Default)]
pub struct Joined {
    output: Map<String, Value>,
    results: Vec<Value>,
    failed: usize,
}

impl Joined {
    /// A part that was answered.
    pub fn done(&mut self, chunks: &Chunks, part: &Map<String, Value>, answer: Value) {
        let named = extract::at(&answer, &chunks.done).and_then(Value::as_array).cloned().unwrap_or_default();
        for id in records(chunks, part) {
            let item = named.iter().find(|item| id_of(chunks, item) == Some(&id));
            let refused = |item: &Value| {
                !chunks.failed.is_empty()
                    && chunks.failed.iter().all(|(name, value)| item.get(name) == Some(value))
            };
            let told = |item: &Value| extract::at(item, chunks.message.as_deref()?).and_then(extract::text);
            self.results(
                id,
                item.is_some_and(|item| !refused(item)),
                item.map_or(Some(NOT_NAMED.into()), told),
            );
        }
        let Value::Object(answer) = answer else { return };
        for (name, value) in answer {
            join(self.output.entry(name).or_insert(Value::Null), value);
        }
    }

    /// A part that the app refused for good.
    pub fn refused(&mut self, chunks: &Chunks, part: &Map<String, Value>, error: &OperationError) {
        for id in records(chunks, part) {
            self.results(id, false, Some(error.failure.message.clone()));
        }
    }

    /// The joined answers with `results` and `failed`.
    pub fn output(mut self) -> Value {
        self.output.insert("results".to_owned(), Value::Array(self.results));
        self.output.insert("failed".to_owned(), self.failed.into());
        Value::Object(self.output)
    }

    fn results(&mut self, id: Value, done: bool, message: Option<String>) {
        self.failed += usize::from(!done);
        self.results.push(json!({ "id": id, "done": done, "message": message }));
    }
}

/// What is added to the output of a call in parts.
pub fn fields() -> [Field; 2] {
    let field = |name: &str, kind| Field { name: name.to_owned(), kind, ..Field::default() };
    let results = Field {
        label: "Results".to_owned(),
        description: "One for each record that was sent.".to_owned(),
        items: Some(FieldType::Object),
        fields: vec![
            Field { label: "Record id".to_owned(), ..field("id", FieldType::String) },
            Field { label: "Done".to_owned(), ..field("done", FieldType::Boolean) },
            Field { label: "Message".to_owned(), ..field("message", FieldType::String) },
        ],
        ..field("results", FieldType::Array)
    };
    let failed = Field {
        label: "Failed".to_owned(),
        description: "How many records were not done.".to_owned(),
        ..field("failed", FieldType::Integer)
    };
    [results, failed]
}

fn records(chunks: &Chunks, part: &Map<String, Value>) -> Vec<Value> {
    part.get(&chunks.field).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn id_of<'v>(chunks: &Chunks, item: &'v Value) -> Option<&'v Value> {
    chunks.id.as_deref().map_or(Some(item), |path| extract::at(item, path))
}

/// Lists are put together, numbers added, and of truth values one false makes all false; else the later one counts.
fn join(all: &mut Value, more: Value) {
    match (&mut *all, more) {
        (Value::Array(items), Value::Array(more)) => items.extend(more),
        (Value::Bool(so_far), Value::Bool(more)) => *so_far &= more,
        (Value::Number(sum), Value::Number(more)) if sum.is_i64() && more.is_i64() => {
            let added = sum.as_i64().zip(more.as_i64()).map(|(a, b)| a.saturating_add(b));
            *all = added.map_or(Value::Null, Value::from);
        }
        (_, more) => *all = more,
    }
}

#[cfg(test)]
mod tests {
    use highline_model::ErrorKind;

    use super::*;

    fn chunks() -> Chunks {
        Chunks {
            field: "contacts".into(),
            size: 2,
            done: "responses".into(),
            id: Some("contactId".into()),
            failed: Map::from_iter([("type".to_owned(), json!("error"))]),
            message: Some("message".into()),
        }
    }

    fn input(contacts: &[&str]) -> Map<String, Value> {
        json!({"contacts": contacts, "tags": ["vip"]}).as_object().unwrap().clone()
    }

    #[test]
    fn every_part_has_the_rest_of_the_input() {
        let parts = parts(&chunks(), &input(&["a", "b", "c"]));
        assert_eq!(parts, [input(&["a", "b"]), input(&["c"])]);
        assert_eq!(super::parts(&chunks(), &input(&[])), [input(&[])]);
    }

    #[test]
    fn each_record_has_a_result() {
        let mut joined = Joined::default();
        let responses = json!([
            {"contactId": "a", "type": "success", "message": "Tags updated"},
            {"contactId": "b", "type": "error", "message": "contact does not exist"},
        ]);
        joined.done(
            &chunks(),
            &input(&["a", "b"]),
            json!({"succeded": true, "errorCount": 1, "responses": responses}),
        );
        joined.done(&chunks(), &input(&["c"]), json!({"succeded": false, "errorCount": 0, "responses": []}));
        let error = OperationError::refused(ErrorKind::Rejected, "too bad");
        joined.refused(&chunks(), &input(&["d"]), &error);
        let output = joined.output();
        assert_eq!(
            (&output["succeded"], &output["errorCount"], &output["failed"]),
            (&json!(false), &json!(1), &json!(3))
        );
        assert_eq!(
            output["results"],
            json!([
                {"id": "a", "done": true, "message": "Tags updated"},
                {"id": "b", "done": false, "message": "contact does not exist"},
                {"id": "c", "done": false, "message": "the answer does not name it"},
                {"id": "d", "done": false, "message": "too bad"},
            ])
        );
        assert_eq!(output["responses"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_list_of_ids_alone_names_what_was_done() {
        let plain = Chunks { done: "ids".into(), id: None, failed: Map::new(), message: None, ..chunks() };
        let mut joined = Joined::default();
        joined.done(&plain, &input(&["a", "b"]), json!({"success": true, "ids": ["b"]}));
        let output = joined.output();
        assert_eq!(
            (&output["results"][0]["done"], &output["results"][1]["done"]),
            (&json!(false), &json!(true))
        );
    }
}
