use std::collections::HashSet;

use highline_model::{Clock, ErrorKind, Failure, NodeId, OnLimit, RunEvent, RunId, RunState};
use highline_store::{
    Ack, Claim, Concurrency, Held, Holder, NewRun, Opening, PackedEntry, Refusal, RunCommit, Start,
};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::world::{
    LEASE, World, at, commit, ending, entry, event, failing, finished, new_run, one_at_a_time, skipped,
};

on_both_databases! {
    a_lease_that_a_run_is_born_with_begins_when_the_run_is_written,
    what_a_run_announces_is_written_with_it,
    a_run_that_is_not_in_turn_announces_nothing,
    each_of_five_hundred_runs_is_claimed_once,
    a_claimed_run_comes_with_its_event_and_its_log,
    the_longest_due_is_claimed_first,
    a_lease_that_ran_out_gives_the_run_to_another_node,
    a_stale_commit_writes_nothing_and_disturbs_no_other,
    entries_that_leave_a_gap_are_refused,
    a_batch_whose_answer_was_lost_is_answered_again_and_written_once,
    other_entries_with_the_numbers_of_written_ones_are_refused,
    several_commits_of_one_run_in_a_batch_follow_each_other,
    a_run_that_was_put_down_waits_for_its_time,
    a_released_lease_writes_no_more,
    a_finished_run_has_its_times_and_its_failure,
    an_interrupted_run_is_never_due,
    leases_are_extended_and_lost_ones_told,
    extending_and_committing_at_once_never_deadlocks,
}

async fn a_lease_that_a_run_is_born_with_begins_when_the_run_is_written(database: TestDatabase) {
    let world = World::new(database).await;
    let clock = Clock::manual(at(0));
    let holder = Holder { node: world.node.clone(), lease: LEASE, clock: clock.clone(), opening: None };
    let new = NewRun { holder: Some(holder), ..new_run(0) };
    clock.advance(chrono::Duration::seconds(100));
    let started = world.store.start_runs(&[new]).await.unwrap();
    let [Start::Made { run, held: true }] = started[..] else { panic!("{started:?}") };
    assert!(world.claim_runs(129).await.is_empty(), "its holder has it");
    let taken = world.claim_run(130).await;
    assert_eq!((taken.id, taken.fence), (run, Start::FENCE + 1));
}

/// A run that is made with its lease and with its first two entries.
fn opened(world: &World) -> (RunId, NewRun) {
    let run = RunId::new();
    let announced = RunEvent::AttemptStarted { step: "call".into(), attempt: 1, input: json!({}) };
    let begun = RunEvent::Started { node: world.node.clone() };
    let log = [entry(1, begun), entry(2, announced)].iter().map(PackedEntry::from).collect();
    let opening = Some(Opening { run, log });
    let holder = Holder { node: world.node.clone(), lease: LEASE, clock: Clock::manual(at(0)), opening };
    (run, NewRun { holder: Some(holder), ..new_run(0) })
}

async fn what_a_run_announces_is_written_with_it(database: TestDatabase) {
    let world = World::new(database).await;
    let (run, new) = opened(&world);
    let lease = Held { run, fence: Start::FENCE };
    assert!(!world.store.is_held(&lease).await.unwrap(), "there is no run yet");
    let started = world.store.start_runs(&[new]).await.unwrap();
    assert_eq!(started, [Start::Made { run, held: true }]);
    assert!(world.store.is_held(&lease).await.unwrap());
    assert!(!world.store.is_held(&Held { fence: 2, ..lease }).await.unwrap());
    assert_eq!(world.run(run).await.started_at, Some(at(1)));
    assert_eq!(world.log(run).await.len(), 2);
    let other = world.claim_run(60).await;
    assert_eq!(other.log.len(), 2, "who takes it up after a crash sees what was announced");
    assert!(!world.store.is_held(&lease).await.unwrap(), "another has it now");
    world
        .commit(RunCommit {
            entries: vec![(&entry(3, finished(RunState::Failed))).into()],
            ..ending(&other, RunState::Failed)
        })
        .await;
}

async fn a_run_that_is_not_in_turn_announces_nothing(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![one_at_a_time("a", "ann")]).await;
    let (wished, new) = opened(&world);
    let concurrency = Concurrency { key: "ann".to_owned(), limit: 1, on_limit: OnLimit::Queue };
    let new = NewRun { concurrency: Some(concurrency), ..new };
    let started = world.store.start_runs(&[new]).await.unwrap();
    let [Start::Made { run, held: false }] = started[..] else { panic!("{started:?}") };
    assert_ne!(run, wished, "what was planned for that id did not happen");
    assert_eq!(world.log(run).await, []);
    assert_eq!(world.run(run).await.started_at, None);
}

