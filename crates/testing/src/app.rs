//! An app without HTTP: operations that answer what a test tells them to, and remember what they were asked.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use highline_catalog::{
    Action, Admission, Batch, Call, Catalog, Definition, Effect, Emit, Field, FieldType, Item, Kind,
    Operation, OperationError, Output, PollDefinition, PollingTrigger, Repeat, Same, Sample, Shape, Since,
    Tape, Token, Verify,
};
use highline_model::{Heard, HeardAnswer, Preview};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

/// The app `fake`: `fake.things.list` (a polling trigger over `items`), `fake.things.get` (a read), `fake.things.update`
/// (a safe write) and `fake.things.create` (an unsafe write, which is told by an item with its `name` and the time `made`). Without an answer of its own an operation answers its
/// input.
pub struct FakeApp {
    calls: Mutex<Vec<(String, Value)>>,
    answers: Mutex<HashMap<String, VecDeque<Result<Value, OperationError>>>>,
    items: Mutex<Vec<Value>>,
    gate: Semaphore,
    budget: Semaphore,
    asked_for_budget: Mutex<Vec<String>>,
    silent: Mutex<Option<Value>>,
    cursor: Mutex<Option<Value>>,
    panics: Mutex<HashMap<String, usize>>,
    rule: Mutex<Option<Box<Rule>>>,
    on_wire: AtomicBool,
}

/// What a call is answered, by its operation, its input and how often just that was asked before. `None`: its input.
type Rule = dyn Fn(&str, &Value, usize) -> Option<Result<Value, OperationError>> + Send;

/// Answers that are let through before a test closes the gate.
const OPEN: usize = Semaphore::MAX_PERMITS;

impl FakeApp {
    #[allow(clippy::new_ret_no_self, reason = "operations hold it too")]
    pub fn new() -> Arc<Self> {
        Self::with_gate(OPEN, OPEN)
    }

    /// One whose actions wait for `let_through` before they answer.
    pub fn gated() -> Arc<Self> {
        Self::with_gate(0, OPEN)
    }

    /// One whose unsafe actions wait for `grant` before they may be sent.
    pub fn spent() -> Arc<Self> {
        Self::with_gate(OPEN, 0)
    }

    fn with_gate(answers: usize, budget: usize) -> Arc<Self> {
        Arc::new(Self {
            calls: Mutex::default(),
            answers: Mutex::default(),
            items: Mutex::default(),
            gate: Semaphore::new(answers),
            budget: Semaphore::new(budget),
            asked_for_budget: Mutex::default(),
            silent: Mutex::default(),
            cursor: Mutex::default(),
            panics: Mutex::default(),
            rule: Mutex::default(),
            on_wire: AtomicBool::default(),
        })
    }

    /// Lets so many waiting or later calls answer.
    pub fn let_through(&self, calls: usize) {
        self.gate.add_permits(calls);
    }

    /// Lets so many waiting or later calls be sent.
    pub fn grant(&self, calls: usize) {
        self.budget.add_permits(calls);
    }

    /// How often an action was about to be sent.
    pub fn about_to_send(&self, operation: &str) -> usize {
        lock(&self.asked_for_budget).iter().filter(|id| *id == operation).count()
    }

    /// From now on calls with this `name` in their input are never answered.
    pub fn silence(&self, name: impl Into<Value>) {
        *lock(&self.silent) = Some(name.into());
    }

    /// The next answer of an operation; answers queue up.
    pub fn answer(&self, operation: &str, result: Result<Value, OperationError>) {
        lock(&self.answers).entry(operation.to_owned()).or_default().push_back(result);
    }

    /// From now on calls without an answer of their own are answered by `rule`.
    pub fn answer_by(
        &self,
        rule: impl Fn(&str, &Value, usize) -> Option<Result<Value, OperationError>> + Send + 'static,
    ) {
        *lock(&self.rule) = Some(Box::new(rule));
    }

    /// From now on who listens hears of a request and its answer, as if there were any.
    pub fn speak(&self) {
        self.on_wire.store(true, Ordering::Relaxed);
    }

    /// The next so many calls of an operation panic.
    pub fn panic_in(&self, operation: &str, calls: usize) {
        lock(&self.panics).insert(operation.to_owned(), calls);
    }

    /// What an operation was asked, in order.
    pub fn calls(&self, operation: &str) -> Vec<Value> {
        lock(&self.calls).iter().filter(|(id, _)| id == operation).map(|(_, input)| input.clone()).collect()
    }

    /// Something for the trigger to find: an object with `id`, and `mark` where a change shall be told.
    pub fn add_item(&self, item: Value) {
        lock(&self.items).push(item);
    }

    /// From now on polls leave this, in place of how many there were.
    pub fn leave_cursor(&self, cursor: Value) {
        *lock(&self.cursor) = Some(cursor);
    }

    pub fn catalog(self: &Arc<Self>) -> Catalog {
        let mut catalog = Catalog::new();
        let action = |id, effect, repeat| {
            let definition = definition(id, Kind::Action, effect, repeat);
            Operation::Action(Arc::new(FakeOperation { app: self.clone(), definition }))
        };
        let list = definition("fake.things.list", Kind::Trigger, Effect::Read, Repeat::Safe);
        let operations = [
            Operation::Trigger(Arc::new(FakeOperation { app: self.clone(), definition: list })),
            action("fake.things.get", Effect::Read, Repeat::Safe),
            action("fake.things.update", Effect::Write, Repeat::Safe),
            action("fake.things.create", Effect::Write, Repeat::Unsafe),
        ];
        for operation in operations {
            catalog.add(operation).expect("the ids differ");
        }
        catalog
    }

