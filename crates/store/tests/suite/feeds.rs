use highline_store::{
    ClaimedTrigger, Error, Feed, Follower, FollowerPoll, NewEvent, NewRevision, NewTrigger, Outcome, Page,
    PollCommit, WorkflowRecord,
};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::world::{World, at, event, id, report, revision_of};

on_both_databases! {
    equal_triggers_are_claimed_once,
    each_member_has_its_events_and_its_row_in_the_poll_log,
    another_feed_is_polled_by_itself,
    a_backfill_is_polled_alone_first_and_then_with_the_others,
    a_member_with_another_cursor_goes_on_alone_until_it_is_as_far,
    a_leader_that_is_switched_off_leaves_cursor_and_time_to_a_follower,
    a_leader_that_asks_for_something_else_leaves_its_followers,
    who_joins_while_a_poll_is_under_way_is_polled_at_once,
    who_left_while_a_poll_was_under_way_gets_nothing_of_it,
    who_was_polled_before_and_comes_while_a_poll_is_under_way_loses_nothing,
    a_failed_poll_is_a_failure_of_each_and_moves_nobody,
    a_member_that_cannot_be_served_goes_on_alone_from_where_it_was,
    a_leader_that_steps_down_is_followed_no_more,
    a_shorter_interval_of_a_follower_hastens_the_leader,
    a_group_has_room_for_two_hundred,
    saving_and_polling_one_feed_at_once_never_deadlocks,
}

pub fn sharing(name: &str, backfill: bool) -> NewRevision {
    let revision = revision_of(name, "first");
    let feed = Some(Feed { id: "contacts".to_owned(), backfill });
    NewRevision { trigger: NewTrigger { feed, ..revision.trigger.clone() }, ..revision }
}

impl World {
    pub async fn share(&self, name: &str) -> WorkflowRecord {
        self.store.save_revision(sharing(name, false)).await.unwrap()
    }

    async fn trio(database: TestDatabase) -> Self {
        let world = Self::empty(database).await;
        for name in ["a", "b", "c"] {
            world.share(name).await;
        }
        world
    }

    /// A poll of `trigger` and its followers in which each finds `keys`.
    pub async fn shared_poll(&self, trigger: &ClaimedTrigger, seconds: i64, keys: &[&str]) -> PollCommit {
        let events: Vec<NewEvent> = keys.iter().copied().map(event).collect();
        let followers = self.store.followers(&trigger.workflow).await.unwrap();
        let followers = followers.into_iter().map(|follower| FollowerPoll {
            follower,
            events: events.clone(),
            report: report(1),
        });
        PollCommit { followers: followers.collect(), ..self.poll(trigger, seconds, events) }
    }

    /// Claims the one due trigger and commits what each of its group finds.
    pub async fn polled_together(&self, seconds: i64, keys: &[&str]) -> ClaimedTrigger {
        let mut claimed = self.claim_triggers(seconds).await;
        assert_eq!(claimed.len(), 1, "{claimed:?}");
        let trigger = claimed.remove(0);
        let poll = self.shared_poll(&trigger, seconds, keys).await;
        self.store.commit_poll(poll).await.unwrap();
        trigger
    }

    async fn switch(&self, name: &str, on: bool, seconds: i64) {
        self.store.set_enabled(&id(name), on, Some(at(seconds)), at(seconds)).await.unwrap();
    }

    async fn leader(&self, name: &str) -> Option<String> {
        self.record(name).await.polled_with.map(|leader| leader.to_string())
    }

    async fn has(&self, name: &str, key: &str) -> bool {
        !self.store.known_keys(&id(name), &[key]).await.unwrap().is_empty()
    }
}

async fn equal_triggers_are_claimed_once(database: TestDatabase) {
    let world = World::trio(database).await;
    let claimed = world.claim_triggers(0).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!((claimed[0].workflow.as_str(), claimed[0].followers), ("a", 2));
    assert_eq!(world.leader("c").await.as_deref(), Some("a"));
    assert_eq!(world.record("c").await.next_at, Some(at(0)), "it is due when its leader is");
}

