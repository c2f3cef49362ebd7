//! Runs that are done again.

use highline_model::EventId;
use sea_orm::ConnectionTrait;

use crate::insert::{RunsOf, insert_events};
use crate::runs::start::known;
use crate::sql::Sql;
use crate::{Error, NewEvent, NewRun, Outcome, Replay, Start, Store, log, turns};

impl Store {
    /// Starts a run that does another one again: with its own event, of any revision, and with a beginning of the other's
    /// log.
    pub async fn rerun(&self, new: NewRun, replay: Replay) -> Result<Start, Error> {
        let transaction = self.begin().await?;
        if new.concurrency.is_some() {
            turns::lock(&transaction, new.workflow.as_str()).await?;
        }
        let of = RunsOf {
            workflow: &new.workflow,
            revision: new.revision,
            timeout: new.timeout,
            by: new.by.as_deref(),
            now: new.now,
        };
        let event = NewEvent {
            key: new.key.unwrap_or_else(|| format!("rerun:{}", EventId::new())),
            outcome: Outcome::Run { concurrency: new.concurrency },
            data: Some(new.data),
            once: new.once,
        };
        let found = insert_events(&transaction, &of, std::slice::from_ref(&event), &[]).await?;
        let started = match found.made.first() {
            Some(made) => Start::Made { run: made.run, held: false },
            None if !found.dropped.is_empty() => Start::Dropped,
            None => known(&transaction, &new.workflow, &event).await?,
        };
        if let Start::Made { run: id, .. } = started {
            let last_seq = replay.log.last().map_or(0, |entry| entry.seq);
            log::insert(&transaction, replay.log.iter().map(|entry| log::row(id, &entry.into())).collect())
                .await?;
            let update = Sql::new("UPDATE runs SET rerun_of = ")
                .value(replay.of.0)
                .text(", last_seq = ")
                .value(last_seq)
                .text(" WHERE id = ")
                .value(id.0);
            transaction.execute_raw(update.build(transaction.get_database_backend())).await?;
        }
        transaction.commit().await?;
        Ok(started)
    }
}
