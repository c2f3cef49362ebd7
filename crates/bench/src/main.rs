#![doc = include_str!("../README.md")]

mod bed;
mod floor;
mod load;
mod node;
mod options;
mod process;
mod report;
mod stats;
mod target;
mod wire;
mod workload;

use clap::Parser;

use crate::options::{Arguments, Command, Options};
use crate::report::Report;
use crate::workload::{history, hooks, inbound, latency, polls, start, steps};

fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("another TLS provider has been installed"))?;
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(arguments.command))
}

async fn dispatch(command: Command) -> anyhow::Result<()> {
    let mut report = Report::default();
    let report = &mut report;
    match command {
        Command::Floor(args) => floor::run(args).await,
        Command::Inbound(options) => inbound::report(&options, report).await,
        Command::Latency(options) => latency::report(&options, report).await,
        Command::Steps(options) => steps::report(&options, report).await,
        Command::Polls(options) => polls::report(&options, report).await,
        Command::History(options) => history::report(&options, report).await,
        Command::Start(options) => start::report(&options, report).await,
        Command::Hooks(options) => hooks::report(&options, report).await,
        Command::All { options, document } => {
            all(&options, report).await?;
            report::write(&document, report, &versions(&options).await?)
        }
    }
}

async fn all(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    inbound::report(options, report).await?;
    latency::report(options, report).await?;
    steps::report(options, report).await?;
    polls::report(options, report).await?;
    history::report(options, report).await?;
    start::report(options, report).await?;
    hooks::report(options, report).await
}

async fn versions(options: &Options) -> anyhow::Result<Vec<String>> {
    let mut versions = Vec::new();
    for kind in options.kinds() {
        let bed = options.bed(kind).await?;
        if versions.is_empty() {
            let printed = bed.command(&["--version"]).output()?.stdout;
            versions.push(String::from_utf8_lossy(&printed).trim().to_owned());
        }
        versions.push(format!("{} {}", kind.title(), bed.server_version().await?));
        bed.remove().await?;
    }
    Ok(versions)
}
