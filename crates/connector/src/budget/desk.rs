//! One task that asks for all lines: what several want at a time is one exchange, and so one transaction.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use highline_model::budget::Ask;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::grants::{Alone, Grants};
use super::line::Line;

/// Lines told of in one exchange at most.
const TOGETHER: usize = 1_000;

/// Where grants come from, and the name under which this process asks for them.
#[derive(Clone)]
pub struct Keeper {
    pub node: String,
    pub grants: Arc<dyn Grants>,
}

/// Where lines say that they have something to ask.
pub(super) struct Desk {
    keeper: Mutex<Keeper>,
    woken: Mutex<Vec<Arc<Line>>>,
    bell: Notify,
    clerk: Mutex<Option<JoinHandle<()>>>,
}

impl Default for Desk {
    fn default() -> Self {
        let keeper = Keeper { node: "alone".to_owned(), grants: Arc::new(Alone::new()) };
        Self {
            keeper: Mutex::new(keeper),
            woken: Mutex::default(),
            bell: Notify::new(),
            clerk: Mutex::default(),
        }
    }
}

impl Desk {
    pub fn keep_in(&self, keeper: Keeper) {
        *locked(&self.keeper) = keeper;
    }

    /// A line has something to ask sooner than it said before. Needs a tokio runtime.
    pub fn wake(self: &Arc<Self>, line: Arc<Line>) {
        locked(&self.woken).push(line);
        self.bell.notify_one();
        let mut clerk = locked(&self.clerk);
        // A task that has ended, or whose runtime has, is followed by another.
        if clerk.as_ref().is_none_or(JoinHandle::is_finished) {
            *clerk = Some(tokio::spawn(Arc::clone(self).work()));
        }
    }

    pub async fn settle(&self, lines: Vec<Arc<Line>>) {
        let keeper = locked(&self.keeper).clone();
        let node = || keeper.node.clone();
        let last = |line: Arc<Line>| line.last_ask().map(|ask| (line, Ask { node: node(), ..ask }));
        let (lines, asks): (Vec<_>, Vec<_>) = lines.into_iter().filter_map(last).unzip();
        let began = Instant::now();
        match keeper.grants.exchange(&asks).await {
            Ok(_) => lines.iter().zip(&asks).for_each(|(line, ask)| line.settled(ask, began)),
            Err(error) => tracing::warn!(%error, "what is left of the rate budgets is not given back"),
        }
    }

    /// Works as long as any line has something to ask, now or later.
    async fn work(self: Arc<Self>) {
        let mut later: BTreeMap<(Instant, u64), Arc<Line>> = BTreeMap::new();
        let mut number = 0;
        let mut failing = false;
        let mut put = |later: &mut BTreeMap<_, _>, (at, line)| {
            number += 1;
            later.insert((at, number), line);
        };
        loop {
            for line in std::mem::take(&mut *locked(&self.woken)) {
                if let Some(at) = line.scheduled() {
                    put(&mut later, (at, line));
                }
            }
            let due = take_due(&mut later, Instant::now());
            if due.is_empty() {
                if later.is_empty() && self.close_if_idle() {
                    return;
                }
                let next = later.keys().next().map(|(at, _)| *at);
                tokio::select! {
                    () = self.bell.notified() => {}
                    () = until(next) => {}
                }
                continue;
            }
            let mut asked = Vec::new();
            let now = Instant::now();
            for line in due {
                match line.ask(now) {
                    Ok(ask) => asked.push((line, ask)),
                    Err(Some(at)) => put(&mut later, (at, line)),
                    Err(None) => {}
                }
            }
            for again in self.exchange(asked, &mut failing).await {
                put(&mut later, again);
            }
        }
    }

    /// The clerk may go when no one woke it meanwhile; whoever comes next finds no clerk and calls another.
    fn close_if_idle(&self) -> bool {
        let mut clerk = locked(&self.clerk);
        let idle = locked(&self.woken).is_empty();
        if idle {
            *clerk = None;
        }
        idle
    }

    /// Asks, and gives the lines what they got; returns those that will ask again, and when.
    async fn exchange(&self, asked: Vec<(Arc<Line>, Ask)>, failing: &mut bool) -> Vec<(Instant, Arc<Line>)> {
        let keeper = locked(&self.keeper).clone();
        let (lines, mut asks): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        asks.iter_mut().for_each(|ask: &mut Ask| ask.node.clone_from(&keeper.node));
        let mut again = Vec::new();
        for (lines, asks) in lines.chunks(TOGETHER).zip(asks.chunks(TOGETHER)) {
            let began = Instant::now();
            let replies = keeper.grants.exchange(asks).await;
            if let (Err(error), false) = (&replies, *failing) {
                tracing::warn!(%error, "requests wait until the rate budgets can be asked again");
            }
            *failing = replies.is_err();
            let mut replies = replies.unwrap_or_default().into_iter();
            for (line, ask) in lines.iter().zip(asks) {
                let next = match replies.next() {
                    Some(reply) => line.take(ask, reply, began),
                    None => line.not_answered(),
                };
                again.extend(next.map(|at| (at, Arc::clone(line))));
            }
        }
        again
    }
}

fn take_due(later: &mut BTreeMap<(Instant, u64), Arc<Line>>, now: Instant) -> Vec<Arc<Line>> {
    let rest = later.split_off(&(now + std::time::Duration::from_nanos(1), 0));
    std::mem::replace(later, rest).into_values().collect()
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
