//! One resource on this node: those who want to send, and what they may.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use highline_catalog::Caller;
use highline_model::Priority;
use highline_model::budget::{Allowance, Ask, Reply, Told};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::absence::{Absences, Room};
use super::desk::Desk;
use super::held::{Purse, whole_ms};
use super::queue::{Place, Queue};

/// What was sent is told at least this often, and who waits asks again: another node may have opened the budget.
const BEAT: Duration = Duration::from_secs(1);
/// The ledgers did not answer: asked again after this.
const AFTER_FAILURE: Duration = Duration::from_millis(500);
/// A grant lasts no longer, however slow its keeper is.
const LONGEST_GRANT: Duration = Duration::from_secs(10);

/// One resource: who waits for it on this node, and what was granted.
pub struct Line {
    resource: String,
    /// As the manifest says.
    declared: Allowance,
    state: Mutex<State>,
    desk: Arc<Desk>,
}

/// What one waits for: a request of this grant, or the time to come back after.
type Served = Result<u64, Duration>;

struct Waiter {
    answer: oneshot::Sender<Served>,
    until: Instant,
}

struct State {
    queue: Queue<Waiter>,
    purse: Purse,
    absences: Absences,
    /// As the app told it last.
    allowance: Allowance,
    /// Nodes that share it.
    nodes: u32,
    told: Option<(Told, Instant)>,
    /// Something is to be told that others must know at once.
    urgent: bool,
    /// The app refused; to be told.
    closed: Option<Instant>,
    /// Before then nothing is granted, as far as is known.
    free: Instant,
    /// The next ask for more, if somebody waits.
    ask_at: Instant,
    /// The next telling, if there is something to tell.
    tell_at: Option<Instant>,
    /// When the desk looks at this line next.
    scheduled: Option<Instant>,
    asking: bool,
    lasts: Duration,
    /// Requests of the last grant that were sent.
    pace: u32,
}

/// A request that may be sent. Dropped when it has its answer, or will have none.
pub struct Spent {
    line: Arc<Line>,
    grant: u64,
    at: Instant,
}

impl Spent {
    /// What the answer told of the budget.
    pub fn told(&self, told: Told) {
        self.line.learn(told, self.at);
    }

    /// The app answered 429: nothing is sent for `pause`, the window when the app does not say. Gives the pause.
    pub fn refused(&self, pause: Option<Duration>) -> Duration {
        self.line.close(pause)
    }
}

impl Drop for Spent {
    fn drop(&mut self) {
        let mut state = self.line.state();
        state.purse.answered(self.grant, Instant::now());
        self.line.schedule(&mut state);
    }
}

/// A place in the queue, given up when nobody waits at it any more.
struct Waits<'a> {
    line: &'a Arc<Line>,
    place: Place,
    answer: oneshot::Receiver<Served>,
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        let mut state = self.line.state();
        if state.queue.remove(&self.place).is_none()
            && let Ok(Ok(grant)) = self.answer.try_recv()
        {
            // Served and gone in the same moment: what was spent stays so, and nothing is on its way.
            state.purse.answered(grant, Instant::now());
        }
    }
}

impl Line {
    pub(super) fn new(resource: &str, declared: Allowance, desk: Arc<Desk>) -> Self {
        let now = Instant::now();
        let state = State {
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
        };
        Self { resource: resource.to_owned(), declared, state: Mutex::new(state), desk }
    }

