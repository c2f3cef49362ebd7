//! How long an accepted event waits until its request is out, at a steady hundred a second.

use std::time::Duration;

use anyhow::ensure;

use crate::bed::Bed;
use crate::stats::Spread;
use crate::workload::inbound::Inbound;

const RATE: u32 = 100;

/// For each event: from the answer that accepted it, and from sending it, to the request at the target.
pub struct Latency {
    pub after_accepted: Spread,
    pub after_sent: Spread,
}

pub async fn measure(bed: Bed, time: Duration) -> anyhow::Result<Latency> {
    let inbound = Inbound::make(bed, "/event/{{ trigger.number }}").await?;
    inbound.inlet().pace(RATE, Duration::from_secs(3)).await?;
    inbound.all_over(inbound.target.requests()).await?;
    inbound.target.take_arrivals();

    let events = inbound.inlet().pace(RATE, time).await?;
    inbound.all_over(inbound.target.requests()).await?;
    let arrivals = inbound.target.take_arrivals();
    ensure!(arrivals.len() == events.len(), "{} of {} events went on", arrivals.len(), events.len());
    let (mut after_accepted, mut after_sent) = (Vec::new(), Vec::new());
    for (number, sent, accepted) in events {
        let arrived = arrivals[&number];
        // A request may be out before the answer is back.
        after_accepted.push(arrived.saturating_duration_since(accepted));
        after_sent.push(arrived.saturating_duration_since(sent));
    }
    inbound.end().await?;
    Ok(Latency { after_accepted: Spread::of(after_accepted), after_sent: Spread::of(after_sent) })
}
