use highline_model::WorkflowId;
use highline_store::{Error, NewRevision, NewTrigger, Page, TriggerKind};
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, at, event, id, revision_of};

on_both_databases! {
    a_new_workflow_begins_with_revision_one,
    the_same_hash_makes_no_new_revision,
    a_new_text_makes_a_new_revision_and_clears_the_problem,
    a_shorter_interval_takes_effect_at_once,
    a_changed_fingerprint_forgets_the_cursor,
    a_changed_fingerprint_takes_the_lease_from_a_poll_under_way,
    the_switch_belongs_to_the_user_after_first_sight,
    a_disabled_workflow_is_never_due,
    a_workflow_that_was_never_seen_is_none,
    a_text_is_saved_over_the_revision_it_was_made_of_alone,
    a_workflow_that_two_make_at_once_is_one,
    workflows_are_read_in_pages_by_the_bytes_of_their_ids,
    saving_and_polling_at_once_never_deadlocks,
}

async fn a_new_workflow_begins_with_revision_one(database: TestDatabase) {
    let world = World::empty(database).await;
    let saved = world.workflow("contacts").await;
    assert!(saved.changed && saved.enabled);
    assert_eq!((saved.revision, saved.next_at, saved.trigger), (1, Some(at(0)), TriggerKind::Poll));
    assert_eq!(saved.origin, "workflows/contacts.yaml");
    let text = world.store.revision(&id("contacts"), 1).await.unwrap().unwrap();
    assert_eq!((text.source.as_str(), text.head.hash.as_str()), ("name: contacts # first", "first"));
    assert_eq!(world.store.revision(&id("contacts"), 2).await.unwrap(), None);
}

async fn the_same_hash_makes_no_new_revision(database: TestDatabase) {
    let world = World::new(database).await;
    world.store.set_problem(&id("contacts"), Some("line 3: unknown field `wiht`"), at(5)).await.unwrap();
    assert_eq!(world.record("contacts").await.problem.as_deref(), Some("line 3: unknown field `wiht`"));
    let again = NewRevision { name: "Renamed".to_owned(), ..revision_of("contacts", "first") };
    let saved = world.store.save_revision(again).await.unwrap();
    assert!(!saved.changed);
    assert_eq!((saved.revision, saved.name.as_str(), saved.problem), (1, "Renamed", None));
}

async fn a_new_text_makes_a_new_revision_and_clears_the_problem(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![event("a")]).await;
    world.store.set_problem(&id("contacts"), Some("broken"), at(5)).await.unwrap();
    let saved = world.store.save_revision(revision_of("contacts", "second")).await.unwrap();
    assert!(saved.changed);
    assert_eq!((saved.revision, saved.problem.clone()), (2, None));
    assert_eq!(saved.next_at, Some(at(60)), "the same thing is polled, so the plan stays");
    let first = world.store.revision(&id("contacts"), 1).await.unwrap().unwrap();
    assert_eq!(first.head.hash, "first", "runs under way go on with their revision");
    let trigger = world.claim_triggers(60).await.remove(0);
    assert_eq!((trigger.revision, trigger.first, trigger.cursor.is_some()), (2, false, true));
}

async fn a_shorter_interval_takes_effect_at_once(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![event("a")]).await;
    let with = |hash, latest_at| {
        let revision = revision_of("contacts", hash);
        NewRevision { trigger: NewTrigger { latest_at, ..revision.trigger.clone() }, ..revision }
    };
    let sooner = world.store.save_revision(with("second", Some(at(10)))).await.unwrap();
    assert_eq!(sooner.next_at, Some(at(10)));
    let no_later = world.store.save_revision(with("third", Some(at(3600)))).await.unwrap();
    assert_eq!(no_later.next_at, Some(at(10)), "a longer one waits for the poll that is planned");
}

fn other_list() -> NewRevision {
    let trigger = NewTrigger {
        kind: TriggerKind::Poll,
        fingerprint: "contacts of another location".to_owned(),
        first_at: Some(at(9)),
        latest_at: None,
        feed: None,
        source: None,
        hook: None,
    };
    NewRevision { trigger, ..revision_of("contacts", "second") }
}

async fn a_changed_fingerprint_forgets_the_cursor(database: TestDatabase) {
    let world = World::new(database).await;
    world.polled(0, vec![event("a")]).await;
    let saved = world.store.save_revision(other_list()).await.unwrap();
    assert_eq!(saved.next_at, Some(at(9)));
    let trigger = world.claim_triggers(9).await.remove(0);
    assert!(trigger.first);
    assert_eq!(trigger.cursor, None);
}

async fn a_changed_fingerprint_takes_the_lease_from_a_poll_under_way(database: TestDatabase) {
    let world = World::new(database).await;
    let old = world.claim_triggers(0).await.remove(0);
    world.store.save_revision(other_list()).await.unwrap();
    let error = world.store.commit_poll(world.poll(&old, 2, vec![event("a")])).await.unwrap_err();
    assert!(matches!(error, Error::StaleLease { .. }), "{error}");
    assert!(world.claim_runs(100).await.is_empty());
    assert!(world.claim_triggers(9).await.remove(0).first);
}

