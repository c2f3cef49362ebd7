//! Whether a write was done, told by reading: what is asked, and which of the records that come are what it made. Pure.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::FieldType;
use crate::value::{at, certain_moment, moment};
use utoipa::ToSchema;

/// A record counts as made after the attempt began although it says up to this much earlier: the clocks of two machines
/// differ.
const SKEW: TimeDelta = TimeDelta::seconds(30);

/// The name in `with` that stands for the moment from which a record counts.
const SINCE: &str = "since";

/// How to tell by reading whether a write was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verify {
    /// The id of the operation that reads.
    pub operation: String,
    /// Its input. A text `{name}` stands for the value of that field of the write, `{name+1d}` for a moment so much later
    /// and `{since}` for the moment from which a record counts. What stands for a value that is not there is left out,
    /// with the object around it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub with: Map<String, Value>,
    /// What must be equal in the input and in the record. What the input lacks is not compared.
    pub same: Vec<Same>,
    /// The path of the record's id, in the read and in the write's own output.
    pub id: String,
    /// The path of the moment of creation. Without it, a record that was there before counts too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Seconds to wait before looking: the app may be at it still, or its index may lag.
    pub after: u64,
}

/// A field of the input and a path in the record that must be equal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Same {
    /// The field of the input.
    pub input: String,
    /// The path in the record.
    pub record: String,
    /// The type of the record's field: it decides what is equal.
    #[serde(rename = "type")]
    pub kind: FieldType,
}

impl Verify {
    /// What to ask for, when the first attempt with this `input` began at `began`.
    ///
    /// # Errors
    /// Says which value does not let itself be used.
    pub fn ask(
        &self,
        input: &Map<String, Value>,
        began: DateTime<Utc>,
    ) -> Result<Map<String, Value>, String> {
        let mut asked = Map::new();
        for (name, value) in &self.with {
            if let Some(value) = filled(value, input, began)? {
                asked.insert(name.clone(), value);
            }
        }
        Ok(asked)
    }

    /// The records in `data`, a list or one record, that an attempt with this `input` may have made.
    ///
    /// # Errors
    /// Says why that cannot be told: nothing to compare, or a record that does not say when it was made.
    pub fn find(
        &self,
        input: &Map<String, Value>,
        began: DateTime<Utc>,
        data: &Value,
    ) -> Result<Vec<Value>, String> {
        let wanted: Vec<(&Same, &Value)> =
            self.same.iter().filter_map(|same| Some((same, given(input, &same.input)?))).collect();
        if wanted.is_empty() {
            let names: Vec<&str> = self.same.iter().map(|same| same.input.as_str()).collect();
            return Err(format!("its input has nothing to know the record by: {}", names.join(", ")));
        }
        let records = match data {
            Value::Array(records) => records.as_slice(),
            Value::Null => &[],
            record => std::slice::from_ref(record),
        };
        let mut found = Vec::new();
        for record in records {
            let mut same = at(record, &self.id).is_some_and(|id| !id.is_null());
            for (what, value) in &wanted {
                same = same && what.holds(value, record)?;
            }
            if same && self.is_new(record, began)? {
                found.push(record.clone());
            }
        }
        Ok(found)
    }

    /// Whether attempts with these two inputs could make records that cannot be told apart.
    pub fn alike(&self, one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
        let mut names: Vec<&str> = self.same.iter().map(|same| same.input.as_str()).collect();
        self.with.values().for_each(|value| fields(value, &mut names));
        names.iter().all(|name| match (given(one, name), given(other, name)) {
            (Some(one), Some(other)) => folded(one) == folded(other),
            _ => true,
        })
    }

    /// The id of a record or of an output, as text.
    pub fn id_of(&self, record: &Value) -> Option<String> {
        at(record, &self.id).filter(|id| !id.is_null()).map(folded)
    }

    /// The fields of the write that `with` uses.
    pub fn asked_by(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.with.values().for_each(|value| fields(value, &mut names));
        names
    }

    fn is_new(&self, record: &Value, began: DateTime<Utc>) -> Result<bool, String> {
        let Some(path) = &self.created else { return Ok(true) };
        let made = at(record, path).and_then(moment);
        let made = made.ok_or_else(|| {
            let id = self.id_of(record).unwrap_or_default();
            format!("record {id} fits, but its `{path}` does not tell when it was made")
        })?;
        Ok(made >= began - SKEW)
    }
}

