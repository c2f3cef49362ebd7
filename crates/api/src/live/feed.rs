//! Where events come from: this node's engine, what it hears of others, and now and then a look at the database.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use highline_engine::Notice;
use highline_model::{Clock, Timestamp};
use highline_store::{Pulse, Shout, Store};
use tokio::sync::broadcast::{Receiver, error::RecvError, error::TryRecvError};
use tokio::time::Instant;

use super::{Batch, Live, Moved};

/// What happens in so long is told at once: at most ten batches a second.
const TOGETHER: Duration = Duration::from_millis(100);

/// Between two looks at the database.
const LOOK: Duration = Duration::from_secs(2);

/// Other nodes tell for a while, and must be asked again before it is over.
const ASK: Duration = Duration::from_secs(5);

/// Tells what an engine does, as long as it lives.
pub async fn feed(live: Live, mut notices: Receiver<Notice>, clock: Clock) {
    loop {
        let mut batch = Batch::default();
        let mut lost = match notices.recv().await {
            Ok(notice) => {
                batch.take(notice);
                false
            }
            Err(RecvError::Lagged(_)) => true,
            Err(RecvError::Closed) => return,
        };
        tokio::time::sleep(TOGETHER).await;
        loop {
            match notices.try_recv() {
                Ok(notice) => batch.take(notice),
                Err(TryRecvError::Lagged(_)) => lost = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        if live.is_remembered() {
            if lost {
                live.lose();
            }
            live.tell(batch, clock.now());
        } else {
            live.lose();
        }
    }
}

impl Batch {
    fn take(&mut self, notice: Notice) {
        match notice {
            Notice::Moved { run, workflow, state } | Notice::Rested { run, workflow, state, .. } => {
                self.runs.insert(run, Moved { workflow, state });
            }
            Notice::Polled(poll) => {
                self.polls.insert(poll.workflow, poll.failure.map(|failure| failure.to_string()));
            }
            Notice::Elsewhere(telling) => {
                for (run, workflow, state) in telling.runs {
                    self.runs.insert(run, Moved { workflow, state });
                }
                for (workflow, runs) in telling.more {
                    *self.more.entry(workflow).or_default() += runs;
                }
                self.polls.extend(telling.polls);
            }
        }
    }
}

/// While anybody looks on, or may come back and go on: asks other nodes to tell, and finds what nobody tells, such as what is decided in a terminal.
pub async fn look_around(live: Live, store: Store, clock: Clock) {
    let mut known: Option<Known> = None;
    let mut asked: Option<Instant> = None;
    loop {
        tokio::time::sleep(LOOK).await;
        if !live.is_remembered() {
            known = None;
            continue;
        }
        if asked.is_none_or(|then| then.elapsed() >= ASK) {
            asked = Some(Instant::now());
            if let Err(error) = store.shout(Shout::Look).await {
                tracing::debug!(%error, "other nodes are not seen");
            }
        }
        let now = clock.now();
        match store.pulse(now - LOOK * 3).await {
            Ok(pulse) => {
                let told = known.take().map(|known| known.compare(&pulse)).unwrap_or_default();
                live.tell(told, now);
                known = Some(Known::of(pulse));
            }
            Err(error) => tracing::debug!(%error, "the database is not looked at"),
        }
    }
}

/// What a look at the database saw.
struct Known {
    changed: HashMap<String, Timestamp>,
    ended: BTreeMap<String, i64>,
}

impl Known {
    fn of(pulse: Pulse) -> Self {
        Self { changed: pulse.changed.into_iter().collect(), ended: pulse.ended }
    }

    /// What is new since. Runs are counted here although an engine may have told of them: who looks on asks once more.
    fn compare(&self, pulse: &Pulse) -> Batch {
        let mut batch = Batch::default();
        for (id, at) in &pulse.changed {
            if self.changed.get(id) != Some(at)
                && let Ok(id) = id.parse()
            {
                batch.workflows.push(id);
            }
        }
        for (id, ended) in &pulse.ended {
            let more = ended - self.ended.get(id).copied().unwrap_or(0);
            if let (Ok(id), Ok(more @ 1..)) = (id.parse(), u64::try_from(more)) {
                batch.more.insert(id, more);
            }
        }
        batch
    }
}
