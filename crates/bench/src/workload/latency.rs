//! How long an accepted event waits until its request is out, at a steady hundred a second.

use std::time::Duration;

use anyhow::ensure;

use crate::bed::Bed;
use crate::options::Options;
use crate::report::{Report, time};
use crate::stats::Spread;
use crate::workload::trial::Trial;

const RATE: u32 = 100;

const LIMIT: Duration = Duration::from_millis(10);

pub async fn report(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.kinds() {
        let latency = measure(options.bed(kind).await?, Duration::from_secs(30)).await?;
        let of = |spread: &Spread| format!("p50 {}, p99 {}", time(spread.part(0.5)), time(spread.part(0.99)));
        let title = kind.title();
        let accepted = format!("{title}: event accepted to request out at 100/s, p99");
        report.below("A", accepted, latency.after_accepted.part(0.99), LIMIT);
        report.tell("A", format!("{title}: the same from accepted"), of(&latency.after_accepted));
        report.tell("A", format!("{title}: the same from sending the event"), of(&latency.after_sent));
    }
    Ok(())
}

/// For each event: from the answer that accepted it, and from sending it, to the request at the target.
struct Latency {
    after_accepted: Spread,
    after_sent: Spread,
}

async fn measure(bed: Bed, time: Duration) -> anyhow::Result<Latency> {
    let trial = Trial::make(bed, "/event/{{ trigger.number }}").await?;
    trial.inlet().pace(RATE, Duration::from_secs(3)).await?;
    trial.all_over(trial.target.requests()).await?;
    trial.target.take_arrivals();

    let events = trial.inlet().pace(RATE, time).await?;
    trial.all_over(trial.target.requests()).await?;
    let arrivals = trial.target.take_arrivals();
    ensure!(arrivals.len() == events.len(), "{} of {} events went on", arrivals.len(), events.len());
    let (mut after_accepted, mut after_sent) = (Vec::new(), Vec::new());
    for (number, sent, accepted) in events {
        let arrived = arrivals[&number];
        // A request may be out before the answer is back.
        after_accepted.push(arrived.saturating_duration_since(accepted));
        after_sent.push(arrived.saturating_duration_since(sent));
    }
    trial.end().await?;
    Ok(Latency { after_accepted: Spread::of(after_accepted), after_sent: Spread::of(after_sent) })
}
