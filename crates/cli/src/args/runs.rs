use clap::{Args as ClapArgs, ValueEnum};
use highline_model::{ErrorKind, RunPrefix, RunState, Timestamp, WorkflowId};
use highline_store::RunFilter;

use crate::print;

/// The text that runs go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Revision {
    /// The revision that a run began with
    Saved,
    /// The workflow's revision of now
    Newest,
}

/// What runs have in common.
#[derive(Debug, ClapArgs)]
pub struct RunsFilter {
    /// Only runs of this workflow
    #[arg(long)]
    pub workflow: Option<WorkflowId>,
    /// Only runs in these states (may be repeated, or separated by commas)
    #[arg(long, value_delimiter = ',')]
    pub state: Vec<RunState>,
    /// Only runs made since then: 2026-11-21T08:00:00Z, 2026-11-21, or a time ago such as 2h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only runs made before then
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only runs that failed, or are held, for this kind of reason, such as unavailable
    #[arg(long, value_name = "KIND")]
    pub error_kind: Option<ErrorKind>,
}

impl RunsFilter {
    /// The same for the database. The error says which time cannot be read.
    pub fn resolve(self, now: Timestamp) -> anyhow::Result<RunFilter> {
        let moment = |text: Option<&String>| text.map(|text| print::moment(text, now)).transpose();
        Ok(RunFilter {
            since: moment(self.since.as_ref())?,
            until: moment(self.until.as_ref())?,
            workflow: self.workflow,
            states: self.state,
            error_kind: self.error_kind,
        })
    }
}

/// One run, or many by what they have in common.
#[derive(Debug, ClapArgs)]
pub struct RunsChoice {
    /// A run's id, or the beginning of it; left out, the options choose many
    #[arg(required_unless_present_any = ["workflow", "state", "since", "until", "error_kind"])]
    #[arg(conflicts_with_all = ["workflow", "state", "since", "until", "error_kind", "limit", "dry_run"])]
    pub run: Option<RunPrefix>,
    #[command(flatten)]
    pub filter: RunsFilter,
    /// At most so many, the oldest first
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Only count them
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, ClapArgs)]
pub struct RerunArgs {
    pub run: RunPrefix,
    /// Begin at this step, by its id or path (`each[3].badge`); what came before is taken over and not done again
    #[arg(long, value_name = "STEP")]
    pub from: Option<String>,
    /// Another event in place of the old one, as JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON")]
    pub input: Option<String>,
    /// The text to run
    #[arg(long, value_enum, default_value_t = Revision::Saved)]
    pub revision: Revision,
}
