//! What happens on one node, told to people who look at another. Only while somebody looks, and summed up: the tellers
//! have other work.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use highline_model::{NodeId, RunId, RunState, WorkflowId};
use highline_store::{Backend, Shout};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::notice::Notice;
use crate::shared::Shared;

/// Who looks says so more often than this.
const LOOKS_LAST: Duration = Duration::from_secs(15);

/// Between two tellings.
const PAUSE: Duration = Duration::from_millis(250);

/// Runs that are told one by one in a telling, which has to stay small; more are counted.
const MOST: usize = 60;

/// Characters of the reason of a poll that failed; its page says all.
const REASON: usize = 120;

/// Bytes of a telling: PostgreSQL takes less than 8,000.
const LARGEST: usize = 7_900;

/// What has happened on a node since it told last.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Telling {
    pub node: NodeId,
    /// Runs with their workflow and where they came to.
    pub runs: Vec<(RunId, WorkflowId, RunState)>,
    /// Workflows that were polled, each with why the last poll failed, if it did.
    pub polls: Vec<(WorkflowId, Option<String>)>,
    /// How many more runs of which workflows.
    pub more: BTreeMap<WorkflowId, u64>,
}

/// Tells as long as others look. Ends at once where there are no other nodes.
pub(crate) async fn relay(shared: Arc<Shared>) {
    if shared.store.backend() == Backend::Sqlite {
        return;
    }
    loop {
        shared.looked_at.notified().await;
        tell(&shared).await;
    }
}

/// Tells until nobody looks any more.
async fn tell(shared: &Shared) {
    let mut notices = shared.notices.subscribe();
    let mut end = Instant::now() + LOOKS_LAST;
    let mut gathered = Gathered::default();
    // Set by the first of what is gathered: who goes on and on is told of all the same.
    let mut told_at = end;
    loop {
        tokio::select! {
            notice = notices.recv() => match notice {
                Ok(notice) => {
                    if gathered.is_empty() {
                        told_at = Instant::now() + PAUSE;
                    }
                    gathered.take(notice);
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
            () = tokio::time::sleep_until(told_at), if !gathered.is_empty() => {
                let text = std::mem::take(&mut gathered).telling(&shared.node).text();
                if let Err(error) = shared.store.shout(Shout::Told(text)).await {
                    tracing::debug!(%error, "who looks at another node does not see this one");
                }
            }
            () = shared.looked_at.notified() => end = Instant::now() + LOOKS_LAST,
            () = tokio::time::sleep_until(end) => return,
        }
    }
}

impl Telling {
    /// As JSON, cut to what fits.
    fn text(mut self) -> String {
        loop {
            let text = serde_json::to_string(&self).expect("a telling is made of plain values");
            if text.len() <= LARGEST {
                return text;
            }
            self.runs.truncate(self.runs.len() / 2);
            self.polls.truncate(self.polls.len() / 2);
            while self.more.len() > self.runs.len() {
                self.more.pop_last();
            }
        }
    }
}

#[derive(Default)]
struct Gathered {
    runs: HashMap<RunId, (WorkflowId, RunState)>,
    polls: BTreeMap<WorkflowId, Option<String>>,
}

impl Gathered {
    fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.polls.is_empty()
    }

    fn take(&mut self, notice: Notice) {
        match notice {
            Notice::Moved { run, workflow, state } | Notice::Rested { run, workflow, state, .. } => {
                self.runs.insert(run, (workflow, state));
            }
            Notice::Polled(poll) => {
                let why = poll.failure.map(|failure| failure.to_string().chars().take(REASON).collect());
                self.polls.insert(poll.workflow, why);
            }
            Notice::Elsewhere(_) => {}
        }
    }

    fn telling(self, node: &NodeId) -> Telling {
        let mut runs: Vec<_> =
            self.runs.into_iter().map(|(run, (workflow, state))| (run, workflow, state)).collect();
        runs.sort_unstable_by_key(|(run, ..)| *run);
        let mut more = BTreeMap::new();
        for (_, workflow, _) in runs.drain(..runs.len().saturating_sub(MOST)) {
            // What does not fit is left to whoever looks at the lists.
            if more.len() < MOST || more.contains_key(&workflow) {
                *more.entry(workflow).or_default() += 1;
            }
        }
        let polls = self.polls.into_iter().take(MOST / 2).collect();
        Telling { node: node.clone(), runs, polls, more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telling_stays_small_however_much_happens() {
        let workflow =
            |number: usize| -> WorkflowId { format!("w{}{number}", "x".repeat(90)).parse().unwrap() };
        let mut gathered = Gathered::default();
        for number in 0..10_000 {
            let moved = |state| Notice::Moved { run: RunId::new(), workflow: workflow(number % 500), state };
            gathered.take(moved(RunState::Queued));
        }
        let telling = gathered.telling(&NodeId::new("test"));
        assert_eq!((telling.runs.len(), telling.more.len()), (MOST, MOST));
        let text = telling.text();
        assert!(text.len() < 7_900 && text.contains("\"runs\":[["), "{text}");
    }

    #[test]
    fn a_run_is_told_once_with_where_it_came_to() {
        let (run, workflow): (RunId, WorkflowId) = (RunId::new(), "a".parse().unwrap());
        let mut gathered = Gathered::default();
        for state in [RunState::Queued, RunState::Running, RunState::Waiting] {
            gathered.take(Notice::Moved { run, workflow: workflow.clone(), state });
        }
        assert_eq!(gathered.telling(&NodeId::new("test")).runs, [(run, workflow, RunState::Waiting)]);
    }
}
