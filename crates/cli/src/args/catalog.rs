//! `highline catalog …`

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// List operations
    List {
        #[arg(long)]
        app: Option<String>,
        #[arg(long)]
        category: Option<String>,
        /// trigger or action
        #[arg(long, value_parser = ["trigger", "action"])]
        kind: Option<String>,
        /// Only operations with this text in their id, title or summary
        #[arg(long)]
        text: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Show one operation: fields, scopes, output, samples
    Show {
        operation: String,
        #[arg(long)]
        json: bool,
    },
}