    /// Spends one request, waiting for it at most until `until`. The error is the time to come back after.
    pub async fn spend(self: &Arc<Self>, caller: Caller<'_>, until: Instant) -> Result<Spent, Duration> {
        let mut waits = {
            let mut state = self.state();
            let now = Instant::now();
            if state.queue.is_empty()
                && let Some(grant) = state.purse.take(caller.priority, now)
            {
                self.schedule(&mut state);
                return Ok(self.spent(grant));
            }
            let (own, beside) = state.queue.ahead(caller.priority, caller.workflow);
            // What is known of the others is old after a beat: then it is asked for anew.
            if state.ask_at > now && state.expected(own, beside + 1) > until {
                return Err(state.send_away(caller.priority, caller.workflow, now));
            }
            let (sender, answer) = oneshot::channel();
            let place = state.queue.push(caller.priority, caller.workflow, Waiter { answer: sender, until });
            self.schedule(&mut state);
            Waits { line: self, place, answer }
        };
        match tokio::time::timeout_at(until, &mut waits.answer).await {
            Ok(Ok(Ok(grant))) => Ok(self.spent(grant)),
            Ok(Ok(Err(wait))) => Err(wait),
            Ok(Err(_)) | Err(_) => match waits.answer.try_recv() {
                Ok(Ok(grant)) => Ok(self.spent(grant)),
                _ => Err(self.state().send_away(caller.priority, caller.workflow, Instant::now())),
            },
        }
    }

    fn spent(self: &Arc<Self>, grant: u64) -> Spent {
        Spent { line: Arc::clone(self), grant, at: Instant::now() }
    }

    fn learn(self: &Arc<Self>, told: Told, sent_at: Instant) {
        let mut state = self.state();
        state.urgent |= state.allowance.is_changed_by(&told);
        state.purse.at_most(told.remaining.unwrap_or(u32::MAX));
        if state.told.is_none_or(|(_, at)| at <= sent_at) {
            state.told = Some((told, sent_at));
        }
        self.schedule(&mut state);
    }

    fn close(self: &Arc<Self>, pause: Option<Duration>) -> Duration {
        let mut state = self.state();
        let pause = pause.unwrap_or_else(|| state.window());
        let until = Instant::now() + pause;
        state.purse.give_back();
        state.closed = state.closed.max(Some(until));
        state.free = state.free.max(until);
        state.urgent = true;
        self.schedule(&mut state);
        pause
    }

    /// Tells the desk when this line has something to ask, if that is sooner than the desk knows.
    fn schedule(self: &Arc<Self>, state: &mut State) {
        let now = Instant::now();
        let due = state.due(now);
        if let Some(at) = due.filter(|at| state.scheduled.is_none_or(|known| *at < known)) {
            state.scheduled = Some(at);
            self.desk.wake(Arc::clone(self));
        }
    }

    pub(super) fn scheduled(&self) -> Option<Instant> {
        self.state().scheduled
    }

    /// What is to be asked now, or else when to look again.
    pub(super) fn ask(&self, now: Instant) -> Result<Ask, Option<Instant>> {
        let mut state = self.state();
        if state.scheduled.is_none_or(|at| at > now) {
            return Err(None);
        }
        state.scheduled = state.due(now);
        match state.scheduled {
            Some(at) if at <= now => {
                state.scheduled = None;
                state.asking = true;
                Ok(self.ask_for(&mut state, now))
            }
            later => Err(later),
        }
    }

    /// What is told at the end: nothing is wanted any more.
    pub(super) fn last_ask(&self) -> Option<Ask> {
        let mut state = self.state();
        state.purse.give_back();
        let nothing = state.purse.is_blank() && state.told.is_none() && state.closed.is_none();
        (!nothing).then(|| Ask { want: 0, ..self.ask_for(&mut state, Instant::now()) })
    }

    fn ask_for(&self, state: &mut State, now: Instant) -> Ask {
        let waiting = state.queue.waiting();
        let total = waiting.total();
        Ask {
            resource: self.resource.clone(),
            node: String::new(),
            allowance: self.declared,
            want: if total == 0 || state.has_enough(now) { 0 } else { total.max(state.pace) },
            lasts_ms: whole_ms(state.lasts),
            waiting,
            away: state.absences.count(now),
            accounts: state.purse.accounts(now),
            told: state.told.map(|(told, at)| Told { age_ms: whole_ms(now - at) + 1, ..told }),
            close_ms: state.closed.map(|until| whole_ms(until.saturating_duration_since(now)) + 1),
        }
    }

