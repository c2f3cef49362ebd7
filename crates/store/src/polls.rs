//! What a poll found becomes events and runs, all in one transaction.

use std::collections::BTreeSet;

use highline_model::WorkflowId;
use highline_model::id::id_at;
use sea_orm::ActiveValue::Set;
use sea_orm::{DatabaseTransaction, EntityTrait};

use crate::entity::poll;
use crate::insert::{Insertion, RunsOf, concurrency, insert_events};
use crate::json::to_text;
use crate::retries::timeout_of;
use crate::{
    Committed, Error, Follower, FollowerPoll, NewEvent, Outcome, PollCommit, PollReport, Store, feeds, turns,
};

mod shared;

impl Store {
    /// Writes the outcome of a poll: its events, a queued run for each new one that starts a run, the cursor, the next
    /// time, the poll log; the same for each workflow that shares the poll. The lease is given up. With a stale fence
    /// nothing is written.
    pub async fn commit_poll(&self, poll: PollCommit) -> Result<Committed, Error> {
        let transaction = self.begin().await?;
        if poll.report.error.is_none() {
            lock_turns(&transaction, &poll).await?;
        }
        let Some(served) = shared::settle(&transaction, &poll).await? else {
            return Err(Error::StaleLease { fence: poll.fence });
        };
        let leader = Part {
            of: RunsOf {
                workflow: &poll.workflow,
                revision: poll.revision,
                timeout: None,
                by: None,
                now: poll.now,
            },
            events: &poll.events,
            report: &poll.report,
            made_by: None,
        };
        let mut committed = write(&transaction, &poll, &leader).await?;
        for (follower, served) in poll.followers.iter().zip(served) {
            let FollowerPoll { follower: Follower { workflow, revision, .. }, events, report } = follower;
            let of = RunsOf { workflow, revision: *revision, timeout: None, by: None, now: poll.now };
            let part = Part { of, events, report, made_by: Some(&poll.workflow) };
            let part = if served { Some(write(&transaction, &poll, &part).await?) } else { None };
            committed.followers.push(part);
        }
        if let (Some(feed), None) = (&poll.feed, &poll.report.error) {
            feeds::join(&transaction, feed, poll.workflow.as_str()).await?;
        }
        transaction.commit().await?;
        Ok(committed)
    }
}

/// What a poll brought to one workflow.
struct Part<'a> {
    of: RunsOf<'a>,
    events: &'a [NewEvent],
    report: &'a PollReport,
    /// The workflow whose poll it was, where it was another's.
    made_by: Option<&'a WorkflowId>,
}

/// Locks the turns of all workflows whose runs have a concurrency key, in the order of their ids.
async fn lock_turns(transaction: &DatabaseTransaction, poll: &PollCommit) -> Result<(), Error> {
    let followers = poll.followers.iter().map(|poll| (&poll.follower.workflow, &poll.events));
    let keyed = followers
        .chain([(&poll.workflow, &poll.events)])
        .filter(|(_, events)| events.iter().any(|event| concurrency(event).is_some()));
    for workflow in BTreeSet::from_iter(keyed.map(|(workflow, _)| workflow.as_str())) {
        turns::lock(transaction, workflow).await?;
    }
    Ok(())
}

async fn write(
    transaction: &DatabaseTransaction,
    poll: &PollCommit,
    part: &Part<'_>,
) -> Result<Committed, Error> {
    let starts = |event: &NewEvent| matches!(event.outcome, Outcome::Run { .. });
    let timeout = match part.events.iter().any(starts) {
        true => timeout_of(transaction, (part.of.workflow.as_str(), part.of.revision)).await?,
        false => None,
    };
    let of = RunsOf { timeout, ..part.of };
    let found = match poll.report.error {
        Some(_) => Insertion::default(),
        None => insert_events(transaction, &of, part.events, &[]).await?,
    };
    let committed = Committed {
        fresh: count(found.made.len()),
        duplicate: part.report.duplicate + count(found.duplicate),
        dropped: count(found.dropped.len()),
        runs: found.made.into_iter().map(|made| made.run).collect(),
        followers: Vec::new(),
    };
    log_poll(transaction, poll, part, &committed).await?;
    Ok(committed)
}

async fn log_poll(
    transaction: &DatabaseTransaction,
    poll: &PollCommit,
    part: &Part<'_>,
    done: &Committed,
) -> Result<(), Error> {
    let report = part.report;
    let row = poll::ActiveModel {
        id: Set(id_at(poll.now)),
        workflow_id: Set(part.of.workflow.to_string()),
        node: Set(poll.node.to_string()),
        started_at: Set(report.started_at),
        finished_at: Set(report.finished_at),
        seen: Set(column(report.seen)),
        fresh: Set(column(done.fresh)),
        duplicate: Set(column(done.duplicate)),
        filtered: Set(column(report.filtered)),
        dropped: Set(column(done.dropped)),
        requests: Set(column(report.requests)),
        error: Set(report.error.as_ref().map(to_text)),
        made_by: Set(part.made_by.map(ToString::to_string)),
        others: Set(Some(&report.others).filter(|others| !others.is_empty()).map(to_text)),
        sample: Set(Some(&report.sample).filter(|sample| !sample.is_empty()).map(to_text)),
    };
    poll::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn column(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
