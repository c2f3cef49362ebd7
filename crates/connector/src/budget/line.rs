//! One resource on this node: those who want to send, and what they may.

mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use highline_catalog::Caller;
use highline_model::budget::{Allowance, Ask, Reply, Told};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::desk::Desk;
use super::held::whole_ms;
use super::queue::Place;
use state::{Served, State, Waiter, shortest_grant};

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
        Self { resource: resource.to_owned(), declared, state: Mutex::new(State::new(declared)), desk }
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
