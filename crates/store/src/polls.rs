//! What a poll found becomes events and runs, all in one transaction.

use std::collections::{BTreeSet, HashSet};

use highline_model::{EventId, RunId, RunState, Timestamp, WorkflowId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QuerySelect};
use uuid::Uuid;

use crate::entity::{event, poll, run, workflow};
use crate::json::{to_text, without_nul};
use crate::sql::{ROWS, Sql};
use crate::{Committed, Concurrency, Error, NewEvent, NewRun, Outcome, PollCommit, Store, turns};

impl Store {
    /// Writes the outcome of a poll: its events, a queued run for each new one that starts a run, the cursor, the next
    /// time, the poll log. The lease is given up. With a stale fence nothing is written.
    pub async fn commit_poll(&self, poll: PollCommit) -> Result<Committed, Error> {
        let transaction = self.begin().await?;
        let of = RunsOf { workflow: &poll.workflow, revision: poll.revision, now: poll.now };
        if poll.report.error.is_none() && poll.events.iter().any(|event| concurrency(event).is_some()) {
            turns::lock(&transaction, poll.workflow.as_str()).await?;
        }
        if !settle_trigger(&transaction, &poll).await? {
            return Err(Error::StaleLease { fence: poll.fence });
        }
        let runs = match poll.report.error {
            Some(_) => Inserted::default(),
            None => insert_events(&transaction, &of, &poll.events).await?,
        };
        let committed = Committed {
            fresh: count(runs.runs.len()),
            duplicate: poll.report.duplicate + runs.duplicate,
            runs: runs.runs,
        };
        log_poll(&transaction, &poll, &committed).await?;
        transaction.commit().await?;
        Ok(committed)
    }

    /// Starts a run outside of any poll. `None`: the workflow has an event with that key, and nothing was started.
    pub async fn start_run(&self, new: NewRun) -> Result<Option<RunId>, Error> {
        let transaction = self.begin().await?;
        if new.concurrency.is_some() {
            turns::lock(&transaction, new.workflow.as_str()).await?;
        }
        let of = RunsOf { workflow: &new.workflow, revision: new.revision, now: new.now };
        let key = new.key.unwrap_or_else(|| format!("manual:{}", EventId::new()));
        let event =
            NewEvent { key, outcome: Outcome::Run { concurrency: new.concurrency }, data: Some(new.data) };
        let inserted = insert_events(&transaction, &of, &[event]).await?;
        transaction.commit().await?;
        Ok(inserted.runs.first().copied())
    }
}

/// What new runs have in common.
struct RunsOf<'a> {
    workflow: &'a WorkflowId,
    revision: i32,
    now: Timestamp,
}

/// A new event that starts a run.
struct Fresh<'a> {
    event: Uuid,
    concurrency: Option<&'a Concurrency>,
}

#[derive(Default)]
struct Inserted {
    runs: Vec<RunId>,
    duplicate: u32,
}

/// Gives the trigger's lease up; false if it is held by someone else. A failed poll counts as a failure and leaves the
/// cursor; a workflow that was disabled in the meantime stays without a next time.
async fn settle_trigger(transaction: &DatabaseTransaction, poll: &PollCommit) -> Result<bool, Error> {
    let backend = transaction.get_database_backend();
    // Kept as it is until the end, and before the trigger, as whoever turns the switch does: a statement that only
    // looks at it may see how it stood before it waited for the trigger.
    let switch = workflow::Entity::find_by_id(poll.workflow.to_string()).lock(LockType::Share);
    let enabled = switch.one(transaction).await?.is_some_and(|workflow| workflow.enabled);
    let update = Sql::new("UPDATE triggers SET owner = NULL, lease_until = NULL, next_at = ")
        .value(poll.next_at.filter(|_| enabled));
    let update = if poll.report.error.is_some() {
        update.text(", failures = failures + 1")
    } else {
        update.text(", failures = 0, polls = polls + 1, cursor = ").value(poll.cursor.as_ref().map(to_text))
    };
    let update = update
        .text(" WHERE owner IS NOT NULL AND workflow_id = ")
        .value(poll.workflow.as_str())
        .text(" AND fence = ")
        .value(poll.fence);
    let result = transaction.execute_raw(update.build(backend)).await?;
    Ok(result.rows_affected() == 1)
}

