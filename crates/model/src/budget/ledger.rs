//! The count of one resource, for all nodes. Pure: the time is passed in.

use serde::{Deserialize, Serialize};

use super::{Account, Allowance, Ask, Grant, Millis, Reply, Told, Waiting};

const DAY: Millis = 24 * 3600 * 1000;
/// After a spent day, one request is let through this often to see whether the app's day has begun.
const DAY_PROBE: Millis = 15 * 60 * 1000;
/// A node that waits asks again within this.
const PATIENCE: Millis = 2_500;
/// A node tells at least this often that requests of a grant are still without an answer.
const ON_ITS_WAY: Millis = 1_500;
/// Most requests are answered within this.
const SOON: Millis = 250;
/// What a node leaves for another is there for the next ask of either.
const NEXT_SHARE: u32 = 40;

/// What was sent and what is granted of the budget of one resource.
///
/// It is a sliding window: however the app's own windows lie, none holds more requests than the limit. A grant counts in
/// full from the moment it is given; once the node has said what it sent and when the last answer came, that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// What the manifest says; when it changes, it counts again.
    declared: Allowance,
    pub(super) allowance: Allowance,
    /// Grants of which not everything is known.
    open: Vec<Open>,
    /// When so many requests had been answered, oldest first.
    sent: Vec<(Millis, u32)>,
    /// The number of the next grant.
    next: u64,
    pub(super) closed_until: Millis,
    pub(super) day_began: Millis,
    pub(super) spent: u32,
    pub(super) probe_at: Millis,
    /// Until then a tenth is kept for bulk, because some had to wait for longer than a moment.
    bulk_until: Millis,
    pub(super) demands: Vec<Demand>,
    /// When the ledger was changed last.
    changed: Millis,
}

/// A grant counts until a window after `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    id: u64,
    requests: u32,
    until: Millis,
}

/// Who waits on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Demand {
    node: String,
    pub(super) waiting: Waiting,
    pub(super) until: Millis,
    pub(super) away: u32,
    pub(super) away_until: Millis,
}

impl Ledger {
    pub fn new(allowance: Allowance, now: Millis) -> Self {
        Self {
            declared: allowance,
            allowance,
            open: Vec::new(),
            sent: Vec::new(),
            next: 1,
            closed_until: 0,
            day_began: now,
            spent: 0,
            probe_at: 0,
            bulk_until: 0,
            demands: Vec::new(),
            changed: now,
        }
    }

    /// Takes what a node tells and gives it what it may send.
    pub fn apply(&mut self, ask: &Ask, now: Millis) -> Reply {
        self.pass_to(now);
        if self.declared != ask.allowance {
            (self.declared, self.allowance) = (ask.allowance, ask.allowance);
        }
        for account in &ask.accounts {
            self.settle(*account, now);
        }
        if let Some(told) = ask.told {
            self.learn(told, now);
        }
        if let Some(pause) = ask.close_ms {
            self.closed_until = self.closed_until.max(now + Millis::from(pause));
        }
        let (grant, more_in_ms) = self.grant(ask, now);
        self.note_demand(ask, grant.map_or(0, |grant| grant.requests), now);
        let waiting = self.demands.iter().filter(|demand| demand.is_live(now) && demand.node != ask.node);
        let nodes = 1 + u32::try_from(waiting.count()).unwrap_or(u32::MAX);
        Reply { grant, more_in_ms, allowance: self.allowance, nodes }
    }

    /// A person takes a close back; the next refusal closes again.
    pub fn reopen(&mut self, now: Millis) {
        self.closed_until = self.closed_until.min(now);
        self.probe_at = self.probe_at.min(now);
    }

    /// Nothing is sent for one window: for a ledger of which is not known what was sent before.
    pub fn close_for_a_window(&mut self, now: Millis) {
        self.closed_until = self.closed_until.max(now + self.span());
    }

    /// Requests that can still be granted now.
    pub fn left(&self, now: Millis) -> u32 {
        if self.closed_until > now {
            return 0;
        }
        self.allowance.requests.saturating_sub(self.counted(now)).min(self.left_today(now))
    }

