//! What to do with work that this node cannot do because it lacks something: an older catalog, no such connection. Pure.

use std::time::Duration;

use highline_model::{ErrorKind, Failure, NodeId};

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// How things stand with work that does not fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Misfit {
    /// There are nodes that might be able to do it.
    pub others: bool,
    /// How often it was put back before.
    pub times: u32,
    /// Since it was put back first.
    pub waited: Duration,
    /// For how long it may go round.
    pub limit: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Leave it to others, or look again oneself after this.
    PutBack(Duration),
    /// Nobody will do it.
    Fail,
}

impl Misfit {
    pub fn remedy(self) -> Remedy {
        if !self.others || self.waited >= self.limit {
            Remedy::Fail
        } else {
            Remedy::PutBack(pause(self.times))
        }
    }
}

/// The more often, the longer: others get their turn in between.
pub(crate) fn pause(times: u32) -> Duration {
    SHORTEST.saturating_mul(2u32.saturating_pow(times.min(16))).min(LONGEST)
}

/// The reason, with the node that has it.
pub(crate) fn said_by(node: &NodeId, failure: Failure) -> Failure {
    Failure {
        kind: ErrorKind::Configuration,
        message: format!("node {node}: {}", failure.message),
        ..failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISFIT: Misfit =
        Misfit { others: true, times: 0, waited: Duration::ZERO, limit: Duration::from_secs(900) };

    #[test]
    fn a_node_that_is_not_alone_leaves_the_work_to_others_with_growing_pauses() {
        let pauses: Vec<u64> = [0, 1, 2, 5, 6, 40]
            .map(|times| match (Misfit { times, ..MISFIT }).remedy() {
                Remedy::PutBack(pause) => pause.as_secs(),
                Remedy::Fail => panic!("{times}"),
            })
            .into();
        assert_eq!(pauses, [1, 2, 4, 32, 60, 60]);
    }

    #[test]
    fn the_only_node_fails_the_work_at_once() {
        assert_eq!((Misfit { others: false, ..MISFIT }).remedy(), Remedy::Fail);
    }

    #[test]
    fn work_that_fits_nobody_fails_in_the_end() {
        let waited = Duration::from_secs(899);
        assert!(matches!((Misfit { waited, ..MISFIT }).remedy(), Remedy::PutBack(_)));
        assert_eq!((Misfit { waited: MISFIT.limit, ..MISFIT }).remedy(), Remedy::Fail);
    }
}
