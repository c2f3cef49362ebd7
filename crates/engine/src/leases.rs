//! What this node holds, and the signals to those who work on it.

use std::collections::HashMap;
use std::sync::Mutex;

use highline_model::{RunId, WorkflowId};
use highline_store::{Extended, Held};
use tokio::sync::watch;

/// What a run's task must know while it waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Go,
    /// The node stops: finish what is in flight, start nothing.
    Stop,
    /// A person wants the run to end.
    Cancel,
    /// Another node has it now: write nothing more.
    Lost,
}

#[derive(Default)]
pub(crate) struct Leases {
    runs: Mutex<HashMap<RunId, (i64, watch::Sender<Signal>)>>,
    triggers: Mutex<HashMap<WorkflowId, i64>>,
}

impl Leases {
    pub fn hold_run(&self, run: RunId, fence: i64) -> watch::Receiver<Signal> {
        let (sender, receiver) = watch::channel(Signal::Go);
        self.runs().insert(run, (fence, sender));
        receiver
    }

    /// Forgets a run, unless a newer lease of it has been taken in the meantime.
    pub fn drop_run(&self, run: RunId, fence: i64) {
        let mut runs = self.runs();
        if runs.get(&run).is_some_and(|(held, _)| *held == fence) {
            runs.remove(&run);
        }
    }

    pub fn held_runs(&self) -> Vec<Held> {
        self.runs().iter().map(|(run, (fence, _))| Held { run: *run, fence: *fence }).collect()
    }

    pub fn hold_trigger(&self, workflow: &WorkflowId, fence: i64) {
        self.triggers().insert(workflow.clone(), fence);
    }

    pub fn drop_trigger(&self, workflow: &WorkflowId) {
        self.triggers().remove(workflow);
    }

    pub fn held_triggers(&self) -> Vec<(WorkflowId, i64)> {
        self.triggers().iter().map(|(workflow, fence)| (workflow.clone(), *fence)).collect()
    }

    pub fn signal(&self, extended: &Extended) {
        let runs = self.runs();
        for (which, signal) in [(&extended.cancel, Signal::Cancel), (&extended.lost, Signal::Lost)] {
            for run in which {
                if let Some((_, sender)) = runs.get(run) {
                    sender.send_replace(signal);
                }
            }
        }
    }

    /// Asks every run to come to rest; one that was cancelled or lost stays so.
    pub fn signal_stop(&self) {
        for (_, sender) in self.runs().values() {
            sender.send_if_modified(|signal| {
                let going = *signal == Signal::Go;
                if going {
                    *signal = Signal::Stop;
                }
                going
            });
        }
    }

    fn runs(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, (i64, watch::Sender<Signal>)>> {
        self.runs.lock().expect("no one panics while holding the leases")
    }

    fn triggers(&self) -> std::sync::MutexGuard<'_, HashMap<WorkflowId, i64>> {
        self.triggers.lock().expect("no one panics while holding the leases")
    }
}
