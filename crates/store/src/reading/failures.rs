//! Failures grouped by what they say, and how quick runs begin. Both look at the newest runs, never at all of them.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use highline_model::{ErrorKind, RunEvent, RunState, StepPath, WorkflowId};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::entity::run_event;
use crate::sql::{Sql, parts};
use crate::{Delays, Error, FailureGroup, FailureGroups, Page, RunFilter, RunRecord, Store, log};

/// Runs that are looked at.
const MOST: u32 = 5_000;

/// Runs that tell how quick runs begin.
const SAMPLE: u32 = 500;

#[derive(Debug, FromQueryResult)]
struct Oldest {
    created_at: DateTime<Utc>,
}

impl Store {
    /// The runs that failed or were held since then, by what they say.
    pub async fn failure_groups(
        &self,
        workflow: Option<WorkflowId>,
        since: DateTime<Utc>,
    ) -> Result<FailureGroups, Error> {
        let states = vec![RunState::Failed, RunState::Interrupted];
        let filter = RunFilter { workflow, states, since: Some(since), ..RunFilter::default() };
        let page = self.runs(&filter, Page { after: None, limit: MOST }).await?;
        let mut groups: HashMap<(WorkflowId, ErrorKind, String), FailureGroup> = HashMap::new();
        for run in page.runs {
            let at = run.finished_at.unwrap_or(run.created_at);
            let RunRecord { id, workflow, failure: Some(failure), .. } = run else { continue };
            let group = groups
                .entry((workflow.clone(), failure.kind, gist(&failure.message)))
                // The newest run comes first.
                .or_insert_with(|| FailureGroup {
                    workflow,
                    error_kind: failure.kind,
                    message: failure.message,
                    count: 0,
                    first_at: at,
                    last_at: at,
                    last_run: id,
                    step: None,
                });
            group.count += 1;
            group.first_at = group.first_at.min(at);
            group.last_at = group.last_at.max(at);
        }
        let mut groups: Vec<FailureGroup> = groups.into_values().collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then(b.last_at.cmp(&a.last_at)));
        let mut steps = self.failed_steps(groups.iter().map(|group| group.last_run.0).collect()).await?;
        for group in &mut groups {
            group.step = steps.remove(&group.last_run.0);
        }
        Ok(FailureGroups { groups, partial: page.next.is_some() })
    }

    /// The last step of each run that failed, and was not handled, or is held.
    async fn failed_steps(&self, runs: Vec<Uuid>) -> Result<HashMap<Uuid, StepPath>, Error> {
        let mut steps = HashMap::new();
        for part in parts(&runs) {
            let rows = run_event::Entity::find()
                .filter(run_event::COLUMN.run_id.is_in(part.iter().copied()))
                .filter(run_event::Column::Kind.is_in(["step_failed", "interrupted"]))
                .order_by_asc(run_event::Column::RunId)
                .order_by_asc(run_event::Column::Seq)
                .all(&self.read)
                .await?;
            for row in rows {
                let run = row.run_id;
                let event = log::read(row)?.event;
                match event {
                    RunEvent::StepFailed { handled: true, .. } => {}
                    event => {
                        steps.extend(event.step().map(|step| (run, step.clone())));
                    }
                }
            }
        }
        Ok(steps)
    }

    /// When the run was made that has been in the queue for longest.
    pub async fn oldest_queued(&self) -> Result<Option<DateTime<Utc>>, Error> {
        let select = Sql::new(
            "SELECT created_at FROM runs WHERE finished_at IS NULL AND state <> 'running' AND state = 'queued' \
             ORDER BY state, id LIMIT 1",
        );
        let select = select.build(self.read.get_database_backend());
        Ok(Oldest::find_by_statement(select).one(&self.read).await?.map(|oldest| oldest.created_at))
    }

    /// How long the newest runs that are over waited for their beginning; none when there are none.
    pub async fn start_delays(&self) -> Result<Option<Delays>, Error> {
        let states = vec![RunState::Succeeded, RunState::Failed];
        let filter = RunFilter { states, ..RunFilter::default() };
        let page = self.runs(&filter, Page { after: None, limit: SAMPLE }).await?;
        let delay = |run: RunRecord| (run.started_at? - run.created_at).to_std().ok();
        let mut delays: Vec<Duration> = page.runs.into_iter().filter_map(delay).collect();
        delays.sort_unstable();
        let at = |percent: usize| delays.get((delays.len() * percent / 100).min(delays.len() - 1)).copied();
        if delays.is_empty() {
            return Ok(None);
        }
        Ok(at(50).zip(at(99)).map(|(p50, p99)| Delays { p50, p99 }))
    }
}

/// What a message says without its numbers and ids: words with a digit in them.
fn gist(message: &str) -> String {
    let plain = |word: &str| {
        if word.bytes().any(|byte| byte.is_ascii_digit()) { "#".to_owned() } else { word.to_owned() }
    };
    message.split(' ').map(plain).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::gist;

    #[test]
    fn messages_that_differ_in_ids_say_the_same() {
        let one = "GET /contacts/{id}: 404: no contact ocQHyuzHvysMo5N5VsXc in 12 places";
        let other = "GET /contacts/{id}: 404: no contact zXyHyuzHvysMo5N5V1 in 7 places";
        assert_eq!(gist(one), gist(other));
        assert_ne!(gist("the token is wrong"), gist("the token is missing"));
    }
}
