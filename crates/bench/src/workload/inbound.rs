//! A: an event comes in, its fields are mapped, one request goes out, and all of it is kept.

use std::process::Stdio;
use std::time::Duration;

use anyhow::ensure;

use crate::bed::{Bed, Kind};
use crate::floor::{self, Floor};
use crate::options::Options;
use crate::report::{Report, megabytes, number};
use crate::target::Target;
use crate::workload::found;
use crate::workload::trial::{Measured, Trial};

/// Events before a measurement begins.
pub const WARM_UP: u64 = 2_000;

/// Of the floor, in percent.
const SHARE: f64 = 30.0;

pub async fn report(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.kinds() {
        let trial = Trial::make(options.bed(kind).await?, "/hook").await?;
        trial.measure(WARM_UP).await?;
        let measured = trial.measure(options.runs).await?;
        let sizes = trial.log_sizes().await?;
        trial.end().await?;
        tell(report, kind, &measured);
        if !options.no_floor {
            compare(options, report, (kind, &measured), sizes).await?;
        }
        let found = found::measure(options.bed(kind).await?, options.runs).await?;
        let what = format!("{}: the same for records that one poll finds", kind.title());
        report.tell("A", what, format!("{} runs/s, {}", number(found.per_second()), found.describe()));
    }
    Ok(())
}

fn tell(report: &mut Report, kind: Kind, measured: &Measured) {
    let least = match kind {
        Kind::Sqlite => 5_000.0,
        Kind::Postgres => 3_000.0,
    };
    let title = kind.title();
    report.at_least(
        "A",
        format!("{title}: event to finished run"),
        (measured.per_second(), least, " runs/s"),
    );
    report.tell("A", format!("{title}: processor time for a run"), measured.describe());
    let accepted = measured.runs as f64 / measured.accepted.as_secs_f64();
    report.tell("A", format!("{title}: events accepted meanwhile"), format!("{}/s", number(accepted)));
    report.tell("A", format!("{title}: most memory of the node"), megabytes(measured.memory));
}

async fn compare(
    options: &Options,
    report: &mut Report,
    product: (Kind, &Measured),
    sizes: (Vec<usize>, Vec<usize>),
) -> anyhow::Result<()> {
    let (kind, measured) = product;
    let bed = options.bed(kind).await?;
    let (floor, database) = measure_floor(&bed, (&sizes.0, &sizes.1), options.runs).await?;
    bed.remove().await?;
    let cpu = measured.each(floor.cpu + database);
    let title = kind.title();
    let rate = number(options.runs as f64 / floor.wall.as_secs_f64());
    report.tell("A", format!("{title}: the floor"), format!("{rate} runs/s, {cpu:.3} ms for a run"));
    let by_time = 100.0 * floor.wall.as_secs_f64() / measured.wall.as_secs_f64();
    report.at_least("A", format!("{title}: of the floor's runs/s"), (by_time, SHARE, " %"));
    report.at_least(
        "A",
        format!("{title}: of the floor, by processor time"),
        (100.0 * cpu / measured.cpu(), SHARE, " %"),
    );
    Ok(())
}

/// The bare loop on a database of its own.
async fn measure_floor(
    bed: &Bed,
    like: (&[usize], &[usize]),
    runs: u64,
) -> anyhow::Result<(Floor, Duration)> {
    let target = Target::start().await?;
    let list = |sizes: &[usize]| sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    let mut command = tokio::process::Command::new(std::env::current_exe()?);
    command.args(["floor", "--database", &bed.url, "--target", &format!("http://{}/hook", target.address)]);
    command.args(["--runs", &runs.to_string(), "--before", &list(like.0), "--after", &list(like.1)]);
    let database = bed.database_cpu()?;
    let output = command.stderr(Stdio::inherit()).output().await?;
    ensure!(output.status.success(), "the floor failed");
    ensure!(target.requests() == runs, "the floor sent {} requests", target.requests());
    Ok((floor::read(&output.stdout)?, bed.database_cpu()? - database))
}