async fn each_of_five_hundred_runs_is_claimed_once(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, (0..500).map(|number| event(number.to_string())).collect()).await;
    let claims: Vec<_> = (0..20)
        .map(|_| {
            let store = world.store.clone();
            tokio::spawn(async move {
                let node = NodeId::new("node");
                let mut mine = Vec::new();
                loop {
                    let claim = Claim { node: &node, now: at(1), lease: LEASE, limit: 7 };
                    let runs = store.claim_runs(claim).await.unwrap();
                    if runs.is_empty() {
                        return mine;
                    }
                    assert!(runs.len() <= 7, "a claim gives no more than its limit");
                    mine.extend(runs.into_iter().map(|run| (run.id, run.fence)));
                }
            })
        })
        .collect();
    let mut all: Vec<(RunId, i64)> = Vec::new();
    for claim in claims {
        all.extend(claim.await.unwrap());
    }
    // A claim may end early while others hold locks; what is left over is due all the same.
    all.extend(world.claim_runs(1).await.into_iter().map(|run| (run.id, run.fence)));
    assert_eq!(all.len(), 500);
    assert_eq!(all.iter().map(|(run, _)| *run).collect::<HashSet<_>>().len(), 500);
    assert!(all.iter().all(|(_, fence)| *fence == 1));
}

async fn a_claimed_run_comes_with_its_event_and_its_log(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!({"contact": "c1"})).await;
    let run = world.claim_run(1).await;
    assert_eq!((run.id, run.workflow.as_str(), run.revision), (id, "contacts", 1));
    assert_eq!(((*run.event).clone(), run.log.len(), run.started_at), (json!({"contact": "c1"}), 0, None));
    let record = world.run(id).await;
    assert_eq!((record.state, record.owner), (RunState::Running, Some(world.node.clone())));
    assert_eq!(record.wake_at, Some(at(31)), "a running run is due when its lease ends");

    let started = RunEvent::Started { node: world.node.clone() };
    world.commit(commit(&run, [started.clone(), skipped("badge")])).await;
    let again = world.claim_run(31).await;
    assert_eq!(again.fence, run.fence + 1);
    assert_eq!(again.started_at, Some(at(1)), "the time of the first entry");
    let log: Vec<_> = again.log.into_iter().map(|entry| (entry.seq, entry.at, entry.event)).collect();
    assert_eq!(log, [(1, at(1), started), (2, at(2), skipped("badge"))]);
}

async fn the_longest_due_is_claimed_first(database: TestDatabase) {
    let world = World::new(database).await;
    let late = world.start(20, json!(null)).await;
    let early = world.start(10, json!(null)).await;
    assert_eq!(world.claim_run(30).await.id, early);
    assert_eq!(world.claim_run(30).await.id, late);
}

async fn a_lease_that_ran_out_gives_the_run_to_another_node(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let slow = world.claim_run(0).await;
    assert!(world.claim_runs(29).await.is_empty());
    let other = NodeId::new("other");
    let claim = Claim { node: &other, ..world.claim(30, 10) };
    let taken = world.store.claim_runs(claim).await.unwrap().remove(0);
    assert_eq!((taken.id, taken.fence), (id, slow.fence + 1));
    let answers = world.store.commit_runs(&[commit(&slow, [skipped("badge")])]).await.unwrap();
    assert_eq!(answers, [Err(Refusal::StaleLease { run: id, fence: slow.fence })]);
    assert!(world.log(id).await.is_empty());
    assert_eq!(world.run(id).await.owner, Some(other));
}

async fn a_stale_commit_writes_nothing_and_disturbs_no_other(database: TestDatabase) {
    let world = World::new(database).await;
    for _ in 0..3 {
        world.start(0, json!(null)).await;
    }
    let stale = world.claim_runs(0).await;
    let held = world.claim_runs(30).await;
    let unknown = RunCommit { run: RunId::new(), ..commit(&held[0], [skipped("a")]) };
    let batch = vec![
        commit(&held[0], [skipped("a")]),
        commit(&stale[1], [skipped("b")]),
        unknown.clone(),
        ending(&held[2], RunState::Succeeded),
    ];
    let answers = world.store.commit_runs(&batch).await.unwrap();
    let refused = |run, fence| Err(Refusal::StaleLease { run, fence });
    let good = Ok(Ack { cancel_requested: false });
    assert_eq!(
        answers,
        [good, refused(stale[1].id, stale[1].fence), refused(unknown.run, unknown.fence), good]
    );
    assert_eq!(world.log(held[0].id).await, [skipped("a")]);
    assert!(world.log(held[1].id).await.is_empty());
    assert_eq!(world.run(held[2].id).await.state, RunState::Succeeded);
}

