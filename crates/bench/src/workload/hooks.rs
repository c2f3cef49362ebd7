//! F: requests to the address of a workflow, one at a time on each connection. Every tenth is sent twice, about at the same
//! time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use uuid::Uuid;

use crate::bed::Bed;
use crate::load::Asked;
use crate::options::Options;
use crate::report::{Report, megabytes, number, time};
use crate::stats::Spread;
use crate::workload::inbound::WARM_UP;
use crate::workload::trial::{Measured, Trial, WORKFLOW};

const PATH: &str = "bench/9f86d081884c7d659a2feaa0c55ad015";

/// Events of which one is sent twice.
const TWICE: u64 = 10;

/// Thousands a second.
const LEAST: f64 = 2_000.0;

/// Events a second, for the answer on a machine that has time.
const RATE: u32 = 100;

pub async fn report(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    for kind in options.kinds() {
        let found = measure(options.bed(kind).await?, options).await?;
        let (title, connections, measured) = (kind.title(), options.connections, &found.measured);
        let rate = found.answers.len() as f64 / measured.accepted.as_secs_f64();
        let what = format!("{title}: requests to an address over {connections} connections");
        report.at_least("F", what, (rate, LEAST, " requests/s"));
        report.tell("F", format!("{title}: until their answer"), both(&found.answers));
        report.tell("F", format!("{title}: until their answer at {RATE}/s"), both(&found.paced));
        let runs = format!("{} runs/s, {}", number(measured.per_second()), measured.describe());
        report.tell("F", format!("{title}: the runs that they start"), runs);
        let counted = format!(
            "0 of {} lost, 0 doubled, {} duplicates told",
            number(measured.runs as f64),
            number(found.repeated as f64)
        );
        report.tell("F", format!("{title}: looked up in the database"), counted);
        report.tell("F", format!("{title}: most memory of the node"), megabytes(measured.memory));
    }
    Ok(())
}

fn both(spread: &Spread) -> String {
    format!("p50 {}, p99 {}", time(spread.part(0.5)), time(spread.part(0.99)))
}

struct Found {
    measured: Measured,
    answers: Spread,
    paced: Spread,
    /// Events that were sent twice.
    repeated: usize,
}

async fn measure(bed: Bed, options: &Options) -> anyhow::Result<Found> {
    let trial =
        Trial::prepare(bed, |bed, _| bed.write(&format!("workflows/{WORKFLOW}.yaml"), &workflow())).await?;
    let trial = Trial { requests: 0, ..trial };
    let inlet = trial.inlet_at(&format!("/hooks/{PATH}"));
    // The numbers are the keys: each part has its own.
    let (warm_up, flood) = (1_000_000_000, 2_000_000_000);
    let before: Vec<u64> = (warm_up..warm_up + WARM_UP).collect();
    trial.measure_load(WARM_UP, inlet.ask(before, options.connections)).await?;
    let paced = inlet.pace(RATE, Duration::from_secs(10)).await?;
    trial.all_over(0).await?;
    let paced = paced.into_iter().map(|(_, sent, answered)| answered - sent).collect();

    let numbers = with_repeats(flood..flood + options.runs);
    let (measured, asked) = trial.measure_load(options.runs, inlet.ask(numbers, options.connections)).await?;
    let repeated = compare(&asked, &kept(&trial).await?, measured.runs)?;
    trial.end().await?;
    let answers = Spread::of(asked.iter().map(|asked| asked.took).collect());
    Ok(Found { measured, answers, paced: Spread::of(paced), repeated })
}

fn workflow() -> String {
    format!(
        r#"enabled: true
trigger: {{ webhook: {{ path: {PATH} }} }}
dedupe: {{ key: "{{{{ trigger.body.number }}}}" }}
steps:
  - set:
      email: "{{{{ lower trigger.body.email }}}}"
      name: "{{{{ trigger.body.firstName }}}} {{{{ trigger.body.lastName }}}}"
"#
    )
}

/// After each ten the first of them once more, while the others are on their way.
fn with_repeats(numbers: std::ops::Range<u64>) -> Vec<u64> {
    let again = |number: u64| (number % TWICE == TWICE - 1).then(|| number + 1 - TWICE);
    let begin = numbers.start;
    numbers
        .flat_map(|number| [Some(number), again(number).filter(|first| *first >= begin)])
        .flatten()
        .collect()
}

/// The runs that have succeeded.
async fn kept(trial: &Trial) -> anyhow::Result<HashSet<Uuid>> {
    let sql = format!("SELECT id FROM runs WHERE workflow_id = '{WORKFLOW}' AND state = 'succeeded'");
    let rows = trial.questions.rows(&sql).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Holds each answer to the others with the same number and to the database; how many of them were duplicates. That there are
/// not more runs than events has been counted.
fn compare(asked: &[Asked], kept: &HashSet<Uuid>, events: u64) -> anyhow::Result<usize> {
    let (mut runs, mut firsts) = (HashMap::new(), HashSet::new());
    for Asked { number, answer, .. } in asked {
        let told: Value = serde_json::from_str(answer)?;
        let run = told["event"]["run"].as_str().with_context(|| format!("no run: {answer}"))?;
        let run: Uuid = run.parse()?;
        ensure!(kept.contains(&run), "lost: run {run} was answered to event {number}, and is not there");
        ensure!(*runs.entry(*number).or_insert(run) == run, "doubled: event {number} has two runs");
        ensure!(told["duplicate"] == true || firsts.insert(*number), "doubled: event {number} is new twice");
    }
    ensure!(firsts.len() as u64 == events, "{} of {events} events were new", firsts.len());
    Ok(asked.len() - firsts.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tenth_is_sent_twice() {
        let numbers = with_repeats(100..125);
        assert_eq!((numbers.len(), &numbers[8..13]), (27, &[108, 109, 100, 110, 111][..]));
        assert_eq!(with_repeats(95..100), [95, 96, 97, 98, 99], "the first of them was not sent");
    }

    #[test]
    fn what_is_lost_or_doubled_is_found() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let asked = |number, run: Uuid, duplicate: bool| Asked {
            number,
            answer: format!(r#"{{"event":{{"id":"x","run":"{run}"}},"duplicate":{duplicate}}}"#),
            took: Duration::ZERO,
        };
        let kept = HashSet::from([one, two]);
        let fine = [asked(7, one, true), asked(7, one, false), asked(8, two, false)];
        assert_eq!(compare(&fine, &kept, 2).unwrap(), 1);
        for (wrong, word) in [
            ([asked(7, one, false), asked(8, Uuid::from_u128(3), false)], "lost"),
            ([asked(7, one, false), asked(7, two, true)], "two runs"),
            ([asked(7, one, false), asked(7, one, false)], "new twice"),
            ([asked(7, one, false), asked(7, one, true)], "1 of 2"),
        ] {
            let error = compare(&wrong, &kept, 2).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
