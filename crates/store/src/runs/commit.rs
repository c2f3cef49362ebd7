use std::collections::HashMap;

use highline_model::{RunState, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Value};
use uuid::Uuid;

use crate::json::to_text;
use crate::runs::refused::judge;
use crate::runs::start::write_starts;
use crate::sql::{Sql, parts};
use crate::stats::{Counted, Over};
use crate::{Ack, Error, NewRun, Refusal, RunCommit, Start, Store, log, turns};

/// A run that took a commit: what must be known of it beyond the commit.
#[derive(Debug, FromQueryResult)]
struct Taken {
    id: Uuid,
    workflow_id: String,
    concurrency_key: Option<String>,
    cancel_requested: bool,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
}

/// A run that a commit has ended.
struct Ended {
    run: Taken,
    state: RunState,
    at: Timestamp,
}

impl Store {
    /// Writes what the holders of some leases did, all in one transaction, and answers each in order. A commit with a
    /// stale fence, or with entries that do not go on where the log ends, writes nothing and does not disturb the
    /// others. One that was written before, when its answer was lost, is answered again. Several commits of one run are
    /// taken one after the other.
    pub async fn commit_runs(&self, commits: &[RunCommit]) -> Result<Vec<Result<Ack, Refusal>>, Error> {
        Ok(self.write_group(commits, &[], 0).await?.0)
    }

    /// [`Store::commit_runs`] and [`Store::start_runs`] in one transaction, of which there may be one in each lane at the
    /// same time.
    pub(crate) async fn write_group(
        &self,
        commits: &[RunCommit],
        starts: &[NewRun],
        lane: usize,
    ) -> Result<(Vec<Result<Ack, Refusal>>, Vec<Start>), Error> {
        if commits.is_empty() && starts.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let transaction = self.begin().await?;
        lock_turns(&transaction, commits, starts).await?;
        let (answers, ended) = write_commits(&transaction, commits).await?;
        let started = write_starts(&transaction, starts).await?;
        ended.write(&transaction, lane).await?;
        transaction.commit().await?;
        Ok((answers, started))
    }
}

async fn write_commits(
    transaction: &DatabaseTransaction,
    commits: &[RunCommit],
) -> Result<(Vec<Result<Ack, Refusal>>, Counted), Error> {
    let mut acks: Vec<Option<Ack>> = vec![None; commits.len()];
    let (mut entries, mut over) = (Vec::new(), Vec::new());
    for round in rounds(commits) {
        let mut taken = take(transaction, commits, &round).await?;
        for index in round {
            let commit = &commits[index];
            let Some(run) = taken.remove(&commit.run.0) else { continue };
            entries.extend(commit.entries.iter().map(|entry| log::row(commit.run, entry)));
            acks[index] = Some(Ack { cancel_requested: run.cancel_requested });
            over.extend(finished_at(commit).map(|at| Ended { run, state: commit.state, at }));
        }
    }
    log::insert(transaction, entries).await?;
    free_places(transaction, &over).await?;
    let answers = judge(transaction, commits, &acks).await?;
    let mut ended = Counted::default();
    over.iter().for_each(|run| run.count(&mut ended));
    Ok((answers, ended))
}

/// The places of commits that can be taken in one statement, which are at most one of each run; in the order of the runs'
/// ids, in which all who lock several runs do so.
fn rounds(commits: &[RunCommit]) -> Vec<Vec<usize>> {
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    let mut seen: HashMap<Uuid, usize> = HashMap::with_capacity(commits.len());
    for (index, commit) in commits.iter().enumerate().filter(|(_, commit)| is_gapless(commit)) {
        let round = seen.entry(commit.run.0).or_default();
        if rounds.len() == *round {
            rounds.push(Vec::with_capacity(commits.len()));
        }
        rounds[*round].push(index);
        *round += 1;
    }
    for round in &mut rounds {
        round.sort_unstable_by_key(|index| commits[*index].run.0);
    }
    rounds
}

fn is_gapless(commit: &RunCommit) -> bool {
    commit.entries.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq)
}