async fn each_member_has_its_events_and_its_row_in_the_poll_log(database: TestDatabase) {
    let world = World::trio(database).await;
    let trigger = world.claim_triggers(0).await.remove(0);
    let mut poll = world.shared_poll(&trigger, 0, &["1", "2"]).await;
    poll.followers[0].events[1].outcome = Outcome::Filtered;
    poll.followers[0].report.filtered = 1;
    poll.followers[0].report.requests = 0;
    poll.followers[0].report.others = [("dropped".to_owned(), 3)].into();
    let committed = world.store.commit_poll(poll).await.unwrap();
    let fresh: Vec<u32> = committed.followers.iter().flatten().map(|one| one.fresh).collect();
    assert_eq!((committed.fresh, fresh), (2, vec![1, 2]));
    let polls = world.store.polls(Some(&id("b")), Page { after: None, limit: 9 }).await.unwrap().polls;
    assert_eq!(polls.len(), 1);
    assert_eq!((polls[0].fresh, polls[0].filtered, polls[0].requests), (1, 1, 0));
    assert_eq!(polls[0].others.get("dropped"), Some(&3));
    assert_eq!(polls[0].made_by, Some(id("a")));
    let own = world.store.polls(Some(&id("a")), Page { after: None, limit: 9 }).await.unwrap().polls;
    assert_eq!((own[0].made_by.clone(), own[0].requests), (None, 1));
    assert!(!world.claim_triggers(60).await.remove(0).first);
}

async fn another_feed_is_polled_by_itself(database: TestDatabase) {
    let world = World::trio(database).await;
    let mut other = sharing("d", false);
    other.trigger.feed = Some(Feed { id: "tasks".to_owned(), backfill: false });
    world.store.save_revision(other).await.unwrap();
    world.workflow("e").await;
    let claimed: Vec<String> =
        world.claim_triggers(0).await.iter().map(|claimed| claimed.workflow.to_string()).collect();
    assert_eq!(claimed, ["a", "d", "e"]);
}

async fn a_backfill_is_polled_alone_first_and_then_with_the_others(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &["1"]).await;
    world.store.save_revision(sharing("all", true)).await.unwrap();
    let alone = world.claim_triggers(1).await.remove(0);
    assert_eq!((alone.workflow.as_str(), alone.cursor.clone(), alone.first), ("all", None, true));
    let same = PollCommit { cursor: Some(json!({ "after": 0 })), ..world.poll(&alone, 1, vec![event("1")]) };
    world.store.commit_poll(same).await.unwrap();
    assert_eq!(world.leader("all").await.as_deref(), Some("a"), "it is as far as they are");
    world.polled_together(60, &["2"]).await;
    assert!(world.has("all", "2").await);
}

async fn a_member_with_another_cursor_goes_on_alone_until_it_is_as_far(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &["1"]).await;
    world.switch("c", false, 10).await;
    world.polled_together(60, &["2"]).await;
    world.switch("c", true, 70).await;
    let behind = world.claim_triggers(70).await.remove(0);
    assert_eq!((behind.workflow.as_str(), behind.cursor.clone()), ("c", Some(json!({ "after": 0 }))));
    let poll =
        PollCommit { cursor: Some(json!({ "after": 60 })), ..world.poll(&behind, 70, vec![event("2")]) };
    world.store.commit_poll(poll).await.unwrap();
    assert_eq!(world.leader("c").await.as_deref(), Some("a"));
    assert_eq!(world.claim_triggers(1_000).await.len(), 1);
}

