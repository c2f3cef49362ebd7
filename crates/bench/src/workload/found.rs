//! A by a poll: many records that one poll finds, each of which becomes a run.

use std::fmt::Write;

use crate::bed::Bed;
use crate::load;
use crate::workload::connector;
use crate::workload::trial::{self, Measured, Trial, WORKFLOW};

/// Records of a poll: an answer of more than 8 MiB is refused.
const MOST: u64 = 20_000;

/// A poll that is started by switching the workflow on, and not repeated while anything is measured.
pub async fn measure(bed: Bed, runs: u64) -> anyhow::Result<Measured> {
    let runs = runs.min(MOST);
    let records = (0..runs).fold(String::new(), |mut list, number| {
        let comma = if number == 0 { "" } else { "," };
        write!(list, "{comma}{}", load::event(number)).expect("text can be written to");
        list
    });
    let trial = Trial::prepare(bed, |bed, target| {
        target.give_records(&format!("[{records}]"));
        connector::write(bed, target)?;
        let trigger = "{ use: bench.records.list, connection: bench, every: 1d, backfill: true }";
        bed.write(&format!("workflows/{WORKFLOW}.yaml"), &trial::workflow(trigger, target, "/hook"))
    });
    let trial = trial.await?;
    let measured = trial.measure_after_switch(runs).await?;
    trial.end().await?;
    Ok(measured)
}