/// Locks the turns that the ends and beginnings of runs may change, before any run is locked: who decides about a run
/// takes the two in this order too.
async fn lock_turns(
    transaction: &DatabaseTransaction,
    commits: &[RunCommit],
    starts: &[NewRun],
) -> Result<(), Error> {
    let ended: Vec<Uuid> = commits
        .iter()
        .filter(|commit| commit.in_turn && commit.state.is_finished())
        .map(|commit| commit.run.0)
        .collect();
    let keyed = starts.iter().filter(|start| start.concurrency.is_some());
    let workflows = keyed.map(|start| start.workflow.to_string()).collect();
    turns::lock_all(transaction, workflows, &ended).await
}

/// Brings each run of the round to where its commit ends, if the commit's lease is held and its entries go on where the
/// log ends; the others stay as they are and are left out.
async fn take(
    transaction: &DatabaseTransaction,
    commits: &[RunCommit],
    round: &[usize],
) -> Result<HashMap<Uuid, Taken>, Error> {
    let backend = transaction.get_database_backend();
    let mut taken = HashMap::with_capacity(round.len());
    for chunk in parts(round) {
        // A run that shall end does not rest: someone takes it when this lease would have ended. Without a time the
        // lease's end stays: a run that is not over must never be without one.
        let update = Sql::new("UPDATE runs SET state = v.column4, wake_at = CASE WHEN v.column5 THEN NULL ")
            .text("WHEN runs.cancel_requested THEN runs.wake_at WHEN v.column6 THEN NULL ")
            .text("ELSE COALESCE(v.column7, runs.wake_at) END, ")
            .text("owner = CASE WHEN v.column8 THEN NULL ELSE runs.owner END, ")
            .text("last_seq = COALESCE(v.column9, runs.last_seq), failure = v.column10, ")
            .text("started_at = COALESCE(runs.started_at, v.column11), ")
            .text("finished_at = COALESCE(v.column12, runs.finished_at) FROM ")
            .rows("v", chunk.iter().map(|index| values(&commits[*index])))
            .text(" WHERE runs.id = v.column1 AND runs.fence = v.column2 AND runs.owner IS NOT NULL ")
            .text("AND runs.last_seq = COALESCE(v.column3, runs.last_seq) RETURNING runs.id, runs.workflow_id, ")
            .text("runs.concurrency_key, runs.cancel_requested, runs.created_at, runs.started_at");
        let runs = Taken::find_by_statement(update.build(backend)).all(transaction).await?;
        taken.extend(runs.into_iter().map(|run| (run.id, run)));
    }
    Ok(taken)
}

fn values(commit: &RunCommit) -> [Value; 12] {
    let (over, held) = (commit.state.is_finished(), commit.state == RunState::Interrupted);
    [
        commit.run.0.into(),
        commit.fence.into(),
        commit.entries.first().map(|entry| entry.seq - 1).into(),
        commit.state.as_str().into(),
        over.into(),
        held.into(),
        commit.wake_at.into(),
        (over || held || commit.release).into(),
        commit.entries.last().map(|entry| entry.seq).into(),
        commit.failure.as_ref().map(to_text).into(),
        commit.entries.iter().find(|entry| entry.kind == "started").map(|entry| entry.at).into(),
        finished_at(commit).into(),
    ]
}

fn finished_at(commit: &RunCommit) -> Option<Timestamp> {
    commit.entries.iter().rfind(|entry| entry.kind == "finished").map(|entry| entry.at)
}

impl Ended {
    fn count(&self, ended: &mut Counted) {
        ended.add(Over {
            workflow: &self.run.workflow_id,
            state: self.state.as_str(),
            created_at: self.run.created_at,
            started_at: self.run.started_at,
            finished_at: self.at,
        });
    }
}

/// Runs that are over let those behind them go on. Their turns are locked.
async fn free_places(transaction: &DatabaseTransaction, over: &[Ended]) -> Result<(), Error> {
    let Some(now) = over.iter().map(|run| run.at).max() else { return Ok(()) };
    let mut keys = turns::Keys::new();
    for Ended { run, .. } in over {
        if let Some(key) = &run.concurrency_key {
            keys.entry(run.workflow_id.clone()).or_default().insert(key.clone());
        }
    }
    turns::go_on(transaction, keys, now).await
}
