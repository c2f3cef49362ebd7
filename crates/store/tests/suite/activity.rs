use std::slice::from_ref;

use highline_model::RunState;
use highline_store::{LastRun, NewRevision, NewRun, Page, RecentRuns};
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, at, ending, id, new_run, revision_of};

on_both_databases! {
    the_last_run_and_the_ends_of_a_day_are_told_of_each_workflow,
    revisions_are_listed_from_the_newest_with_who_saved_them,
}

async fn the_last_run_and_the_ends_of_a_day_are_told_of_each_workflow(database: TestDatabase) {
    let world = World::new(database).await;
    world.workflow("quiet").await;
    let now = at(7_200);
    assert!(world.store.activity(None, now).await.unwrap().is_empty());
    for (seconds, state) in [(0, RunState::Succeeded), (10, RunState::Failed), (20, RunState::Cancelled)] {
        world.start(seconds, seconds.into()).await;
        let run = world.claim_run(seconds).await;
        world.commit(ending(&run, state)).await;
    }
    let last = world.start(30, 1.into()).await;
    let activity = world.store.activity(None, now).await.unwrap();
    assert_eq!(activity.len(), 1, "the other has done nothing");
    let contacts = &activity["contacts"];
    assert_eq!(contacts.runs_24h, RecentRuns { total: 3, succeeded: 1, failed: 1 });
    assert_eq!(contacts.last_run, Some(LastRun { id: last, state: RunState::Queued, at: at(30) }));
    let later = world.store.activity(Some(from_ref(&world.contacts)), at(30 * 3_600)).await.unwrap();
    assert_eq!(later["contacts"].runs_24h, RecentRuns::default(), "a day is over");
    assert_eq!(later["contacts"].last_run, contacts.last_run);
    assert!(world.store.activity(Some(&[id("quiet")]), now).await.unwrap().is_empty());
}

async fn revisions_are_listed_from_the_newest_with_who_saved_them(database: TestDatabase) {
    let world = World::new(database).await;
    let by = Some("ada".to_owned());
    world.store.save_revision(NewRevision { by, ..revision_of("contacts", "second") }).await.unwrap();
    world.store.save_revision(revision_of("contacts", "third")).await.unwrap();
    let page = |after| world.store.revisions(&world.contacts, Page { after, limit: 2 });
    let first = page(None).await.unwrap();
    let told: Vec<_> = first.revisions.iter().map(|one| (one.head.number, one.head.by.as_deref())).collect();
    assert_eq!((told, first.next), (vec![(3, None), (2, Some("ada"))], Some(2)));
    let rest = page(first.next).await.unwrap();
    world.started(NewRun { revision: 3, ..new_run(30) }).await.unwrap();
    let active: Vec<u64> = page(None).await.unwrap().revisions.iter().map(|one| one.active_runs).collect();
    assert_eq!(active, [1, 0]);
    assert_eq!((rest.revisions.len(), rest.revisions[0].head.hash.as_str(), rest.next), (1, "first", None));
    let second = world.store.revision(&world.contacts, 2).await.unwrap().unwrap();
    assert_eq!((second.head.by.as_deref(), second.head.hash.as_str()), (Some("ada"), "second"));
}
