//! Workflows that share a feed are switched, changed and saved at random while polls are under way, fail and are
//! abandoned: whatever happens, each gets every item that comes after its first poll, once.

use std::collections::{BTreeMap, BTreeSet};

use highline_store::{
    ClaimedTrigger, Committed, Error, Feed, Follower, FollowerPoll, NewEvent, Outcome, Page, PollCommit,
    RunFilter,
};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::feeds::sharing;
use crate::world::{World, at, id, report};

on_both_databases! {
    changes_of_membership_never_lose_or_double_an_item,
}

/// Small numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A poll whose answer is there and not yet committed.
struct UnderWay {
    trigger: ClaimedTrigger,
    followers: Vec<Follower>,
    /// The items there were when it read.
    read: u64,
}

struct Play<'a> {
    world: &'a World,
    dice: Dice,
    now: i64,
    /// Items are numbered; so many there are.
    items: u64,
    under_way: Vec<UnderWay>,
    /// From which item on a workflow must have been told.
    owed_from: BTreeMap<String, u64>,
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "all"];

async fn changes_of_membership_never_lose_or_double_an_item(database: TestDatabase) {
    let world = World::empty(database).await;
    for name in NAMES {
        world.store.save_revision(sharing(name, name == "all")).await.unwrap();
    }
    let (dice, owed_from) = (Dice(7), BTreeMap::new());
    let mut play = Play { world: &world, dice, now: 0, items: 3, under_way: Vec::new(), owed_from };
    for _ in 0..400 {
        play.step().await;
    }
    play.settle().await;
    for name in NAMES {
        let told = play.told(name).await;
        let owed: BTreeSet<String> =
            (play.owed_from[name]..play.items).map(|number| format!("i{number}")).collect();
        let missing: Vec<&String> = owed.difference(&told).collect();
        assert!(missing.is_empty(), "{name} was not told of {missing:?}");
    }
}

impl Play<'_> {
    async fn step(&mut self) {
        match self.dice.roll(10) {
            0..3 => self.items += 1,
            3..5 => self.claim().await,
            5..7 => self.commit().await,
            7 => self.switch().await,
            8 => self.change().await,
            _ => self.now += i64::try_from(self.dice.roll(20)).unwrap(),
        }
    }

    async fn claim(&mut self) {
        for trigger in self.world.claim_triggers(self.now).await {
            let followers = self.world.store.followers(&trigger.workflow).await.unwrap();
            self.under_way.push(UnderWay { trigger, followers, read: self.items });
        }
    }

    async fn commit(&mut self) {
        if self.under_way.is_empty() {
            return;
        }
        let which = usize::try_from(self.dice.roll(self.under_way.len() as u64)).unwrap();
        let poll = self.under_way.remove(which);
        match self.dice.roll(8) {
            // The node died.
            0 => {}
            1 => self.finish(poll, true).await,
            _ => self.finish(poll, false).await,
        }
    }

    async fn finish(&mut self, poll: UnderWay, failed: bool) {
        let UnderWay { trigger, followers, read } = poll;
        let backfill = trigger.workflow.as_str() == "all";
        let from = match trigger.cursor.as_ref().and_then(Value::as_u64) {
            Some(cursor) => cursor.saturating_sub(1),
            None if backfill => 0,
            None => read,
        };
        let events = |workflow: &str, first: bool| -> Vec<NewEvent> {
            let quiet = first && workflow != "all";
            let outcome = if quiet { Outcome::Seen } else { Outcome::Run { concurrency: None } };
            let numbers = (from..read).map(|number| format!("i{number}"));
            numbers.map(|key| NewEvent { key, outcome: outcome.clone(), data: None, once: None }).collect()
        };
        let mut report = report(0);
        report.error =
            failed.then(|| highline_model::Failure::new(highline_model::ErrorKind::Timeout, "late"));
        let shared = followers.iter().map(|follower| FollowerPoll {
            follower: follower.clone(),
            events: events(follower.workflow.as_str(), follower.first),
            report: report.clone(),
        });
        let commit = PollCommit {
            followers: shared.collect(),
            cursor: Some(json!(read)),
            next_at: Some(at(self.now + 5)),
            report: report.clone(),
            ..self.world.poll(&trigger, self.now, events(trigger.workflow.as_str(), trigger.first))
        };
        match self.world.store.commit_poll(commit).await {
            Ok(committed) if !failed => self.note(&trigger, &followers, read, &committed),
            Ok(_) | Err(Error::StaleLease { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn note(&mut self, trigger: &ClaimedTrigger, followers: &[Follower], read: u64, committed: &Committed) {
        let served = followers.iter().zip(&committed.followers).filter(|(_, committed)| committed.is_some());
        let served = served.map(|(follower, _)| (follower.workflow.as_str(), follower.first));
        for (workflow, first) in served.chain([(trigger.workflow.as_str(), trigger.first)]) {
            if first {
                let from = if workflow == "all" { 0 } else { read };
                self.owed_from.entry(workflow.to_owned()).or_insert(from);
            }
        }
    }

    async fn switch(&mut self) {
        let name = NAMES[usize::try_from(self.dice.roll(5)).unwrap()];
        let on = self.dice.roll(3) > 0;
        self.world.store.set_enabled(&id(name), on, Some(at(self.now)), at(self.now)).await.unwrap();
    }

    /// The request has changed, and what is polled has not.
    async fn change(&mut self) {
        let name = NAMES[usize::try_from(self.dice.roll(5)).unwrap()];
        let mut new = sharing(name, name == "all");
        let feed = ["contacts", "contacts in other words"][usize::try_from(self.dice.roll(2)).unwrap()];
        new.trigger.feed = Some(Feed { id: feed.to_owned(), backfill: name == "all" });
        new.trigger.first_at = Some(at(self.now));
        self.world.store.save_revision(new).await.unwrap();
    }

    /// Everything is switched on and polled until all is quiet.
    async fn settle(&mut self) {
        for name in NAMES {
            self.world.store.set_enabled(&id(name), true, Some(at(self.now)), at(self.now)).await.unwrap();
        }
        let mut last = usize::MAX;
        for _ in 0..8 {
            self.now += 100;
            self.claim().await;
            last = self.under_way.iter().filter(|poll| poll.read == self.items).count();
            for poll in std::mem::take(&mut self.under_way) {
                self.finish(poll, false).await;
            }
        }
        assert!(last <= 2, "two feeds are {last} polls once all are as far");
    }

    async fn told(&self, name: &str) -> BTreeSet<String> {
        let filter = RunFilter { workflow: Some(id(name)), ..RunFilter::default() };
        let page = self.world.store.runs(&filter, Page { after: None, limit: 1_000 }).await.unwrap();
        let mut told = BTreeSet::new();
        for run in page.runs {
            let key = self.world.store.run(run.id).await.unwrap().unwrap().event_key;
            assert!(told.insert(key.clone()), "{name} was told twice of {key}");
        }
        told
    }
}
