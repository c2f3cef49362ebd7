//! An attempt whose outcome is unknown is looked up: when, and what is asked.

use std::sync::Arc;
use std::time::Duration;

use highline_catalog::{Effect, Repeat, Verify};
use highline_model::{ErrorKind, Failure, RunEvent, StepPath};
use highline_workflow::{RetryPolicy, Step, StepKind};

use super::Attempt;
use super::planner::{Flow, Planner};
use super::scope::Frame;
use crate::history::Verifying;
use crate::verify::{Inquiry, later};

/// For a read of all pages, whatever time the write was given.
const TIMEOUT: Duration = Duration::from_secs(60);

impl<'a> Planner<'a> {
    pub(super) fn start_verifying(
        &mut self,
        verify: &Verify,
        step: StepPath,
        attempt: u32,
        failure: Failure,
    ) -> Flow {
        let look_at = later(self.now, Duration::from_secs(verify.after));
        self.write(RunEvent::VerifyStarted { step, attempt, failure, look_at });
        self.wake_at(look_at)
    }

    pub(super) fn inquire(
        &mut self,
        step: &'a Step,
        path: StepPath,
        frame: &Frame<'a>,
        verifying: &Verifying,
    ) -> Flow {
        let StepKind::Use(action) = &step.kind else { return self.begin(step, path, frame) };
        let so_far = self.history.step(&path);
        let attempt = so_far.map_or(1, |h| h.attempt);
        let counted = so_far.map_or(0, |h| h.counted);
        let (Some(verify), Some(sent)) = (&action.verify, so_far.and_then(|h| h.sent.clone())) else {
            return self.interrupt(path, attempt, verifying.failure.clone());
        };
        let input = match verify.ask(&sent.input, sent.since) {
            Ok(input) => input,
            Err(why) => {
                let message = format!("{}; it cannot be looked up: {why}", verifying.failure.message);
                return self.interrupt(path, attempt, Failure::new(ErrorKind::Interrupted, message));
            }
        };
        self.attempts.push(Attempt {
            run: self.facts.run,
            workflow: self.facts.workflow.id.clone(),
            step: path,
            number: attempt,
            operation: verify.operation.clone(),
            connection: action.connection.clone(),
            input,
            timeout: TIMEOUT,
            effect: Effect::Read,
            repeat: Repeat::Safe,
            shared: false,
            cached: false,
            retry: RetryPolicy::default(),
            on_interrupt: action.on_interrupt,
            verify: None,
            handled: frame.handles(step),
            counted: verifying.counted,
            uncounted: verifying.uncounted,
            inquiry: Some(Inquiry {
                verify: Arc::clone(verify),
                operation: action.operation.clone(),
                sent,
                unknown: verifying.failure.clone(),
                spent: counted >= action.retry.attempts,
                taken: Vec::new(),
                rivals: Vec::new(),
            }),
        });
        Flow::Pending
    }
}
