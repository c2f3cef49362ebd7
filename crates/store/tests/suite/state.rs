use highline_model::{RunId, StepPath};
use highline_store::{NewState, StateClaim, StateEntry, StateFilter, StateScope, Store};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::world::{World, at, id};

on_both_databases! {
    a_value_is_there_until_its_end_and_then_it_is_as_if_it_had_never_been,
    of_all_who_claim_a_key_at_once_one_gets_it,
    a_step_that_claims_again_gets_the_same_answer,
    an_entry_that_has_ended_can_be_claimed_by_another,
    each_workflow_has_entries_of_its_own,
    keys_are_listed_in_order_by_page_and_by_prefix,
    ended_entries_are_removed_in_steps_and_the_others_stay,
}

const SHARED: StateScope = StateScope::Shared;

struct Put<'a> {
    key: &'a str,
    value: Value,
    end: Option<i64>,
    by: Option<(RunId, &'a StepPath)>,
    now: i64,
}

impl Put<'_> {
    fn state(&self) -> NewState<'_> {
        let expires_at = self.end.map(at);
        NewState {
            scope: &SHARED,
            key: self.key,
            value: &self.value,
            expires_at,
            by: self.by,
            now: at(self.now),
        }
    }
}

fn put(key: &str, value: Value) -> Put<'_> {
    Put { key, value, end: None, by: None, now: 0 }
}

async fn read(store: &Store, key: &str, seconds: i64) -> Option<Value> {
    store.state(&SHARED, key, at(seconds)).await.unwrap().map(|entry| entry.value)
}

async fn a_value_is_there_until_its_end_and_then_it_is_as_if_it_had_never_been(database: TestDatabase) {
    let World { store, .. } = &World::new(database).await;
    store.put_state(put("a", json!({ "n": 1.50, "nul": "\0" })).state()).await.unwrap();
    assert_eq!(read(store, "a", 0).await, Some(json!({ "n": 1.50, "nul": "\0" })));
    store.put_state(Put { end: Some(10), ..put("a", json!(2)) }.state()).await.unwrap();
    assert_eq!(read(store, "a", 9).await, Some(json!(2)));
    assert_eq!(read(store, "a", 10).await, None);
    assert!(!store.delete_state(&SHARED, "a", at(10)).await.unwrap(), "there is nothing to delete any more");
    store.put_state(Put { now: 20, ..put("a", json!(3)) }.state()).await.unwrap();
    let entry = store.state(&SHARED, "a", at(20)).await.unwrap().unwrap();
    assert_eq!((entry.created_at, entry.expires_at, entry.written_by_run), (at(20), None, None));
    assert!(store.delete_state(&SHARED, "a", at(21)).await.unwrap());
    assert_eq!(read(store, "a", 21).await, None);
}

async fn of_all_who_claim_a_key_at_once_one_gets_it(database: TestDatabase) {
    let world = World::new(database).await;
    let step = StepPath::from("claim");
    let claims = (0..20).map(|number| {
        let (store, step) = (world.store.clone(), step.clone());
        tokio::spawn(async move {
            let put = Put { by: Some((RunId::new(), &step)), ..put("a", json!(number)) };
            (number, store.claim_state(put.state()).await.unwrap())
        })
    });
    let mut answers = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        answers.push(claim.await.unwrap());
    }
    let ours: Vec<i32> = answers
        .iter()
        .filter(|(_, claim)| matches!(claim, StateClaim::Ours { .. }))
        .map(|(number, _)| *number)
        .collect();
    assert_eq!(ours.len(), 1, "{answers:?}");
    for (_, claim) in answers {
        if let StateClaim::Theirs(StateEntry { value, .. }) = claim {
            assert_eq!(value, json!(ours[0]), "who comes too late sees what the first one put");
        }
    }
}