async fn the_switch_belongs_to_the_user_after_first_sight(database: TestDatabase) {
    let world = World::empty(database).await;
    let off = NewRevision { enabled_at_first_sight: false, ..revision_of("contacts", "first") };
    let saved = world.store.save_revision(off).await.unwrap();
    assert_eq!((saved.enabled, saved.next_at), (false, None));
    let on = world.store.set_enabled(&id("contacts"), true, Some(at(30)), at(20)).await.unwrap().unwrap();
    assert_eq!((on.enabled, on.next_at), (true, Some(at(30))));
    let kept = world.store.set_enabled(&id("contacts"), true, Some(at(99)), at(21)).await.unwrap().unwrap();
    assert_eq!(kept.next_at, Some(at(30)), "it was on already");
    let saved = NewRevision { enabled_at_first_sight: false, ..revision_of("contacts", "second") };
    assert!(world.store.save_revision(saved).await.unwrap().enabled);
}

async fn a_disabled_workflow_is_never_due(database: TestDatabase) {
    let world = World::new(database).await;
    let trigger = world.claim_triggers(0).await.remove(0);
    let off = world.store.set_enabled(&id("contacts"), false, Some(at(1)), at(1)).await.unwrap().unwrap();
    assert_eq!((off.enabled, off.next_at), (false, None));
    let poll = world.poll(&trigger, 2, vec![event("a")]);
    let committed = world.store.commit_poll(poll).await.unwrap();
    assert_eq!(committed.fresh, 1, "what a poll under way has found is not lost");
    assert_eq!(world.record("contacts").await.next_at, None);
    assert!(world.claim_triggers(1_000).await.is_empty());
    world.store.save_revision(other_list()).await.unwrap();
    assert!(world.claim_triggers(1_000).await.is_empty(), "a new text does not turn it on");
}

async fn a_workflow_that_was_never_seen_is_none(database: TestDatabase) {
    let world = World::new(database).await;
    let nobody = id("nobody");
    assert_eq!(world.store.workflow(&nobody).await.unwrap(), None);
    assert_eq!(world.store.set_enabled(&nobody, true, None, at(0)).await.unwrap(), None);
    world.store.set_problem(&nobody, Some("bad"), at(0)).await.unwrap();
    assert_eq!(world.store.workflows().await.unwrap().len(), 1);
}

async fn a_text_is_saved_over_the_revision_it_was_made_of_alone(database: TestDatabase) {
    let world = World::empty(database).await;
    let (store, text) = (&world.store, |text: &str| revision_of("contacts", text));
    assert_eq!(store.save_revision_over(1, text("first")).await.unwrap(), None, "there is none yet");
    let first = store.save_revision_over(0, text("first")).await.unwrap().unwrap();
    assert_eq!(store.save_revision_over(0, text("other")).await.unwrap(), None, "it is there already");
    let both = tokio::join!(
        store.save_revision_over(first.revision, text("mine")),
        store.save_revision_over(first.revision, text("theirs")),
    );
    let saved = [both.0.unwrap(), both.1.unwrap()].into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(saved.iter().map(|one| one.revision).collect::<Vec<_>>(), [2], "one of the two");
}

async fn a_workflow_that_two_make_at_once_is_one(database: TestDatabase) {
    let world = World::empty(database).await;
    for number in 0..10 {
        let name = format!("w{number}");
        let new = || world.store.save_revision_over(0, revision_of(&name, "first"));
        let made = tokio::join!(new(), new(), new());
        let made = [made.0, made.1, made.2].map(Result::unwrap);
        assert_eq!(made.iter().flatten().count(), 1, "{name}");
        let name = format!("x{number}");
        let known = tokio::join!(
            world.store.save_revision(revision_of(&name, "first")),
            world.store.save_revision(revision_of(&name, "first")),
        );
        assert_eq!((known.0.unwrap().revision, known.1.unwrap().revision), (1, 1), "{name}");
    }
}

async fn workflows_are_read_in_pages_by_the_bytes_of_their_ids(database: TestDatabase) {
    let world = World::empty(database).await;
    for name in ["b", "a-b", "a_b", "ab", "a"] {
        world.store.save_revision(revision_of(name, "first")).await.unwrap();
    }
    let (mut after, mut found): (Option<WorkflowId>, Vec<String>) = (None, Vec::new());
    loop {
        let page = Page { after: after.as_ref().map(WorkflowId::as_str), limit: 2 };
        let page = world.store.workflows_page(page).await.unwrap();
        let whole = world.store.workflows().await.unwrap();
        assert!(
            page.workflows.iter().all(|one| whole.contains(one)),
            "they are the same as in the whole list"
        );
        found.extend(page.workflows.iter().map(|one| one.id.to_string()));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(found, ["a", "a-b", "a_b", "ab", "b"]);
}

async fn saving_and_polling_at_once_never_deadlocks(database: TestDatabase) {
    let world = World::new(database).await;
    let store = world.store.clone();
    let saving = tokio::spawn(async move {
        for number in 0..100 {
            let mut new = revision_of("contacts", &number.to_string());
            new.trigger.fingerprint = number.to_string();
            store.save_revision(new).await.unwrap();
        }
    });
    let mut polls = 0;
    while !saving.is_finished() {
        for trigger in world.claim_triggers(1_000).await {
            let events = (0..20).map(|number| event(format!("{polls}-{number}"))).collect();
            match world.store.commit_poll(world.poll(&trigger, 0, events)).await {
                Ok(_) | Err(Error::StaleLease { .. }) => polls += 1,
                Err(error) => panic!("poll {polls}: {error}"),
            }
        }
    }
    saving.await.unwrap();
    assert!(polls > 0);
}
