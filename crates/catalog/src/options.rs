//! What can be chosen for a field, among the records of the list that it names. Pure.

use serde_json::{Map, Value};

use crate::value::at;
use crate::{ByName, Choices};

/// A value, and the name that people know it by.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub value: Value,
    pub label: String,
}

impl Choices {
    /// The choices among `records`, as far as they fit the rest of the input; each value once.
    pub fn options(&self, input: &Map<String, Value>, records: &[Value]) -> Vec<Choice> {
        let fits = |record: &&Value| {
            self.within.iter().all(|(path, field)| match input.get(field) {
                None => true,
                given => at(record, path) == given,
            })
        };
        let mut choices = Vec::new();
        for record in records.iter().filter(fits) {
            let items = match &self.list {
                None => std::slice::from_ref(record),
                Some(path) => at(record, path).and_then(Value::as_array).map_or(&[][..], Vec::as_slice),
            };
            items.iter().for_each(|item| add(&mut choices, item, (&self.value, &self.label)));
        }
        for word in &self.also {
            choices.push(Choice { value: word.as_str().into(), label: word.clone() });
        }
        choices
    }
}

impl ByName {
    /// The names that may stand in the object: they are values and labels alike.
    pub fn options(&self, records: &[Value]) -> Vec<Choice> {
        let mut choices = Vec::new();
        records.iter().for_each(|record| add(&mut choices, record, (&self.name, &self.name)));
        choices
    }
}

fn add(choices: &mut Vec<Choice>, item: &Value, (value, label): (&str, &str)) {
    let Some(value) = at(item, value).filter(|value| !value.is_null()) else { return };
    if choices.iter().any(|choice| choice.value == *value) {
        return;
    }
    let label = match at(item, label) {
        Some(Value::String(label)) => label.clone(),
        None | Some(Value::Null) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        Some(other) => other.to_string(),
    };
    choices.push(Choice { value: value.clone(), label });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_items_of_a_list_inside_fitting_records_are_the_choices() {
        let choices = Choices {
            list: Some("stages".to_owned()),
            within: [("id".to_owned(), "pipelineId".to_owned())].into(),
            also: vec!["all".to_owned()],
            value: "id".to_owned(),
            label: "name".to_owned(),
            ..Choices::default()
        };
        let records = [
            json!({ "id": "p1", "stages": [{ "id": "s1", "name": "New" }, { "id": "s1" }, { "name": "none" }] }),
            json!({ "id": "p2", "stages": [{ "id": "s2" }] }),
            json!({ "id": "p3" }),
        ];
        let labels = |input: Value| -> Vec<String> {
            let found = choices.options(input.as_object().unwrap(), &records);
            found.into_iter().map(|choice| format!("{}={}", choice.value, choice.label)).collect()
        };
        assert_eq!(labels(json!({ "pipelineId": "p1" })), ["\"s1\"=New", "\"all\"=all"]);
        assert_eq!(labels(json!({})), ["\"s1\"=New", "\"s2\"=s2", "\"all\"=all"]);
    }

    #[test]
    fn names_are_chosen_by_their_names() {
        let by_name = ByName { id: "id".into(), name: "name".into(), ..ByName::default() };
        let found = by_name.options(&[json!({ "id": 1, "name": "Score" }), json!({ "id": 2 })]);
        assert_eq!(found, [Choice { value: json!("Score"), label: "Score".into() }]);
    }
}
