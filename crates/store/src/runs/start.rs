use std::collections::{BTreeMap, BTreeSet, HashMap};

use highline_model::{EventId, RunId, Timestamp, WorkflowId};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::entity::{event, run, workflow};
use crate::insert::{RunsOf, insert_events};
use crate::json::without_nul;
use crate::pack::event_value;
use crate::retention::PAST;
use crate::sql::parts;
use crate::{Arrival, Error, Holder, NewEvent, NewRun, Outcome, Start, Store, dedupe};

impl Store {
    /// Starts runs outside of any poll, all in one transaction, and answers each in order.
    pub async fn start_runs(&self, starts: &[NewRun]) -> Result<Vec<Start>, Error> {
        Ok(self.write_group(&[], starts, 0).await?.1)
    }
}

/// The turns of workflows with concurrency keys must be locked.
pub(crate) async fn write_starts(
    transaction: &DatabaseTransaction,
    starts: &[NewRun],
) -> Result<Vec<Start>, Error> {
    let mut answers = vec![Start::Unknown; starts.len()];
    let revisions = revisions(transaction, starts).await?;
    let mut groups: BTreeMap<(&WorkflowId, Option<&str>), Vec<usize>> = BTreeMap::new();
    for (index, start) in starts.iter().enumerate() {
        let Some(newest) = revisions.get(start.workflow.as_str()) else { continue };
        match start.arrival {
            Arrival::AtHook { since, .. } if since != newest.since => {}
            Arrival::AtHook { .. } if !newest.enabled => answers[index] = Start::Off,
            _ if newest.revision == start.revision => {
                groups.entry((&start.workflow, start.by.as_deref())).or_default().push(index)
            }
            _ => answers[index] = Start::OtherRevision(newest.revision),
        }
    }
    for ((workflow, _), group) in groups {
        for (index, answer) in write_group(transaction, workflow, starts, &group).await? {
            answers[index] = answer;
        }
    }
    Ok(answers)
}

/// A workflow as it is now.
#[derive(FromQueryResult)]
struct Newest {
    id: String,
    revision: i32,
    enabled: bool,
    #[sea_orm(from_alias = "created_at")]
    since: Timestamp,
}

/// The workflows that runs shall be started of.
async fn revisions(
    transaction: &DatabaseTransaction,
    starts: &[NewRun],
) -> Result<HashMap<String, Newest>, Error> {
    let names: BTreeSet<&str> = starts.iter().map(|start| start.workflow.as_str()).collect();
    let mut revisions = HashMap::with_capacity(names.len());
    for part in parts(&names.into_iter().collect::<Vec<_>>()) {
        let rows = workflow::Entity::find()
            .select_only()
            .columns([
                workflow::Column::Id,
                workflow::Column::Revision,
                workflow::Column::Enabled,
                workflow::Column::CreatedAt,
            ])
            .filter(workflow::COLUMN.id.is_in(part.iter().copied()))
            .into_model::<Newest>();
        let rows = rows.all(transaction).await?.into_iter();
        revisions.extend(rows.map(|newest| (newest.id.clone(), newest)));
    }
    Ok(revisions)
}

/// Starts of one workflow by one person, by their places in `starts`.
async fn write_group(
    transaction: &DatabaseTransaction,
    workflow: &WorkflowId,
    starts: &[NewRun],
    group: &[usize],
) -> Result<Vec<(usize, Start)>, Error> {
    let newest = &starts[*group.last().expect("a group is made for its first start")];
    let by = newest.by.as_deref();
    let of = RunsOf { workflow, revision: newest.revision, timeout: newest.timeout, by, now: newest.now };
    let events: Vec<NewEvent> = group.iter().map(|index| event_of(&starts[*index])).collect();
    let holders: Vec<Option<Holder>> = group.iter().map(|index| starts[*index].holder.clone()).collect();
    let found = insert_events(transaction, &of, &events, &holders).await?;
    let dropped = found.dropped.into_iter().map(|event| (event, Start::Dropped));
    let made = found.made.into_iter();
    let made = made.map(|made| (made.event, Start::Made { run: made.run, held: made.held }));
    let mut made: HashMap<usize, Start> = made.chain(dropped).collect();
    let mut answers = Vec::with_capacity(group.len());
    for (place, index) in group.iter().enumerate() {
        let answer = match made.remove(&place) {
            Some(made) => made,
            None if events[place].outcome == Outcome::Filtered => Start::Filtered,
            None => known(transaction, workflow, &events[place]).await?,
        };
        answers.push((*index, answer));
    }
    Ok(answers)
}

fn event_of(start: &NewRun) -> NewEvent {
    NewEvent {
        key: start.key.clone().unwrap_or_else(|| format!("manual:{}", EventId::new())),
        outcome: match start.arrival {
            Arrival::AtHook { filtered: true, .. } => Outcome::Filtered,
            _ => Outcome::Run { concurrency: start.concurrency.clone() },
        },
        data: Some(start.data.clone()),
        once: start.once.clone(),
    }
}

/// What is known of an event that started no run now: its own run, or that of the first one with its `once`.
pub(crate) async fn known(
    transaction: &DatabaseTransaction,
    workflow: &WorkflowId,
    event: &NewEvent,
) -> Result<Start, Error> {
    let found = event::Entity::find()
        .select_only()
        .columns([event::Column::Id, event::Column::Outcome, event::Column::Data, event::Column::Packed])
        .filter(event::COLUMN.workflow_id.eq(workflow.as_str()))
        .filter(event::Column::DedupeKey.eq(without_nul(&event.key)))
        .into_tuple::<(Uuid, String, Option<String>, Option<Vec<u8>>)>();
    let Some((id, outcome, text, packed)) = found.one(transaction).await? else {
        return Ok(Start::Known { run: None });
    };
    // Of an event whose run was kept long enough only the key is left.
    if outcome != PAST {
        let value =
            |text: Option<&str>, bytes: Option<&[u8]>| event_value(text, bytes, || format!("event {id}"));
        let new = event.data.as_ref();
        let new = value(new.map(|new| new.text.as_str()), new.and_then(|new| new.bytes.as_deref()))?;
        if value(text.as_deref(), packed.as_deref())? != new {
            return Ok(Start::OtherData);
        }
    }
    let run = run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::COLUMN.event_id.eq(id))
        .into_tuple::<Uuid>();
    let run = match (run.one(transaction).await?.map(RunId), &event.once) {
        (None, Some(once)) => dedupe::run_of(transaction, workflow, &once.key).await?,
        (run, _) => run,
    };
    Ok(Start::Known { run })
}
