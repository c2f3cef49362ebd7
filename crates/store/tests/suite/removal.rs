use std::time::Duration;

use highline_model::RunState;
use highline_store::{NewState, RunFilter, StateFilter, StateScope, WorkflowRemoved};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::feeds::sharing;
use crate::world::{World, at, ending, event, id};

on_both_databases! {
    a_workflow_goes_with_all_that_belongs_to_it,
    one_with_an_open_run_stays_as_it_is,
    one_that_comes_back_goes_on_counting_its_revisions,
    who_shared_its_poll_goes_on,
}

const PATIENCE: Duration = Duration::from_secs(60);

async fn a_workflow_goes_with_all_that_belongs_to_it(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![event("a"), event("b")]).await;
    for _ in 0..2 {
        let run = world.claim_run(1).await;
        world.commit(ending(&run, RunState::Succeeded)).await;
    }
    let scope = StateScope::Workflow(world.contacts.clone());
    let value = json!(1);
    let entry = NewState { scope: &scope, key: "k", value: &value, expires_at: None, by: None, now: at(1) };
    world.store.put_state(entry).await.unwrap();
    let removed = world.store.remove_workflow(&world.contacts, PATIENCE).await.unwrap();
    assert_eq!(removed, WorkflowRemoved::Done);
    assert_eq!(world.store.workflow(&world.contacts).await.unwrap(), None);
    let page = highline_store::Page { after: None, limit: 10 };
    assert!(world.store.runs(&RunFilter::default(), page).await.unwrap().runs.is_empty());
    assert_eq!(world.store.counts(None).await.unwrap().total(), 0);
    let filter = StateFilter { scope: &scope, prefix: "", now: at(2) };
    assert!(world.store.states(filter, None, 10).await.unwrap().entries.is_empty());
    let again = world.store.remove_workflow(&world.contacts, PATIENCE).await.unwrap();
    assert_eq!(again, WorkflowRemoved::Unknown);
}

async fn one_with_an_open_run_stays_as_it_is(database: TestDatabase) {
    let world = World::new(database).await;
    let run = world.start(0, json!(1)).await;
    let removed = world.store.remove_workflow(&world.contacts, PATIENCE).await.unwrap();
    assert_eq!(removed, WorkflowRemoved::Open(1));
    assert_eq!(world.run(run).await.state, RunState::Queued);
    assert!(world.record("contacts").await.enabled);
}

async fn one_that_comes_back_goes_on_counting_its_revisions(database: TestDatabase) {
    let world = World::new(database).await;
    for expected in 2..=3 {
        world.store.remove_workflow(&world.contacts, PATIENCE).await.unwrap();
        assert_eq!(world.workflow("contacts").await.revision, expected);
    }
}

async fn who_shared_its_poll_goes_on(database: TestDatabase) {
    let world = World::empty(database).await;
    for name in ["first", "second"] {
        world.store.save_revision(sharing(name, false)).await.unwrap();
    }
    assert_eq!(world.record("second").await.polled_with, Some(id("first")));
    world.store.remove_workflow(&id("first"), PATIENCE).await.unwrap();
    let second = world.record("second").await;
    assert_eq!((second.polled_with, second.next_at), (None, Some(at(0))));
}
