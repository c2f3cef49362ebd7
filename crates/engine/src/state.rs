//! The app `state`: what workflows remember between runs, under keys, such as which record over there belongs to which
//! record here.

mod definition;
mod keeper;
mod reconcile;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use highline_catalog::{Action, Call, Definition, Done, Operation, OperationError, Output, Retry};
use highline_model::{ErrorKind, Failure, Preview, Timestamp};
use highline_store::{NewState, StateClaim, StateEntry, StateFilter, StateScope};
use highline_workflow::parse_duration;
use serde_json::{Map, Value, json};

pub use keeper::StateKeeper;
use reconcile::Sides;

/// The longest key, in characters.
pub const LONGEST_KEY: usize = 500;
/// The largest value, in bytes of JSON.
pub const LARGEST_VALUE: usize = 256 * 1024;
const MOST_LISTED: u32 = 1_000;

/// The operations of the app, over what `keeper` keeps.
pub fn operations(keeper: &StateKeeper) -> Vec<Operation> {
    use Verb::{Delete, Get, List, Put, PutIfAbsent, Reconcile};
    let all = [Get, List, Put, PutIfAbsent, Delete, Reconcile];
    let action = |verb| StateAction { verb, definition: verb.definition(), keeper: keeper.clone() };
    all.into_iter().map(|verb| Operation::Action(Arc::new(action(verb)) as Arc<dyn Action>)).collect()
}

/// Whether a key and a value are such as are kept; the message says what is wrong with them.
pub fn problem(key: &str, value: Option<&Value>) -> Option<String> {
    if key.trim().is_empty() {
        return Some("field `key` must not be blank".to_owned());
    }
    let length = key.chars().count();
    if length > LONGEST_KEY {
        return Some(format!("field `key` has {length} characters; at most {LONGEST_KEY} are kept"));
    }
    let size = value.map_or(0, |value| value.to_string().len());
    (size > LARGEST_VALUE)
        .then(|| format!("field `value` has {size} bytes as JSON; at most {LARGEST_VALUE} are kept"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    List,
    Put,
    PutIfAbsent,
    Delete,
    Reconcile,
}

struct StateAction {
    verb: Verb,
    definition: Definition,
    keeper: StateKeeper,
}

/// The input, read.
struct Asked {
    scope: StateScope,
    key: String,
    value: Value,
    expires_at: Option<Timestamp>,
    prefix: String,
    limit: u32,
    sides: Sides,
    now: Timestamp,
}

#[async_trait]
impl Action for StateAction {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn run(&self, call: Call<'_>) -> Result<Output, OperationError> {
        let asked = self.read(call)?;
        let done = tokio::time::timeout(call.timeout, self.act(call, &asked)).await;
        let data = done.unwrap_or_else(|_| Err(failed(ErrorKind::Timeout, "the database took too long")))?;
        Ok(Output { data, status: None, requests: 0 })
    }

    fn preview(&self, call: Call<'_>) -> Result<Preview, OperationError> {
        let asked = self.read(call)?;
        let place = match &asked.scope {
            StateScope::Workflow(workflow) => format!("workflow/{workflow}"),
            _ => "shared".to_owned(),
        };
        Ok(Preview {
            method: if self.verb == Verb::Delete { "DELETE" } else { "PUT" }.to_owned(),
            url: format!("state:{place}/{}", asked.key),
            headers: Map::new(),
            body: (self.verb != Verb::Delete).then_some(asked.value),
            cut_from: None,
        })
    }

    fn is_limited(&self) -> bool {
        false
    }
}

impl StateAction {
    fn read(&self, call: Call<'_>) -> Result<Asked, OperationError> {
        let mut input = self.definition.check_input(call.input, &Map::new())?;
        let refused = |message: String| {
            OperationError::refused(ErrorKind::InvalidInput, format!("{}: {message}", self.definition.id))
        };
        let scope = match (input.get("scope").and_then(Value::as_str), call.origin) {
            (Some("shared"), _) => StateScope::Shared,
            (_, Some(origin)) => StateScope::Workflow(origin.workflow.clone()),
            (_, None) => {
                let message = "outside of a workflow there is only `scope: shared`; `highline state` reaches the entries of a workflow";
                return Err(refused(message.to_owned()));
            }
        };
        let now = self.keeper.now();
        let lasts = input.get("expires_in").and_then(Value::as_str).map(parse_duration).transpose();
        let lasts = lasts.map_err(|error| refused(format!("field `expires_in`: {error}")))?;
        let mut text = |name: &str| match input.shift_remove(name) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let (key, prefix) = (text("key"), text("prefix"));
        let value = input.shift_remove("value").unwrap_or_default();
        let limit = input.get("limit").and_then(Value::as_u64).unwrap_or(100);
        if self.verb != Verb::List
            && let Some(problem) = problem(&key, Some(&value))
        {
            return Err(refused(problem));
        }
        Ok(Asked {
            scope,
            key,
            value,
            prefix,
            sides: Sides::of(&mut input),
            limit: u32::try_from(limit).unwrap_or(MOST_LISTED).clamp(1, MOST_LISTED),
            expires_at: lasts.map(|lasts: Duration| now + lasts),
            now,
        })
    }

    async fn act(&self, call: Call<'_>, asked: &Asked) -> Result<Value, OperationError> {
        let new = NewState {
            scope: &asked.scope,
            key: &asked.key,
            value: &asked.value,
            expires_at: asked.expires_at,
            by: call.origin.map(|origin| (origin.run, origin.step)),
            now: asked.now,
        };
        let done = match self.verb {
            Verb::Get => self.keeper.get(&asked.scope, &asked.key).await.map(found),
            Verb::List => {
                let filter = StateFilter { scope: &asked.scope, prefix: &asked.prefix, now: asked.now };
                let page = self.keeper.list(filter, asked.limit).await;
                page.map(|page| json!({ "entries": page.entries, "more": page.next.is_some() }))
            }
            Verb::Put => {
                let written = self.keeper.put(new).await;
                written.map(|()| json!({ "value": asked.value, "expires_at": asked.expires_at }))
            }
            Verb::PutIfAbsent => self.keeper.claim(new).await.map(|claim| match claim {
                StateClaim::Ours { expires_at } => {
                    json!({ "stored": true, "value": asked.value, "expires_at": expires_at })
                }
                StateClaim::Theirs(entry) => {
                    json!({ "stored": false, "value": entry.value, "expires_at": entry.expires_at })
                }
            }),
            Verb::Reconcile => self
                .keeper
                .get(&asked.scope, &asked.key)
                .await
                .map(|entry| asked.sides.reconcile(entry.as_ref().map(|entry| &entry.value))),
            Verb::Delete => {
                let gone = self.keeper.delete(&asked.scope, &asked.key).await;
                gone.map(|_| json!({ "key": asked.key }))
            }
        };
        done.map_err(|error| failed(ErrorKind::Unavailable, error))
    }
}

fn found(entry: Option<StateEntry>) -> Value {
    match entry {
        Some(entry) => json!({
            "found": true, "value": entry.value, "expires_at": entry.expires_at, "updated_at": entry.updated_at
        }),
        None => json!({ "found": false, "value": null, "expires_at": null, "updated_at": null }),
    }
}

/// All of these operations may be repeated, so it does not matter whether it was done.
fn failed(kind: ErrorKind, error: impl ToString) -> OperationError {
    OperationError {
        failure: Failure::new(kind, error.to_string()),
        retry: Retry::Backoff,
        done: Done::Unknown,
    }
}
