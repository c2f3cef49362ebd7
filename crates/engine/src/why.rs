//! Why a record did or did not start a run, in words: from events, runs and the poll log.

use chrono::{DateTime, Utc};
use highline_model::{RunState, Timestamp, WorkflowId};
use highline_store::{
    Error, EventFilter, EventRecord, Page, PollRecord, RunOfEvent, Sampled, Store, TriggerKind,
    WorkflowRecord,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::hooks::RECEIVED;

/// Events of the record that are told, the newest ones.
const EVENTS: u32 = 10;
/// Polls that are looked through for the record.
const POLLS: u32 = 20;

/// All that is known of a record in a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Why {
    pub workflow: WorkflowId,
    /// The id of the record.
    pub record: String,
    /// What triggers found of it, newest first.
    pub found: Vec<Finding>,
    /// The last poll.
    pub last_poll: Option<PollRecord>,
    /// The answer, a sentence each.
    pub answer: Vec<String>,
}

/// One time that the record was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Finding {
    #[serde(flatten)]
    pub event: EventRecord,
    /// What `where` said, where the poll log still has it.
    pub value: Option<String>,
    /// When the poll that found it began.
    pub polled_at: Option<DateTime<Utc>>,
}

/// Looks up what is known of `record`, the id that the trigger's operation gives to what it finds. `None`: there is no
/// such workflow.
pub async fn why(store: &Store, workflow: &WorkflowId, record: &str) -> Result<Option<Why>, Error> {
    let Some(state) = store.workflow(workflow).await? else { return Ok(None) };
    let polls = store.polls(Some(workflow), Page { after: None, limit: POLLS }).await?.polls;
    let mut found = Vec::new();
    for event in events_of(store, &state, record).await? {
        let poll = store.poll_of(workflow, event.id).await?;
        let sampled = poll.iter().flat_map(|poll| &poll.sample).find(|one| is_same(&one.key, &event.key));
        let value = sampled.and_then(|one| one.value.clone());
        found.push(Finding { event, value, polled_at: poll.map(|poll| poll.started_at) });
    }
    let answer = explain(&state, record, (&found, &polls));
    let last_poll = polls.into_iter().next();
    Ok(Some(Why { workflow: workflow.clone(), record: record.to_owned(), found, last_poll, answer }))
}

/// Of what came to an address, the id is what the answer said.
async fn events_of(
    store: &Store,
    workflow: &WorkflowRecord,
    record: &str,
) -> Result<Vec<EventRecord>, Error> {
    let of = async |record: &str| {
        let filter =
            EventFilter { workflow: Some(&workflow.id), record: Some(record), ..EventFilter::default() };
        Ok(store.events(&filter, Page { after: None, limit: EVENTS }).await?.events)
    };
    let found = of(record).await?;
    if !found.is_empty() || workflow.trigger != TriggerKind::Webhook {
        return Ok(found);
    }
    of(&format!("{RECEIVED}{record}")).await
}

/// A sampled key may have been cut.
fn is_same(sampled: &str, key: &str) -> bool {
    sampled.strip_suffix('…').map_or(sampled == key, |cut| key.starts_with(cut))
}

/// Whether a key is that of the record, with or without a mark of change.
fn is_of(record: &str, key: &str) -> bool {
    key.strip_prefix(record).is_some_and(|rest| rest.is_empty() || rest.starts_with(['@', '#']))
}

fn explain(state: &WorkflowRecord, record: &str, (found, polls): (&[Finding], &[PollRecord])) -> Vec<String> {
    let mut answer: Vec<String> = found.iter().map(of_finding).collect();
    if found.is_empty() {
        answer.push(format!("nothing with the id `{record}` has been found"));
    }
    answer.extend(seen_again(record, polls).filter(|_| !found.is_empty()));
    answer.extend(of_workflow(state));
    answer.extend(of_polls(state, polls.first()));
    answer
}

fn of_finding(finding: &Finding) -> String {
    let Finding { event, value, .. } = finding;
    let (key, at) = (&event.key, time(event.created_at));
    match (event.outcome.as_str(), &event.run) {
        (_, Some(run)) => format!("`{key}` was found at {at} and started run {}, {}", run.id, of_run(run)),
        ("run" | "past", None) => format!("`{key}` was found at {at}; its run has been removed since"),
        ("seen", _) => format!(
            "`{key}` existed at the workflow's first poll, at {at}, and was taken as seen; `backfill: true` lets a \
             first poll start runs"
        ),
        ("filtered", _) => {
            let value = value.as_ref().map(|value| format!(": its value was {value}")).unwrap_or_default();
            format!("`{key}` was found at {at} and refused by `where`{value}")
        }
        ("duplicate", _) => {
            format!("`{key}` was found at {at}; `dedupe` knew its key and let it start nothing")
        }
        ("dropped", _) => format!(
            "`{key}` was found at {at} and dropped: its concurrency key had no place free, and `on_limit` is `drop`"
        ),
        ("echo", _) => format!(
            "`{key}` was found at {at} and is what a run of this installation wrote, which `ignore_own_writes` passes over"
        ),
        (other, _) => format!("`{key}` was found at {at}: {other}"),
    }
}

