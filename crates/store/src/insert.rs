//! New events, and a run for each that starts one: what polls and starts have in common.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use highline_model::{Clock, EventId, NodeId, OnLimit, RunId, RunState, Timestamp, WorkflowId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Value};
use uuid::Uuid;

use crate::json::without_nul;
use crate::replace::{Limits, replace_older};
use crate::retries::end_after;
use crate::sql::{Sql, lengths, parts};
use crate::{Concurrency, Error, NewEvent, Outcome, PackedEntry, dedupe, log, turns};

/// What new runs have in common.
#[derive(Clone, Copy)]
pub(crate) struct RunsOf<'a> {
    pub workflow: &'a WorkflowId,
    pub revision: i32,
    /// A run that is not over after so long fails.
    pub timeout: Option<Duration>,
    /// Who starts them by hand.
    pub by: Option<&'a str>,
    pub now: Timestamp,
}

/// A node that takes a new run as it is made.
#[derive(Debug, Clone)]
pub struct Holder {
    pub node: NodeId,
    /// How long it may keep the run without a sign of life, from the moment when the run is written: it may have waited
    /// for that.
    pub lease: Duration,
    pub clock: Clock,
    /// What it has done already, to be written with the run.
    pub opening: Option<Opening>,
}

/// The first entries of a run's log, from before it was written.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The id that the run will have.
    pub run: RunId,
    pub log: Vec<PackedEntry>,
}

/// A run that was made.
pub(crate) struct Made {
    pub run: RunId,
    /// Which of the events it is for.
    pub event: usize,
    /// Its holder has it; else it is queued.
    pub held: bool,
}

/// What came of some events.
#[derive(Default)]
pub(crate) struct Insertion {
    pub made: Vec<Made>,
    /// How many were known already.
    pub duplicate: usize,
    /// Which started no run because there was no place for one.
    pub dropped: Vec<usize>,
}

/// An event with its place among those given.
#[derive(Clone, Copy)]
pub(crate) struct Numbered<'a> {
    index: usize,
    pub id: Uuid,
    pub event: &'a NewEvent,
    holder: Option<&'a Holder>,
}

#[derive(Debug, FromQueryResult)]
struct Inserted {
    id: Uuid,
}

/// Writes what is new among `events`, and a run for each new one that starts one. The turns of the workflow must be
/// locked when any has a concurrency key. `holders` goes along with `events`, or is empty.
pub(crate) async fn insert_events(
    transaction: &DatabaseTransaction,
    of: &RunsOf<'_>,
    events: &[NewEvent],
    holders: &[Option<Holder>],
) -> Result<Insertion, Error> {
    let backend = transaction.get_database_backend();
    let numbered: Vec<Numbered<'_>> = events
        .iter()
        .enumerate()
        .map(|(index, event)| {
            let holder = holders.get(index).and_then(Option::as_ref);
            Numbered { index, id: EventId::at(of.now).0, event, holder }
        })
        .collect();
    let mut new: BTreeSet<Uuid> = BTreeSet::new();
    // In the order of their keys: two transactions with the same ones never wait for each other.
    let mut rows: Vec<&Numbered<'_>> = numbered.iter().collect();
    rows.sort_by_key(|event| &event.event.key);
    let mut rows = rows.into_iter();
    for length in lengths(numbered.len()) {
        let insert =
            Sql::new("INSERT INTO events (id, workflow_id, dedupe_key, outcome, data, packed, created_at) ")
                .values(rows.by_ref().take(length).map(|event| of.event(event)))
                .text(" ON CONFLICT (workflow_id, dedupe_key) DO NOTHING RETURNING id");
        let inserted = Inserted::find_by_statement(insert.build(backend)).all(transaction).await?;
        new.extend(inserted.into_iter().map(|row| row.id));
    }
    let duplicate = events.len() - new.len();
    let starting: Vec<Numbered<'_>> = numbered
        .into_iter()
        .filter(|event| new.contains(&event.id) && matches!(event.event.outcome, Outcome::Run { .. }))
        .collect();
    let (starting, again) = dedupe::firsts(transaction, of, starting).await?;
    Ok(Insertion { duplicate: duplicate + again, ..insert_runs(transaction, of, &starting).await? })
}

