//! An attempt whose outcome is unknown is told by reading: what is looked for, and what the answer means for the step.

use std::sync::Arc;
use std::time::Duration;

use highline_catalog::{OperationError, Output, Retry, Verify};
use highline_model::{ErrorKind, Failure, RunEvent, RunId, StepPath, Timestamp};
use highline_store as store;
use highline_workflow::{StepKind, Workflow, index};
use serde_json::{Value, json};

use crate::history::Sent;
use crate::plan::Attempt;
use crate::shared::Shared;
use crate::size::excess;
use crate::verdict::{Timing, next_try};

/// How long before the attempt another step may have begun that made the same: longer than an app takes for a write.
const REACH: Duration = Duration::from_secs(300);
/// Records that are shown to a person who must decide.
const MOST_SHOWN: usize = 5;

/// What a read shall tell: whether a write was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Inquiry {
    pub verify: Arc<Verify>,
    /// The write.
    pub operation: String,
    pub sent: Sent,
    /// What left the outcome unknown.
    pub unknown: Failure,
    /// The write has no attempt left, should it not have been done.
    pub spent: bool,
    /// Ids of records that other steps have as their results.
    pub taken: Vec<String>,
    /// Other steps whose outcome is unknown too and whose records could not be told from this one's.
    pub rivals: Vec<String>,
}

impl Inquiry {
    fn found(&self, data: &Value) -> Result<Vec<Value>, String> {
        self.verify.find(&self.sent.input, self.sent.since, data)
    }

    /// The one record that the write has made, where the answer leaves no doubt.
    pub(crate) fn made(&self, data: &Value) -> Option<Value> {
        let mut found = self.not_taken(self.found(data).ok()?);
        let sure = found.len() == 1 && self.rivals.is_empty();
        found.pop().filter(|record| sure && excess(record).is_none())
    }

    fn not_taken(&self, mut found: Vec<Value>) -> Vec<Value> {
        found.retain(|record| self.verify.id_of(record).is_none_or(|id| !self.taken.contains(&id)));
        found
    }

    /// Takes in what another step has to do with it, one that uses the same operation.
    fn consider(&mut self, run: RunId, step: &StepPath, sent: &store::Sent) {
        match &sent.output {
            Some(output) => self.taken.extend(self.verify.id_of(output)),
            None if sent.open => {
                // What was cut may have been the same.
                let input = sent.input.as_object().filter(|_| !store::is_cut(&sent.input));
                if input.is_none_or(|input| self.verify.alike(&self.sent.input, input)) {
                    self.rivals.push(format!("step {step} of run {run}"));
                }
            }
            None => {}
        }
    }

    /// Takes in what a step of `workflow` has to do with it, if anything.
    pub(crate) fn consider_in(&mut self, workflow: &Workflow, of: (RunId, &StepPath), sent: &store::Sent) {
        let (run, step) = of;
        if operation_at(workflow, step) == Some(self.operation.as_str()) {
            self.consider(run, step, sent);
        }
    }
}

/// The answer of a read, together with what other steps have to do with what it found: where it found something, nothing
/// may be taken for this step's that another one made.
pub(crate) async fn with_others(
    shared: &Shared,
    attempt: &mut Attempt,
    result: Result<Output, OperationError>,
) -> Result<Output, OperationError> {
    let Some(inquiry) = &mut attempt.inquiry else { return result };
    let output = result?;
    if !inquiry.found(&output.data).is_ok_and(|found| !found.is_empty()) {
        return Ok(output);
    }
    let unavailable = |why: String| OperationError {
        retry: Retry::Backoff,
        ..OperationError::refused(
            ErrorKind::Unavailable,
            format!("the other runs could not be looked at: {why}"),
        )
    };
    let since = inquiry.sent.since - REACH;
    let others =
        sent_by_others(shared, inquiry, since).await.map_err(|error| unavailable(error.to_string()))?;
    for other in others.iter().filter(|other| other.run != attempt.run || other.step != attempt.step) {
        inquiry.consider(other.run, &other.step, &other.sent);
    }
    Ok(output)
}

