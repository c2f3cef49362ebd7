//! The check of an input against its fields, before anything is sent.

use highline_model::ErrorKind;
use serde_json::{Map, Value};

use crate::{Definition, Field, FieldType, OperationError, Requirement};

/// A message names no more than this many of the allowed values.
const NAMED: usize = 20;

impl Definition {
    /// The input with the connection's values filled in and each value in its field's type; or one error that names
    /// every wrong field. Numbers written as text, and text written as numbers, are converted by the declared type.
    pub fn check_input(
        &self,
        input: &Map<String, Value>,
        connection_values: &Map<String, Value>,
    ) -> Result<Map<String, Value>, OperationError> {
        let mut problems = Vec::new();
        let mut checked = Map::new();
        for (name, value) in input {
            match self.field(name) {
                None => problems.push(format!("unknown field `{name}`")),
                Some(field) if value.is_null() => {
                    if field.nullable {
                        checked.insert(name.clone(), Value::Null);
                    }
                }
                Some(field) => match convert(field, value) {
                    Ok(value) => {
                        checked.insert(name.clone(), value);
                    }
                    Err(problem) => problems.push(problem),
                },
            }
        }
        for field in &self.input {
            if checked.contains_key(&field.name) {
                continue;
            }
            match connection_values.get(&field.name) {
                Some(value) if field.from_connection => {
                    checked.insert(field.name.clone(), value.clone());
                }
                _ if field.default.is_some() => {
                    checked.extend(field.default.clone().map(|value| (field.name.clone(), value)));
                }
                _ if field.required && field.from_connection => problems.push(format!(
                    "missing field `{}`: neither the input nor the connection has it",
                    field.name
                )),
                _ if field.required => problems.push(format!("missing field `{}`", field.name)),
                _ => {}
            }
        }
        problems.extend(self.require.iter().filter_map(|requirement| requirement.problem(&checked)));
        if problems.is_empty() {
            return Ok(checked);
        }
        Err(OperationError::refused(ErrorKind::InvalidInput, format!("{}: {}", self.id, problems.join("; "))))
    }
}

impl Requirement {
    /// The fields it speaks of.
    pub fn fields(&self) -> &[String] {
        match self {
            Self::OneOf(fields) | Self::AnyOf(fields) => fields,
        }
    }

    /// How it is told to people.
    pub fn told(&self) -> String {
        let names: Vec<String> = self.fields().iter().map(|name| format!("`{name}`")).collect();
        match self {
            Self::OneOf(_) => format!("give exactly one of {}", names.join(", ")),
            Self::AnyOf(_) => format!("give at least one of {}", names.join(", ")),
        }
    }

    /// Whether that many of the fields make it true.
    pub fn holds(&self, given: usize) -> bool {
        match self {
            Self::OneOf(_) => given == 1,
            Self::AnyOf(_) => given > 0,
        }
    }

    fn problem(&self, input: &Map<String, Value>) -> Option<String> {
        let given = self.fields().iter().filter(|name| input.contains_key(*name)).count();
        (!self.holds(given)).then(|| self.told())
    }
}

impl Field {
    /// `value` in the type of this field, or what is wrong with it.
    pub fn convert(&self, value: &Value) -> Result<Value, String> {
        convert(self, value)
    }
}

/// `value` in the type of `field`, or what is wrong with it.
fn convert(field: &Field, value: &Value) -> Result<Value, String> {
    let wrong = || format!("field `{}` must be {}, not {}", field.name, field.kind, shown(value));
    let converted = match (field.kind, value) {
        (FieldType::Any, _) => value.clone(),
        (kind, Value::String(_)) if kind.is_text() => value.clone(),
        (kind, Value::Number(n)) if kind.is_text() => Value::String(n.to_string()),
        (FieldType::String, Value::Bool(b)) => Value::String(b.to_string()),
        (FieldType::Integer, Value::Number(n)) if n.is_i64() || n.is_u64() => value.clone(),
        (FieldType::Integer, Value::Number(n)) => whole(n.as_f64()).ok_or_else(wrong)?,
        (FieldType::Integer, Value::String(s)) => {
            s.trim().parse::<i64>().map(Value::from).map_err(|_| wrong())?
        }
        (FieldType::Number, Value::Number(_)) => value.clone(),
        (FieldType::Number, Value::String(s)) => number(s).ok_or_else(wrong)?,
        (FieldType::Boolean, Value::Bool(_)) => value.clone(),
        (FieldType::Boolean, Value::String(s)) if s == "true" || s == "false" => Value::Bool(s == "true"),
        (FieldType::Object, Value::Object(_)) | (FieldType::Array, Value::Array(_)) => value.clone(),
        (FieldType::Array, Value::Object(_)) if field.by_name.is_some() => value.clone(),
        _ => return Err(wrong()),
    };
    let given = match &converted {
        Value::Array(items) if field.kind == FieldType::Array => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let refused = given.iter().find(|value| !field.values.is_empty() && !field.values.contains(value));
    let Some(refused) = refused else { return Ok(converted) };
    let named: Vec<String> = field.values.iter().take(NAMED).map(shown).collect();
    let more = match field.values.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} others"),
    };
    Err(format!("field `{}` must be one of {}{more}, not {}", field.name, named.join(", "), shown(refused)))
}

