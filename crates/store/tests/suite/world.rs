//! The little world of the tests: a store with workflows, a clock that stands, and short words for what is often done.

use std::time::Duration;

use highline_model::{Failure, LogEntry, NodeId, OnLimit, RunEvent, RunId, RunState, Timestamp, WorkflowId};
use highline_store::{
    Arrival, Claim, ClaimedRun, ClaimedTrigger, Committed, Concurrency, Keep, NewEvent, NewRevision, NewRun,
    NewTrigger, Outcome, PollCommit, PollReport, RunCommit, RunRecord, Start, Store, TriggerKind,
    WorkflowRecord,
};
use highline_testing::TestDatabase;
use serde_json::{Value, json};

pub const LEASE: Duration = Duration::from_secs(30);

pub struct World {
    pub store: Store,
    pub node: NodeId,
    pub contacts: WorkflowId,
    // Dropped last: the database must outlive the store.
    pub database: TestDatabase,
}

/// So many seconds after the tests' beginning of time.
pub fn at(seconds: i64) -> Timestamp {
    "2026-11-21T08:00:00Z".parse::<Timestamp>().unwrap() + chrono::Duration::seconds(seconds)
}

pub fn id(name: &str) -> WorkflowId {
    name.parse().unwrap()
}

pub fn revision_of(name: &str, hash: &str) -> NewRevision {
    NewRevision {
        workflow: id(name),
        name: format!("The workflow {name}"),
        source: format!("name: {name} # {hash}"),
        hash: hash.to_owned(),
        origin: format!("workflows/{name}.yaml"),
        by: None,
        enabled_at_first_sight: true,
        trigger: NewTrigger {
            kind: TriggerKind::Poll,
            fingerprint: "contacts of acme".to_owned(),
            first_at: Some(at(0)),
            latest_at: None,
            feed: None,
            source: None,
            hook: None,
        },
        run_timeout: None,
        keep: Keep::default(),
        now: at(0),
    }
}

pub fn event(key: impl Into<String>) -> NewEvent {
    let key = key.into();
    NewEvent {
        data: Some(json!({ "id": key }).into()),
        key,
        outcome: Outcome::Run { concurrency: None },
        once: None,
    }
}

pub fn one_at_a_time(key: impl Into<String>, concurrency: &str) -> NewEvent {
    limited(key, concurrency, 1)
}

pub fn limited(key: impl Into<String>, concurrency: &str, limit: u32) -> NewEvent {
    let concurrency = Some(Concurrency { key: concurrency.to_owned(), limit, on_limit: OnLimit::Queue });
    NewEvent { outcome: Outcome::Run { concurrency }, ..event(key) }
}

pub fn report(seen: u32) -> PollReport {
    PollReport { started_at: at(0), finished_at: at(1), seen, requests: 1, ..PollReport::default() }
}

pub fn entry(seq: i32, event: RunEvent) -> LogEntry {
    LogEntry { seq, at: at(i64::from(seq)), event }
}

pub fn skipped(step: &str) -> RunEvent {
    RunEvent::StepSkipped { step: step.into() }
}

pub fn finished(state: RunState) -> RunEvent {
    RunEvent::Finished { state, failure: None }
}

/// A run of `contacts` that goes into the queue.
pub fn new_run(seconds: i64) -> NewRun {
    NewRun {
        by: None,
        workflow: id("contacts"),
        revision: 1,
        timeout: None,
        arrival: Arrival::ByHand,
        key: None,
        data: json!(null).into(),
        concurrency: None,
        once: None,
        holder: None,
        now: at(seconds),
    }
}

/// A commit of `events` by the holder of `run`, which keeps running.
pub fn commit(run: &ClaimedRun, events: impl IntoIterator<Item = RunEvent>) -> RunCommit {
    let first = run.log.last().map_or(1, |entry| entry.seq + 1);
    RunCommit {
        run: run.id,
        fence: run.fence,
        entries: (first..).zip(events).map(|(seq, event)| (&entry(seq, event)).into()).collect(),
        state: RunState::Running,
        wake_at: None,
        failure: None,
        release: false,
        in_turn: run.in_turn,
    }
}

