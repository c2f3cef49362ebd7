//! What goes in comes out, on both databases alike.

use highline_model::{ErrorKind, Failure, RunEvent, RunState, Timestamp, Wire};
use highline_store::NewEvent;
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::world::{World, at, commit, ending, event, failing, id, new_run};

on_both_databases! {
    any_json_comes_back_as_it_was,
    a_megabyte_comes_back_as_it_was,
    keys_of_any_text_are_told_apart,
    a_cursor_of_any_json_comes_back,
    a_failure_with_odd_characters_comes_back,
    milliseconds_are_kept_and_compared,
}

fn odd() -> Value {
    json!({
        "zulu": 1, "alpha": 2,
        "nul": "a\u{0}b", "emoji": "👩‍👩‍👧 naïve ☎", "line": "a\r\n\t\u{2028}b", "quote": "it's \"so\" \\ $1 ? {{ x }}",
        "largest": u64::MAX, "smallest": i64::MIN, "beyond_double": 9_007_199_254_740_993_i64,
        "fraction": 0.1, "tiny": 1e-300, "zip": "01234", "phone": "+15551234567",
        "empty": {}, "none": null, "list": [[], [null, true, false], ""],
    })
}

async fn any_json_comes_back_as_it_was(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, odd()).await;
    let run = world.claim_run(0).await;
    assert_eq!(*run.event, odd());
    let keys: Vec<&String> = run.event.as_object().unwrap().keys().take(2).collect();
    assert_eq!(keys, ["zulu", "alpha"], "in the order of the app's answer");
    let done = RunEvent::StepSucceeded {
        step: "contact".into(),
        attempt: 1,
        input: odd(),
        output: odd(),
        started_at: at(0),
        status: Some(200),
        cached: false,
        wire: Wire::default(),
    };
    world.commit(commit(&run, [done.clone()])).await;
    assert_eq!(world.log(id).await, [done]);
    for plain in [json!(null), json!(true), json!(12), json!("12"), json!(""), json!([])] {
        let id = world.start(0, plain.clone()).await;
        assert_eq!(world.store.run(id).await.unwrap().unwrap().event, plain);
    }
}

async fn a_megabyte_comes_back_as_it_was(database: TestDatabase) {
    let world = World::new(database).await;
    let big = json!({ "text": "é🙂".repeat(200_000), "list": (0..10_000).collect::<Vec<u32>>() });
    let id = world.start(0, big.clone()).await;
    let run = world.claim_run(0).await;
    assert_eq!(*run.event, big);
    let event = RunEvent::LoopStarted { step: "each".into(), items: vec![big.clone(), big] };
    world.commit(commit(&run, [event.clone()])).await;
    assert_eq!(world.log(id).await, [event]);
}

async fn keys_of_any_text_are_told_apart(database: TestDatabase) {
    let world = World::new(database).await;
    let keys = ["a", "A", "a ", "ä", "a\u{308}", "a\u{0}", "🙂", "", "'; --", "$1"];
    let committed = world.polled(0, keys.map(event).into()).await;
    assert_eq!((committed.fresh, committed.duplicate), (10, 0));
    let known = world.store.known_keys(&id("contacts"), &keys).await.unwrap();
    assert_eq!(known.len(), 10);
    let again = world.polled(60, keys.map(event).into()).await;
    assert_eq!((again.fresh, again.duplicate), (0, 10));
}

async fn a_cursor_of_any_json_comes_back(database: TestDatabase) {
    let world = World::new(database).await;
    for (minute, cursor) in (0..).zip([Some(odd()), Some(json!(null)), None]) {
        let trigger = world.claim_triggers(minute * 60).await.remove(0);
        let mut poll = world.poll(&trigger, minute * 60, Vec::<NewEvent>::new());
        poll.cursor = cursor.clone();
        world.store.commit_poll(poll).await.unwrap();
        let next = world.claim_triggers(minute * 60 + 60).await.remove(0);
        assert_eq!(next.cursor, cursor);
        let mut again = world.poll(&next, minute * 60, vec![]);
        again.report.error = Some(Failure::new(ErrorKind::Timeout, "no answer"));
        again.next_at = Some(at(minute * 60 + 60));
        world.store.commit_poll(again).await.unwrap();
    }
}

async fn a_failure_with_odd_characters_comes_back(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let failure =
        Failure { details: Some(odd()), ..Failure::new(ErrorKind::Rejected, "no `\u{0}` in \"name\" 🙂") };
    world.commit(failing(&run, failure.clone())).await;
    assert_eq!(world.run(id).await.failure, Some(failure));
}

async fn milliseconds_are_kept_and_compared(database: TestDatabase) {
    let world = World::new(database).await;
    let times = ["08:00:09.999Z", "08:00:10Z", "08:00:10.001Z", "08:00:10.010Z", "08:00:10.1Z", "08:00:11Z"];
    let times = times.map(|time| format!("2026-11-21T{time}").parse::<Timestamp>().unwrap());
    let mut ids = Vec::new();
    for time in times.iter().rev() {
        let new = highline_store::NewRun { now: *time, ..new_run(0) };
        ids.push(world.started(new).await.unwrap());
    }
    ids.reverse();
    for (time, id) in times.into_iter().zip(ids) {
        let claim = highline_store::Claim { now: time, ..world.claim(0, 10) };
        let runs = world.store.claim_runs(claim).await.unwrap();
        assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [id], "due at {time}");
        assert_eq!(runs[0].created_at, time);
        world.commit(ending(&runs[0], RunState::Succeeded)).await;
    }
}
