//! The group committer: what many runs did, and many beginnings of runs, travel in one transaction, and each is told
//! once it is durable.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use highline_model::OnLimit;
use tokio::sync::{mpsc, oneshot};

use crate::{Ack, Backend, Concurrency, Error, NewRun, Refusal, RunCommit, Start, Store};

/// What may wait in the queue; beyond that, who brings more waits for room.
const QUEUE: usize = 1_024;
/// Commits and starts in one transaction.
const GROUP: usize = 512;

/// Groups that are written at the same time on PostgreSQL, so that one is put together while another waits for the disk.
/// SQLite has one writer.
const LANES: usize = 2;

/// Pauses before a group is tried again: long enough for a broken connection, short beside a lease. What is given up here
/// may be the announcement of an attempt that was never sent, which a person must then decide about.
const PAUSES_MS: [u64; 6] = [50, 100, 200, 400, 800, 1_600];

/// Why the journal did not write a commit.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// This commit alone was refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The transaction failed again and again. If the connection broke while it was being committed, the database alone knows whether
    /// it was written.
    #[error(transparent)]
    Store(#[from] Error),
    /// The journal was closed before it took the commit.
    #[error("the journal is closed")]
    Closed,
}

/// Takes the commits and starts of many runs and writes them in groups: while one group is being written the next one gathers, so
/// there is no delay when little is to do, and little cost for each when there is much. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {
    /// What one run did, and what has one key, goes through one lane: it stays in order, and two groups never wait for each
    /// other's rows.
    lanes: Arc<[mpsc::Sender<Message>]>,
}

#[derive(Debug)]
enum Message {
    Commit(Box<RunCommit>, oneshot::Sender<Result<Ack, JournalError>>),
    Start(Box<NewRun>, oneshot::Sender<Result<Start, JournalError>>),
    Close(oneshot::Sender<()>),
}

impl Store {
    /// Starts a journal, which must happen within a Tokio runtime. It ends when it is closed or all its clones are gone.
    pub fn journal(&self) -> Journal {
        let lanes = if self.backend() == Backend::Postgres { LANES } else { 1 };
        let lanes = (0..lanes).map(|number| {
            let (queue, messages) = mpsc::channel(QUEUE);
            tokio::spawn(write_groups(Lane { store: self.clone(), number }, messages));
            queue
        });
        Journal { lanes: lanes.collect() }
    }
}

impl Journal {
    /// Returns once the commit is durable, or was refused.
    pub async fn commit(&self, commit: RunCommit) -> Result<Ack, JournalError> {
        let (answer, answered) = oneshot::channel();
        let lane = self.lane_of(commit.run);
        let message = Message::Commit(Box::new(commit), answer);
        lane.send(message).await.map_err(|_| JournalError::Closed)?;
        answered.await.unwrap_or(Err(JournalError::Closed))
    }

    /// Returns once the run is durable, or was refused. After an error of the database only the database knows whether
    /// there is a run; who must not start it twice gives it a key and asks again.
    pub async fn start(&self, start: NewRun) -> Result<Start, JournalError> {
        let (answer, answered) = oneshot::channel();
        let key = start.once.as_ref().map(|once| &once.key).or(start.key.as_ref());
        let lane = match key {
            Some(key) => self.lane_of((&start.workflow, key)),
            None => self.lanes.iter().max_by_key(|lane| lane.capacity()).expect("there is a lane"),
        };
        let message = Message::Start(Box::new(start), answer);
        lane.send(message).await.map_err(|_| JournalError::Closed)?;
        answered.await.unwrap_or(Err(JournalError::Closed))
    }

    /// Writes what was taken before this call, and ends. Later commits are refused as [`JournalError::Closed`].
    pub async fn close(&self) {
        for lane in self.lanes.iter() {
            let (done, ended) = oneshot::channel();
            if lane.send(Message::Close(done)).await.is_ok() {
                // An error means that the lane has ended, which is what was asked for.
                ended.await.ok();
            }
        }
    }

    fn lane_of(&self, what: impl Hash) -> &mpsc::Sender<Message> {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        &self.lanes[hasher.finish() as usize % self.lanes.len()]
    }
}

/// One of the writers of a journal.
struct Lane {
    store: Store,
    number: usize,
}

async fn write_groups(lane: Lane, mut queue: mpsc::Receiver<Message>) {
    let mut messages = Vec::with_capacity(GROUP);
    let mut closers = Vec::new();
    while queue.recv_many(&mut messages, GROUP).await > 0 {
        let mut group = Group::default();
        for message in messages.drain(..) {
            match message {
                Message::Commit(commit, answer) => {
                    group.commits.push(*commit);
                    group.committed.push(answer);
                }
                Message::Start(start, answer) => {
                    group.starts.push(*start);
                    group.started.push(answer);
                }
                Message::Close(done) => {
                    queue.close();
                    closers.push(done);
                }
            }
        }
        group.write(&lane).await;
    }
    for done in closers {
        done.send(()).ok();
    }
}

