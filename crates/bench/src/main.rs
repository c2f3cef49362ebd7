#![doc = include_str!("../README.md")]

mod bed;
mod floor;
mod load;
mod node;
mod process;
mod stats;
mod target;
mod wire;
mod workload;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::bed::{Bed, Kind};
use crate::stats::Spread;
use crate::workload::inbound::{Inbound, Measured, measure_floor};
use crate::workload::{found, latency};

/// Measures the binary `highline` from outside
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Event in, map, one request out, everything durable
    Inbound(InboundArgs),
    /// The same for records that one poll finds
    Found(FoundArgs),
    /// From an accepted event to its request, at a hundred events a second
    Latency(LatencyArgs),
    /// The bare loop that others are measured against
    #[command(hide = true)]
    Floor(floor::FloorArgs),
}

#[derive(Debug, Args)]
struct InboundArgs {
    #[command(flatten)]
    place: Place,
    #[arg(long, default_value_t = 20_000)]
    runs: u64,
    /// Events before the measurement begins
    #[arg(long, default_value_t = 2_000)]
    warm_up: u64,
    /// Without the floor beside it
    #[arg(long)]
    no_floor: bool,
}

#[derive(Debug, Args)]
struct FoundArgs {
    #[command(flatten)]
    place: Place,
    #[arg(long, default_value_t = 20_000)]
    runs: u64,
}

#[derive(Debug, Args)]
struct LatencyArgs {
    #[command(flatten)]
    place: Place,
    #[arg(long, default_value_t = 30)]
    seconds: u64,
}

#[derive(Debug, Args)]
struct Place {
    /// The binary; the one beside this program when left out
    #[arg(long)]
    binary: Option<PathBuf>,
    /// One database only
    #[arg(long, value_enum)]
    only: Option<Kind>,
}

impl Place {
    fn kinds(&self) -> Vec<Kind> {
        self.only.map_or(vec![Kind::Sqlite, Kind::Postgres], |only| vec![only])
    }

    fn binary(&self) -> anyhow::Result<PathBuf> {
        let beside = || Ok(std::env::current_exe()?.with_file_name("highline"));
        let path = self.binary.clone().map_or_else(beside, anyhow::Ok)?;
        path.canonicalize()
            .with_context(|| format!("there is no binary {}: build it with --release", path.display()))
    }
}

fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("another TLS provider has been installed"))?;
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(arguments.command))
}

async fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Floor(args) => floor::run(args).await,
        Command::Inbound(args) => {
            for kind in args.place.kinds() {
                inbound(&args, kind).await?;
            }
            Ok(())
        }
        Command::Found(args) => {
            for kind in args.place.kinds() {
                let bed = Bed::make(kind, &args.place.binary()?).await?;
                tell(&format!("{}, found by one poll", kind.title()), &found::measure(bed, args.runs).await?);
            }
            Ok(())
        }
        Command::Latency(args) => {
            for kind in args.place.kinds() {
                let bed = Bed::make(kind, &args.place.binary()?).await?;
                let latency = latency::measure(bed, Duration::from_secs(args.seconds)).await?;
                tell_spread(&format!("{}: accepted -> request", kind.title()), &latency.after_accepted);
                tell_spread(&format!("{}: sent -> request", kind.title()), &latency.after_sent);
            }
            Ok(())
        }
    }
}

fn tell_spread(what: &str, times: &Spread) {
    println!(
        "{what}: p50 {:.1?} p99 {:.1?} mean {:.1?} of {}",
        times.part(0.5),
        times.part(0.99),
        times.mean(),
        times.len()
    );
}

fn tell(what: &str, measured: &Measured) {
    println!(
        "{what}: {:.0} runs/s  cpu ms/run: node {:.3} database {:.3} load and target {:.3}  {:.2} s  peak {} MB",
        measured.per_second(),
        measured.each(measured.node_cpu),
        measured.each(measured.database_cpu),
        measured.each(measured.own_cpu),
        measured.wall.as_secs_f64(),
        measured.memory / 1_000_000,
    );
}

async fn inbound(args: &InboundArgs, kind: Kind) -> anyhow::Result<()> {
    let binary = args.place.binary()?;
    let inbound = Inbound::make(Bed::make(kind, &binary).await?, "/hook").await?;
    inbound.measure(args.warm_up).await?;
    let measured = inbound.measure(args.runs).await?;
    tell(kind.title(), &measured);
    println!("  accepted {:.0}/s", measured.runs as f64 / measured.accepted.as_secs_f64());
    let (node, database) = (measured.each(measured.node_cpu), measured.each(measured.database_cpu));
    if args.no_floor {
        return inbound.end().await;
    }
    let (before, after) = inbound.log_sizes().await?;
    inbound.end().await?;
    let bed = Bed::make(kind, &binary).await?;
    let (floor, floor_database) = measure_floor(&bed, (&before, &after), args.runs).await?;
    bed.remove().await?;
    let (floor_node, floor_database) = (measured.each(floor.cpu), measured.each(floor_database));
    println!(
        "{} floor: {:.0} runs/s  cpu ms/run: loop {floor_node:.3} database {floor_database:.3}  -> product {:.0} % of the floor by time, {:.0} % by cpu",
        kind.title(),
        args.runs as f64 / floor.wall.as_secs_f64(),
        100.0 * floor.wall.as_secs_f64() / measured.wall.as_secs_f64(),
        100.0 * (floor_node + floor_database) / (node + database),
    );
    Ok(())
}
