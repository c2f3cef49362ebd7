use highline_store::{HookRecord, NewHook, NewRevision, NewTrigger, TriggerKind};
use highline_testing::{TestDatabase, on_both_databases};

use crate::world::{World, at, id, revision_of};

on_both_databases! {
    a_path_of_its_own_is_made_once_and_kept,
    a_path_has_one_workflow_until_that_lets_it_go,
}

fn webhook(name: &str, hash: &str, path: Option<&str>) -> NewRevision {
    let hook = Some(NewHook { path: path.map(str::to_owned) });
    let revision = revision_of(name, hash);
    let trigger = NewTrigger { kind: TriggerKind::Webhook, first_at: None, hook, ..revision.trigger.clone() };
    NewRevision { trigger, ..revision }
}

async fn path(world: &World, name: &str) -> Option<String> {
    world.store.hook_of(&id(name)).await.unwrap().map(|hook| hook.path)
}

async fn a_path_of_its_own_is_made_once_and_kept(database: TestDatabase) {
    let world = World::new(database).await;
    world.store.save_revision(webhook("leads", "1", None)).await.unwrap();
    let own = path(&world, "leads").await.unwrap();
    let since = world.store.workflow(&id("leads")).await.unwrap().unwrap().created_at;
    let known = HookRecord { workflow: id("leads"), path: own.clone(), given: false, enabled: true, since };
    assert_eq!(world.store.hook_at(&own).await.unwrap(), Some(known.clone()));
    world.store.save_revision(webhook("leads", "2", Some("acme/leads"))).await.unwrap();
    assert_eq!(path(&world, "leads").await.as_deref(), Some("acme/leads"));
    assert_eq!(world.store.hook_at(&own).await.unwrap(), None, "the given one goes in its place");
    world.store.save_revision(revision_of("leads", "3")).await.unwrap();
    assert_eq!(
        (path(&world, "leads").await, world.store.hooks().await.unwrap()),
        (None, vec![]),
        "it polls now"
    );
    assert_eq!(world.store.hook_holder(&own).await.unwrap(), Some(id("leads")), "and may come back");
    world.store.save_revision(webhook("leads", "4", None)).await.unwrap();
    assert_eq!(path(&world, "leads").await, Some(own.clone()));
    world.store.set_enabled(&id("leads"), false, None, at(9)).await.unwrap();
    assert_eq!(world.store.hook_at(&own).await.unwrap(), Some(HookRecord { enabled: false, ..known }));
}

async fn a_path_has_one_workflow_until_that_lets_it_go(database: TestDatabase) {
    let world = World::new(database).await;
    world.store.save_revision(webhook("first", "1", Some("acme/leads"))).await.unwrap();
    let second = webhook("second", "1", Some("acme/leads"));
    world.store.save_revision(second.clone()).await.unwrap_err();
    assert_eq!(world.store.workflow(&id("second")).await.unwrap(), None, "nothing of it was kept");
    world.store.release_hook(&id("first")).await.unwrap();
    world.store.save_revision(second).await.unwrap();
    let holder = world.store.hook_at("acme/leads").await.unwrap().unwrap();
    assert_eq!((holder.workflow, holder.given), (id("second"), true));
    assert_ne!(path(&world, "first").await.as_deref(), Some("acme/leads"));
    let retake = async || world.store.retake_hook(&id("first"), "acme/leads").await.unwrap();
    assert!(!retake().await, "another has it");
    world.store.release_hook(&id("second")).await.unwrap();
    assert!(retake().await && retake().await, "also when it has it already");
    assert_eq!(path(&world, "first").await.as_deref(), Some("acme/leads"));
}
