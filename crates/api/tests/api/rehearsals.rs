//! Dry runs, polls at once, and what is told of a run, over HTTP.

use highline_catalog::OperationError;
use highline_model::{Clock, ErrorKind, Failure, LogEntry, NodeId, RunEvent, RunState, Wire};
use highline_store::{Claim, RunCommit};

use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::world::{World, started};

const POLLED: &str = "
trigger: { use: fake.things.list, every: 1h }
where: '{{ ne trigger.id \"t0\" }}'
steps:
  - { id: seen, use: fake.things.get, with: { id: '{{ trigger.id }}' } }
  - { id: made, use: fake.things.create, with: { name: '{{ trigger.id }}' } }
";

async fn a_dry_run_reads_and_shows_what_it_would_send(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("two", POLLED).await;
    let dry = |body: Value| world.post("/api/v1/workflows/two/dry-run", body);
    let (status, answer) = dry(json!({ "event": { "id": "t1" } })).await;
    let rehearsal = &answer["rehearsal"];
    assert_eq!(
        (status, &rehearsal["state"], &rehearsal["sample"]),
        (200, &json!("succeeded"), &json!(false))
    );
    assert_eq!(rehearsal["steps"][0]["request"], Value::Null);
    let made = &rehearsal["steps"][1];
    assert_eq!((&made["step"], &made["request"]["body"]), (&json!("made"), &json!({ "name": "t1" })));
    assert!(made["note"].as_str().unwrap().contains("not sent"));
    assert_eq!(
        (world.fake.calls("fake.things.get").len(), world.fake.calls("fake.things.create").len()),
        (1, 0)
    );
    let (_, filtered) = dry(json!({ "event": { "id": "t0" } })).await;
    assert_eq!(
        (&filtered["rehearsal"]["state"], &filtered["rehearsal"]["steps"]),
        (&Value::Null, &json!([]))
    );
    let text = "trigger: manual\nsteps: [{ id: other, set: { a: 1 } }]";
    let (_, draft) = dry(json!({ "source": text })).await;
    assert_eq!(
        (&draft["rehearsal"]["steps"][0]["step"], &draft["rehearsal"]["sample"]),
        (&json!("other"), &json!(true))
    );
    assert_eq!(dry(json!({ "source": "steps: []" })).await.0, 422);
    assert_eq!(world.post("/api/v1/workflows/none/dry-run", Value::Null).await.0, 404);
}

async fn a_poll_is_made_due_by_hand(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("two", POLLED).await;
    let poll = async |id: &str| world.post(&format!("/api/v1/workflows/{id}/poll"), Value::Null).await;
    assert_eq!(poll("two").await.0, 409, "it is off");
    assert_eq!(poll("one").await.0, 409, "it is started by hand");
    assert_eq!(poll("none").await.0, 404);
    world.post("/api/v1/workflows/two/enable", Value::Null).await;
    let node = NodeId::new("test");
    let claim = || {
        let now = Clock::system().now() + chrono::TimeDelta::milliseconds(5);
        Claim { node: &node, now, lease: std::time::Duration::from_secs(30), limit: 9 }
    };
    let claimed = world.store.claim_triggers(claim(), None).await.unwrap().remove(0);
    let later = Clock::system().now() + chrono::TimeDelta::hours(1);
    let commit = highline_store::PollCommit {
        workflow: claimed.workflow.clone(),
        fence: claimed.fence,
        node: node.clone(),
        revision: 1,
        events: vec![],
        cursor: None,
        next_at: Some(later),
        report: Default::default(),
        feed: claimed.feed.clone(),
        followers: vec![],
        unfit: vec![],
        now: Clock::system().now(),
    };
    world.store.commit_poll(commit).await.unwrap();
    assert!(world.store.claim_triggers(claim(), None).await.unwrap().is_empty());
    assert_eq!(poll("two").await.0, 202);
    assert_eq!(world.store.claim_triggers(claim(), None).await.unwrap().len(), 1);
}

/// A run that has done its step and failed.
async fn failed(world: &World) -> String {
    let id = started(world).await;
    let (node, now) = (NodeId::new("test"), Clock::system().now());
    let claim = Claim { node: &node, now, lease: std::time::Duration::from_secs(30), limit: 1 };
    let run = world.store.claim_runs(claim).await.unwrap().remove(0);
    let failure = Failure::new(ErrorKind::Rejected, "no such Colour");
    let failing = RunEvent::AttemptFailed {
        step: "first".into(),
        attempt: 1,
        input: json!({ "id": "a" }),
        started_at: now,
        failure: failure.clone(),
        retry_at: None,
        counts: true,
        wire: Wire::default(),
    };
    let over = RunEvent::Finished { state: RunState::Failed, failure: Some(failure.clone()) };
    let entries =
        (1..).zip([failing, over]).map(|(seq, event)| (&LogEntry { seq, at: now, event }).into()).collect();
    let commit = RunCommit {
        run: run.id,
        fence: run.fence,
        entries,
        state: RunState::Failed,
        wake_at: None,
        failure: Some(failure),
        release: true,
        in_turn: false,
    };
    world.store.commit_runs(&[commit]).await.unwrap().remove(0).unwrap();
    id
}

async fn runs_are_found_by_text_and_connection(database: TestDatabase) {
    let world = World::new(database).await;
    let (first, second) = (failed(&world).await, started(&world).await);
    let found = async |query: &str| -> Vec<String> {
        let (status, list) = world.get(&format!("/api/v1/runs?{query}")).await;
        assert_eq!(status, 200, "{query}: {list}");
        let ids = list["runs"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned());
        ids.collect()
    };
    assert_eq!(found("text=colour").await, std::slice::from_ref(&first));
    assert!(found(&format!("text={}", &second[..30])).await.contains(&second));
    assert_eq!(found("text=one&limit=1").await, std::slice::from_ref(&second));
    assert_eq!(found("connection=fake&state=failed").await, [first]);
    assert!(found("connection=other").await.is_empty());
    assert!(found("text=nothing").await.is_empty());
}

async fn a_run_shows_the_request_of_its_steps(database: TestDatabase) {
    let world = World::new(database).await;
    let id = failed(&world).await;
    let (_, run) = world.get(&format!("/api/v1/runs/{id}")).await;
    let step = &run["run"]["steps"][0];
    assert_eq!((&step["operation"], &step["connection"]), (&json!("fake.things.update"), &json!("fake")));
    assert_eq!(
        (&step["request"]["method"], &step["request"]["body"]),
        (&json!("POST"), &json!({ "id": "a" }))
    );
    assert_eq!(step["attempts"][0]["failure"]["kind"], "rejected");
}

async fn a_dry_run_that_fails_says_why(database: TestDatabase) {
    let world = World::new(database).await;
    world.deploy("two", POLLED).await;
    let refused = OperationError::refused(ErrorKind::Unauthorized, "the token is bad");
    world.fake.answer("fake.things.get", Err(refused));
    let (status, answer) =
        world.post("/api/v1/workflows/two/dry-run", json!({ "event": { "id": "t1" } })).await;
    assert_eq!((status, &answer["rehearsal"]["state"]), (200, &json!("failed")));
    assert_eq!(answer["rehearsal"]["failure"]["kind"], "unauthorized");
}

on_both_databases!(
    a_dry_run_reads_and_shows_what_it_would_send,
    a_poll_is_made_due_by_hand,
    runs_are_found_by_text_and_connection,
    a_run_shows_the_request_of_its_steps,
    a_dry_run_that_fails_says_why,
);
