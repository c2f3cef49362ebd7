//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use highline_model::{RunPrefix, WorkflowId};

pub use self::catalog::CatalogCommand;
pub use self::events::EventsCommand;
pub use self::global::GlobalArgs;
pub use self::keep::{DatabaseCommand, KeepArgs};
pub use self::node::{DemoArgs, NodeArgs, ServeArgs};
pub use self::polls::PollsCommand;
pub use self::runs::{RerunArgs, Revision, RunsChoice, RunsFilter};
pub use self::state::{StateCommand, StateScopeArgs};
pub use self::tokens::{AuditArgs, NewTokenArgs, SessionsCommand, TokensCommand};

mod catalog;
mod events;
mod global;
mod keep;
mod node;
mod polls;
mod runs;
mod state;
mod tokens;

/// Self-hosted automation for HighLevel and the apps around it: YAML workflows, every run kept and explained.
#[derive(Debug, Parser)]
#[command(name = "highline", version, max_term_width = 110)]
pub struct Args {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start everything with a simulated HighLevel and Credly, and watch it work
    Demo(DemoArgs),
    /// Start Highline: watch the workflows folder, poll, run, answer HTTP
    Serve(ServeArgs),
    /// Start the simulated HighLevel and Credly alone, and print how to reach them as one JSON line
    Sandbox(SandboxArgs),
    /// Bring the database to this version's schema (serve and demo do it by themselves)
    Migrate,
    /// Check workflow files and show every problem with its place
    Check(CheckArgs),
    /// Run a workflow file once, in this terminal, to its end; nothing is kept in the database
    Run(RunArgs),
    /// Use one operation and print its output as JSON
    Call(CallArgs),
    /// What operations there are
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Workflows in the database
    #[command(subcommand)]
    Workflows(WorkflowsCommand),
    /// Runs in the database
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Say why a record did or did not start a run of a workflow
    Why(WhyArgs),
    /// The poll log: what each poll found, and what became of it
    #[command(subcommand)]
    Polls(PollsCommand),
    /// List the nodes that work on the database
    Nodes {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// List the addresses at which workflows take requests in; whether their secrets are there is said of the environment here
    Hooks {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Rate budgets: what is left of each, who waits, and until when it is closed
    #[command(subcommand)]
    Budgets(BudgetsCommand),
    /// What workflows remember between runs, by key
    #[command(subcommand)]
    State(StateCommand),
    /// Who may use the HTTP API and the dashboard
    #[command(subcommand)]
    Tokens(TokensCommand),
    /// Who did what, newest first
    Audit(AuditArgs),
    /// Browsers that are logged in: list, log out
    #[command(subcommand)]
    Sessions(SessionsCommand),
    /// What triggers found and what came from outside, and what became of it
    #[command(subcommand)]
    Events(EventsCommand),
    /// The database as a whole: its size, and making it smaller
    #[command(subcommand)]
    Database(DatabaseCommand),
    /// Print the JSON Schema of workflow files or of connector files, for editors
    Schema(SchemaArgs),
    /// Ask a running Highline whether it is well (exit status 0 or 1)
    Health(HealthArgs),
    /// Print a completion script for a shell
    Completions { shell: clap_complete::Shell },
}

#[derive(Debug, ClapArgs)]
pub struct SandboxArgs {
    /// The address to answer on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// The seed of the simulated data
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many contacts the simulated location has
    #[arg(long, default_value_t = 300)]
    pub contacts: usize,
    /// Change contacts, tags and tasks by itself, about this often (such as 2s)
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub changes_every: Option<std::time::Duration>,
    /// Answer without HighLevel's limit of 100 requests in 10 seconds
    #[arg(long)]
    pub no_rate_limit: bool,
}

#[derive(Debug, ClapArgs)]
pub struct CheckArgs {
    /// Workflow files, or folders of them
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Human,
    Json,
    /// Annotations of a GitHub workflow
    Github,
}

#[derive(Debug, ClapArgs)]
pub struct RunArgs {
    /// The workflow file
    pub file: PathBuf,
    /// What the trigger found, as JSON, or @FILE
    #[arg(long, value_name = "JSON")]
    pub event: Option<String>,
    /// Do the reads, and show the writes instead of sending them
    #[arg(long)]
    pub dry_run: bool,
    /// Print the log as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct CallArgs {
    /// The operation's id, such as highlevel.contacts.get
    #[arg(required_unless_present = "batch")]
    pub operation: Option<String>,
    /// The input as JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON")]
    pub with: Option<String>,
    /// Read {"operation": …, "with": …} lines from standard input, write one JSON line for each
    #[arg(long, conflicts_with_all = ["operation", "with"])]
    pub batch: bool,
    /// A connection of the connections file
    #[arg(long, value_name = "NAME", conflicts_with_all = ["base_url", "token", "location"])]
    pub connection: Option<String>,
    /// In place of a connection: where the app is
    #[arg(long, value_name = "URL")]
    pub base_url: Option<url::Url>,
    /// In place of a connection: its token
    #[arg(long, env = "HIGHLINE_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// In place of a connection: the HighLevel location's id
    #[arg(long, value_name = "ID")]
    pub location: Option<String>,
    /// In place of a connection: another value of it, such as companyId=… (may be repeated)
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// The longest time for one call
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub timeout: std::time::Duration,
}

impl CallArgs {
    /// Whether flags take the place of a connection of the file.
    pub fn gives_connection(&self) -> bool {
        self.base_url.is_some() || self.token.is_some() || self.location.is_some()
    }
}

#[derive(Debug, Subcommand)]
pub enum WorkflowsCommand {
    /// List workflows
    List {
        #[arg(long)]
        json: bool,
    },
    /// Show one workflow: its state, its last poll and its text
    Show {
        workflow: WorkflowId,
        #[arg(long)]
        json: bool,
    },
    /// Let a workflow's trigger start runs
    Enable { workflow: WorkflowId },
    /// Let no new runs start; runs under way go on
    Disable { workflow: WorkflowId },
    /// Start a run by hand
    Start {
        workflow: WorkflowId,
        /// What the trigger would have found, as JSON, or @FILE
        #[arg(long, value_name = "JSON")]
        event: Option<String>,
    },
    /// Show what `dedupe` knows of a key, as JSON: the run of the first event, and how many came after it
    Key {
        workflow: WorkflowId,
        key: String,
        /// Forget the key: the next event with it starts a run
        #[arg(long)]
        forget: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List runs, newest first
    List(RunsListArgs),
    /// Show a run: what it waits for, its event, and each step with input, output, attempts and times
    Show {
        /// Its id, or the beginning of it
        run: RunPrefix,
        /// Only this step, with all that went over the wire
        #[arg(long)]
        step: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Send failed or cancelled runs back: they go on at the steps that failed
    Retry {
        #[command(flatten)]
        choice: RunsChoice,
        /// The text to go on with
        #[arg(long, value_enum, default_value_t = Revision::Saved)]
        revision: Revision,
    },
    /// Do a run again, from any of its steps, as a new run
    Rerun(RerunArgs),
    /// End runs
    Cancel(RunsChoice),
    /// Delete a run that is over, with its log
    Delete {
        /// Its id, or the beginning of it
        run: RunPrefix,
    },
    /// Decide about an interrupted run: send the step again, skip it, or say it was done
    Resolve {
        /// Its id, or the beginning of it
        run: RunPrefix,
        #[arg(value_parser = ["retry", "skip", "done"])]
        decision: String,
        /// With `done`: the step's output, as JSON
        #[arg(long, value_name = "JSON")]
        output: Option<String>,
    },
}

#[derive(Debug, ClapArgs)]
pub struct RunsListArgs {
    #[command(flatten)]
    pub filter: RunsFilter,
    #[command(flatten)]
    pub page: PageArgs,
}

#[derive(Debug, ClapArgs)]
pub struct PageArgs {
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
    /// The `next` of the page before
    #[arg(long, value_name = "ID")]
    pub after: Option<uuid::Uuid>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct WhyArgs {
    pub workflow: WorkflowId,
    /// The id of the record, as the trigger's operation gives it
    pub record: String,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum BudgetsCommand {
    /// List the rate budgets of all nodes
    List {
        #[arg(long)]
        json: bool,
    },
    /// Send requests again although the app asked for a pause
    Reopen {
        /// As the list names it
        resource: String,
    },
}

#[derive(Debug, ClapArgs)]
pub struct SchemaArgs {
    #[arg(value_enum)]
    pub of: SchemaOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    Workflow,
    Manifest,
}

#[derive(Debug, ClapArgs)]
pub struct HealthArgs {
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub url: url::Url,
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    highline_workflow::parse_duration(text).map_err(|error| error.to_string())
}

/// Shorter than a second, a slow answer of the database would cost a node what it holds; longer than an hour, the runs of
/// a node that died would seem forgotten.
pub fn lease(text: &str) -> Result<std::time::Duration, String> {
    let lease = duration(text)?;
    let sound = std::time::Duration::from_secs(1)..=std::time::Duration::from_secs(3600);
    if sound.contains(&lease) { Ok(lease) } else { Err(format!("a lease is from 1s to 1h long, not {text}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
