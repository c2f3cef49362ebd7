//! One run to its end in this process, kept in memory: for `highline run`, and for trying a workflow before it is saved.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use highline_catalog::{Catalog, Definition, Effect, OperationError, Output, Repeat};
use highline_model::{
    Clock, ErrorKind, Failure, LogEntry, NodeId, Preview, Priority, RunEvent, RunId, RunState, StepPath,
    Timestamp,
};
use highline_store::Sent;
use highline_workflow::{Scope, Trigger, WebhookTrigger, Workflow};
use serde_json::{Map, Value, json};

use crate::event::{refusal, trigger_scope};
use crate::history::History;
use crate::lookups::{Flight, Lookups};
use crate::plan::{Attempt, Next, RunFacts, plan};
use crate::send::Sender;
use crate::verdict::{Timing, verdict};
use crate::verify::later;

/// Whether writes are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything is done, and waits are waited for.
    Live,
    /// Reads are done; writes are shown and not sent, later steps see a stand-in for their output; waits are skipped.
    Dry,
}

/// What a rehearsal shows as it goes.
pub enum Sight<'a> {
    Entry(&'a LogEntry),
    /// A dry run came to a write: this is what would be sent.
    Withheld {
        attempt: &'a Attempt,
        preview: &'a Preview,
    },
}

/// How a rehearsal ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    pub state: RunState,
    pub failure: Option<Failure>,
    pub log: Vec<LogEntry>,
}

/// A workflow, an event, and what is needed to run the one for the other.
pub struct Rehearsal {
    pub workflow: Arc<Workflow>,
    pub event: Arc<Value>,
    pub sender: Sender,
    pub clock: Clock,
    pub mode: Mode,
}

/// An event to try a workflow with: the first item of its trigger's sample, or a request with the sample that the text gives.
pub fn sample_event(workflow: &Workflow, catalog: &Catalog) -> Value {
    let nothing = || Value::Object(Map::new());
    let poll = match &workflow.trigger {
        Trigger::Poll(poll) => poll,
        Trigger::Webhook(webhook) => return sample_request(webhook),
        Trigger::Schedule(_) | Trigger::Manual => return nothing(),
    };
    let Some(operation) = catalog.get(&poll.operation) else { return nothing() };
    match &operation.definition().sample.output {
        Value::Array(items) => items.first().cloned().unwrap_or_else(nothing),
        record => record.clone(),
    }
}

fn sample_request(webhook: &WebhookTrigger) -> Value {
    json!({
        "method": webhook.methods.first().map_or("POST", |method| method.as_str()),
        "query": {},
        "headers": { "content-type": "application/json" },
        "body": webhook.sample.clone().unwrap_or_else(|| json!({})),
        "received_at": "2026-01-02T03:04:05.000Z",
    })
}

impl Rehearsal {
    /// What `where` and other expressions of the trigger see for this event.
    pub fn scope(&self) -> Scope {
        trigger_scope(&self.workflow, Some(self.event.clone()), self.clock.now())
    }

    /// Whether the workflow's `where` is false for this event, so that no run would start.
    pub fn is_filtered(&self) -> bool {
        refusal(&self.workflow, &self.scope()).is_some()
    }

    /// Runs to the end. `show` sees each thing as it happens.
    pub async fn run(&self, show: &mut dyn FnMut(Sight<'_>)) -> Ended {
        let mut stage = Stage::new(self, show);
        stage.write(RunEvent::Started { node: NodeId::new("terminal") });
        let (state, failure) = stage.play().await;
        stage.write(RunEvent::Finished { state, failure: failure.clone() });
        Ended { state, failure, log: stage.log }
    }

    async fn attempt(
        &self,
        attempt: Attempt,
        shared: Option<Flight>,
    ) -> (Attempt, Timestamp, Result<Output, OperationError>) {
        let started_at = self.clock.now();
        let result = match shared {
            Some(flight) => flight.await,
            None => self.sender.send(&attempt, Priority::Interactive).await,
        };
        (attempt, started_at, result)
    }

    /// The definition of a write that this mode does not send.
    fn withheld(&self, attempt: &Attempt) -> Option<&Definition> {
        let definition = self.sender.operation(attempt).ok()?.definition();
        (self.mode == Mode::Dry && definition.effect == Effect::Write).then_some(definition)
    }
}

struct Stage<'a, 'b> {
    rehearsal: &'a Rehearsal,
    show: &'b mut dyn FnMut(Sight<'_>),
    run: RunId,
    history: History,
    lookups: Lookups,
    log: Vec<LogEntry>,
    created_at: Timestamp,
    /// How far a dry run has skipped ahead of the clock.
    skipped: chrono::Duration,
    /// Unsafe steps that are under way.
    in_doubt: Vec<StepPath>,
}

