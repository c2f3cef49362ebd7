//! Names in place of ids: in the input before it is sent, and beside the ids of an answer.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use highline_catalog::{Call, Effect, OperationError};
use highline_model::ErrorKind;
use regex_lite::Regex;
use serde_json::{Map, Value, json};

use crate::exchange::{Exchange, Part, Reading};
use crate::lookup::{self, Found, Known};
use crate::manifest::{ByName, Choices, Field};

/// A write has been done when its answer is given names: this is all the time that may take.
const PATIENCE_AFTER_WRITE: Duration = Duration::from_secs(5);

/// What an app's operations need to look names up.
#[derive(Default)]
pub(crate) struct Book {
    /// The operations that fields refer to.
    pub lists: BTreeMap<String, Arc<Part>>,
    /// What an id looks like.
    pub ids: Vec<Regex>,
}

impl Book {
    /// Whether a value need not be looked up.
    fn is_id(&self, text: &str) -> bool {
        self.ids.iter().any(|pattern| pattern.is_match(text))
    }
}

type Resolving<'a> = Pin<Box<dyn Future<Output = Result<Value, OperationError>> + Send + 'a>>;

/// A lookup on its way: the call, and what of its input is known by now.
#[derive(Clone, Copy)]
struct Asked<'a> {
    call: Call<'a>,
    input: &'a Map<String, Value>,
}

