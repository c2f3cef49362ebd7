//! `highline tokens …`

use clap::{Args as ClapArgs, Subcommand};
use highline_model::Role;

use super::PageArgs;

#[derive(Debug, Subcommand)]
pub enum TokensCommand {
    /// List tokens, newest first; those that were revoked or are over are among them
    List(PageArgs),
    /// Make a token for the HTTP API, and print it: it is shown this once
    Create(NewTokenArgs),
    /// Revoke a token, and log out who logged in with it
    Revoke {
        /// Its name, or its id
        token: String,
    },
    /// Print a link by which one browser can log in, once and within 15 minutes
    Link {
        /// What the browser may do
        #[arg(long, default_value_t = Role::Admin)]
        role: Role,
        /// Who it is for, for the audit log [default: login link]
        #[arg(long)]
        name: Option<String>,
        /// Where the dashboard is, as the browser sees it [default: the node that was heard of last]
        #[arg(long, value_name = "URL")]
        url: Option<url::Url>,
    },
}

#[derive(Debug, ClapArgs)]
pub struct NewTokenArgs {
    /// For people, and in the audit log; one token at a time has it
    pub name: String,
    /// What it may do: viewer, operator or admin
    #[arg(long)]
    pub role: Role,
    /// How long it is good, such as 90d; left out: until it is revoked
    #[arg(long, value_name = "TIME", value_parser = super::duration)]
    pub expires_in: Option<std::time::Duration>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    /// List browsers that are logged in, newest first
    List(PageArgs),
    /// Log a browser out
    End {
        /// The session's id
        session: uuid::Uuid,
    },
}

#[derive(Debug, ClapArgs)]
pub struct AuditArgs {
    /// Only what this login did
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Only this, such as disable_workflow
    #[arg(long)]
    pub action: Option<String>,
    /// Only what was done to this
    #[arg(long, value_name = "ID")]
    pub target: Option<String>,
    #[command(flatten)]
    pub page: PageArgs,
}
