//! `highline state …`

use clap::{Args as ClapArgs, Subcommand};
use highline_model::WorkflowId;

#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// List entries in the order of their keys
    List {
        #[command(flatten)]
        scope: StateScopeArgs,
        /// Only keys that begin so
        #[arg(long, default_value = "", hide_default_value = true)]
        prefix: String,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// The `next` of the page before
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Print the value of a key as JSON (exit status 1 where there is none)
    Get {
        key: String,
        #[command(flatten)]
        scope: StateScopeArgs,
        /// Print the whole entry
        #[arg(long)]
        json: bool,
    },
    /// Write a value
    Set {
        key: String,
        /// JSON, or @FILE
        value: String,
        #[command(flatten)]
        scope: StateScopeArgs,
        /// How long it is kept, such as 30d; left out: for ever
        #[arg(long, value_name = "TIME", value_parser = super::duration)]
        expires_in: Option<std::time::Duration>,
    },
    /// Forget a value (exit status 1 where there is none)
    Delete {
        key: String,
        #[command(flatten)]
        scope: StateScopeArgs,
    },
}

#[derive(Debug, ClapArgs)]
pub struct StateScopeArgs {
    /// The entries of this workflow; left out: those that all workflows share
    #[arg(long, value_name = "ID")]
    pub workflow: Option<WorkflowId>,
}