impl Same {
    fn holds(&self, wanted: &Value, record: &Value) -> Result<bool, String> {
        let Some(found) = at(record, &self.record).filter(|found| !found.is_null()) else {
            return Ok(matches!(wanted, Value::Bool(false)) || wanted == "");
        };
        Ok(match self.kind {
            FieldType::Datetime => match (certain_moment(wanted), moment(found)) {
                (Some(wanted), Some(found)) => wanted == found,
                (None, _) => {
                    return Err(format!(
                        "`{}: {}` is not a moment with its zone",
                        self.input,
                        folded(wanted)
                    ));
                }
                (_, None) => false,
            },
            FieldType::Phone => same_number(&folded(wanted), &folded(found)),
            FieldType::Integer | FieldType::Number => number(wanted) == number(found),
            _ => folded(wanted) == folded(found),
        })
    }
}

/// Numbers are written with and without their country: the shorter must be the end of the longer.
fn same_number(one: &str, other: &str) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let (one, other) = (digits(one), digits(other));
    let national = |digits: &str| digits.trim_start_matches('0').to_owned();
    one == other
        || one.len().min(other.len()) >= 7
            && (one.ends_with(&national(&other)) || other.ends_with(&national(&one)))
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A value as text, without what apps change in texts: case, and blanks at the ends and in a row.
fn folded(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn given<'v>(input: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    input.get(name).filter(|value| !value.is_null())
}

/// `name` or `name+1d` of a text that is a placeholder.
fn placeholder(value: &Value) -> Option<(&str, Option<&str>)> {
    let inside = value.as_str()?.strip_prefix('{')?.strip_suffix('}')?;
    Some(match inside.find(['+', '-']) {
        Some(sign) => (&inside[..sign], Some(&inside[sign..])),
        None => (inside, None),
    })
}

fn fields<'v>(value: &'v Value, names: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| fields(item, names)),
        Value::Object(map) => map.values().for_each(|value| fields(value, names)),
        value => names.extend(placeholder(value).map(|(name, _)| name).filter(|name| *name != SINCE)),
    }
}

/// A value of `with` with what its placeholders stand for; none where something is not there.
fn filled(value: &Value, input: &Map<String, Value>, began: DateTime<Utc>) -> Result<Option<Value>, String> {
    match value {
        Value::Array(items) => {
            let mut kept = Vec::with_capacity(items.len());
            for item in items {
                kept.extend(filled(item, input, began)?);
            }
            Ok((!kept.is_empty()).then_some(Value::Array(kept)))
        }
        Value::Object(entries) => {
            let mut whole = Map::new();
            for (name, value) in entries {
                let Some(value) = filled(value, input, began)? else { return Ok(None) };
                whole.insert(name.clone(), value);
            }
            Ok(Some(Value::Object(whole)))
        }
        text => match placeholder(text) {
            None => Ok(Some(text.clone())),
            Some((SINCE, _)) => Ok(Some(written(began - SKEW))),
            Some((name, None)) => Ok(given(input, name).cloned()),
            Some((name, Some(shift))) => match given(input, name) {
                Some(value) => shifted(name, value, shift).map(Some),
                None => Ok(None),
            },
        },
    }
}

fn written(moment: DateTime<Utc>) -> Value {
    Value::String(moment.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn shifted(name: &str, value: &Value, shift: &str) -> Result<Value, String> {
    let from = certain_moment(value)
        .ok_or_else(|| format!("`{name}: {}` is not a moment with its zone", folded(value)))?;
    let delta = length(shift).ok_or_else(|| format!("`{shift}` is not a length of time, as in +1d"))?;
    from.checked_add_signed(delta).map(written).ok_or_else(|| format!("`{name}` lies too far away"))
}

/// `+1d`, `-90s`
fn length(text: &str) -> Option<TimeDelta> {
    let unit = match text.chars().last()? {
        's' => TimeDelta::seconds(1),
        'm' => TimeDelta::minutes(1),
        'h' => TimeDelta::hours(1),
        'd' => TimeDelta::days(1),
        _ => return None,
    };
    unit.checked_mul(text[..text.len() - 1].parse().ok()?)
}

#[cfg(test)]
mod tests;
