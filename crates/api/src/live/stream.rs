//! One who looks on: a stream of server-sent events.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use actix_web::web::Bytes;
use futures::Stream;
use highline_model::RunId;
use tokio::sync::watch;

use super::{Event, Kind, Live};

/// What is to be told.
#[derive(Debug, Clone, Default)]
pub struct Interest {
    pub workflow: Option<String>,
    pub run: Option<RunId>,
}

impl Interest {
    fn has(&self, event: &Event) -> bool {
        let workflow = self.workflow.as_ref().is_none_or(|wanted| {
            *wanted == event.workflow
                || event.kind == Kind::Runs && event.data["workflows"].get(wanted).is_some()
        });
        workflow && self.run.is_none_or(|run| event.run == Some(run))
    }
}

struct Looker {
    live: Live,
    interest: Interest,
    newest: watch::Receiver<u64>,
    over: watch::Receiver<bool>,
    /// The number up to which everything was told.
    seen: u64,
    ready: VecDeque<String>,
}

impl Drop for Looker {
    fn drop(&mut self) {
        let left = &self.live.0.left;
        *left.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.live.0.lookers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Tells what happens from now on, or from the event `last` on, which is the id of one. Ends when the server does.
pub fn stream(
    live: &Live,
    interest: Interest,
    last: Option<&str>,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> + use<> {
    live.0.lookers.fetch_add(1, Ordering::Relaxed);
    let newest = live.0.newest.subscribe();
    let now = *newest.borrow();
    let mut looker = Looker {
        over: live.0.over.subscribe(),
        newest,
        live: live.clone(),
        interest,
        seen: now,
        ready: VecDeque::from(["retry: 2000\n\n".to_owned()]),
    };
    match last.map(|last| looker.number(last)) {
        None => looker.ready.push_back(looker.written("hello", now, "{}")),
        Some(Some(number)) => {
            looker.seen = number;
            looker.catch_up();
        }
        Some(None) => looker.reset(),
    }
    futures::stream::unfold(looker, |mut looker| async move {
        let text = looker.next().await?;
        Some((Ok(Bytes::from(text)), looker))
    })
}

impl Looker {
    /// What to send next; none when it is over.
    async fn next(&mut self) -> Option<String> {
        loop {
            if *self.over.borrow() {
                return None;
            }
            if !self.ready.is_empty() {
                return Some(self.ready.drain(..).collect());
            }
            tokio::select! {
                changed = self.newest.changed() => {
                    changed.ok()?;
                    self.catch_up();
                }
                _ = self.over.changed() => return None,
                () = tokio::time::sleep(self.live.0.alive) => return Some(": keep-alive\n\n".to_owned()),
            }
        }
    }

    fn catch_up(&mut self) {
        self.newest.borrow_and_update();
        let Some(events) = self.live.after(self.seen) else { return self.reset() };
        if let Some(last) = events.last() {
            self.seen = last.number;
        }
        let wanted: Vec<Arc<Event>> = events.into_iter().filter(|event| self.interest.has(event)).collect();
        for event in wanted {
            let text = self.written(event.kind.word(), event.number, &event.data.to_string());
            self.ready.push_back(text);
        }
    }

    fn reset(&mut self) {
        self.seen = *self.newest.borrow_and_update();
        let text = self.written("reset", self.seen, "{}");
        self.ready.push_back(text);
    }

    fn written(&self, kind: &str, number: u64, data: &str) -> String {
        format!("id: {}-{number}\nevent: {kind}\ndata: {data}\n\n", self.live.0.epoch)
    }

    /// The number in an id of this process; one of another process, or of no event, has none here.
    fn number(&self, id: &str) -> Option<u64> {
        let (epoch, number) = id.split_once('-')?;
        number.parse().ok().filter(|_| epoch == self.live.0.epoch)
    }
}
