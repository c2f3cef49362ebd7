//! What the store takes and gives: plain records, in the words of the house.

mod activity;
mod event;
mod folder;
mod hook;
mod login;
mod node;
mod poll;
mod replay;
mod retention;
mod run;
mod sent;
mod state;
mod stats;
mod trigger;
mod workflow;

pub use activity::{Activity, LastRun, RecentRuns};
pub use event::{EventDetail, EventFilter, EventPage, EventRecord, RunOfEvent, WrongFile};
pub use folder::FolderRecord;
pub use hook::{HookRecord, NewHook};
pub use login::{
    AuditEntry, AuditFilter, AuditPage, Guest, NewAudit, NewSession, NewToken, Origin, SessionPage,
    SessionRecord, TokenMade, TokenPage, TokenRecord,
};
pub use node::NodeRecord;
pub use poll::{
    Committed, FollowerPoll, KnownKey, NewEvent, Once, Outcome, PollCommit, PollPage, PollRecord, PollReport,
    Sampled,
};
pub use replay::{Bulk, Found, Replay, Retry, RevisionChoice, RunEnd, Selection};
pub use retention::{
    Bound, DatabaseStats, Deleted, Keep, KeepSettings, KeptWorkflow, Keys, OldRuns, PolledKey, Round,
    RunDeleted, TableStats,
};
pub use run::{
    Ack, Arrival, Cancelled, ClaimedRun, Concurrency, Counts, Extended, Held, NewRun, Page, Resolved,
    Retried, RunCommit, RunDetail, RunFilter, RunPage, RunRecord, Start,
};
pub use sent::{CUT, Senders, Sent, SentStep, is_cut};
pub use state::{NewState, StateClaim, StateEntry, StateFilter, StatePage, StateScope};
pub use stats::{Bucket, BucketSize, Delays, FailureGroup, FailureGroups, Pulse, SeriesFilter, Tally, Took};
pub use trigger::{Claim, ClaimedTrigger, Follower};
pub use workflow::{
    Feed, LastPoll, ListedRevision, NewRevision, NewTrigger, PollNow, RevisionHead, RevisionPage,
    RevisionRecord, SavedText, TriggerKind, WorkflowPage, WorkflowRecord, WorkflowRemoved,
};
