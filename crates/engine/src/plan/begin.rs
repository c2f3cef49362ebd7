//! The first look at a step: is it wanted, and what does its kind do.

use chrono::{DateTime, Datelike, Utc};
use highline_model::{ErrorKind, Failure, RunEvent, StepPath, Timestamp, Wire};
use highline_workflow::{Expr, Step, StepKind, UseStep, WaitFor, is_truthy, parse_duration};
use serde_json::{Value, json};

use super::Attempt;
use super::planner::{Flow, Planner};
use super::scope::Frame;
use crate::history::StepState;
use crate::size::excess;

impl<'a> Planner<'a> {
    pub(super) fn begin(&mut self, step: &'a Step, path: StepPath, frame: &Frame<'a>) -> Flow {
        // One that was tried was wanted then; a person who sends it back may have changed the text since.
        let to_decide = self.history.step(&path).is_none_or(|h| h.attempt == 0 || h.sent_back);
        if let Some(condition) = step.condition.as_ref().filter(|_| to_decide) {
            match self.evaluate(condition, frame, "if") {
                Ok(value) if is_truthy(&value) => {}
                Ok(_) => {
                    self.write(RunEvent::StepSkipped { step: path });
                    return Flow::Done;
                }
                Err(failure) => return self.fail(step, path, frame, failure),
            }
        }
        let begun = match &step.kind {
            StepKind::Use(action) => self.attempt(step, action, &path, frame),
            StepKind::If { condition, .. } => self.choose(step, condition, &path, frame),
            StepKind::ForEach { items, batch, .. } => self.start_loop(step, (items, *batch), &path, frame),
            StepKind::Wait(wait) => self.start_wait(wait, &path, frame),
            StepKind::Set { values } => self.set(values, &path, frame),
            StepKind::Stop { failed, reason } => self.stop(*failed, reason.as_ref(), &path, frame),
        };
        begun.unwrap_or_else(|failure| self.fail(step, path, frame, failure))
    }

    fn attempt(
        &mut self,
        step: &'a Step,
        action: &UseStep,
        path: &StepPath,
        frame: &Frame<'a>,
    ) -> Result<Flow, Failure> {
        let input = match self.evaluate(&action.with, frame, "with")? {
            Value::Object(input) => input,
            Value::Null => serde_json::Map::new(),
            other => return Err(template("with", format!("must be an object, not {other}"))),
        };
        let so_far = self.history.step(path);
        self.attempts.push(Attempt {
            run: self.facts.run,
            workflow: self.facts.workflow.id.clone(),
            step: path.clone(),
            number: so_far.map_or(0, |h| h.attempt) + 1,
            operation: action.operation.clone(),
            connection: action.connection.clone(),
            effect: action.effect,
            repeat: action.repeat_with(&input),
            shared: action.cache,
            cached: false,
            input,
            timeout: action.timeout,
            retry: action.retry.clone(),
            on_interrupt: action.on_interrupt,
            verify: action.verify.clone(),
            inquiry: None,
            handled: frame.handles(step),
            counted: so_far.map_or(0, |h| h.counted),
            uncounted: so_far.map_or(0, |h| h.uncounted),
        });
        Ok(Flow::Pending)
    }

    fn choose(
        &mut self,
        step: &'a Step,
        condition: &Expr,
        path: &StepPath,
        frame: &Frame<'a>,
    ) -> Result<Flow, Failure> {
        let then = is_truthy(&self.evaluate(condition, frame, "if")?);
        self.write(RunEvent::BranchTaken { step: path.clone(), then });
        Ok(self.branch(step, then, frame))
    }

    fn start_loop(
        &mut self,
        step: &'a Step,
        (items, batch): (&Expr, Option<usize>),
        path: &StepPath,
        frame: &Frame<'a>,
    ) -> Result<Flow, Failure> {
        let items = match self.evaluate(items, frame, "for_each")? {
            Value::Array(items) => items,
            other => return Err(template("for_each", format!("needs a list, not {}", shown(&other)))),
        };
        let items = match batch {
            Some(size) => items.chunks(size.max(1)).map(|batch| Value::Array(batch.to_vec())).collect(),
            None => items,
        };
        self.write(RunEvent::LoopStarted { step: path.clone(), items });
        match self.history.step(path).map(|history| history.state.clone()) {
            Some(StepState::Looping(items)) => Ok(self.turns(step, path, &items, frame)),
            _ => Ok(Flow::Pending),
        }
    }

