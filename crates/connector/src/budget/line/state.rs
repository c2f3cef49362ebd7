//! What a line knows, and what follows from it.

use std::time::Duration;

use highline_model::Priority;
use highline_model::budget::{Allowance, Ask, Told};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::BEAT;
use crate::budget::absence::{Absences, Room};
use crate::budget::held::Purse;
use crate::budget::queue::Queue;

/// What one waits for: a request of this grant, or the time to come back after.
pub(super) type Served = Result<u64, Duration>;

pub(super) struct Waiter {
    pub answer: oneshot::Sender<Served>,
    pub until: Instant,
}

pub(super) struct State {
    pub queue: Queue<Waiter>,
    pub purse: Purse,
    pub absences: Absences,
    /// As the app told it last.
    pub allowance: Allowance,
    /// Nodes that share it.
    pub nodes: u32,
    pub told: Option<(Told, Instant)>,
    /// Something is to be told that others must know at once.
    pub urgent: bool,
    /// The app refused; to be told.
    pub closed: Option<Instant>,
    /// Before then nothing is granted, as far as is known.
    pub free: Instant,
    /// The next ask for more, if somebody waits.
    pub ask_at: Instant,
    /// The next telling, if there is something to tell.
    pub tell_at: Option<Instant>,
    /// When the desk looks at this line next.
    pub scheduled: Option<Instant>,
    pub asking: bool,
    pub lasts: Duration,
    /// Requests of the last grant that were sent.
    pub pace: u32,
}

impl State {
    pub fn new(declared: Allowance) -> Self {
        let now = Instant::now();
        Self {
            queue: Queue::new(),
            purse: Purse::default(),
            absences: Absences::default(),
            allowance: declared,
            nodes: 1,
            told: None,
            urgent: false,
            closed: None,
            free: now,
            ask_at: now,
            tell_at: None,
            scheduled: None,
            asking: false,
            lasts: shortest_grant(declared),
            pace: 0,
        }
    }

    /// When there is something to ask or to tell; none while an ask is under way.
    pub fn due(&mut self, now: Instant) -> Option<Instant> {
        if self.asking {
            return None;
        }
        if self.urgent {
            return Some(now);
        }
        let to_tell = !self.purse.is_blank() || self.told.is_some() || self.closed.is_some();
        let tell_at = if to_tell { Some(*self.tell_at.get_or_insert(now + BEAT)) } else { None };
        let asks = !self.queue.is_empty() && !self.has_enough(now);
        [tell_at, asks.then_some(self.ask_at.max(now))].into_iter().flatten().min()
    }

    /// Whether nobody who waits needs more than is there.
    pub fn has_enough(&self, now: Instant) -> bool {
        let waiting = self.queue.waiting();
        let first = if waiting.interactive + waiting.event > 0 { Priority::Event } else { Priority::Bulk };
        self.purse.has(first, now)
    }

    /// An ask is over; gives when the next is due.
    pub fn rest(&mut self, now: Instant) -> Option<Instant> {
        self.asking = false;
        self.scheduled = self.due(now);
        self.scheduled
    }

    pub fn forget_told(&mut self, ask: &Ask, began: Instant) {
        if let Some(used) = self.purse.told(&ask.accounts) {
            self.pace = used;
        }
        self.told.take_if(|(_, at)| ask.told.is_some() && *at <= began);
        let told_until = ask.close_ms.map(|ms| began + Duration::from_millis(u64::from(ms)));
        self.closed.take_if(|until| told_until.is_some_and(|told| told >= *until));
        let news = self.told.is_some_and(|(told, _)| self.allowance.is_changed_by(&told));
        self.urgent = self.closed.is_some() || news;
        self.tell_at = None;
    }

    /// Those whose turn it is, with what they get.
    pub fn serve(&mut self, now: Instant) -> Vec<(oneshot::Sender<Served>, Served)> {
        let mut served = Vec::new();
        loop {
            let (next, of) = if self.purse.has(Priority::Event, now) {
                (self.queue.pop(), Priority::Event)
            } else if self.purse.has(Priority::Bulk, now) {
                (self.queue.pop_bulk(), Priority::Bulk)
            } else {
                return served;
            };
            let Some(waiter) = next else { return served };
            if waiter.answer.is_closed() {
                continue;
            }
            if let Some(grant) = self.purse.take(of, now) {
                served.push((waiter.answer, Ok(grant)));
            }
        }
    }

    /// Sends those away whose turn does not come in time.
    pub fn dismiss(&mut self, now: Instant) -> Vec<(oneshot::Sender<Served>, Served)> {
        let (free, each, beside) = (self.free, self.each(), self.queue.workflows());
        let late = |priority: Priority, ahead: usize, waiter: &Waiter| {
            let turns = u32::try_from(ahead * beside[priority as usize]).unwrap_or(u32::MAX);
            free + each.saturating_mul(turns) > waiter.until
        };
        let leaving = self.queue.take_if(late);
        let away = leaving.into_iter().map(|(priority, workflow, waiter)| {
            let wait = self.send_away(priority, &workflow, now);
            (waiter.answer, Err(wait))
        });
        away.collect()
    }

    /// About when the next of a workflow is served, with so many of it ahead and so many workflows taking turns.
    pub fn expected(&self, ahead: usize, workflows: usize) -> Instant {
        let turns = u32::try_from(ahead * workflows).unwrap_or(u32::MAX);
        self.free + self.each().saturating_mul(turns)
    }

    /// The time that each request takes of a window of this node.
    pub fn each(&self) -> Duration {
        self.window() / self.requests()
    }

    pub fn send_away(&mut self, priority: Priority, workflow: &str, now: Instant) -> Duration {
        let room = Room { now, free: self.free, window: self.window(), requests: self.requests() };
        self.absences.send_away(priority, workflow, room)
    }

    /// The share of this node.
    pub fn requests(&self) -> u32 {
        (self.allowance.requests / self.nodes).max(1)
    }

    pub fn window(&self) -> Duration {
        Duration::from_millis(u64::from(self.allowance.window_ms))
    }
}

/// A tenth of the window, and no longer than a beat.
pub(super) fn shortest_grant(allowance: Allowance) -> Duration {
    (Duration::from_millis(u64::from(allowance.window_ms)) / 10).clamp(Duration::from_millis(20), BEAT)
}
