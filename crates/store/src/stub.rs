use std::collections::HashSet;
use highline_model::*;
use uuid::Uuid;
use crate::*;

#[allow(unused_variables)]
impl Store {
    pub async fn open(url: &str) -> Result<Self, Error> { unimplemented!() }
    pub fn backend(&self) -> Backend { unimplemented!() }
    pub async fn migrate(&self) -> Result<Vec<String>, Error> { unimplemented!() }
    pub async fn close(self) { unimplemented!() }
    // workflows
    pub async fn save_revision(&self, new: NewRevision) -> Result<WorkflowRecord, Error> { unimplemented!() }
    pub async fn set_problem(&self, workflow: &WorkflowId, problem: Option<&str>, now: Timestamp) -> Result<(), Error> { unimplemented!() }
    pub async fn workflow(&self, id: &WorkflowId) -> Result<Option<WorkflowRecord>, Error> { unimplemented!() }
    pub async fn workflows(&self) -> Result<Vec<WorkflowRecord>, Error> { unimplemented!() }
    pub async fn set_enabled(&self, id: &WorkflowId, enabled: bool, next_at: Option<Timestamp>, now: Timestamp) -> Result<Option<WorkflowRecord>, Error> { unimplemented!() }
    pub async fn revision(&self, workflow: &WorkflowId, number: i32) -> Result<Option<RevisionRecord>, Error> { unimplemented!() }
    // triggers
    pub async fn claim_triggers(&self, claim: Claim<'_>) -> Result<Vec<ClaimedTrigger>, Error> { unimplemented!() }
    pub async fn known_keys(&self, workflow: &WorkflowId, keys: &[&str]) -> Result<HashSet<String>, Error> { unimplemented!() }
    pub async fn commit_poll(&self, poll: PollCommit) -> Result<Committed, Error> { unimplemented!() }
    pub async fn start_run(&self, new: NewRun) -> Result<Option<RunId>, Error> { unimplemented!() }
    // runs
    pub async fn claim_runs(&self, claim: Claim<'_>) -> Result<Vec<ClaimedRun>, Error> { unimplemented!() }
    pub async fn commit_runs(&self, commits: Vec<RunCommit>) -> Result<Vec<Result<Ack, Refusal>>, Error> { unimplemented!() }
    pub fn journal(&self) -> Journal { unimplemented!() }
    pub async fn extend_leases(&self, held: &[Held], until: Timestamp) -> Result<Extended, Error> { unimplemented!() }
    pub async fn next_wake(&self, now: Timestamp) -> Result<Option<Timestamp>, Error> { unimplemented!() }
    // decisions by people
    pub async fn cancel_run(&self, run: RunId, by: &str, now: Timestamp) -> Result<Cancelled, Error> { unimplemented!() }
    pub async fn retry_run(&self, run: RunId, by: &str, now: Timestamp) -> Result<Retried, Error> { unimplemented!() }
    pub async fn resolve_run(&self, run: RunId, decision: Decision, by: &str, now: Timestamp) -> Result<Resolved, Error> { unimplemented!() }
    // reading
    pub async fn run(&self, id: RunId) -> Result<Option<RunDetail>, Error> { unimplemented!() }
    pub async fn runs(&self, filter: &RunFilter, page: Page<RunId>) -> Result<RunPage, Error> { unimplemented!() }
    pub async fn polls(&self, workflow: Option<&WorkflowId>, page: Page<Uuid>) -> Result<PollPage, Error> { unimplemented!() }
    pub async fn counts(&self, workflow: Option<&WorkflowId>) -> Result<Counts, Error> { unimplemented!() }
}
