//! What this node holds, and the signals to those who work on it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use highline_model::{RunId, Timestamp, WorkflowId};
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
    /// Until when the leases were kept the last time.
    kept_until: Mutex<Option<Timestamp>>,
    /// Runs that are taken up from now on hear at once that the node stops.
    stopping: AtomicBool,
}

impl Leases {
    pub fn hold_run(&self, run: RunId, fence: i64) -> watch::Receiver<Signal> {
        let (sender, receiver) = watch::channel(Signal::Go);
        let mut runs = self.runs();
        if self.stopping.load(Ordering::Relaxed) {
            sender.send_replace(Signal::Stop);
        }
        runs.insert(run, (fence, sender));
        receiver
    }

    /// They are about to be kept until then. When the clock was set back this is earlier than before, and counts from
    /// here on: the database may have taken it over long before it says so.
    pub fn keeping(&self, until: Timestamp) {
        let mut kept = self.kept_until();
        *kept = kept.map(|earlier| earlier.min(until));
    }

    pub fn kept(&self, until: Timestamp) {
        *self.kept_until() = Some(until);
    }

    /// Whether what this node holds may be taken from it: the machine slept, or the database did not answer. Until its
    /// leases are kept again it must not claim, or it would take its own runs a second time.
    pub fn have_lapsed(&self, now: Timestamp) -> bool {
        let kept = self.kept_until().is_some_and(|until| until > now);
        let nothing_held = self.runs().is_empty() && self.triggers().is_empty();
        !kept && !nothing_held
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

    /// Forgets a trigger, unless a newer lease of it has been taken in the meantime.
    pub fn drop_trigger(&self, workflow: &WorkflowId, fence: i64) {
        let mut triggers = self.triggers();
        if triggers.get(workflow) == Some(&fence) {
            triggers.remove(workflow);
        }
    }

    pub fn held_triggers(&self) -> Vec<(WorkflowId, i64)> {
        self.triggers().iter().map(|(workflow, fence)| (workflow.clone(), *fence)).collect()
    }

    /// Passes on what became of the leases in `asked`. A run that was put down and taken again since then has a newer
    /// lease, which this is not about.
    pub fn signal(&self, asked: &[Held], extended: &Extended) {
        let asked: HashMap<RunId, i64> = asked.iter().map(|held| (held.run, held.fence)).collect();
        let runs = self.runs();
        for (which, signal) in [(&extended.cancel, Signal::Cancel), (&extended.lost, Signal::Lost)] {
            for run in which {
                match runs.get(run) {
                    Some((fence, sender)) if asked.get(run) == Some(fence) => {
                        sender.send_replace(signal);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Asks every run to come to rest; one that was cancelled or lost stays so.
    pub fn signal_stop(&self) {
        let runs = self.runs();
        self.stopping.store(true, Ordering::Relaxed);
        for (_, sender) in runs.values() {
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

    fn kept_until(&self) -> std::sync::MutexGuard<'_, Option<Timestamp>> {
        self.kept_until.lock().expect("no one panics while holding the leases")
    }

    fn triggers(&self) -> std::sync::MutexGuard<'_, HashMap<WorkflowId, i64>> {
        self.triggers.lock().expect("no one panics while holding the leases")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_an_old_lease_is_not_told_to_the_holder_of_a_new_one() {
        let (leases, run) = (Leases::default(), RunId::new());
        leases.hold_run(run, 1);
        let asked = leases.held_runs();
        leases.drop_run(run, 1);
        let again = leases.hold_run(run, 2);
        let extended = Extended { lost: vec![run], cancel: vec![] };
        leases.signal(&asked, &extended);
        assert_eq!(*again.borrow(), Signal::Go);
        leases.signal(&leases.held_runs(), &extended);
        assert_eq!(*again.borrow(), Signal::Lost);
    }

    #[test]
    fn a_clock_that_was_set_back_shortens_the_leases_before_the_database_has_said_so() {
        let (leases, at) = (Leases::default(), |text: &str| text.parse::<Timestamp>().unwrap());
        leases.hold_run(RunId::new(), 1);
        leases.kept(at("2026-11-21T09:00:10Z"));
        leases.keeping(at("2026-11-21T07:00:10Z"));
        assert!(leases.have_lapsed(at("2026-11-21T08:00:00Z")), "set forward again, by less than back");
        leases.kept(at("2026-11-21T08:00:10Z"));
        leases.keeping(at("2026-11-21T08:00:12Z"));
        assert!(!leases.have_lapsed(at("2026-11-21T08:00:09Z")));
        assert!(leases.have_lapsed(at("2026-11-21T08:00:11Z")), "they are not longer before they are kept");
    }

    #[test]
    fn who_lost_a_trigger_does_not_drop_the_lease_of_who_has_it_now() {
        let (leases, workflow) = (Leases::default(), "watch".parse::<WorkflowId>().unwrap());
        leases.hold_trigger(&workflow, 1);
        leases.hold_trigger(&workflow, 2);
        leases.drop_trigger(&workflow, 1);
        assert_eq!(leases.held_triggers(), [(workflow.clone(), 2)]);
        leases.drop_trigger(&workflow, 2);
        assert_eq!(leases.held_triggers(), []);
    }
}
