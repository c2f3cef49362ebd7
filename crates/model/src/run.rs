//! The states of a run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::InvalidId;
use crate::log::RunEvent;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Not begun; a node will claim it.
    Queued,
    /// A node holds its lease.
    Running,
    /// Nothing to do until a known moment: a wait, a retry, a rate limit.
    Waiting,
    /// Ended well.
    Succeeded,
    /// Ended with a failure; `runs retry` goes on from the failed step.
    Failed,
    /// Ended by a person.
    Cancelled,
    /// Held: whether an unsafe write was done is unknown, and a person decides.
    Interrupted,
}

impl RunState {
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Running,
        Self::Waiting,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Interrupted,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// The run is over: no node will touch it unless a person asks.
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    /// The state after `event`, given the state before it. The log is the truth and this function its only reader
    /// for states; `Waiting` is not in the log, it is a `Running` run that a node has put down until `wake_at`.
    pub fn after(self, event: &RunEvent) -> Self {
        match event {
            RunEvent::Finished { state, .. } => *state,
            RunEvent::Interrupted { .. } => Self::Interrupted,
            RunEvent::Retried { .. } | RunEvent::Rerun { .. } | RunEvent::Resolved { .. } => Self::Queued,
            _ => Self::Running,
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for RunState {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| InvalidId {
            value: text.to_owned(),
            expected: "a run state (queued, running, waiting, succeeded, failed, cancelled, interrupted)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Failure;

    #[test]
    fn each_state_reads_back() {
        for state in RunState::ALL {
            assert_eq!(state.as_str().parse::<RunState>(), Ok(state));
        }
        assert!("done".parse::<RunState>().is_err());
    }

    #[test]
    fn a_retry_puts_a_failed_run_back_in_the_queue() {
        let failed = RunState::Running.after(&RunEvent::Finished {
            state: RunState::Failed,
            failure: Some(Failure::new(crate::ErrorKind::NotFound, "no contact")),
        });
        assert_eq!(failed, RunState::Failed);
        assert_eq!(failed.after(&RunEvent::Retried { by: "cli".into(), revision: None }), RunState::Queued);
    }
}
