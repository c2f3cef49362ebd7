//! What `highline polls` takes.

use clap::Subcommand;
use highline_model::WorkflowId;

use super::PageArgs;

#[derive(Debug, Subcommand)]
pub enum PollsCommand {
    /// List polls, newest first
    List {
        #[arg(long)]
        workflow: Option<WorkflowId>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show the last polls of a workflow, with what became of items
    Show {
        workflow: WorkflowId,
        /// Only what is about the record with this id
        #[arg(long, value_name = "ID")]
        item: Option<String>,
        #[command(flatten)]
        page: PageArgs,
    },
}
