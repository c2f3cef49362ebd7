//! C: workflows that poll each minute, each with a question of its own.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use chrono::{DateTime, Utc};

use crate::bed::{Bed, Kind, Questions};
use crate::node::Node;
use crate::options::Options;
use crate::report::{Report, megabytes, number, time};
use crate::stats::Spread;
use crate::target::Target;
use crate::workload::connector;

/// A minute, in which each polls once, and what the slowest may lag behind.
const WINDOW: Duration = Duration::from_secs(70);
const PATIENCE: Duration = Duration::from_secs(1_800);

/// Megabytes at rest.
const IDLE: u64 = 40;

pub async fn report(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.kinds() {
        let idle = idle_memory(options.bed(kind).await?).await?;
        report.memory("C", format!("{}: memory of a node with nothing to do", kind.title()), idle, IDLE);
    }
    for (kind, workflows) in sizes(options) {
        measure(options.bed(kind).await?, workflows, report).await?;
    }
    Ok(())
}

fn sizes(options: &Options) -> Vec<(Kind, u64)> {
    let numbers = match (options.workflows, options.full) {
        (Some(workflows), _) => vec![workflows],
        (None, false) => vec![1_000, 10_000],
        (None, true) => vec![1_000, 10_000, 100_000],
    };
    let all = options.kinds().into_iter().flat_map(|kind| numbers.iter().map(move |number| (kind, *number)));
    // Two minutes each: the short form measures the large number on one of the databases.
    let chosen = |&(kind, number): &(Kind, u64)| {
        options.full || options.workflows.is_some() || (kind == Kind::Sqlite) == (number != 1_000)
    };
    all.filter(chosen).collect()
}

async fn idle_memory(bed: Bed) -> anyhow::Result<u64> {
    let node = Node::start(&bed, &[]).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (now, _) = node.memory()?;
    node.stop().await?;
    bed.remove().await?;
    Ok(now)
}

async fn measure(bed: Bed, workflows: u64, report: &mut Report) -> anyhow::Result<()> {
    let what =
        |rest: &str| format!("{}, {} polling workflows: {rest}", bed.kind.title(), number(workflows as f64));
    let target = Target::start().await?;
    target.give_records(r#"[{"number":1},{"number":2},{"number":3}]"#);
    connector::write(&bed, &target)?;
    for workflow in 1..=workflows {
        bed.write(&format!("workflows/watch-{workflow}.yaml"), &watcher(workflow))?;
    }
    let node = Node::start(&bed, &[]).await?;
    let questions = bed.connect().await?;
    each_has_polled(&questions, workflows).await?;

    let (began, cpu) = (Instant::now(), node.cpu()? + bed.database_cpu()?);
    let due = due_times(&questions).await?;
    let from = Utc::now();
    tokio::time::sleep(WINDOW).await;
    let share =
        100.0 * (node.cpu()? + bed.database_cpu()? - cpu).as_secs_f64() / began.elapsed().as_secs_f64();
    let delays = delays(&questions, &due, from).await?;
    let (memory, most) = node.memory()?;

    let limit = if workflows > 10_000 { u64::MAX / 1_000_000 } else { 250 };
    match limit {
        250 => report.memory("C", what("memory"), memory, limit),
        _ => report.tell("C", what("memory"), megabytes(memory)),
    }
    report.tell("C", what("most memory, while all were new"), megabytes(most));
    report.tell("C", what("first start"), time(node.ready_after));
    report.below("C", what("mean delay of a poll"), delays.mean(), Duration::from_secs(1));
    let rest = format!("{} (of {} polls)", time(delays.part(0.99)), number(delays.len() as f64));
    report.tell("C", what("p99 delay of a poll"), rest);
    report.tell("C", what("share of one processor"), format!("{share:.1} %"));
    node.stop().await?;
    questions.connection.close().await?;
    bed.remove().await
}

pub fn watcher(number: u64) -> String {
    format!(
        r#"name: Watch {number}
enabled: true
trigger: {{ use: bench.records.list, connection: bench, every: 1m, with: {{ owner: "owner {number}" }} }}
where: '{{{{ gt trigger.number 1 }}}}'
steps:
  - set: {{ number: "{{{{ trigger.number }}}}" }}
"#
    )
}

async fn each_has_polled(questions: &Questions, workflows: u64) -> anyhow::Result<()> {
    let began = Instant::now();
    while questions.number("SELECT count(*) FROM triggers WHERE polls > 0").await? < i64::try_from(workflows)?
    {
        if began.elapsed() > PATIENCE {
            bail!("not every workflow has polled within {PATIENCE:?}");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn due_times(questions: &Questions) -> anyhow::Result<HashMap<String, DateTime<Utc>>> {
    let rows = questions.rows("SELECT workflow_id, next_at FROM triggers WHERE next_at IS NOT NULL").await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// How much later than planned each began its next poll.
async fn delays(
    questions: &Questions,
    due: &HashMap<String, DateTime<Utc>>,
    from: DateTime<Utc>,
) -> anyhow::Result<Spread> {
    let sql = "SELECT workflow_id, started_at FROM polls ORDER BY id DESC";
    let mut began: HashMap<String, DateTime<Utc>> = HashMap::new();
    for row in questions.rows(sql).await? {
        let at: DateTime<Utc> = row.try_get_by_index(1)?;
        if at >= from {
            // The rows come newest first, so that the oldest one stays.
            began.insert(row.try_get_by_index(0)?, at);
        }
    }
    let late = |(workflow, at): (&String, &DateTime<Utc>)| {
        let due = due.get(workflow)?;
        Some((*at - *due).to_std().unwrap_or_default())
    };
    let delays: Vec<Duration> = began.iter().filter_map(late).collect();
    ensure!(
        delays.len() * 10 >= due.len() * 9,
        "only {} of {} polled in {WINDOW:?}",
        delays.len(),
        due.len()
    );
    Ok(Spread::of(delays))
}