async fn a_leader_that_is_switched_off_leaves_cursor_and_time_to_a_follower(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &["1"]).await;
    world.switch("a", false, 10).await;
    assert!(world.claim_triggers(59).await.is_empty(), "the rhythm goes on");
    let next = world.claim_triggers(60).await.remove(0);
    assert_eq!((next.workflow.as_str(), next.followers, next.first), ("b", 1, false));
    assert_eq!(next.cursor, Some(json!({ "after": 0 })));
    let poll = world.shared_poll(&next, 60, &["2"]).await;
    world.store.commit_poll(poll).await.unwrap();
    assert!(world.has("c", "2").await && !world.has("a", "2").await);
}

async fn a_leader_that_asks_for_something_else_leaves_its_followers(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &["1"]).await;
    let mut other = sharing("a", false);
    other.hash = "second".to_owned();
    other.trigger.fingerprint = "tasks".to_owned();
    other.trigger.feed = Some(Feed { id: "tasks".to_owned(), backfill: false });
    other.trigger.first_at = Some(at(60));
    world.store.save_revision(other).await.unwrap();
    let claimed = world.claim_triggers(60).await;
    let who: Vec<(&str, u32, bool)> =
        claimed.iter().map(|one| (one.workflow.as_str(), one.followers, one.first)).collect();
    assert_eq!(who, [("a", 0, true), ("b", 1, false)]);
}

async fn who_joins_while_a_poll_is_under_way_is_polled_at_once(database: TestDatabase) {
    let world = World::trio(database).await;
    let trigger = world.claim_triggers(0).await.remove(0);
    let poll = world.shared_poll(&trigger, 5, &["1"]).await;
    world.share("d").await;
    assert_eq!(world.leader("d").await.as_deref(), Some("a"));
    world.store.commit_poll(poll).await.unwrap();
    assert!(!world.has("d", "1").await, "it was not there when the poll was made");
    let again = world.claim_triggers(5).await.remove(0);
    assert_eq!(again.followers, 3);
    let first: Vec<Follower> = world.store.followers(&again.workflow).await.unwrap();
    assert!(first.iter().all(|follower| follower.first == (follower.workflow == id("d"))));
}

async fn who_left_while_a_poll_was_under_way_gets_nothing_of_it(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &["1"]).await;
    let trigger = world.claim_triggers(60).await.remove(0);
    let poll = world.shared_poll(&trigger, 60, &["2"]).await;
    world.switch("b", false, 61).await;
    let committed = world.store.commit_poll(poll).await.unwrap();
    let served: Vec<bool> = committed.followers.iter().map(Option::is_some).collect();
    assert_eq!(served, [false, true]);
    assert!(!world.has("b", "2").await);
    world.switch("b", true, 70).await;
    let own = world.claim_triggers(70).await.remove(0);
    assert_eq!((own.workflow.as_str(), own.cursor), ("b", Some(json!({ "after": 0 }))), "it finds it itself");
}

async fn who_was_polled_before_and_comes_while_a_poll_is_under_way_loses_nothing(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &["1"]).await;
    let trigger = world.claim_triggers(60).await.remove(0);
    let mut poll = world.shared_poll(&trigger, 60, &["2"]).await;
    world.switch("b", false, 61).await;
    world.switch("b", true, 62).await;
    assert_eq!(world.leader("b").await, None, "nobody who was polled joins a poll that is under way");
    poll.followers.retain(|follower| follower.follower.workflow != id("c"));
    world.store.commit_poll(poll).await.unwrap();
    for name in ["b", "c"] {
        assert!(!world.has(name, "2").await);
    }
    let own = world.claim_triggers(62).await;
    let own: Vec<_> = own.into_iter().map(|own| (own.workflow.to_string(), own.cursor)).collect();
    let before = Some(json!({ "after": 0 }));
    assert_eq!(own, [("c".to_owned(), before.clone()), ("b".to_owned(), before)]);
}

