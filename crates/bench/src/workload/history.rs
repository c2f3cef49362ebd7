//! D: lists and pages with millions of runs, and what a run costs then.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::net::TcpStream;

use crate::node::{Node, ask_on};
use crate::options::Options;
use crate::report::{Report, number, time};
use crate::stats::Spread;
use crate::wire;
use crate::workload::inbound::WARM_UP;
use crate::workload::past::{Past, WORKFLOWS};
use crate::workload::trial::Trial;

const LIMIT: Duration = Duration::from_millis(50);
const ASKED: u64 = 200;
/// What a run may cost more than without a history, in percent.
const MORE: f64 = 20.0;

pub async fn report(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let runs = options.history.unwrap_or(if options.full { 10_000_000 } else { 1_000_000 });
    for kind in options.kinds() {
        let what = |rest: &str| format!("{}, {} runs kept: {rest}", kind.title(), number(runs as f64));
        let fresh = Trial::make(options.bed(kind).await?, "/hook").await?;
        fresh.measure(WARM_UP).await?;
        let without = fresh.measure(options.runs).await?;
        fresh.end().await?;

        let bed = options.bed(kind).await?;
        let (past, began) = (Past::new(runs), Instant::now());
        past.make(&bed).await?;
        report.tell("D", what("time to make them"), time(began.elapsed()));
        let trial = Trial::make(bed, "/hook").await?;
        for (name, paths) in questions(&past) {
            let times = ask(&trial.node, &paths).await.with_context(|| name.to_owned())?;
            report.below("D", what(&format!("{name}, p99")), times.part(0.99), LIMIT);
        }
        trial.measure(WARM_UP).await?;
        let with = trial.measure(options.runs).await?;
        trial.end().await?;
        let (rate, cpu) = (with.per_second() / without.per_second(), without.cpu() / with.cpu());
        let least = 100.0 - MORE;
        report.at_least("D", what("of the runs/s without history"), (100.0 * rate, least, " %"));
        report.at_least("D", what("the same by processor time"), (100.0 * cpu, least, " %"));
    }
    Ok(())
}

/// Each kind of page, with different places in the history.
fn questions(past: &Past) -> Vec<(&'static str, Vec<String>)> {
    let all = |path: &dyn Fn(u64) -> String| (0..ASKED).map(path).collect::<Vec<_>>();
    // Spread over the whole history, and never twice the same.
    let place = |turn: u64| (turn * 7_919 + 13) * (past.runs / ASKED / 8 + 1) % past.runs;
    let day = |turn: u64| {
        let from = past.time(place(turn));
        let text = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        format!("since={}&until={}", text(from), text(from + chrono::Duration::hours(24)))
    };
    let list = |rest: String| format!("/api/v1/runs?limit=50{rest}");
    let workflow = |turn: u64| format!("&workflow=past-{}", turn % WORKFLOWS);
    vec![
        ("first page", all(&|_| list(String::new()))),
        ("deep page", all(&|turn| list(format!("&after={}", past.id(place(turn)))))),
        ("a workflow", all(&|turn| list(workflow(turn)))),
        (
            "a workflow, deep page",
            all(&|turn| list(format!("{}&after={}", workflow(turn), past.id(place(turn))))),
        ),
        ("failed", all(&|_| list("&state=failed".to_owned()))),
        ("failed, deep page", all(&|turn| list(format!("&state=failed&after={}", past.id(place(turn)))))),
        ("two states", all(&|turn| list(format!("&state=failed,cancelled&after={}", past.id(place(turn)))))),
        ("running", all(&|_| list("&state=running".to_owned()))),
        ("failed of a workflow", all(&|turn| list(format!("{}&state=failed", workflow(turn))))),
        ("a day", all(&|turn| list(format!("&{}", day(turn))))),
        (
            "failed of a workflow on a day",
            all(&|turn| list(format!("{}&state=failed&{}", workflow(turn), day(turn)))),
        ),
        ("a run", all(&|turn| format!("/api/v1/runs/{}", past.id(place(turn))))),
        ("workflows with their counts", all(&|_| "/api/v1/workflows".to_owned())),
    ]
}

async fn ask(node: &Node, paths: &[String]) -> anyhow::Result<Spread> {
    let mut stream = TcpStream::connect(node.address).await?;
    let mut times = Vec::new();
    for path in paths {
        let began = Instant::now();
        let (status, body) = ask_on(&mut stream, &wire::get(path)).await?;
        times.push(began.elapsed());
        ensure!(status == 200, "{path}: {status} {body}");
    }
    Ok(Spread::of(times))
}
