//! `highline runs`

use highline_engine::{StepView, steps, waits_for};
use highline_model::{RunId, RunPrefix};
use highline_store::{Page, RunDetail, RunRecord};
use serde_json::{Value, json};

use crate::Outcome;
use crate::args::{RunsCommand, RunsListArgs};
use crate::commands::workflows;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::{clock, existing_store};

mod change;
mod wire;

pub async fn run(settings: &Settings, command: RunsCommand) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let outcome = match command {
        RunsCommand::List(args) => list(&store, args).await?,
        RunsCommand::Show { run, step: Some(step), json } => wire::show(&store, (&run, &step), json).await?,
        RunsCommand::Show { run, step: None, json } => show(&store, &run, json).await?,
        RunsCommand::Retry { choice, revision } => change::retry(&store, choice, revision).await?,
        RunsCommand::Rerun(args) => change::rerun(settings, &store, args).await?,
        RunsCommand::Cancel(choice) => change::cancel(&store, choice).await?,
        RunsCommand::Delete { run } => change::delete(&store, &run).await?,
        RunsCommand::Resolve { run, decision, output } => {
            change::resolve(&store, &run, &decision, output.as_deref()).await?
        }
    };
    store.close().await;
    Ok(outcome)
}

async fn list(store: &highline_store::Store, args: RunsListArgs) -> anyhow::Result<Outcome> {
    // A program asks for a filter's result, which is empty; a person may have mistyped.
    if let (Some(id), false) = (&args.filter.workflow, args.page.json)
        && store.workflow(id).await?.is_none()
    {
        return workflows::unknown(store, id).await;
    }
    let filter = args.filter.resolve(clock(store).await?.now())?;
    let page = Page { after: args.page.after.map(RunId), limit: args.page.limit };
    let found = store.runs(&filter, page).await?;
    if args.page.json {
        print::json(&found)?;
        return Ok(Outcome::Fine);
    }
    let mut table = print::table(&["RUN", "WORKFLOW", "STATE", "MADE", "TOOK", "WHY"]);
    for run in &found.runs {
        let again = run.rerun_of.map(|of| format!("does run {of} again")).unwrap_or_default();
        let why = run.failure.as_ref().map(|f| print::short(&f.to_string(), 60)).unwrap_or(again);
        table.add_row([
            run.id.to_string(),
            run.workflow.to_string(),
            run.state.to_string(),
            print::time(run.created_at),
            took(run),
            why,
        ]);
    }
    print::show(&table, "no run fits");
    if let Some(next) = found.next {
        say!("\nolder ones: --after {next}");
    }
    Ok(Outcome::Fine)
}

fn took(run: &RunRecord) -> String {
    match (run.started_at, run.finished_at) {
        (Some(started), Some(finished)) => print::span(finished - started),
        _ => String::new(),
    }
}

async fn show(store: &highline_store::Store, run: &RunPrefix, json: bool) -> anyhow::Result<Outcome> {
    let Some(id) = change::find(store, run).await? else { return Ok(Outcome::No) };
    let Some(detail) = store.run(id).await? else {
        eprintln!("error: there is no run {id}");
        return Ok(Outcome::No);
    };
    let steps = steps(&detail.log);
    let waits_for = waits_for(&detail, clock(store).await?.now());
    if json {
        let mut value = serde_json::to_value(&detail)?;
        value["steps"] = serde_json::to_value(&steps)?;
        value["waits_for"] = json!(waits_for);
        print::json(&json!({ "run": value }))?;
    } else {
        show_head(&detail, waits_for.as_deref());
        for step in &steps {
            show_step(step);
        }
    }
    Ok(Outcome::Fine)
}

fn show_head(detail: &RunDetail, waits_for: Option<&str>) {
    let run = &detail.record;
    say!("run       {}", run.id);
    say!("workflow  {} (revision {})", run.workflow, run.revision);
    say!("state     {}", run.state);
    if let Some(failure) = &run.failure {
        say!("why       {failure}");
    }
    say!("made      {}", print::time(run.created_at));
    if let Some(started) = run.started_at {
        let took = took(run);
        let took = if took.is_empty() { took } else { format!(", took {took}") };
        say!("started   {} after {}{took}", print::time(started), print::span(started - run.created_at));
    }
    if let Some(what) = waits_for {
        say!("waits for {what}");
    }
    if let Some(of) = run.rerun_of {
        say!("again     run {of}");
    }
    for again in &detail.reruns {
        say!("done again as run {again}");
    }
    say!("event     {}", detail.event_key);
    block("trigger", &detail.event);
}

pub fn show_step(step: &StepView) {
    let extra = match (step.branch, step.turns) {
        (Some(branch), _) => format!(" ({branch})"),
        (_, Some(turns)) => format!(" ({turns} turns)"),
        _ => String::new(),
    };
    let took =
        step.finished_at.map(|end| format!("  {}", print::span(end - step.started_at))).unwrap_or_default();
    say!("\nstep {}  {}{extra}{took}", step.step, step.state);
    for attempt in &step.attempts {
        let status = attempt.status.map(|status| format!(" HTTP {status}")).unwrap_or_default();
        let cached = if attempt.cached { "  cached: an equal read of this run has the answer" } else { "" };
        let took = attempt.ended_at.map(|end| print::span(end - attempt.started_at));
        let took = took.unwrap_or_else(|| "no result".to_owned());
        say!("  attempt {}  {}  {took}{status}{cached}", attempt.number, print::time(attempt.started_at));
        for heard in &attempt.wire.exchanges {
            say!("    {}", wire::line(heard));
        }
        if let Some(failure) = &attempt.failure {
            say!("    {failure}");
        }
        if let Some(at) = attempt.retry_at {
            say!("    again at {}", print::time(at));
        }
    }
    match (step.verified, step.wake_at) {
        (Some("done"), _) => say!("  verified: it was done, and is not done again"),
        (Some("not_done"), _) => say!("  verified: it was not done, so it may be sent again"),
        (Some(_), Some(at)) => say!("  whether it was done is looked up at {}", print::time(at)),
        _ => {}
    }
    let told = step.attempts.last().is_some_and(|attempt| attempt.failure == step.failure);
    if let (Some(failure), false) = (&step.failure, told) {
        say!("  {failure}");
    }
    match &step.input {
        Some(input) if input["$cut"]["bytes"].is_u64() => {
            let cut = &input["$cut"];
            block(&format!("input (cut: {} bytes, of which this is kept)", cut["bytes"]), &cut["kept"]);
        }
        Some(input) => block("input", input),
        None => {}
    }
    if let Some(output) = &step.output {
        block("output", output);
    }
}

/// A value under its name: on one line when it is short, else indented.
fn block(name: &str, value: &Value) {
    let line = value.to_string();
    if line.len() <= 100 {
        say!("  {name:<8}{line}");
        return;
    }
    say!("  {name}");
    for line in format!("{value:#}").lines() {
        say!("    {line}");
    }
}
