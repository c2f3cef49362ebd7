use highline_model::{ErrorKind, Failure, RunEvent, RunState};
use highline_store::{BucketSize, RunCommit, SeriesFilter, Took};
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, at, ending, failing, id};

on_both_databases! {
    each_hour_tells_what_ended_in_it,
    failures_that_say_the_same_are_one_group,
    the_queue_tells_who_waits_longest_and_how_long_runs_waited,
    a_group_of_failures_names_the_step_of_the_newest,
}

async fn each_hour_tells_what_ended_in_it(database: TestDatabase) {
    let world = World::new(database).await;
    for state in [RunState::Succeeded, RunState::Succeeded, RunState::Failed] {
        world.start(0, 1.into()).await;
        let run = world.claim_run(0).await;
        world.commit(ending(&run, state)).await;
    }
    let hours = |workflow: Option<&str>, by| SeriesFilter {
        workflow: workflow.map(id),
        since: at(-3_600),
        until: at(3_600),
        by,
    };
    let series = world.store.series(&hours(None, BucketSize::Hour)).await.unwrap();
    let told: Vec<_> = series.iter().map(|hour| (hour.at, hour.tally.succeeded, hour.tally.failed)).collect();
    assert_eq!(told, [(at(-3_600), 0, 0), (at(0), 2, 1), (at(3_600), 0, 0)]);
    assert_eq!((series[0].tally.took_ms, series[1].tally.delay_ms), (None, Some(0)));
    assert_eq!(series[1].tally.took, Took { under_100ms: 3, ..Took::default() });
    let days = world.store.series(&hours(Some("contacts"), BucketSize::Day)).await.unwrap();
    assert_eq!((days.len(), days[0].at, days[0].tally.succeeded), (1, at(-8 * 3_600), 2));
    let other = world.store.series(&hours(Some("other"), BucketSize::Day)).await.unwrap();
    assert_eq!(other[0].tally, Default::default());
}

async fn failures_that_say_the_same_are_one_group(database: TestDatabase) {
    let world = World::new(database).await;
    let mut last = None;
    for message in ["no contact c1", "the token is wrong", "no contact c2"] {
        world.start(0, 1.into()).await;
        let run = world.claim_run(0).await;
        world.commit(failing(&run, Failure::new(ErrorKind::NotFound, message))).await;
        last = Some(run.id);
    }
    let found = world.store.failure_groups(None, at(-10)).await.unwrap();
    let told: Vec<_> = found.groups.iter().map(|group| (group.message.as_str(), group.count)).collect();
    assert_eq!(told, [("no contact c2", 2), ("the token is wrong", 1)]);
    assert_eq!((Some(found.groups[0].last_run), found.partial), (last, false));
    assert_eq!(found.groups[0].step, None, "it was the run as a whole");
    assert!(world.store.failure_groups(Some(id("other")), at(-10)).await.unwrap().groups.is_empty());
    assert!(world.store.failure_groups(None, at(60)).await.unwrap().groups.is_empty());
}

async fn a_group_of_failures_names_the_step_of_the_newest(database: TestDatabase) {
    let world = World::new(database).await;
    world.start(0, 1.into()).await;
    let run = world.claim_run(0).await;
    let failure = Failure::new(ErrorKind::NotFound, "no contact");
    let failed =
        |step: &str, handled| RunEvent::StepFailed { step: step.into(), failure: failure.clone(), handled };
    let over = RunEvent::Finished { state: RunState::Failed, failure: Some(failure.clone()) };
    let entries = [failed("tag", true), failed("note", false), failed("other", true), over];
    let end = crate::world::commit(&run, entries);
    world.commit(RunCommit { state: RunState::Failed, failure: Some(failure.clone()), ..end }).await;
    let found = world.store.failure_groups(None, at(-10)).await.unwrap();
    assert_eq!(found.groups[0].step, Some("note".into()));
}

async fn the_queue_tells_who_waits_longest_and_how_long_runs_waited(database: TestDatabase) {
    let world = World::new(database).await;
    assert_eq!(world.store.oldest_queued().await.unwrap(), None);
    assert!(world.store.start_delays().await.unwrap().is_none());
    world.start(0, 1.into()).await;
    let run = world.claim_run(0).await;
    world.start(20, 1.into()).await;
    world.start(30, 1.into()).await;
    assert_eq!(world.store.oldest_queued().await.unwrap(), Some(at(20)));
    let begun = RunEvent::Started { node: world.node.clone() };
    let over = RunEvent::Finished { state: RunState::Succeeded, failure: None };
    let entries = crate::world::commit(&run, [begun, over]);
    world.commit(RunCommit { state: RunState::Succeeded, ..entries }).await;
    let delays = world.store.start_delays().await.unwrap().unwrap();
    assert_eq!((delays.p50.as_secs(), delays.p99.as_secs()), (1, 1));
}