fn whole(number: Option<f64>) -> Option<Value> {
    let number = number.filter(|n| n.fract() == 0.0 && n.abs() < 9.0e15)?;
    Some(Value::from(number as i64))
}

fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    text.parse::<i64>()
        .map(Value::from)
        .ok()
        .or_else(|| text.parse::<f64>().ok().filter(|n| n.is_finite()).map(Value::from))
}

/// A value as a message shows it: short, on one line.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Effect, Kind, Repeat, Sample, Shape, Token};

    fn operation(input: Vec<Field>) -> Definition {
        Definition {
            id: "app.things.create".into(),
            app: "app".into(),
            kind: Kind::Action,
            category: "Things".into(),
            title: "Create".into(),
            summary: "Creates a thing.".into(),
            notes: vec![],
            method: Some("POST".into()),
            path: Some("/things".into()),
            version: None,
            token: Token::Any,
            scopes: vec![],
            needs_connection: true,
            effect: Effect::Write,
            repeat: Repeat::Unsafe,
            unsafe_when: Map::new(),
            verify: None,
            input,
            require: vec![],
            shape: Shape::Record,
            output: vec![],
            poll: None,
            sample: Sample { input: json!({}), reply: json!({}), output: json!({}) },
        }
    }

    fn field(name: &str, kind: FieldType) -> Field {
        Field { name: name.into(), kind, ..Field::default() }
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn every_wrong_field_is_named_in_one_error() {
        let definition = operation(vec![
            Field { required: true, ..field("name", FieldType::String) },
            field("size", FieldType::Integer),
            Field { values: vec![json!("low"), json!("high")], ..field("rank", FieldType::String) },
        ]);
        let error = definition
            .check_input(&object(json!({"size": "big", "rank": "middle", "nme": "x"})), &Map::new())
            .unwrap_err();
        assert_eq!(
            error.failure.message,
            "app.things.create: field `size` must be integer, not \"big\"; field `rank` must be one of \"low\", \
             \"high\", not \"middle\"; unknown field `nme`; missing field `name`"
        );
    }

    #[test]
    fn of_a_list_each_item_must_be_allowed() {
        let scopes = Field {
            items: Some(FieldType::String),
            values: (1..=22).map(|n| json!(format!("s{n}"))).collect(),
            ..field("scopes", FieldType::Array)
        };
        assert_eq!(scopes.convert(&json!(["s1", "s22"])), Ok(json!(["s1", "s22"])));
        let error = scopes.convert(&json!(["s1", "s23"])).unwrap_err();
        assert!(error.ends_with("\"s20\" and 2 others, not \"s23\""), "{error}");
    }

    #[test]
    fn null_is_sent_only_where_it_is_a_value() {
        let business = Field { required: true, nullable: true, ..field("businessId", FieldType::String) };
        let definition = operation(vec![business, field("note", FieldType::String)]);
        let checked =
            definition.check_input(&object(json!({"businessId": null, "note": null})), &Map::new()).unwrap();
        assert_eq!(checked, object(json!({"businessId": null})));
        let error = definition.check_input(&Map::new(), &Map::new()).unwrap_err();
        assert!(error.failure.message.contains("missing field `businessId`"), "{error}");
    }

    #[test]
    fn values_take_their_declared_type() {
        let definition = operation(vec![
            field("phone", FieldType::Phone),
            field("count", FieldType::Integer),
            field("price", FieldType::Number),
            field("done", FieldType::Boolean),
        ]);
        let input = object(json!({"phone": 15551234567u64, "count": "12", "price": "9.5", "done": "true"}));
        let checked = definition.check_input(&input, &Map::new()).unwrap();
        assert_eq!(
            Value::Object(checked),
            json!({"phone": "15551234567", "count": 12, "price": 9.5, "done": true})
        );
    }

    #[test]
    fn the_allowed_values_of_a_list_are_those_of_its_items() {
        let kinds = Field { values: vec![json!("call"), json!("email")], ..field("kinds", FieldType::Array) };
        let definition = operation(vec![kinds]);
        let check = |input| definition.check_input(&object(input), &Map::new());
        assert!(check(json!({"kinds": ["email", "call"]})).is_ok());
        let error = check(json!({"kinds": ["email", "fax"]})).unwrap_err();
        assert!(error.failure.message.contains("must be one of \"call\", \"email\", not \"fax\""), "{error}");
    }

    #[test]
    fn the_connection_fills_what_is_left_out_and_never_overwrites() {
        let location =
            Field { required: true, from_connection: true, ..field("locationId", FieldType::String) };
        let definition = operation(vec![location]);
        let values = object(json!({"locationId": "L1"}));
        assert_eq!(definition.check_input(&Map::new(), &values).unwrap()["locationId"], "L1");
        let own = object(json!({"locationId": "L2"}));
        assert_eq!(definition.check_input(&own, &values).unwrap()["locationId"], "L2");
        assert!(definition.check_input(&Map::new(), &Map::new()).is_err());
    }
}