    /// A clock that was set back takes everything in the ledger with it; a day that is over makes room for the next.
    fn pass_to(&mut self, now: Millis) {
        let back = (self.changed - now).max(0);
        if back > 0 {
            let times =
                [&mut self.closed_until, &mut self.day_began, &mut self.probe_at, &mut self.bulk_until];
            let sent = self.sent.iter_mut().map(|(at, _)| at);
            let open = self.open.iter_mut().map(|open| &mut open.until);
            times.into_iter().chain(sent).chain(open).for_each(|time| *time -= back);
        }
        self.changed = now;
        if now - self.day_began >= DAY {
            (self.day_began, self.spent, self.probe_at) = (now, 0, 0);
        }
        let gone = now - self.kept_for();
        self.sent.retain(|(at, _)| *at > gone);
        self.open.retain(|open| open.until > gone);
        self.demands.retain(|demand| demand.is_live(now) || demand.away_until > now);
    }

    fn settle(&mut self, account: Account, now: Millis) {
        let Some(index) = self.open.iter().position(|open| open.id == account.grant) else { return };
        let open = &mut self.open[index];
        self.spent = self.spent.saturating_sub(open.requests.saturating_sub(account.used));
        open.requests = account.used;
        match account.quiet_for_ms {
            None => open.until = open.until.max(now + ON_ITS_WAY),
            Some(quiet) => {
                self.open.swap_remove(index);
                self.count_sent(now - Millis::from(quiet), account.used);
            }
        }
    }

    /// What was sent within a fiftieth of a window is kept as one entry, at the end of it.
    fn count_sent(&mut self, at: Millis, requests: u32) {
        if requests == 0 {
            return;
        }
        let step = (Millis::from(self.allowance.window_ms) / 50).max(1);
        let at = (at + step - 1).div_euclid(step) * step;
        match self.sent.binary_search_by_key(&at, |(at, _)| *at) {
            Ok(index) => self.sent[index].1 += requests,
            Err(index) => self.sent.insert(index, (at, requests)),
        }
    }

    fn learn(&mut self, told: Told, now: Millis) {
        let known = |number: Option<u32>| number.filter(|number| *number > 0);
        let allowance = &mut self.allowance;
        allowance.requests = known(told.requests).unwrap_or(allowance.requests);
        allowance.window_ms = known(told.window_ms).unwrap_or(allowance.window_ms);
        allowance.daily = known(told.daily).or(allowance.daily);
        let age = Millis::from(told.age_ms);
        if let Some(remaining) = told.remaining.filter(|_| age + self.span() <= self.kept_for()) {
            // What the app has counted beyond what we know of, others have sent.
            let ours = self.counted_since(now - age - self.span());
            let foreign = self.allowance.requests.saturating_sub(remaining).saturating_sub(ours);
            self.count_sent(now, foreign);
        }
        if let (Some(remaining), Some(daily)) = (told.daily_remaining, self.allowance.daily) {
            self.learn_day(daily.saturating_sub(remaining), daily, now);
        }
    }

    /// Answers overtake each other, so a little less than is known is old news; much less is a new day.
    fn learn_day(&mut self, told: u32, daily: u32, now: Millis) {
        let on_its_way: u32 = self.open.iter().map(|open| open.requests).sum();
        let at_most = told.saturating_add(on_its_way);
        if told > self.spent {
            self.spent = told;
        } else if at_most.saturating_add(self.allowance.requests.saturating_mul(2)) < self.spent {
            (self.day_began, self.spent, self.probe_at) = (now, at_most, 0);
        } else if self.spent >= daily && told < daily {
            (self.spent, self.probe_at) = (at_most.min(daily), 0);
        }
        if told >= daily {
            self.probe_at = self.probe_at.max(now + DAY_PROBE);
        }
    }

    /// What is granted, and when there may be more.
    fn grant(&mut self, ask: &Ask, now: Millis) -> (Option<Grant>, u32) {
        if ask.want == 0 {
            return (None, 0);
        }
        let counted = self.counted(now);
        let limit = self.allowance.requests;
        let kept = if self.bulk_until > now { limit / 10 } else { 0 };
        let left = self.left(now);
        let fair = self.share(ask, left, now);
        let most = ask.want.min(fair).min((limit / 10).max(1));
        let for_all = most.min((limit - kept).saturating_sub(counted));
        let bulk_only = ask.waiting.bulk.min(most - for_all);
        let requests = for_all + bulk_only;
        if requests == 0 {
            return (None, self.more_in(if ask.waiting.bulk > 0 { limit } else { limit - kept }, now));
        }
        let grant = Grant { id: self.next, requests, bulk_only };
        self.next += 1;
        self.open.push(Open { id: grant.id, requests, until: now + Millis::from(ask.lasts_ms) });
        self.spent = self.spent.saturating_add(requests);
        if self.allowance.daily.is_some_and(|daily| self.spent >= daily) {
            self.probe_at = now + DAY_PROBE;
        }
        (Some(grant), if requests == fair && fair < left { NEXT_SHARE } else { 0 })
    }