    /// Takes what was granted and serves those who wait; gives when to ask again. `began` is when the ask was made.
    pub(super) fn take(self: &Arc<Self>, ask: &Ask, reply: Reply, began: Instant) -> Option<Instant> {
        let mut state = self.state();
        let now = Instant::now();
        let widened = reply.allowance != state.allowance;
        state.allowance = reply.allowance;
        state.forget_told(ask, began);
        state.nodes = reply.nodes.max(1);
        let shortest = shortest_grant(reply.allowance);
        state.lasts = ((now - began) * 4).clamp(shortest, LONGEST_GRANT.max(shortest));
        let more_in = Duration::from_millis(u64::from(reply.more_in_ms));
        if let Some(grant) = reply.grant {
            state.purse.put(grant, began + Duration::from_millis(u64::from(ask.lasts_ms)), now);
        }
        if ask.want > 0 || widened {
            state.free = if reply.grant.is_none() { now + more_in } else { now };
            state.ask_at = now + more_in.min(BEAT);
        }
        let mut served = state.serve(now);
        if reply.grant.is_none() && ask.want > 0 {
            served.extend(state.dismiss(now));
        }
        let next = state.rest(now);
        drop(state);
        for (answer, what) in served {
            self.hand(answer, what);
        }
        next
    }

    /// Gives someone who waits an answer; who has gone meanwhile needs none.
    fn hand(&self, answer: oneshot::Sender<Served>, what: Served) {
        if let Err(Ok(grant)) = answer.send(what) {
            self.state().purse.answered(grant, Instant::now());
        }
    }

    /// What was asked at the end has been heard.
    pub(super) fn settled(&self, ask: &Ask, began: Instant) {
        self.state().forget_told(ask, began);
    }

    /// The keeper of the ledgers could not be asked.
    pub(super) fn not_answered(&self) -> Option<Instant> {
        let mut state = self.state();
        let now = Instant::now();
        state.ask_at = now + AFTER_FAILURE;
        state.tell_at = Some(now + BEAT);
        state.urgent = false;
        state.rest(now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// When there is something to ask or to tell; none while an ask is under way.
    fn due(&mut self, now: Instant) -> Option<Instant> {
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
    fn has_enough(&self, now: Instant) -> bool {
        let waiting = self.queue.waiting();
        let first = if waiting.interactive + waiting.event > 0 { Priority::Event } else { Priority::Bulk };
        self.purse.has(first, now)
    }

    /// An ask is over; gives when the next is due.
    fn rest(&mut self, now: Instant) -> Option<Instant> {
        self.asking = false;
        self.scheduled = self.due(now);
        self.scheduled
    }

    fn forget_told(&mut self, ask: &Ask, began: Instant) {
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
    fn serve(&mut self, now: Instant) -> Vec<(oneshot::Sender<Served>, Served)> {
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
    fn dismiss(&mut self, now: Instant) -> Vec<(oneshot::Sender<Served>, Served)> {
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
    fn expected(&self, ahead: usize, workflows: usize) -> Instant {
        let turns = u32::try_from(ahead * workflows).unwrap_or(u32::MAX);
        self.free + self.each().saturating_mul(turns)
    }

    /// The time that each request takes of a window of this node.
    fn each(&self) -> Duration {
        self.window() / self.requests()
    }

    fn send_away(&mut self, priority: Priority, workflow: &str, now: Instant) -> Duration {
        let room = Room { now, free: self.free, window: self.window(), requests: self.requests() };
        self.absences.send_away(priority, workflow, room)
    }

    /// The share of this node.
    fn requests(&self) -> u32 {
        (self.allowance.requests / self.nodes).max(1)
    }

    fn window(&self) -> Duration {
        Duration::from_millis(u64::from(self.allowance.window_ms))
    }
}

/// A tenth of the window, and no longer than a beat.
fn shortest_grant(allowance: Allowance) -> Duration {
    (Duration::from_millis(u64::from(allowance.window_ms)) / 10).clamp(Duration::from_millis(20), BEAT)
}
