//! What people decide about interrupted runs.

use highline_model::{Decision, LogEntry, RunEvent, RunId, RunState, StepPath, Timestamp};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, DatabaseTransaction, IntoActiveModel};

use crate::entity::run;
use crate::{Error, Resolved, Store, log};

impl Store {
    /// Decides about an interrupted run and sends it back into the queue. If several of its steps are held, turns of a
    /// parallel loop, the decision is for all of them.
    pub async fn resolve_run(
        &self,
        id: RunId,
        decision: Decision,
        by: &str,
        now: Timestamp,
    ) -> Result<Resolved, Error> {
        let (transaction, mut rows) = self.take_rows(&[id.0]).await?;
        let Some(row) = rows.pop() else { return Ok(Resolved::Unknown) };
        let state = row
            .state
            .parse()
            .map_err(|error| Error::Corrupt { what: format!("run {id}"), reason: format!("{error}") })?;
        if state != RunState::Interrupted {
            return Ok(Resolved::NotInterrupted(state));
        }
        let log = log::of_run(&transaction, row.id).await?;
        let resolved = |step| RunEvent::Resolved { step, decision: decision.clone(), by: by.to_owned() };
        let events = held_steps(&log).into_iter().map(resolved).collect();
        write(&transaction, row, events, now).await?;
        transaction.commit().await?;
        self.tell_of_decision().await;
        Ok(Resolved::Done)
    }
}

/// The interrupted steps without a decision.
fn held_steps(log: &[LogEntry]) -> Vec<StepPath> {
    let mut held: Vec<StepPath> = Vec::new();
    for entry in log {
        match &entry.event {
            RunEvent::Interrupted { step, .. } if !held.contains(step) => held.push(step.clone()),
            RunEvent::Resolved { step, .. } => held.retain(|other| other != step),
            _ => {}
        }
    }
    held
}

/// Appends `events` and puts the run, which has kept its turn, back into the queue.
async fn write(
    transaction: &DatabaseTransaction,
    row: run::Model,
    events: Vec<RunEvent>,
    now: Timestamp,
) -> Result<(), Error> {
    let id = RunId(row.id);
    let entries: Vec<_> = (row.last_seq + 1..)
        .zip(events)
        .map(|(seq, event)| log::row(id, &(&LogEntry { seq, at: now, event }).into()))
        .collect();
    let last_seq = row.last_seq + i32::try_from(entries.len()).expect("a run has few steps held at a time");
    log::insert(transaction, entries).await?;
    let changed = run::ActiveModel {
        state: Set(RunState::Queued.to_string()),
        wake_at: Set(Some(now)),
        owner: Set(None),
        fence: Set(row.fence + 1),
        last_seq: Set(last_seq),
        cancel_requested: Set(false),
        end_as: Set(None),
        failure: Set(None),
        ..row.into_active_model()
    };
    changed.update(transaction).await?;
    Ok(())
}