    async fn respond(&self, id: &str, input: &Map<String, Value>) -> Result<Value, OperationError> {
        let input = Value::Object(input.clone());
        let before = {
            let mut calls = lock(&self.calls);
            let before = calls.iter().filter(|(other, asked)| other == id && *asked == input).count();
            calls.push((id.to_owned(), input.clone()));
            before
        };
        let panics = lock(&self.panics).get_mut(id).is_some_and(|left| {
            let told = *left > 0;
            *left = left.saturating_sub(1);
            told
        });
        assert!(!panics, "{id} was told to panic");
        if lock(&self.silent).as_ref().is_some_and(|name| *name == input["name"]) {
            std::future::pending::<()>().await;
        }
        self.gate.acquire().await.expect("the gate is never closed for good").forget();
        let answer = lock(&self.answers).get_mut(id).and_then(VecDeque::pop_front);
        let by_rule = || lock(&self.rule).as_ref().and_then(|rule| rule(id, &input, before));
        answer.or_else(by_rule).unwrap_or(Ok(input))
    }
}

struct FakeOperation {
    app: Arc<FakeApp>,
    definition: Definition,
}

#[async_trait]
impl Action for FakeOperation {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn run(&self, call: Call<'_>) -> Result<Output, OperationError> {
        let result = self.app.respond(&self.definition.id, call.input).await;
        if let (true, Some(tape)) = (self.app.on_wire.load(Ordering::Relaxed), Tape::running()) {
            let (status, body) = match &result {
                Ok(data) => (200, data.clone()),
                Err(error) => (error.failure.status.unwrap_or(500), json!(error.failure.message)),
            };
            let response = HeardAnswer { status, headers: Map::new(), body, cut_from: None };
            let request = Action::preview(self, call)?;
            let heard =
                Heard { request, response: Some(response), error: None, first_byte_ms: Some(1), took_ms: 2 };
            (tape.listener)(heard);
        }
        Ok(Output { data: result?, status: Some(200), requests: 1 })
    }

    async fn admit(&self, _call: Call<'_>) -> Result<Admission, OperationError> {
        lock(&self.app.asked_for_budget).push(self.definition.id.clone());
        self.app.budget.acquire().await.expect("the budget is never closed for good").forget();
        Ok(Admission::free())
    }

    fn preview(&self, call: Call<'_>) -> Result<Preview, OperationError> {
        Ok(Preview {
            method: "POST".to_owned(),
            url: format!("https://fake.test/{}", self.definition.id),
            headers: Map::new(),
            body: Some(Value::Object(call.input.clone())),
            cut_from: None,
        })
    }

    fn is_limited(&self) -> bool {
        false
    }
}

#[async_trait]
impl PollingTrigger for FakeOperation {
    fn definition(&self) -> &Definition {
        &self.definition
    }

    async fn poll(&self, call: Call<'_>, since: Since<'_>) -> Result<Batch, OperationError> {
        self.app.respond(&self.definition.id, call.input).await?;
        let items =
            lock(&self.app.items).iter().map(|item| Item { key: key(item), data: item.clone() }).collect();
        let polls = since.cursor.and_then(Value::as_u64).unwrap_or(0) + 1;
        let cursor = lock(&self.app.cursor).clone().unwrap_or_else(|| json!(polls));
        Ok(Batch { items, cursor: Some(cursor), requests: 1 })
    }

    async fn read(&self, call: Call<'_>) -> Result<Output, OperationError> {
        self.app.respond(&self.definition.id, call.input).await?;
        Ok(Output { data: Value::Array(lock(&self.app.items).clone()), status: Some(200), requests: 1 })
    }
}

fn key(item: &Value) -> String {
    let id = item["id"].as_str().unwrap_or_default();
    item["mark"].as_str().map_or_else(|| id.to_owned(), |mark| format!("{id}@{mark}"))
}

/// An unsafe write is told by an item with its name, made since.
fn verify() -> Verify {
    Verify {
        operation: "fake.things.list".to_owned(),
        with: Map::from_iter([("id".to_owned(), json!("{id}"))]),
        same: vec![Same { input: "name".to_owned(), record: "name".to_owned(), kind: FieldType::String }],
        id: "id".to_owned(),
        created: Some("made".to_owned()),
        after: 10,
    }
}

fn definition(id: &str, kind: Kind, effect: Effect, repeat: Repeat) -> Definition {
    let input = ["id", "name", "body"].map(|name| Field {
        name: name.to_owned(),
        kind: FieldType::Any,
        ..Field::default()
    });
    let poll = PollDefinition {
        emit: Emit::NewOrChanged,
        key: vec!["id".to_owned()],
        changed: Some("mark".to_owned()),
        created: None,
    };
    Definition {
        id: id.to_owned(),
        app: "fake".to_owned(),
        kind,
        category: "Things".to_owned(),
        title: id.to_owned(),
        summary: "A thing for tests.".to_owned(),
        notes: Vec::new(),
        method: Some("POST".to_owned()),
        path: None,
        version: None,
        token: Token::Any,
        scopes: Vec::new(),
        needs_connection: true,
        effect,
        repeat,
        unsafe_when: Map::new(),
        verify: (repeat == Repeat::Unsafe).then(verify),
        input: input.to_vec(),
        require: vec![],
        shape: if kind == Kind::Trigger { Shape::List } else { Shape::Record },
        output: Vec::new(),
        poll: (kind == Kind::Trigger).then_some(poll),
        sample: Sample { input: json!({}), reply: json!({}), output: json!({}) },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no test panics while holding the fake app")
}