fn of_run(run: &RunOfEvent) -> String {
    let why = run.failure.as_ref().map(|failure| format!(": {failure}")).unwrap_or_default();
    match (run.state, run.wake_at) {
        (RunState::Succeeded, _) => "which has succeeded".to_owned(),
        (RunState::Failed | RunState::Cancelled, _) => format!("which has {}{why}", run.state),
        (RunState::Interrupted, _) => format!("which is held for your decision{why}"),
        (RunState::Waiting, Some(at)) => format!("which goes on at {}{why}", time(at)),
        (RunState::Queued, None) => "which waits for another run with the same concurrency key".to_owned(),
        (state, _) => format!("which is {state}{why}"),
    }
}

/// The newest poll whose sample has the record as known already.
fn seen_again(record: &str, polls: &[PollRecord]) -> Option<String> {
    let known = |sample: &Sampled| sample.outcome == "duplicate" && is_of(record, &sample.key);
    let (poll, sample) =
        polls.iter().find_map(|poll| Some((poll, poll.sample.iter().find(|sample| known(sample))?)))?;
    Some(format!(
        "the poll at {} had it in its answer too, as `{}`, which was known already",
        time(poll.started_at),
        sample.key
    ))
}

fn of_workflow(state: &WorkflowRecord) -> Option<String> {
    if let Some(problem) = &state.problem {
        return Some(format!("the newest text of the workflow is not in use: {problem}"));
    }
    match (state.enabled, state.trigger) {
        (false, TriggerKind::Manual) => None,
        (false, _) => Some(format!("the workflow is switched off: `highline workflows enable {}`", state.id)),
        (true, TriggerKind::Manual) => {
            Some("the workflow is started by hand; it looks for nothing itself".to_owned())
        }
        (true, TriggerKind::Schedule) => {
            Some("the workflow is started by the clock; it looks for no records".to_owned())
        }
        (true, TriggerKind::Webhook) => Some(
            "the workflow is started by requests to its address, which `highline hooks` tells; the answer to each has the              id of its event, and `highline workflows key` knows the keys of `dedupe`"
                .to_owned(),
        ),
        (true, TriggerKind::Poll) => None,
    }
}

fn of_polls(state: &WorkflowRecord, last: Option<&PollRecord>) -> Vec<String> {
    let mut answer = Vec::new();
    if state.trigger != TriggerKind::Poll {
        return answer;
    }
    answer.push(match last {
        None => "it has not been polled yet".to_owned(),
        Some(PollRecord { error: Some(error), started_at, .. }) => {
            format!("the last poll, at {}, failed: {error}", time(*started_at))
        }
        Some(poll) => format!(
            "the last poll, at {}, saw {}: {} started runs, {} known already, {} refused by `where`",
            time(poll.started_at),
            poll.seen,
            poll.fresh,
            poll.duplicate,
            poll.filtered
        ),
    });
    if let Some(at) = state.next_at {
        let with = state
            .polled_with
            .as_ref()
            .map(|leader| format!(", together with `{leader}`"))
            .unwrap_or_default();
        answer.push(format!("the next poll is due at {}{with}", time(at)));
    }
    answer
}

fn time(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use highline_model::{EventId, RunId};
    use highline_store::Counts;

    use super::*;

    fn at(minute: u32) -> Timestamp {
        format!("2026-11-21T10:{minute:02}:00Z").parse().unwrap()
    }

    fn state() -> WorkflowRecord {
        WorkflowRecord {
            id: "contacts".parse().unwrap(),
            name: String::new(),
            enabled: true,
            revision: 1,
            origin: String::new(),
            problem: None,
            trigger: TriggerKind::Poll,
            next_at: Some(at(9)),
            polled_with: None,
            last_poll: None,
            runs: Counts::default(),
            created_at: at(0),
            updated_at: at(0),
            changed: false,
        }
    }

    fn finding(outcome: &str, run: Option<RunOfEvent>) -> Finding {
        let event = EventRecord {
            id: EventId::new(),
            workflow: "contacts".parse().unwrap(),
            key: "X@2".to_owned(),
            outcome: outcome.to_owned(),
            created_at: at(2),
            run,
        };
        Finding { event, value: None, polled_at: None }
    }

    #[test]
    fn what_where_refused_is_told_with_its_value() {
        let refused = Finding { value: Some("false".to_owned()), ..finding("filtered", None) };
        let answer = explain(&state(), "X", (&[refused], &[]));
        assert_eq!(
            answer[0],
            "`X@2` was found at 2026-11-21 10:02:00Z and refused by `where`: its value was false"
        );
    }

    #[test]
    fn what_was_never_found_is_told_with_the_state_of_the_trigger() {
        let off = WorkflowRecord { enabled: false, next_at: None, ..state() };
        assert_eq!(
            explain(&off, "X", (&[], &[])),
            [
                "nothing with the id `X` has been found",
                "the workflow is switched off: `highline workflows enable contacts`",
                "it has not been polled yet",
            ]
        );
    }

    #[test]
    fn a_run_is_told_with_its_state() {
        let failure = highline_model::Failure::new(highline_model::ErrorKind::NotFound, "no contact");
        let run =
            RunOfEvent { id: RunId::new(), state: RunState::Failed, failure: Some(failure), wake_at: None };
        let told = of_finding(&finding("run", Some(run.clone())));
        assert!(
            told.ends_with(&format!("started run {}, which has failed: not_found: no contact", run.id)),
            "{told}"
        );
    }

    #[test]
    fn another_record_whose_id_begins_alike_is_another() {
        assert!(is_of("X", "X") && is_of("X", "X@2") && is_of("X", "X#a.1") && !is_of("X", "X2@2"));
    }
}