/// The commit that ends `run`.
pub fn ending(run: &ClaimedRun, state: RunState) -> RunCommit {
    RunCommit { state, ..commit(run, [finished(state)]) }
}

pub fn failing(run: &ClaimedRun, failure: Failure) -> RunCommit {
    let state = RunState::Failed;
    let event = RunEvent::Finished { state, failure: Some(failure.clone()) };
    RunCommit { state, failure: Some(failure), ..commit(run, [event]) }
}

impl World {
    /// A store with the polled workflow `contacts`.
    pub async fn new(database: TestDatabase) -> Self {
        let world = Self::empty(database).await;
        world.workflow("contacts").await;
        world
    }

    pub async fn empty(database: TestDatabase) -> Self {
        let store = Store::open(database.url()).await.unwrap();
        store.migrate().await.unwrap();
        Self { store, node: NodeId::new("test"), contacts: id("contacts"), database }
    }

    pub async fn workflow(&self, name: &str) -> WorkflowRecord {
        self.store.save_revision(revision_of(name, "first")).await.unwrap()
    }

    pub async fn record(&self, name: &str) -> WorkflowRecord {
        self.store.workflow(&id(name)).await.unwrap().unwrap()
    }

    pub fn claim(&self, seconds: i64, limit: u32) -> Claim<'_> {
        Claim { node: &self.node, now: at(seconds), lease: LEASE, limit }
    }

    pub async fn claim_triggers(&self, seconds: i64) -> Vec<ClaimedTrigger> {
        self.store.claim_triggers(self.claim(seconds, 10), None).await.unwrap()
    }

    pub async fn claim_runs(&self, seconds: i64) -> Vec<ClaimedRun> {
        self.store.claim_runs(self.claim(seconds, 1_000)).await.unwrap()
    }

    pub async fn claim_run(&self, seconds: i64) -> ClaimedRun {
        self.store.claim_runs(self.claim(seconds, 1)).await.unwrap().pop().expect("a run is due")
    }

    /// The outcome of a poll under a lease, due again a minute after `seconds`.
    pub fn poll(&self, trigger: &ClaimedTrigger, seconds: i64, events: Vec<NewEvent>) -> PollCommit {
        PollCommit {
            workflow: trigger.workflow.clone(),
            fence: trigger.fence,
            node: self.node.clone(),
            revision: trigger.revision,
            report: report(u32::try_from(events.len()).unwrap()),
            events,
            cursor: Some(json!({ "after": seconds })),
            next_at: Some(at(seconds + 60)),
            feed: trigger.feed.clone(),
            followers: Vec::new(),
            unfit: Vec::new(),
            now: at(seconds),
        }
    }

    /// Claims the one due trigger and commits `events`.
    pub async fn polled(&self, seconds: i64, events: Vec<NewEvent>) -> Committed {
        let trigger = self.claim_triggers(seconds).await.pop().expect("a trigger is due");
        self.store.commit_poll(self.poll(&trigger, seconds, events)).await.unwrap()
    }

    /// Starts a run by hand.
    pub async fn start(&self, seconds: i64, data: Value) -> RunId {
        self.started(NewRun { data: data.into(), ..new_run(seconds) }).await.expect("no key, so always new")
    }

    /// Starts a run; none when its key is known.
    pub async fn started(&self, new: NewRun) -> Option<RunId> {
        match self.store.start_runs(&[new]).await.unwrap()[..] {
            [Start::Made { run, held: false }] => Some(run),
            [Start::Known { .. } | Start::Dropped] => None,
            ref other => panic!("{other:?}"),
        }
    }

    pub async fn commit(&self, commit: RunCommit) {
        self.store.commit_runs(&[commit]).await.unwrap().remove(0).unwrap();
    }

    pub async fn run(&self, id: RunId) -> RunRecord {
        self.store.run(id).await.unwrap().unwrap().record
    }

    pub async fn log(&self, id: RunId) -> Vec<RunEvent> {
        let run = self.store.run(id).await.unwrap().unwrap();
        for (expected, entry) in (1..).zip(&run.log) {
            assert_eq!(entry.seq, expected, "the log of {id} has a gap");
        }
        run.log.into_iter().map(|entry| entry.event).collect()
    }
}