    /// What is left is for those who are more urgent elsewhere, up to a tenth, and then for all nodes that wait.
    fn share(&self, ask: &Ask, left: u32, now: Millis) -> u32 {
        let others = || self.demands.iter().filter(|other| other.is_live(now) && other.node != ask.node);
        let urgent: u32 = others().map(|other| other.waiting.more_urgent_than(&ask.waiting)).sum();
        let equal = others().filter(|other| {
            ask.waiting.more_urgent_than(&other.waiting) + other.waiting.more_urgent_than(&ask.waiting) == 0
        });
        let equal = equal.count();
        let usable = left - urgent.min(left - left.div_ceil(10));
        usable.div_ceil(1 + u32::try_from(equal).unwrap_or(u32::MAX - 1))
    }

    /// When at least one more request fits in `limit`, if what is on its way is answered soon.
    fn more_in(&self, limit: u32, now: Millis) -> u32 {
        let mut open_at = self.closed_until.max(now);
        if self.left_today(now) == 0 {
            open_at = open_at.max(self.probe_at.min(self.day_began + DAY));
        }
        let mut at = open_at;
        let soon = now + SOON;
        let mut ends: Vec<(Millis, u32)> =
            self.entries().map(|(end, requests)| (end.min(soon) + self.span(), requests)).collect();
        ends.sort_unstable();
        let mut counted = self.counted(at);
        for (end, requests) in ends.into_iter().filter(|(end, _)| *end > open_at) {
            if counted < limit {
                break;
            }
            counted -= requests;
            at = end;
        }
        u32::try_from((at - now).max(1)).unwrap_or(u32::MAX)
    }

    fn note_demand(&mut self, ask: &Ask, granted: u32, now: Millis) {
        self.demands.retain(|demand| demand.node != ask.node);
        if ask.waiting.bulk > 0 && ask.want > 0 && granted == 0 {
            self.bulk_until = now + 2 * self.span();
        }
        let (away, away_until) = (ask.away.callers, now + Millis::from(ask.away.for_ms));
        if ask.waiting.total() > granted || away > 0 {
            let waiting = less(ask.waiting, granted);
            let demand = Demand { node: ask.node.clone(), waiting, until: now + PATIENCE, away, away_until };
            self.demands.push(demand);
        }
    }

    pub(super) fn left_today(&self, now: Millis) -> u32 {
        match self.allowance.daily {
            None => u32::MAX,
            Some(daily) if self.spent < daily => daily - self.spent,
            Some(_) => u32::from(self.probe_at <= now || now - self.day_began >= DAY),
        }
    }

    fn counted(&self, now: Millis) -> u32 {
        self.counted_since(now - self.span())
    }

    fn counted_since(&self, since: Millis) -> u32 {
        self.entries().filter(|(at, _)| *at > since).map(|(_, requests)| requests).sum()
    }

    fn entries(&self) -> impl Iterator<Item = (Millis, u32)> {
        let open = self.open.iter().map(|open| (open.until, open.requests));
        self.sent.iter().copied().chain(open)
    }

    /// The window, and a hundredth more for requests that travel at different speeds.
    fn span(&self) -> Millis {
        let window = Millis::from(self.allowance.window_ms);
        window + (window / 100).max(5)
    }

    /// Long enough to know what an answer that took its time has counted.
    fn kept_for(&self) -> Millis {
        self.span() * 5 / 4
    }
}

impl Demand {
    pub(super) fn is_live(&self, now: Millis) -> bool {
        self.until > now && self.waiting.total() > 0
    }
}

/// Who still waits when so many have been served, the most urgent first.
fn less(waiting: Waiting, mut served: u32) -> Waiting {
    let mut left = |count: u32| {
        let now = count.min(served);
        served -= now;
        count - now
    };
    Waiting { interactive: left(waiting.interactive), event: left(waiting.event), bulk: left(waiting.bulk) }
}

#[cfg(test)]
mod tests;