async fn a_failed_poll_is_a_failure_of_each_and_moves_nobody(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &["1"]).await;
    let trigger = world.claim_triggers(60).await.remove(0);
    let mut poll = world.shared_poll(&trigger, 60, &[]).await;
    let failure = highline_model::Failure::new(highline_model::ErrorKind::Timeout, "no answer in 30 s");
    poll.report.error = Some(failure.clone());
    poll.followers.iter_mut().for_each(|follower| follower.report.error = Some(failure.clone()));
    world.store.commit_poll(poll).await.unwrap();
    assert!(world.record("c").await.last_poll.unwrap().error.is_some());
    let again = world.claim_triggers(120).await.remove(0);
    assert_eq!((again.followers, again.failures, again.cursor), (2, 1, Some(json!({ "after": 0 }))));
}

async fn a_member_that_cannot_be_served_goes_on_alone_from_where_it_was(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &["1"]).await;
    let trigger = world.claim_triggers(60).await.remove(0);
    let mut poll = world.shared_poll(&trigger, 60, &["2"]).await;
    poll.followers.remove(0);
    poll.unfit.push(id("b"));
    world.store.commit_poll(poll).await.unwrap();
    assert!(world.has("c", "2").await);
    let alone = world.claim_triggers(60).await.remove(0);
    assert_eq!((alone.workflow.as_str(), alone.cursor), ("b", Some(json!({ "after": 0 }))));
}

async fn a_leader_that_steps_down_is_followed_no_more(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &["1"]).await;
    let trigger = world.claim_triggers(60).await.remove(0);
    world.store.step_down(&trigger).await.unwrap();
    let next = world.claim_triggers(60).await.remove(0);
    assert_eq!((next.workflow.as_str(), next.followers), ("b", 1));
    let mut failed = world.poll(&trigger, 60, vec![]);
    failed.report.error = Some(highline_model::Failure::new(highline_model::ErrorKind::Configuration, "old"));
    world.store.commit_poll(failed).await.unwrap();
    assert_eq!(world.leader("a").await, None);
    assert_eq!(world.claim_triggers(120).await[0].cursor, Some(json!({ "after": 0 })));
}

async fn a_shorter_interval_of_a_follower_hastens_the_leader(database: TestDatabase) {
    let world = World::trio(database).await;
    world.polled_together(0, &[]).await;
    let mut quick = sharing("c", false);
    quick.trigger.latest_at = Some(at(10));
    world.store.save_revision(quick).await.unwrap();
    assert_eq!(world.claim_triggers(10).await.len(), 1);
}

async fn a_group_has_room_for_two_hundred(database: TestDatabase) {
    let world = World::empty(database).await;
    for number in 0..201 {
        world.share(&format!("w{number:03}")).await;
    }
    let claimed = world.claim_triggers(0).await;
    let sizes: Vec<u32> = claimed.iter().map(|one| one.followers).collect();
    assert_eq!(sizes, [199, 0]);
}

async fn saving_and_polling_one_feed_at_once_never_deadlocks(database: TestDatabase) {
    let world = World::trio(database).await;
    let store = world.store.clone();
    let saving = tokio::spawn(async move {
        for number in 0..60 {
            let name = ["a", "b", "c"][number % 3];
            match number % 4 {
                0 => {
                    let mut new = sharing(name, false);
                    new.trigger.fingerprint = number.to_string();
                    store.save_revision(new).await.unwrap();
                }
                turn => {
                    store.set_enabled(&id(name), turn != 1, Some(at(0)), at(0)).await.unwrap();
                }
            }
        }
    });
    let mut polls = 0;
    while !saving.is_finished() {
        for trigger in world.claim_triggers(1_000).await {
            let poll = world.shared_poll(&trigger, 0, &[&polls.to_string()]).await;
            match world.store.commit_poll(poll).await {
                Ok(_) | Err(Error::StaleLease { .. }) => polls += 1,
                Err(error) => panic!("poll {polls}: {error}"),
            }
        }
    }
    saving.await.unwrap();
    assert!(polls > 0);
}
