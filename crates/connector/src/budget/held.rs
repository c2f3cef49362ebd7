//! What a node may send of one resource, and what it has sent of what it was granted.

use std::time::Duration;

use highline_model::Priority;
use highline_model::budget::{Account, Grant};
use tokio::time::Instant;

/// The grants of one line: one that can be spent, and those of which is yet to be told.
#[derive(Debug, Default)]
pub(super) struct Purse {
    spendable: Option<Spendable>,
    tallies: Vec<Tally>,
}

#[derive(Debug, Clone, Copy)]
struct Spendable {
    grant: u64,
    left: u32,
    bulk_only: u32,
    until: Instant,
}

/// What became of one grant.
#[derive(Debug, Clone, Copy)]
struct Tally {
    grant: u64,
    used: u32,
    on_its_way: u32,
    /// When the last request was sent or answered.
    last: Instant,
}

impl Purse {
    /// Takes a grant that can be used until then.
    pub fn put(&mut self, grant: Grant, until: Instant, now: Instant) {
        let Grant { id, requests, bulk_only } = grant;
        self.spendable = Some(Spendable { grant: id, left: requests, bulk_only, until });
        self.tallies.push(Tally { grant: id, used: 0, on_its_way: 0, last: now });
    }

    /// Whether anybody of this priority can be served now.
    pub fn has(&self, priority: Priority, now: Instant) -> bool {
        let kept = |spendable: &Spendable| if priority == Priority::Bulk { 0 } else { spendable.bulk_only };
        self.spendable.as_ref().is_some_and(|some| some.until > now && some.left > kept(some))
    }

    /// Spends one request; the number of its grant.
    pub fn take(&mut self, priority: Priority, now: Instant) -> Option<u64> {
        if !self.has(priority, now) {
            return None;
        }
        let spendable = self.spendable.as_mut()?;
        spendable.left -= 1;
        if priority == Priority::Bulk {
            spendable.bulk_only = spendable.bulk_only.saturating_sub(1);
        }
        let grant = spendable.grant;
        let tally = self.tallies.iter_mut().find(|tally| tally.grant == grant)?;
        tally.used += 1;
        tally.on_its_way += 1;
        tally.last = now;
        Some(grant)
    }

    /// A request of this grant has its answer, or will have none.
    pub fn answered(&mut self, grant: u64, now: Instant) {
        if let Some(tally) = self.tallies.iter_mut().find(|tally| tally.grant == grant) {
            tally.on_its_way = tally.on_its_way.saturating_sub(1);
            tally.last = now;
        }
    }

    /// No more than so many are spent of what is left.
    pub fn at_most(&mut self, requests: u32) {
        if let Some(spendable) = &mut self.spendable {
            spendable.left = spendable.left.min(requests);
            spendable.bulk_only = spendable.bulk_only.min(requests);
        }
    }

    /// Whether there is anything to tell, now or later.
    pub fn is_blank(&self) -> bool {
        self.tallies.is_empty()
    }

    /// What is to be told of grants of which nothing more is taken. One that is over is not taken of from now on.
    pub fn accounts(&mut self, now: Instant) -> Vec<Account> {
        self.spendable.take_if(|some| some.until <= now || some.left == 0);
        let spendable = self.spendable.map(|some| some.grant);
        let over = self.tallies.iter().filter(|tally| Some(tally.grant) != spendable);
        let account = |tally: &Tally| Account {
            grant: tally.grant,
            used: tally.used,
            quiet_for_ms: (tally.on_its_way == 0).then(|| whole_ms(now.duration_since(tally.last))),
        };
        over.map(account).collect()
    }

    /// Forgets what has been told and does not change any more; gives how much of the last grant was used.
    pub fn told(&mut self, accounts: &[Account]) -> Option<u32> {
        let closed = |grant| accounts.iter().any(|told| told.grant == grant && told.quiet_for_ms.is_some());
        self.tallies.retain(|tally| !closed(tally.grant));
        accounts.last().map(|account| account.used)
    }

    /// Gives everything back that can still be spent.
    pub fn give_back(&mut self) {
        self.spendable = None;
    }
}

/// Milliseconds, the begun one not counted: a time ago must not be taken for longer than it is.
pub(super) fn whole_ms(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