    fn start_wait(&mut self, wait: &WaitFor, path: &StepPath, frame: &Frame<'a>) -> Result<Flow, Failure> {
        let until = match wait {
            WaitFor::Duration(expr) => {
                let value = self.evaluate(expr, frame, "wait.for")?;
                end_of_wait(&value, self.now).ok_or_else(|| {
                    template("wait.for", format!("needs a duration such as 5m or 90s, not {}", shown(&value)))
                })?
            }
            WaitFor::Until(expr) => {
                let value = self.evaluate(expr, frame, "wait.until")?;
                let moment = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
                moment.map(|m| m.with_timezone(&Utc)).filter(can_be_kept).ok_or_else(|| {
                    template(
                        "wait.until",
                        format!("needs a moment such as 2026-11-21T08:00:00Z, not {}", shown(&value)),
                    )
                })?
            }
        };
        self.write(RunEvent::WaitStarted { step: path.clone(), until });
        Ok(if until <= self.now { self.wait_over(path.clone(), until) } else { self.wake_at(until) })
    }

    pub(super) fn wait_over(&mut self, path: StepPath, until: Timestamp) -> Flow {
        self.succeed(path, json!({ "until": until }));
        Flow::Done
    }

    fn set(&mut self, values: &Expr, path: &StepPath, frame: &Frame<'a>) -> Result<Flow, Failure> {
        let values = self.evaluate(values, frame, "set")?;
        self.succeed(path.clone(), values);
        Ok(Flow::Done)
    }

    fn stop(
        &mut self,
        failed: bool,
        reason: Option<&Expr>,
        path: &StepPath,
        frame: &Frame<'a>,
    ) -> Result<Flow, Failure> {
        let reason = match reason {
            Some(expr) => text(&self.evaluate(expr, frame, "stop.reason")?),
            None => "stopped by the workflow".to_owned(),
        };
        let result = if failed { "failed" } else { "succeeded" };
        self.succeed(path.clone(), json!({ "result": result, "reason": reason }));
        Ok(Flow::Ended { failed, reason })
    }

    pub(super) fn succeed(&mut self, step: StepPath, output: Value) {
        let started_at = self.now;
        let input = Value::Null;
        self.write(RunEvent::StepSucceeded {
            step,
            attempt: 1,
            input,
            output,
            started_at,
            status: None,
            cached: false,
            wire: Wire::default(),
        });
    }

    fn evaluate(&mut self, expr: &Expr, frame: &Frame<'a>, place: &str) -> Result<Value, Failure> {
        let scope = self.scopes.of(self.facts, self.history, frame, self.now);
        let value = expr.evaluate(scope).map_err(|error| template(place, error.to_string()))?;
        match excess(&value) {
            None => Ok(value),
            Some(excess) => Err(Failure::new(ErrorKind::TooLarge, format!("{place}: the value is {excess}"))),
        }
    }
}

fn template(place: &str, message: String) -> Failure {
    Failure::new(ErrorKind::Template, format!("{place}: {message}"))
}

/// `5m`, `90s`, `90`: from `now`; nothing when it is no duration or lies beyond the year 9999, where moments do not sort
/// as their texts do.
fn end_of_wait(value: &Value, now: Timestamp) -> Option<Timestamp> {
    let length = match value {
        Value::Number(seconds) => std::time::Duration::try_from_secs_f64(seconds.as_f64()?).ok()?,
        Value::String(text) => parse_duration(text).ok()?,
        _ => return None,
    };
    now.checked_add_signed(chrono::Duration::from_std(length).ok()?).filter(can_be_kept)
}

/// Years beyond have another form, which sorts before all others.
fn can_be_kept(moment: &Timestamp) -> bool {
    (0..=9999).contains(&moment.year())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
