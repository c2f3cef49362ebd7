//! B: ten requests in sequence, each with a field of the answer before it.

use std::fmt::Write;

use crate::options::Options;
use crate::report::{Report, number};
use crate::target::Target;
use crate::workload::trial::{Trial, WORKFLOW};

const STEPS: u64 = 10;

pub async fn report(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let runs = options.runs / STEPS;
    for kind in options.kinds() {
        let trial = Trial::prepare(options.bed(kind).await?, |bed, target| {
            bed.write(&format!("workflows/{WORKFLOW}.yaml"), &workflow(target))
        });
        let trial = Trial { requests: STEPS, ..trial.await? };
        trial.measure(runs / 10).await?;
        let measured = trial.measure(runs).await?;
        trial.end().await?;
        let steps = number(measured.per_second() * STEPS as f64);
        let value =
            format!("{} runs/s, {steps} steps/s, {}", number(measured.per_second()), measured.describe());
        report.tell("B", format!("{}: {STEPS} requests in sequence", kind.title()), value);
    }
    Ok(())
}

fn workflow(target: &Target) -> String {
    let mut text = "enabled: false\ntrigger: manual\nsteps:\n".to_owned();
    for step in 1..=STEPS {
        let id = match step {
            1 => "{{ trigger.number }}".to_owned(),
            _ => format!("{{{{ steps.call_{}.body.id }}}}", step - 1),
        };
        let url = format!("http://{}/step/{step}", target.address);
        writeln!(text, "  - id: call_{step}\n    use: http.request\n    with: {{ method: POST, url: \"{url}\", body: {{ id: \"{id}\" }} }}")
            .expect("text can be written to");
    }
    text
}