impl Exchange {
    /// The input with ids where it had names. Fields that depend on others come after them.
    pub(crate) async fn resolved(
        &self,
        input: Map<String, Value>,
        call: Call<'_>,
    ) -> Result<Map<String, Value>, OperationError> {
        let depends =
            |field: &&Field| field.choices.as_ref().is_some_and(|choices| !choices.within.is_empty());
        let fields = &self.part.operation.fields;
        let (later, first): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| depends(field));
        let mut resolved = input;
        for field in first.into_iter().chain(later) {
            if !looks_up(field) {
                continue;
            }
            let Some(value) = resolved.get(&field.name).cloned() else { continue };
            let value = self.ids_for(field, value, Asked { call, input: &resolved }).await?;
            resolved.insert(field.name.clone(), value);
        }
        Ok(resolved)
    }

    /// The input of a preview: what would be looked up is said in words.
    pub(crate) fn previewed(&self, mut input: Map<String, Value>) -> Map<String, Value> {
        for field in &self.part.operation.fields {
            let Some(value) = input.get_mut(&field.name) else { continue };
            if let (Some(by_name), Value::Object(named)) = (&field.by_name, &*value) {
                *value = items(by_name, named.iter().map(|(name, value)| (in_words(name), value.clone())));
            } else if let Some(choices) = &field.choices {
                self.in_words(choices, value);
            }
        }
        input
    }

    fn in_words(&self, choices: &Choices, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.in_words(choices, item)),
            Value::String(text) if !self.book.is_id(text) && !choices.also.contains(text) => {
                *value = in_words(text);
            }
            _ => {}
        }
    }

    fn ids_for<'a>(&'a self, field: &'a Field, value: Value, asked: Asked<'a>) -> Resolving<'a> {
        Box::pin(async move {
            match (value, &field.choices, &field.by_name) {
                (Value::Object(named), _, Some(by_name)) => {
                    self.items_for(field, by_name, named, asked).await
                }
                (Value::String(name), Some(choices), _) => self.id_for(field, choices, name, asked).await,
                (list @ Value::Array(_), _, Some(_)) => Ok(list),
                (Value::Array(items), ..) => {
                    let mut resolved = Vec::with_capacity(items.len());
                    for item in items {
                        resolved.push(self.ids_for(field, item, asked).await?);
                    }
                    Ok(Value::Array(resolved))
                }
                (Value::Object(mut fields), ..) => {
                    for inner in field.fields.iter().filter(|inner| looks_up(inner)) {
                        if let Some(value) = fields.get(&inner.name).cloned() {
                            fields.insert(inner.name.clone(), self.ids_for(inner, value, asked).await?);
                        }
                    }
                    Ok(Value::Object(fields))
                }
                (value, ..) => Ok(value),
            }
        })
    }

    async fn id_for(
        &self,
        field: &Field,
        choices: &Choices,
        name: String,
        asked: Asked<'_>,
    ) -> Result<Value, OperationError> {
        if name.is_empty() || self.book.is_id(&name) || choices.also.contains(&name) {
            return Ok(Value::String(name));
        }
        let list = Listed { operation: &choices.operation, input: &choices.input };
        let find = |records: &[Value]| lookup::choose(choices, asked.input, records, &name);
        self.found(Wanted { field: &field.name, name: &name }, list, asked, find).await
    }

    async fn items_for(
        &self,
        field: &Field,
        by_name: &ByName,
        named: Map<String, Value>,
        asked: Asked<'_>,
    ) -> Result<Value, OperationError> {
        let mut ids = Vec::with_capacity(named.len());
        for (name, value) in named {
            let list = Listed { operation: &by_name.operation, input: &by_name.input };
            let find = |records: &[Value]| lookup::named(by_name, records, &name);
            ids.push((
                self.found(Wanted { field: &field.name, name: &name }, list, asked, find).await?,
                value,
            ));
        }
        Ok(items(by_name, ids.into_iter()))
    }

    /// What a name stands for; a list that lacks it is read again before it is refused, for it may be new.
    async fn found(
        &self,
        wanted: Wanted<'_>,
        list: Listed<'_>,
        asked: Asked<'_>,
        find: impl Fn(&[Value]) -> Found,
    ) -> Result<Value, OperationError> {
        let records = |known: &Known| known.records.clone().unwrap_or_default();
        let known = self.list(list, asked, Age::Any).await?;
        let found = match find(&records(&known)) {
            Found::No(_) if known.may_lack() => find(&records(&self.list(list, asked, Age::Young).await?)),
            found => found,
        };
        match found {
            Found::Value(value) => Ok(value),
            Found::No(told) => Err(lookup::unknown(wanted.field, wanted.name, &told)),
        }
    }

    async fn list(&self, list: Listed<'_>, asked: Asked<'_>, age: Age) -> Result<Known, OperationError> {
        let Some(part) = self.book.lists.get(list.operation) else {
            let message = format!("there is no operation `{}` to look names up in", list.operation);
            return Err(OperationError::refused(ErrorKind::Configuration, message));
        };
        let mut input = list.input.clone();
        // A location that the step names is the one whose names count.
        for field in part.definition.input.iter().filter(|field| field.from_connection) {
            if let Some(value) = asked.input.get(&field.name) {
                input.entry(field.name.clone()).or_insert_with(|| value.clone());
            }
        }
        let reader = Exchange {
            app: Arc::clone(&self.app),
            part: Arc::clone(part),
            book: Arc::default(),
            http: self.http.clone(),
        };
        let call = Call { input: &input, admission: None, ..asked.call };
        let input = reader.input(call)?;
        let connection = asked.call.connection;
        let host = connection.base_url.as_ref().map(url::Url::as_str).unwrap_or_default();
        let key = format!("{} {host} {} {}", reader.part.definition.id, connection.name, json!(input));
        let fits = |known: &Known| match age {
            Age::Young => !known.may_lack(),
            Age::Any => known.records.is_some(),
            Age::OrRefused => true,
        };
        let read = async {
            match reader.read(&input, call, None).await {
                Ok(Reading { data: Value::Array(records), .. }) => Ok(Some(records)),
                Ok(Reading { data, .. }) => Ok(Some(vec![data])),
                Err(error) if age == Age::OrRefused && is_refusal(&error) => {
                    tracing::warn!(
                        connection = connection.name,
                        "values are given without their names: {error}"
                    );
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        };
        self.http.lookups.list(&key, fits, read).await
    }

    /// Adds names and values to the records of an answer, where the manifest says so. A token that may not read the names
    /// leaves them out; after a write nothing that goes wrong here counts.
    pub(crate) async fn name_values(&self, data: &mut Value, call: Call<'_>) -> Result<(), OperationError> {
        for field in &self.part.operation.response.fields {
            let Some((by_name, into)) = field.by_name.as_ref().and_then(|by| Some((by, by.into.as_ref()?)))
            else {
                continue;
            };
            let records = match &mut *data {
                Value::Array(items) => items.as_mut_slice(),
                record => std::slice::from_mut(record),
            };
            let listed = |record: &Value| {
                record.get(&field.name).and_then(Value::as_array).is_some_and(|l| !l.is_empty())
            };
            let known = match records.iter().any(listed) {
                true => self.names_of(by_name, call).await?,
                false => Some(Arc::default()),
            };
            let Some(known) = known else { continue };
            for record in records.iter_mut().filter_map(Value::as_object_mut) {
                if let Some(Value::Array(list)) = record.get(&field.name) {
                    let named = lookup::names(by_name, &known, list);
                    record.insert(into.clone(), Value::Object(named));
                }
            }
        }
        Ok(())
    }

    async fn names_of(
        &self,
        by_name: &ByName,
        call: Call<'_>,
    ) -> Result<Option<Arc<Vec<Value>>>, OperationError> {
        let written = self.part.definition.effect == Effect::Write;
        let timeout = if written { call.timeout.min(PATIENCE_AFTER_WRITE) } else { call.timeout };
        let call = Call { timeout, admission: None, ..call };
        let list = Listed { operation: &by_name.operation, input: &by_name.input };
        match self.list(list, Asked { call, input: call.input }, Age::OrRefused).await {
            Ok(known) => Ok(known.records),
            Err(error) if written => {
                tracing::warn!(
                    connection = call.connection.name,
                    "values are given without their names: {error}"
                );
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// A name, and the field that has it.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    field: &'a str,
    name: &'a str,
}

/// The list that is read, and with what.
#[derive(Clone, Copy)]
struct Listed<'a> {
    operation: &'a str,
    input: &'a Map<String, Value>,
}

/// Which of the lists that were read before will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    /// One that was read a moment ago.
    Young,
    Any,
    /// Any, and the knowledge that the app does not let this connection read it.
    OrRefused,
}

fn is_refusal(error: &OperationError) -> bool {
    matches!(error.failure.kind, ErrorKind::Forbidden | ErrorKind::Unauthorized)
}

/// Whether anything in the field may be a name.
fn looks_up(field: &Field) -> bool {
    field.choices.is_some() || field.by_name.is_some() || field.fields.iter().any(looks_up)
}

/// The list of ids and values that is sent.
fn items(by_name: &ByName, named: impl Iterator<Item = (Value, Value)>) -> Value {
    let name = by_name.value.0.first().map_or("value", String::as_str);
    named.map(|(id, value)| json!({ "id": id, name: value })).collect()
}

fn in_words(name: &str) -> Value {
    Value::String(format!("(the id of {name})"))
}