/// What goes into one transaction, and who waits for it.
#[derive(Default)]
struct Group {
    commits: Vec<RunCommit>,
    committed: Vec<oneshot::Sender<Result<Ack, JournalError>>>,
    starts: Vec<NewRun>,
    started: Vec<oneshot::Sender<Result<Start, JournalError>>>,
}

impl Group {
    /// Writes the starts that may end other runs, each in a transaction of its own: they lock runs of which the commits of
    /// another node's group may hold some.
    async fn alone_what_replaces(self, store: &Store) -> Self {
        let (mut starts, mut started) = (Vec::new(), Vec::new());
        for (start, waiting) in self.starts.into_iter().zip(self.started) {
            let replaces = |one: &Concurrency| one.on_limit == OnLimit::CancelPrevious;
            if start.concurrency.as_ref().is_some_and(replaces) {
                let answer = store.in_time(store.start_runs(std::slice::from_ref(&start))).await;
                tell(
                    vec![waiting],
                    answer.map_or_else(
                        |error| vec![Err(error.into())],
                        |all| all.into_iter().map(Ok).collect(),
                    ),
                );
            } else {
                starts.push(start);
                started.push(waiting);
            }
        }
        Self { starts, started, ..self }
    }

    /// Starts are tried once: who brought them is there to try again. When they spoil the group, the commits go without
    /// them.
    async fn write(self, lane: &Lane) {
        let Lane { store, number } = lane;
        let Self { commits, committed, starts, started } = self.alone_what_replaces(store).await;
        if !starts.is_empty() {
            match store.in_time(store.write_group(&commits, &starts, *number)).await {
                Ok((acks, answers)) => {
                    tell(started, answers.into_iter().map(Ok));
                    return tell(committed, acks.into_iter().map(|ack| ack.map_err(JournalError::Refused)));
                }
                Err(error) => {
                    tracing::warn!(%error, starts = starts.len(), "runs cannot be started");
                    tell(started, std::iter::repeat_with(|| Err(JournalError::Store(error.clone()))));
                }
            }
        }
        if !commits.is_empty() {
            tell(committed, write_commits(lane, commits).await);
        }
    }
}

/// Who waits may have stopped waiting; what was written is written all the same.
fn tell<T>(
    waiting: Vec<oneshot::Sender<Result<T, JournalError>>>,
    answers: impl IntoIterator<Item = Result<T, JournalError>>,
) {
    for (waiting, answer) in waiting.into_iter().zip(answers) {
        waiting.send(answer).ok();
    }
}

async fn write_commits(lane: &Lane, commits: Vec<RunCommit>) -> Vec<Result<Ack, JournalError>> {
    match write_stubbornly(lane, &commits).await {
        Ok(results) => results.into_iter().map(|result| result.map_err(JournalError::Refused)).collect(),
        Err(error) if commits.len() == 1 => vec![Err(error.into())],
        Err(_) => write_one_by_one(&lane.store, commits).await,
    }
}

/// The last resort for a group that cannot be written: one commit that the database does not take must not cost the
/// others their results.
async fn write_one_by_one(store: &Store, commits: Vec<RunCommit>) -> Vec<Result<Ack, JournalError>> {
    tracing::error!(commits = commits.len(), "a group of commits cannot be written; each is tried alone");
    let mut results = Vec::with_capacity(commits.len());
    for commit in commits {
        let result = match store.in_time(store.commit_runs(std::slice::from_ref(&commit))).await {
            Ok(mut answers) => {
                answers.pop().expect("one commit has one answer").map_err(JournalError::Refused)
            }
            Err(error) => {
                tracing::error!(run = %commit.run, %error, "a commit was not written");
                Err(error.into())
            }
        };
        results.push(result);
    }
    results
}

/// Tries again when a transaction fails, because what is lost here are the results of requests that were sent. A commit
/// that was written although the transaction seemed to fail is known the next time: nothing is written twice.
async fn write_stubbornly(lane: &Lane, commits: &[RunCommit]) -> Result<Vec<Result<Ack, Refusal>>, Error> {
    let write = || lane.store.in_time(lane.store.write_group(commits, &[], lane.number));
    for pause in PAUSES_MS {
        match write().await {
            Ok((results, _)) => return Ok(results),
            Err(error) => {
                tracing::warn!(%error, commits = commits.len(), "a group of commits is tried again")
            }
        }
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    Ok(write().await?.0)
}