/// What has been sent of all steps that use the operation. Of a workflow that cannot be read any more it is not known what
/// its steps did, so it may have been the same.
async fn sent_by_others(
    shared: &Shared,
    inquiry: &Inquiry,
    since: Timestamp,
) -> Result<Vec<store::SentStep>, store::Error> {
    let mut sent = Vec::new();
    for (workflow, revision) in shared.store.in_time(shared.store.sending(since)).await? {
        let steps = shared.library.workflow(&workflow, revision).await?.ok();
        let steps = steps.map(|workflow| using(&workflow, &inquiry.operation));
        if steps.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        let senders = store::Senders { workflow, revision, steps };
        sent.extend(shared.store.in_time(shared.store.sent_steps(&senders, since)).await?);
    }
    Ok(sent)
}

/// The ids of the steps that use an operation.
fn using(workflow: &Workflow, operation: &str) -> Vec<String> {
    let uses = |kind: &StepKind| matches!(kind, StepKind::Use(action) if action.operation == operation);
    let steps = index(&workflow.steps).into_iter().filter(|(_, step)| uses(&step.kind));
    steps.map(|(id, _)| id.to_owned()).collect()
}

/// The operation of the step at `path`: `each[3].note` is the step `note`.
fn operation_at<'w>(workflow: &'w Workflow, path: &StepPath) -> Option<&'w str> {
    let id = path.as_str().rsplit('.').next()?;
    match &index(&workflow.steps).get(id)?.kind {
        StepKind::Use(action) => Some(&action.operation),
        _ => None,
    }
}

/// What to write after a read that was to tell whether an attempt was done.
pub(crate) fn verdict(
    attempt: &Attempt,
    inquiry: &Inquiry,
    result: Result<Output, OperationError>,
    timing: Timing,
) -> Vec<RunEvent> {
    let (step, number) = (attempt.step.clone(), attempt.number);
    let held = |why: String, details: Option<Value>| {
        let message = format!("{}; {why}", inquiry.unknown.message);
        let failure = Failure { details, ..Failure::new(ErrorKind::Interrupted, message) };
        vec![RunEvent::Interrupted { step: step.clone(), attempt: number, failure }]
    };
    let output = match result {
        Ok(output) => output,
        Err(error) => {
            let next = next_try(attempt, &error, timing);
            let failure = error.failure;
            return match next.at() {
                None => held(format!("{} could not tell: {failure}", attempt.operation), None),
                Some(look_at) => {
                    let counts = next.counts();
                    vec![RunEvent::VerifyFailed { step, attempt: number, failure, look_at, counts }]
                }
            };
        }
    };
    let mut found = match inquiry.found(&output.data) {
        Ok(found) => inquiry.not_taken(found),
        Err(why) => return held(format!("{} cannot tell: {why}", attempt.operation), None),
    };
    match (found.len(), inquiry.rivals.as_slice()) {
        (0, _) => not_done(attempt, inquiry),
        (1, []) if excess(&found[0]).is_none() => {
            vec![RunEvent::Verified { step, attempt: number, output: found.pop() }]
        }
        (1, []) => held(format!("{} found a record that is too large to keep", attempt.operation), None),
        (many, rivals) => {
            found.truncate(MOST_SHOWN);
            let why = match rivals {
                [] => format!("{} found {many} records that it may have made", attempt.operation),
                _ => format!(
                    "{} found {many}, which {} may have made as well",
                    attempt.operation,
                    rivals.join(", ")
                ),
            };
            held(why, Some(json!({ "found": found, "rivals": rivals })))
        }
    }
}

/// It was not done: it is sent again, or has failed when no attempt is left.
fn not_done(attempt: &Attempt, inquiry: &Inquiry) -> Vec<RunEvent> {
    let step = attempt.step.clone();
    let mut events = vec![RunEvent::Verified { step: step.clone(), attempt: attempt.number, output: None }];
    if inquiry.spent {
        let failure = inquiry.unknown.clone();
        events.push(RunEvent::StepFailed { step, failure, handled: attempt.handled });
    }
    events
}

pub(crate) fn later(from: Timestamp, pause: Duration) -> Timestamp {
    let pause = chrono::Duration::milliseconds(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
    from.checked_add_signed(pause).unwrap_or(Timestamp::MAX_UTC)
}