async fn insert_events(
    transaction: &DatabaseTransaction,
    of: &RunsOf<'_>,
    events: &[NewEvent],
) -> Result<Inserted, Error> {
    let mut fresh: Vec<Fresh<'_>> = Vec::new();
    let mut new_events = 0;
    for chunk in events.chunks(ROWS) {
        let rows: Vec<(Uuid, &NewEvent)> = chunk.iter().map(|event| (EventId::new().0, event)).collect();
        let new: HashSet<Uuid> =
            event::Entity::insert_many(rows.iter().map(|(id, event)| of.event(*id, event)))
                .on_conflict(
                    OnConflict::columns([event::Column::WorkflowId, event::Column::DedupeKey])
                        .do_nothing()
                        .to_owned(),
                )
                .exec_with_returning_keys(transaction)
                .await?
                .into_iter()
                .collect();
        new_events += new.len();
        let runs = rows.into_iter().filter(|(id, _)| new.contains(id));
        fresh.extend(runs.filter_map(|(id, event)| match &event.outcome {
            Outcome::Run { concurrency } => Some(Fresh { event: id, concurrency: concurrency.as_ref() }),
            Outcome::Seen | Outcome::Filtered => None,
        }));
    }
    let runs = insert_runs(transaction, of, &fresh).await?;
    Ok(Inserted { runs, duplicate: count(events.len() - new_events) })
}

async fn insert_runs(
    transaction: &DatabaseTransaction,
    of: &RunsOf<'_>,
    fresh: &[Fresh<'_>],
) -> Result<Vec<RunId>, Error> {
    let keyed = fresh.iter().filter_map(|fresh| fresh.concurrency);
    let keys: BTreeSet<String> =
        keyed.map(|concurrency| without_nul(&concurrency.key).into_owned()).collect();
    let mut places = turns::places(transaction, of.workflow.as_str(), &keys).await?;
    let mut in_turn = |concurrency: &Concurrency| {
        let place = places.get_mut(&*without_nul(&concurrency.key)).expect("asked for each key above");
        place.take(concurrency.limit)
    };
    let mut ids = Vec::with_capacity(fresh.len());
    for chunk in fresh.chunks(ROWS) {
        let mut rows = Vec::with_capacity(chunk.len());
        for fresh in chunk {
            let id = RunId::new();
            ids.push(id);
            rows.push(of.run(id, fresh, fresh.concurrency.is_none_or(&mut in_turn)));
        }
        run::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    Ok(ids)
}

impl RunsOf<'_> {
    fn event(&self, id: Uuid, event: &NewEvent) -> event::ActiveModel {
        event::ActiveModel {
            id: Set(id),
            workflow_id: Set(self.workflow.to_string()),
            dedupe_key: Set(without_nul(&event.key).into_owned()),
            outcome: Set(event.outcome.as_str().to_owned()),
            data: Set(event.data.as_ref().map(to_text)),
            created_at: Set(self.now),
        }
    }

    fn run(&self, id: RunId, fresh: &Fresh<'_>, in_turn: bool) -> run::ActiveModel {
        let Fresh { event, concurrency } = *fresh;
        run::ActiveModel {
            id: Set(id.0),
            workflow_id: Set(self.workflow.to_string()),
            revision: Set(self.revision),
            event_id: Set(event),
            state: Set(RunState::Queued.to_string()),
            wake_at: Set(in_turn.then_some(self.now)),
            owner: Set(None),
            fence: Set(0),
            last_seq: Set(0),
            concurrency_key: Set(concurrency.map(|concurrency| without_nul(&concurrency.key).into_owned())),
            concurrency_limit: Set(
                concurrency.map(|concurrency| i32::try_from(concurrency.limit).unwrap_or(i32::MAX))
            ),
            cancel_requested: Set(false),
            failure: Set(None),
            created_at: Set(self.now),
            started_at: Set(None),
            finished_at: Set(None),
        }
    }
}

async fn log_poll(
    transaction: &DatabaseTransaction,
    poll: &PollCommit,
    done: &Committed,
) -> Result<(), Error> {
    let report = &poll.report;
    let row = poll::ActiveModel {
        id: Set(Uuid::now_v7()),
        workflow_id: Set(poll.workflow.to_string()),
        node: Set(poll.node.to_string()),
        started_at: Set(report.started_at),
        finished_at: Set(report.finished_at),
        seen: Set(column(report.seen)),
        fresh: Set(column(done.fresh)),
        duplicate: Set(column(done.duplicate)),
        filtered: Set(column(report.filtered)),
        requests: Set(column(report.requests)),
        error: Set(report.error.as_ref().map(to_text)),
    };
    poll::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

fn concurrency(event: &NewEvent) -> Option<&Concurrency> {
    match &event.outcome {
        Outcome::Run { concurrency } => concurrency.as_ref(),
        Outcome::Seen | Outcome::Filtered => None,
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn column(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