impl<'a, 'b> Stage<'a, 'b> {
    fn new(rehearsal: &'a Rehearsal, show: &'b mut dyn FnMut(Sight<'_>)) -> Self {
        Self {
            rehearsal,
            show,
            run: RunId::new(),
            history: History::default(),
            lookups: Lookups::default(),
            log: Vec::new(),
            created_at: rehearsal.clock.now(),
            skipped: chrono::Duration::zero(),
            in_doubt: Vec::new(),
        }
    }

    fn now(&self) -> Timestamp {
        self.rehearsal.clock.now() + self.skipped
    }

    fn write(&mut self, event: RunEvent) {
        let entry = self.history.append(event, self.now());
        self.keep(entry);
    }

    fn keep(&mut self, entry: LogEntry) {
        (self.show)(Sight::Entry(&entry));
        self.log.push(entry);
    }

    async fn play(&mut self) -> (RunState, Option<Failure>) {
        let rehearsal = self.rehearsal;
        let workflow = rehearsal.workflow.clone();
        let mut in_flight = HashSet::new();
        let mut flights = FuturesUnordered::new();
        let end = workflow.timeout.map(|timeout| later(self.created_at, timeout));
        loop {
            if end.is_some_and(|end| self.now() >= end) {
                return (RunState::Failed, Some(self.overdue()));
            }
            let facts = RunFacts {
                run: self.run,
                workflow: &workflow,
                event: &rehearsal.event,
                created_at: self.created_at,
            };
            let now = self.now();
            let plan = plan(facts, &mut self.history, &in_flight, now);
            for entry in plan.record {
                self.keep(entry);
            }
            match plan.next {
                Next::Finish { state, failure } if in_flight.is_empty() => return (state, failure),
                Next::Hold => return (RunState::Interrupted, self.history.interruption().cloned()),
                Next::Wait(until) => {
                    self.wait(end.map_or(until, |end| end.min(until))).await;
                    continue;
                }
                Next::Work | Next::Finish { .. } => {}
            }
            let mut answered = false;
            for mut attempt in plan.attempts {
                if let Some(definition) = rehearsal.withheld(&attempt) {
                    self.withhold(&attempt, definition);
                    answered = true;
                } else {
                    in_flight.insert(attempt.step.clone());
                    if attempt.repeat == Repeat::Unsafe {
                        self.in_doubt.push(attempt.step.clone());
                    }
                    let sender = rehearsal.sender.clone();
                    let shared = self.lookups.share(&mut attempt, &self.history, |attempt| {
                        async move { sender.send(&attempt, Priority::Interactive).await }.boxed()
                    });
                    flights.push(rehearsal.attempt(attempt, shared));
                }
            }
            if answered {
                continue;
            }
            let left = end.map_or(Duration::MAX, |end| (end - self.now()).to_std().unwrap_or_default());
            if let Ok(Some((attempt, started_at, result))) = tokio::time::timeout(left, flights.next()).await
            {
                in_flight.remove(&attempt.step);
                self.land(attempt, started_at, result);
            }
        }
    }

    fn overdue(&self) -> Failure {
        let message = "the workflow's `timeout` was over and the run was not";
        Failure::new(ErrorKind::Timeout, message).leaving_unknown(&self.in_doubt)
    }

    async fn wait(&mut self, until: Timestamp) {
        self.lookups.clear();
        let pause = until - self.now();
        match self.rehearsal.mode {
            Mode::Dry => self.skipped += pause.max(chrono::Duration::zero()),
            Mode::Live => tokio::time::sleep(pause.to_std().unwrap_or_default()).await,
        }
    }

    fn withhold(&mut self, attempt: &Attempt, definition: &Definition) {
        let started_at = self.now();
        let result = self.rehearsal.sender.preview(attempt).map(|preview| {
            (self.show)(Sight::Withheld { attempt, preview: &preview });
            Output { data: stand_in(definition, &attempt.input), status: None, requests: 0 }
        });
        self.land(attempt.clone(), started_at, result);
    }

    fn land(&mut self, mut attempt: Attempt, started_at: Timestamp, result: Result<Output, OperationError>) {
        self.lookups.landed(&attempt, result.is_ok());
        self.in_doubt.retain(|step| *step != attempt.step);
        if let Some(inquiry) = &mut attempt.inquiry {
            for (step, sent) in Sent::steps(&self.log).iter().filter(|(step, _)| *step != attempt.step) {
                inquiry.consider_in(&self.rehearsal.workflow, (attempt.run, step), sent);
            }
        }
        let timing = Timing { started_at, ended_at: self.now(), jitter: rand::random() };
        for event in verdict(&attempt, result, timing) {
            self.write(event);
        }
    }
}

/// What a write might have answered: the sample's output, with what the input says under the same names.
fn stand_in(definition: &Definition, input: &Map<String, Value>) -> Value {
    let mut output = definition.sample.output.clone();
    if let Value::Object(fields) = &mut output {
        for (name, value) in fields {
            if let Some(given) = input.get(name) {
                *value = given.clone();
            }
        }
    }
    output
}
