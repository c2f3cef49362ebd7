//! What `highline events` takes.

use clap::Subcommand;
use highline_model::{EventId, WorkflowId};

use super::PageArgs;

#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// List events, newest first
    List {
        #[arg(long)]
        workflow: Option<WorkflowId>,
        /// Only those that ended so: seen, filtered, duplicate, dropped, echo or past; `runs list` has those that started a run
        #[arg(long, requires = "workflow", value_parser = ["seen", "filtered", "duplicate", "dropped", "echo", "past"])]
        outcome: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show an event with its data
    Show {
        /// Its id, as the answer to a request from outside names it
        event: EventId,
        #[arg(long)]
        json: bool,
    },
}
