//! `highline run`

use std::sync::Arc;

use highline_catalog::Connections;
use highline_engine::{Ended, Mode, Rehearsal, Sender, Sight, StepView, sample_event, steps};
use highline_model::{Clock, LogEntry, RunEvent, RunState};
use highline_workflow::{Checked, Environment, Workflow, check};
use highline_yaml::{Format, Source, has_errors, render};
use serde_json::{Value, json};

use crate::Outcome;
use crate::args::RunArgs;
use crate::commands::{input, runs};
use crate::folder;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::World;

pub async fn run(settings: &Settings, args: RunArgs) -> anyhow::Result<Outcome> {
    let world = World::load(settings)?;
    let connections = world.connections(settings)?;
    let Some(workflow) = checked(&args, &world, connections.as_ref())? else { return Ok(Outcome::No) };
    let event = match &args.event {
        Some(text) => input::value(text)?,
        None => sample_event(&workflow, &world.catalog),
    };
    let sender = Sender { catalog: world.catalog, connections: Arc::new(connections.unwrap_or_default()) };
    let mode = if args.dry_run { Mode::Dry } else { Mode::Live };
    let rehearsal = Rehearsal { workflow, event: Arc::new(event), sender, clock: Clock::system(), mode };
    if let Some(reason) = filtered(&rehearsal) {
        if args.json {
            print::json(&json!({ "run": null, "reason": reason }))?;
        } else {
            say!("{reason}");
        }
        return Ok(Outcome::Fine);
    }
    if !args.json {
        print_event(&rehearsal, args.event.is_none());
    }
    let mut withheld = Vec::new();
    let ended = rehearsal.run(&mut |sight| see(sight, args.json, &mut withheld)).await;
    conclude(&ended, args.json, &withheld)
}

fn checked(
    args: &RunArgs,
    world: &World,
    connections: Option<&Connections>,
) -> anyhow::Result<Option<Arc<Workflow>>> {
    let name = args.file.display().to_string();
    let (source, diagnostics, workflow) = match Source::read(&args.file) {
        Err(unreadable) => (Source::new(&name, ""), vec![*unreadable], None),
        Ok(source) => match folder::id_of(&args.file) {
            Err(wrong_name) => (source, vec![wrong_name], None),
            Ok(id) => {
                let environment = Environment { catalog: &world.catalog, connections };
                let Checked { workflow, diagnostics } = check(&id, &source, &environment);
                (source, diagnostics, workflow)
            }
        },
    };
    eprint!("{}", render(&[(&source, &diagnostics)], Format::Human { colour: false }));
    anyhow::ensure!(
        workflow.is_some() || has_errors(&diagnostics),
        "{name} gave neither a workflow nor an error"
    );
    Ok(workflow)
}

/// Why no run would start for this event.
fn filtered(rehearsal: &Rehearsal) -> Option<String> {
    rehearsal.is_filtered().then(|| "`where` is false for this event: no run would start".to_owned())
}

fn print_event(rehearsal: &Rehearsal, sample: bool) {
    let note = if sample { " (a sample; give your own with --event)" } else { "" };
    say!("{}: event{note} {}", rehearsal.workflow.name, print::short(&rehearsal.event.to_string(), 200));
}

fn see(sight: Sight<'_>, json: bool, withheld: &mut Vec<Value>) {
    match sight {
        Sight::Entry(entry) if !json => tell(entry),
        Sight::Entry(_) => {}
        Sight::Withheld { attempt, preview } => {
            if !json {
                say!("  {}  would send {} {}", attempt.step, preview.method, preview.url);
                if let Some(body) = &preview.body {
                    say!("    {body}");
                }
            }
            withheld
                .push(json!({ "step": attempt.step, "operation": attempt.operation, "request": preview }));
        }
    }
}

/// A line for what a person wants to see at once; the steps follow at the end.
fn tell(entry: &LogEntry) {
    match &entry.event {
        RunEvent::AttemptFailed { step, attempt, failure, retry_at, .. } => {
            let again = retry_at.map(|at| format!("; again at {}", print::time(at))).unwrap_or_default();
            say!("  {step}  attempt {attempt} failed: {failure}{again}");
        }
        RunEvent::StepSucceeded { step, .. } => say!("  {step}  done"),
        RunEvent::StepSkipped { step } => say!("  {step}  skipped"),
        RunEvent::StepFailed { step, failure, .. } => say!("  {step}  failed: {failure}"),
        RunEvent::WaitStarted { step, until } => say!("  {step}  waits until {}", print::time(*until)),
        _ => {}
    }
}

fn conclude(ended: &Ended, json: bool, withheld: &[Value]) -> anyhow::Result<Outcome> {
    let steps = steps(&ended.log);
    let withheld_at = |step: &StepView| withheld.iter().any(|one| one["step"] == step.step.as_str());
    if json {
        let value = json!({
            "state": ended.state, "failure": ended.failure, "steps": steps, "log": ended.log, "withheld": withheld
        });
        print::json(&json!({ "run": value }))?;
    } else {
        for step in &steps {
            runs::show_step(step);
            if withheld_at(step) {
                say!("  note    not sent; the output is a stand-in made from the operation's sample");
            }
        }
        let why = ended.failure.as_ref().map(|failure| format!(": {failure}")).unwrap_or_default();
        say!("\nrun {}{why}", ended.state);
    }
    Ok(if ended.state == RunState::Succeeded { Outcome::Fine } else { Outcome::No })
}