async fn entries_that_leave_a_gap_are_refused(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    world.commit(commit(&run, [skipped("a")])).await;
    for seqs in [vec![1], vec![3], vec![2, 4]] {
        let mut wrong = commit(&run, seqs.iter().map(|_| skipped("b")));
        for (entry, seq) in wrong.entries.iter_mut().zip(seqs) {
            entry.seq = seq;
        }
        let answers = world.store.commit_runs(&[wrong]).await.unwrap();
        assert!(matches!(answers[0], Err(Refusal::OutOfOrder { .. })), "{answers:?}");
    }
    assert_eq!(world.log(id).await, [skipped("a")]);
    assert_eq!(world.run(id).await.last_seq, 1);
}

async fn a_batch_whose_answer_was_lost_is_answered_again_and_written_once(database: TestDatabase) {
    let world = World::new(database).await;
    for _ in 0..3 {
        world.start(0, json!(null)).await;
    }
    let runs = world.claim_runs(0).await;
    let further = |run, seq| {
        let mut further = commit(run, [skipped("b")]);
        further.entries[0].seq = seq;
        further.entries[0].at = at(i64::from(seq));
        further
    };
    let batch = vec![
        commit(&runs[0], [skipped("a")]),
        further(&runs[0], 2),
        ending(&runs[1], RunState::Succeeded),
        RunCommit {
            state: RunState::Waiting,
            wake_at: Some(at(500)),
            release: true,
            ..commit(&runs[2], [skipped("a")])
        },
    ];
    let good = Ok(Ack { cancel_requested: false });
    assert_eq!(world.store.commit_runs(&batch).await.unwrap(), [good; 4]);
    let again = [&batch[..], &[further(&runs[0], 3)]].concat();
    assert_eq!(world.store.commit_runs(&again).await.unwrap(), [good; 5], "with something new behind it");
    assert_eq!(world.log(runs[0].id).await, [skipped("a"), skipped("b"), skipped("b")]);
    assert_eq!(world.log(runs[1].id).await, [finished(RunState::Succeeded)]);
    assert_eq!(world.run(runs[1].id).await.finished_at, Some(at(1)));
    let waiting = world.run(runs[2].id).await;
    assert_eq!((waiting.state, waiting.wake_at, waiting.owner), (RunState::Waiting, Some(at(500)), None));

    let taken = world.claim_runs(500).await;
    assert_eq!(taken.len(), 2, "the one that waited and the one whose lease has run out");
    let late = world.store.commit_runs(&batch[3..]).await.unwrap();
    assert!(matches!(late[0], Err(Refusal::StaleLease { .. })), "who has it now is not disturbed: {late:?}");
}

async fn other_entries_with_the_numbers_of_written_ones_are_refused(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    world.commit(commit(&run, [skipped("a"), skipped("b")])).await;
    let answers = world.store.commit_runs(&[commit(&run, [skipped("a"), skipped("c")])]).await.unwrap();
    assert!(matches!(answers[0], Err(Refusal::OutOfOrder { .. })), "{answers:?}");
    assert_eq!(world.log(id).await, [skipped("a"), skipped("b")]);
}

async fn several_commits_of_one_run_in_a_batch_follow_each_other(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let mut second = commit(&run, [finished(RunState::Succeeded)]);
    second.state = RunState::Succeeded;
    second.entries[0].seq = 2;
    let mut third = commit(&run, [skipped("late")]);
    third.entries[0].seq = 3;
    let answers = world.store.commit_runs(&[commit(&run, [skipped("a")]), second, third]).await.unwrap();
    assert!(answers[0].is_ok() && answers[1].is_ok());
    assert!(matches!(answers[2], Err(Refusal::StaleLease { .. })), "the second one gave the lease up");
    assert_eq!(world.log(id).await, [skipped("a"), finished(RunState::Succeeded)]);
}

