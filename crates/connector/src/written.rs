//! How values are written in a request where that is not their JSON form. Pure.

use chrono::{DateTime, Utc};
use highline_catalog::OperationError;
use highline_model::ErrorKind;
use serde_json::{Map, Value};

use crate::manifest::{Field, SendAs};
use crate::{extract, moment, request};

/// The input with moments, numbers and truth values as the request has them. A list stays one: names in it are looked up
/// before `on_wire` makes it a text.
pub fn as_sent(
    fields: &[Field],
    mut input: Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, OperationError> {
    for field in fields {
        let send_as = field.send_as.filter(|send_as| *send_as != SendAs::Csv);
        if let (Some(send_as), Some(value)) = (send_as, input.get_mut(&field.name)) {
            *value = written(send_as, value, now).ok_or_else(|| {
                let message = format!(
                    "field `{}` must be a moment, not {value}: ISO 8601 with a zone, or counted from now as in now-1d",
                    field.name
                );
                OperationError::refused(ErrorKind::InvalidInput, message)
            })?;
        }
    }
    Ok(input)
}

/// The value of a field at last, when the request is made.
pub fn on_wire(field: &Field, value: &Value) -> Value {
    match field.send_as {
        Some(SendAs::Csv) => request::texts(value).join(",").into(),
        _ => value.clone(),
    }
}

fn written(send_as: SendAs, value: &Value, now: DateTime<Utc>) -> Option<Value> {
    let at = || moment::wanted(value, now);
    Some(match send_as {
        SendAs::Csv => value.clone(),
        SendAs::Text => extract::text(value).map_or_else(|| value.clone(), Value::from),
        SendAs::EpochMs => at()?.timestamp_millis().into(),
        SendAs::EpochMsText => at()?.timestamp_millis().to_string().into(),
        SendAs::EpochS => at()?.timestamp().into(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(send_as: SendAs, value: Value) -> Result<Value, OperationError> {
        let field = Field { name: "x".into(), send_as: Some(send_as), ..Field::default() };
        let input = Map::from_iter([("x".to_owned(), value)]);
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        as_sent(std::slice::from_ref(&field), input, now).map(|sent| on_wire(&field, &sent["x"]))
    }

    #[test]
    fn values_are_written_as_the_app_wants_them() {
        assert_eq!(sent(SendAs::Csv, json!(["a", 1])), Ok(json!("a,1")));
        assert_eq!(sent(SendAs::Text, json!(true)), Ok(json!("true")));
        assert_eq!(
            sent(SendAs::EpochMs, json!("2026-11-21T09:00:00+01:00")),
            Ok(json!(1_795_248_000_000_i64))
        );
        assert_eq!(sent(SendAs::EpochMsText, json!("now")), Ok(json!("1795248000000")));
        assert_eq!(sent(SendAs::EpochS, json!("now-1d")), Ok(json!(1_795_161_600)));
    }

    #[test]
    fn what_is_no_moment_is_refused_by_its_name() {
        let error = sent(SendAs::EpochMs, json!("next week")).unwrap_err();
        assert!(error.failure.message.contains("field `x` must be a moment, not \"next week\""), "{error}");
    }
}
