//! E: from the start of the process to ready, with a thousand workflows in the folder.

use std::time::Duration;

use crate::node::Node;
use crate::options::Options;
use crate::report::Report;
use crate::stats::Spread;
use crate::target::Target;
use crate::workload::{connector, polls};

const WORKFLOWS: u64 = 1_000;
const LIMIT: Duration = Duration::from_millis(300);
/// Starts of which the median counts.
const STARTS: usize = 5;

pub async fn report(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.kinds() {
        let bed = options.bed(kind).await?;
        let target = Target::start().await?;
        connector::write(&bed, &target)?;
        for workflow in 1..=WORKFLOWS {
            bed.write(&format!("workflows/watch-{workflow}.yaml"), &polls::watcher(workflow))?;
        }
        let node = Node::start(&bed, &[]).await?;
        let first = node.ready_after;
        node.stop().await?;
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let node = Node::start(&bed, &[]).await?;
            times.push(node.ready_after);
            node.stop().await?;
        }
        bed.remove().await?;
        let what = |rest: &str| format!("{}: start to ready with {WORKFLOWS} workflows{rest}", kind.title());
        report.tell("E", what(", all of them new"), crate::report::time(first));
        report.below("E", what(""), Spread::of(times).part(0.5), LIMIT);
    }
    Ok(())
}