async fn a_run_that_was_put_down_waits_for_its_time(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let waiting = RunCommit {
        state: RunState::Waiting,
        wake_at: Some(at(600)),
        release: true,
        ..commit(&run, [RunEvent::WaitStarted { step: "pause".into(), until: at(600) }])
    };
    world.commit(waiting).await;
    let record = world.run(id).await;
    assert_eq!((record.state, record.wake_at, record.owner), (RunState::Waiting, Some(at(600)), None));
    assert!(world.claim_runs(599).await.is_empty());
    assert_eq!(world.claim_run(600).await.log.len(), 1);
}

async fn a_released_lease_writes_no_more(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let handed_back =
        RunCommit { state: RunState::Queued, wake_at: Some(at(2)), release: true, ..commit(&run, []) };
    world.commit(handed_back).await;
    let answers = world.store.commit_runs(&[commit(&run, [skipped("a")])]).await.unwrap();
    assert!(answers[0].is_err());
    assert_eq!(world.claim_run(2).await.id, id);
}

async fn a_finished_run_has_its_times_and_its_failure(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let failure = Failure {
        status: Some(404),
        trace_id: Some("t-1".to_owned()),
        details: Some(json!({"field": "email"})),
        ..Failure::new(ErrorKind::NotFound, "no contact `c1`")
    };
    let started = RunEvent::Started { node: world.node.clone() };
    world.commit(commit(&run, [started.clone()])).await;
    let mut end = failing(&run, failure.clone());
    end.entries[0].seq = 2;
    end.entries[0].at = at(9);
    world.commit(end).await;
    let record = world.run(id).await;
    assert_eq!((record.state, record.failure), (RunState::Failed, Some(failure)));
    assert_eq!((record.created_at, record.started_at, record.finished_at), (at(0), Some(at(1)), Some(at(9))));
    assert_eq!((record.wake_at, record.owner, record.last_seq), (None, None, 2));
    assert!(world.claim_runs(10_000).await.is_empty());
}

async fn an_interrupted_run_is_never_due(database: TestDatabase) {
    let world = World::new(database).await;
    let id = world.start(0, json!(null)).await;
    let run = world.claim_run(0).await;
    let failure = Failure::new(ErrorKind::Interrupted, "no answer was kept");
    let event = RunEvent::Interrupted { step: "badge".into(), attempt: 1, failure: failure.clone() };
    let held = RunCommit {
        state: RunState::Interrupted,
        wake_at: Some(at(5)),
        failure: Some(failure),
        ..commit(&run, [event])
    };
    world.commit(held).await;
    let record = world.run(id).await;
    assert_eq!((record.wake_at, record.owner, record.finished_at), (None, None, None));
    assert!(world.claim_runs(10_000).await.is_empty());
}

async fn leases_are_extended_and_lost_ones_told(database: TestDatabase) {
    let world = World::new(database).await;
    for _ in 0..4 {
        world.start(0, json!(null)).await;
    }
    let runs = world.claim_runs(0).await;
    world.commit(ending(&runs[0], RunState::Succeeded)).await;
    world.store.cancel_run(runs[1].id, "ann", at(1)).await.unwrap();
    let mut held: Vec<Held> = runs.iter().map(|run| Held { run: run.id, fence: run.fence }).collect();
    held[3].fence += 1;
    let extended = world.store.extend_leases(&held, at(300)).await.unwrap();
    assert_eq!(extended.lost, [runs[0].id, runs[3].id]);
    assert_eq!(extended.cancel, [runs[1].id]);
    let again: Vec<_> = world.claim_runs(299).await.into_iter().map(|run| run.id).collect();
    assert_eq!(again, [runs[3].id], "only the lease that was not extended has run out");
}

async fn extending_and_committing_at_once_never_deadlocks(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, (0..100).map(|number| event(number.to_string())).collect()).await;
    let runs = world.claim_runs(0).await;
    let mut held: Vec<Held> = runs.iter().map(|run| Held { run: run.id, fence: run.fence }).collect();
    held.reverse();
    let store = world.store.clone();
    let extending = tokio::spawn(async move {
        for second in 0..20 {
            store.extend_leases(&held, at(300 + second)).await.unwrap();
        }
    });
    for step in 1..=20 {
        let batch = runs.iter().map(|run| {
            let mut commit = commit(run, [skipped("a")]);
            commit.entries[0].seq = step;
            commit
        });
        let answers = world.store.commit_runs(&batch.collect::<Vec<_>>()).await.unwrap();
        assert!(answers.iter().all(Result::is_ok));
    }
    extending.await.unwrap();
}
