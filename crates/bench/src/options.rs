//! What is asked of this program.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::bed::{Bed, Kind};
use crate::floor::FloorArgs;

/// Measures the binary `highline` from outside
#[derive(Debug, Parser)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// All of the following, and the table in the document
    All {
        #[command(flatten)]
        options: Options,
        /// The document whose table is written anew
        #[arg(long, default_value = "docs/BENCHMARKS.md")]
        document: PathBuf,
    },
    /// A: event in, map, one request out, everything durable; and the same found by one poll
    Inbound(Options),
    /// From an accepted event to its request, at a hundred events a second
    Latency(Options),
    /// B: ten requests in sequence
    Steps(Options),
    /// C: thousands of workflows that poll each minute
    Polls(Options),
    /// D: lists, pages and runs with millions of runs in the database
    History(Options),
    /// E: from the start of the process to ready
    Start(Options),
    /// F: requests to the address of a workflow, some of them twice
    Hooks(Options),
    /// The bare loop that A is measured against
    #[command(hide = true)]
    Floor(FloorArgs),
}

#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The binary; the one beside this program when left out
    #[arg(long)]
    binary: Option<PathBuf>,
    /// One database only
    #[arg(long, value_enum)]
    only: Option<Kind>,
    /// Larger sizes: ten million runs, a hundred thousand workflows
    #[arg(long)]
    pub full: bool,
    /// Runs in each measurement of runs a second
    #[arg(long, default_value_t = 20_000)]
    pub runs: u64,
    /// Connections of the load on an address
    #[arg(long, default_value_t = 128)]
    pub connections: usize,
    /// Without the floor beside A
    #[arg(long)]
    pub no_floor: bool,
    /// Workflows that poll, in place of the usual numbers
    #[arg(long)]
    pub workflows: Option<u64>,
    /// Runs in the history, in place of the usual number
    #[arg(long)]
    pub history: Option<u64>,
}

impl Options {
    pub fn kinds(&self) -> Vec<Kind> {
        self.only.map_or(vec![Kind::Sqlite, Kind::Postgres], |only| vec![only])
    }

    pub async fn bed(&self, kind: Kind) -> anyhow::Result<Bed> {
        let path = match &self.binary {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("highline"),
        };
        let path = path.canonicalize();
        Bed::make(kind, &path.context("there is no binary: build highline-cli with --release")?).await
    }
}
