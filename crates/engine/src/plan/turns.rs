//! Loops: which turns are over, which go on, which may begin.

use std::sync::Arc;

use highline_model::{ErrorKind, Failure, RunEvent, StepPath};
use highline_workflow::{OnError, Step, StepKind};
use serde_json::{Value, json};

use super::planner::{Flow, Planner};
use super::scope::{Frame, LoopFrame};
use crate::history::StepState;
use crate::size::excess;

impl<'a> Planner<'a> {
    /// Walks the open turns, at most `parallel` of them. With `on_error: continue` a failed turn is counted and the
    /// loop goes on; else it fails the loop, and turns in flight only bring their results home.
    pub(super) fn turns(
        &mut self,
        step: &'a Step,
        path: &StepPath,
        items: &[Arc<Value>],
        frame: &Frame<'a>,
    ) -> Flow {
        let StepKind::ForEach { item_name, parallel, steps, .. } = &step.kind else { return Flow::Done };
        let go_on = matches!(step.on_error, OnError::Continue);
        let mut pending = 0;
        let mut index = self.history.turns(path).first_open;
        while index < items.len() && pending < (*parallel).max(1) {
            if self.history.turns(path).has_ended(index) {
                index += 1;
                continue;
            }
            let turn = frame.turn(LoopFrame { path, index, item_name, item: &items[index] }, step);
            match self.block(steps, &turn) {
                Flow::Done => self.history.turns(path).end(index, false),
                Flow::Pending => pending += 1,
                Flow::Failed(_) if go_on => self.history.turns(path).end(index, true),
                Flow::Failed(failure) => return self.fail_loop(step, path, frame, failure),
                ended @ Flow::Ended { .. } => return ended,
            }
            index += 1;
        }
        if pending > 0 {
            return Flow::Pending;
        }
        let output = self.results(path, items.len(), steps);
        if let Some(excess) = excess(&output) {
            let failure = Failure::new(ErrorKind::TooLarge, format!("the results of the loop are {excess}"));
            return self.fail(step, path.clone(), frame, failure);
        }
        self.succeed(path.clone(), output);
        Flow::Done
    }

    /// Nothing more is sent for the loop. Only a handled failure is written for it: an unhandled one is found again at the step that
    /// failed, so that a retry goes on there with the same list.
    fn fail_loop(&mut self, step: &'a Step, path: &StepPath, frame: &Frame<'a>, failure: Failure) -> Flow {
        let inside = format!("{path}[");
        self.attempts.retain(|attempt| !attempt.step.as_str().starts_with(&inside));
        self.given_up.push(inside.clone());
        let OnError::Steps(handler) = &step.on_error else { return Flow::Failed(failure) };
        if self.in_flight.iter().any(|step| step.as_str().starts_with(&inside)) {
            return Flow::Pending;
        }
        self.write(RunEvent::StepFailed { step: path.clone(), failure, handled: true });
        self.block(handler, frame)
    }

    fn results(&mut self, path: &StepPath, count: usize, steps: &[Step]) -> Value {
        let last = steps.last().map_or("", |step| step.id.as_str());
        let results: Vec<Value> = (0..count).map(|index| self.output_of(&path.turn(index, last))).collect();
        let failed = self.history.turns(path).failed;
        json!({ "count": count, "succeeded": count - failed, "failed": failed, "results": results })
    }

    fn output_of(&self, path: &StepPath) -> Value {
        match self.history.step(path).map(|h| &h.state) {
            Some(StepState::Succeeded(output)) => output.as_ref().clone(),
            _ => Value::Null,
        }
    }
}