async fn a_step_that_claims_again_gets_the_same_answer(database: TestDatabase) {
    let World { store, .. } = &World::new(database).await;
    let (step, turn) = (StepPath::from("claim"), StepPath::from("each[1].claim"));
    let mine = Put { by: Some((RunId::new(), &step)), ..put("a", json!(1)) };
    assert_eq!(store.claim_state(mine.state()).await.unwrap(), StateClaim::Ours { expires_at: None });
    assert_eq!(store.claim_state(mine.state()).await.unwrap(), StateClaim::Ours { expires_at: None });
    let by = Some((RunId::new(), &turn));
    store.put_state(Put { by, now: 5, ..put("a", json!(2)) }.state()).await.unwrap();
    assert_eq!(
        store.claim_state(mine.state()).await.unwrap(),
        StateClaim::Ours { expires_at: None },
        "a value that another wrote since does not change who made the entry"
    );
    let again = Put { by, now: 6, ..put("a", json!(3)) };
    let StateClaim::Theirs(entry) = store.claim_state(again.state()).await.unwrap() else {
        panic!("whoever wrote the value did not make the entry");
    };
    assert_eq!((entry.value, entry.written_by_run), (json!(2), by.map(|(run, _)| run)));
    let person = put("a", json!(4));
    assert!(matches!(store.claim_state(person.state()).await.unwrap(), StateClaim::Theirs(_)));
}

async fn an_entry_that_has_ended_can_be_claimed_by_another(database: TestDatabase) {
    let World { store, .. } = &World::new(database).await;
    let (step, first, second) = (StepPath::from("claim"), RunId::new(), RunId::new());
    let early = Put { end: Some(10), by: Some((first, &step)), ..put("a", json!(1)) };
    assert_eq!(
        store.claim_state(early.state()).await.unwrap(),
        StateClaim::Ours { expires_at: Some(at(10)) }
    );
    let late = Put { end: Some(30), by: Some((second, &step)), now: 9, ..put("a", json!(2)) };
    assert!(matches!(store.claim_state(late.state()).await.unwrap(), StateClaim::Theirs(_)));
    let later = Put { now: 10, ..late };
    assert_eq!(
        store.claim_state(later.state()).await.unwrap(),
        StateClaim::Ours { expires_at: Some(at(30)) }
    );
    let first_again = Put { now: 11, ..early };
    assert!(matches!(store.claim_state(first_again.state()).await.unwrap(), StateClaim::Theirs(_)));
}

async fn each_workflow_has_entries_of_its_own(database: TestDatabase) {
    let World { store, .. } = &World::new(database).await;
    let scopes = [StateScope::Workflow(id("one")), StateScope::Workflow(id("two")), SHARED];
    for (number, scope) in scopes.iter().enumerate() {
        let value = json!(number);
        store.put_state(NewState { scope, value: &value, ..put("a", json!(null)).state() }).await.unwrap();
    }
    for (number, scope) in scopes.iter().enumerate() {
        assert_eq!(store.state(scope, "a", at(0)).await.unwrap().unwrap().value, json!(number));
    }
}

async fn keys_are_listed_in_order_by_page_and_by_prefix(database: TestDatabase) {
    let World { store, .. } = &World::new(database).await;
    for key in ["task:3", "task:1", "tas%", "note:1", "task:2", "täsk:1"] {
        store.put_state(put(key, json!(key)).state()).await.unwrap();
    }
    store.put_state(Put { end: Some(1), ..put("task:0", json!(0)) }.state()).await.unwrap();
    let filter = |prefix| StateFilter { scope: &SHARED, prefix, now: at(1) };
    let first = store.states(filter("task:"), None, 2).await.unwrap();
    let keys = |page: &highline_store::StatePage| {
        page.entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (keys(&first), first.next.as_deref()),
        (vec!["task:1".into(), "task:2".into()], Some("task:2"))
    );
    let second = store.states(filter("task:"), first.next.as_deref(), 2).await.unwrap();
    assert_eq!((keys(&second), second.next), (vec!["task:3".into()], None));
    assert_eq!(keys(&store.states(filter("tas%"), None, 9).await.unwrap()), ["tas%"]);
    assert_eq!(store.states(filter(""), None, 9).await.unwrap().entries.len(), 6);
}

async fn ended_entries_are_removed_in_steps_and_the_others_stay(database: TestDatabase) {
    let World { store, .. } = &World::new(database).await;
    for number in 0..7 {
        store
            .put_state(Put { end: Some(number), ..put(&format!("k{number}"), json!(1)) }.state())
            .await
            .unwrap();
    }
    store.put_state(put("for ever", json!(1)).state()).await.unwrap();
    assert_eq!(store.remove_ended_state(at(4), 3).await.unwrap(), 3);
    assert_eq!(store.remove_ended_state(at(4), 3).await.unwrap(), 2);
    assert_eq!(store.remove_ended_state(at(4), 3).await.unwrap(), 0);
    let left = store.states(StateFilter { scope: &SHARED, prefix: "", now: at(-1) }, None, 9).await.unwrap();
    assert_eq!(left.entries.len(), 3);
}