async fn insert_runs(
    transaction: &DatabaseTransaction,
    of: &RunsOf<'_>,
    events: &[Numbered<'_>],
) -> Result<Insertion, Error> {
    let keys: BTreeSet<String> = events
        .iter()
        .filter_map(|event| concurrency(event.event))
        .map(|concurrency| without_nul(&concurrency.key).into_owned())
        .collect();
    let mut places = match keys.is_empty() {
        true => HashMap::new(),
        false => turns::places(transaction, of.workflow.as_str(), &keys).await?,
    };
    let mut in_turn = |concurrency: &Concurrency| {
        let place = places.get_mut(&*without_nul(&concurrency.key)).expect("asked for each key above");
        place.take(concurrency.limit)
    };
    let mut made = Vec::with_capacity(events.len());
    let mut rows = Vec::with_capacity(events.len());
    let mut entries = Vec::new();
    let mut dropped: Vec<&Numbered<'_>> = Vec::new();
    let mut replacing = Limits::new();
    for event in events {
        let in_turn = match concurrency(event.event) {
            None => true,
            Some(one) if one.on_limit == OnLimit::CancelPrevious => {
                replacing.insert(without_nul(&one.key).into_owned(), one.limit);
                false
            }
            Some(one) => {
                let in_turn = in_turn(one);
                if !in_turn && one.on_limit == OnLimit::Drop {
                    dropped.push(event);
                    continue;
                }
                in_turn
            }
        };
        let holder = event.holder.filter(|_| in_turn);
        let opening = holder.and_then(|holder| holder.opening.as_ref());
        let run = opening.map_or_else(|| RunId::at(of.now), |opening| opening.run);
        entries.extend(opening.iter().flat_map(|o| o.log.iter().map(|entry| log::row(run, entry))));
        made.push(Made { run, event: event.index, held: holder.is_some() });
        rows.push(of.run(run, event, Place { in_turn, holder }));
    }
    let mut rows = rows.into_iter();
    for length in lengths(made.len()) {
        let insert = Sql::new(
            "INSERT INTO runs (id, workflow_id, revision, event_id, state, wake_at, owner, fence, last_seq, \
             concurrency_key, concurrency_limit, cancel_requested, created_at, ends_at, started_at, started_by) ",
        );
        let insert = insert.values(rows.by_ref().take(length));
        transaction.execute_raw(insert.build(transaction.get_database_backend())).await?;
    }
    log::insert(transaction, entries).await?;
    mark_dropped(transaction, of, &dropped).await?;
    if !replacing.is_empty() {
        replace_older(transaction, of.workflow.as_str(), replacing, of.now).await?;
    }
    Ok(Insertion { made, duplicate: 0, dropped: dropped.into_iter().map(|event| event.index).collect() })
}

async fn mark_dropped(
    transaction: &DatabaseTransaction,
    of: &RunsOf<'_>,
    events: &[&Numbered<'_>],
) -> Result<(), Error> {
    for part in parts(events) {
        let update = Sql::new("UPDATE events SET outcome = 'dropped' FROM ")
            .rows("v", part.iter().map(|event| [event.id.into()]))
            .text(" WHERE events.id = v.column1");
        transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
    }
    dedupe::release(transaction, of, events).await
}

/// Where a new run begins: behind others, in turn, or with a node.
struct Place<'a> {
    in_turn: bool,
    holder: Option<&'a Holder>,
}

impl RunsOf<'_> {
    fn event(&self, event: &Numbered<'_>) -> [Value; 7] {
        let (data, packed) = event.event.data.clone().map(|data| (data.text, data.bytes)).unzip();
        [
            event.id.into(),
            self.workflow.as_str().into(),
            without_nul(&event.event.key).into_owned().into(),
            event.event.outcome.as_str().into(),
            data.into(),
            packed.flatten().into(),
            self.now.into(),
        ]
    }

    fn run(&self, id: RunId, event: &Numbered<'_>, place: Place<'_>) -> [Value; 16] {
        let concurrency = concurrency(event.event);
        let limit = concurrency.map(|concurrency| i32::try_from(concurrency.limit).unwrap_or(i32::MAX));
        let (state, wake_at) = match place.holder {
            Some(holder) => (RunState::Running, Some(holder.clock.now() + holder.lease)),
            None => (RunState::Queued, place.in_turn.then_some(self.now)),
        };
        let opening = place.holder.and_then(|holder| holder.opening.as_ref());
        let log = opening.map_or(&[][..], |opening| &opening.log);
        [
            id.0.into(),
            self.workflow.as_str().into(),
            self.revision.into(),
            event.id.into(),
            state.as_str().into(),
            wake_at.into(),
            place.holder.map(|holder| holder.node.to_string()).into(),
            i64::from(place.holder.is_some()).into(),
            log.last().map_or(0, |entry| entry.seq).into(),
            concurrency.map(|concurrency| without_nul(&concurrency.key).into_owned()).into(),
            limit.into(),
            false.into(),
            self.now.into(),
            end_after(self.now, self.timeout).into(),
            log.first().map(|entry| entry.at).into(),
            self.by.map(|by| without_nul(by).into_owned()).into(),
        ]
    }
}

pub(crate) fn concurrency(event: &NewEvent) -> Option<&Concurrency> {
    match &event.outcome {
        Outcome::Run { concurrency } => concurrency.as_ref(),
        Outcome::Seen | Outcome::Filtered | Outcome::Echo => None,
    }
}
