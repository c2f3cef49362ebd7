//! `highline workflows`

use std::sync::Arc;

use highline_engine::{Intake, Library, Started, Switched, Wish};
use highline_model::{Clock, WorkflowId};
use highline_store::{Store, WorkflowRecord};
use highline_yaml::nearest;
use serde_json::json;

use crate::Outcome;
use crate::args::WorkflowsCommand;
use crate::commands::audit::{self, BY};
use crate::commands::input;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::{World, clock, existing_store};

pub async fn run(settings: &Settings, command: WorkflowsCommand) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let outcome = match command {
        WorkflowsCommand::List { json } => list(&store, json).await?,
        WorkflowsCommand::Show { workflow, json } => show(&store, &workflow, json).await?,
        WorkflowsCommand::Enable { workflow } => switch(settings, &store, &workflow, true).await?,
        WorkflowsCommand::Disable { workflow } => switch(settings, &store, &workflow, false).await?,
        WorkflowsCommand::Start { workflow, event } => {
            let event = input::object(event.as_deref())?;
            let clock = clock(&store).await?;
            let library = Arc::new(library(settings, &store, clock.clone())?);
            let intake = Arc::new(Intake::new(library, store.journal(), clock));
            let wish = Wish { key: None, by: Some(BY.to_owned()) };
            match intake.start_as(&workflow, event.into(), wish).await? {
                Started::Run(run) => {
                    say!("run {run} is queued");
                    Outcome::Fine
                }
                Started::Known(run) => {
                    let run =
                        run.map_or("a run that has been removed".to_owned(), |run| format!("run {run}"));
                    say!("nothing is started: this event is known, and {run} was started for it");
                    Outcome::Fine
                }
                Started::Dropped => {
                    eprintln!(
                        "error: the workflow's concurrency key has no place free, and `on_limit: drop` starts no run then"
                    );
                    Outcome::No
                }
                Started::OtherData => anyhow::bail!("the event's key was used before for another event"),
                Started::Unusable(failure) => {
                    eprintln!("error: {failure}");
                    Outcome::No
                }
                Started::Unknown => unknown(&store, &workflow).await?,
            }
        }
        WorkflowsCommand::Key { workflow, key, forget: true } => {
            if store.forget_key(&workflow, &key).await? {
                audit::tell(&store, "forget_key", &format!("{workflow}/{key}"), None).await?;
                Outcome::Fine
            } else {
                unknown_key(&key)
            }
        }
        WorkflowsCommand::Key { workflow, key, forget: false } => {
            match store.known_key(&workflow, &key, clock(&store).await?.now()).await? {
                Some(known) => {
                    print::json(&serde_json::json!({ "key": known }))?;
                    Outcome::Fine
                }
                None => unknown_key(&key),
            }
        }
    };
    store.close().await;
    Ok(outcome)
}

fn unknown_key(key: &str) -> Outcome {
    eprintln!("no event with the key `{key}` is known");
    Outcome::No
}

pub fn library(settings: &Settings, store: &Store, clock: Clock) -> anyhow::Result<Library> {
    let world = World::load(settings)?;
    let connections = world.connections(settings)?.map(Arc::new);
    Ok(Library::new(store.clone(), world.catalog, connections, clock))
}

async fn switch(settings: &Settings, store: &Store, id: &WorkflowId, on: bool) -> anyhow::Result<Outcome> {
    match library(settings, store, clock(store).await?)?.set_enabled(id, on).await? {
        Switched::Unknown => unknown(store, id).await,
        Switched::Unusable(failure) => {
            eprintln!("error: {failure}");
            Ok(Outcome::No)
        }
        Switched::Done(record) => {
            let action = if on { "enable_workflow" } else { "disable_workflow" };
            audit::tell(store, action, id.as_str(), None).await?;
            say!("workflow {id} is {}", if record.enabled { "enabled" } else { "disabled" });
            Ok(Outcome::Fine)
        }
    }
}

pub async fn unknown(store: &Store, id: &WorkflowId) -> anyhow::Result<Outcome> {
    let all = store.workflows().await?;
    match nearest(id.as_str(), all.iter().map(|w| w.id.as_str())) {
        Some(near) => eprintln!("error: there is no workflow `{id}`; did you mean `{near}`?"),
        None => eprintln!("error: there is no workflow `{id}`; `highline workflows list` shows all"),
    }
    Ok(Outcome::No)
}

async fn list(store: &Store, json: bool) -> anyhow::Result<Outcome> {
    let (all, wrong) = (store.workflows().await?, store.wrong_files().await?);
    if json {
        print::json(&json!({ "workflows": all, "wrong": wrong, "next": null }))?;
        return Ok(Outcome::Fine);
    }
    let mut table = print::table(&[
        "WORKFLOW", "NAME", "STATE", "REVISION", "TRIGGER", "NEXT", "RUNS", "FAILED", "PROBLEM",
    ]);
    for workflow in &all {
        let next = workflow.next_at.map(print::time).unwrap_or_default();
        table.add_row([
            workflow.id.to_string(),
            workflow.name.clone(),
            if workflow.enabled { "enabled" } else { "disabled" }.to_owned(),
            workflow.revision.to_string(),
            workflow.trigger.to_string(),
            next,
            workflow.runs.total().to_string(),
            workflow.runs.of(highline_model::RunState::Failed).to_string(),
            problem(workflow),
        ]);
    }
    for file in wrong {
        let blank = String::new;
        let problem = print::short(&file.problem, 100);
        table.add_row([
            file.id,
            blank(),
            "wrong".to_owned(),
            blank(),
            blank(),
            blank(),
            blank(),
            blank(),
            problem,
        ]);
    }
    print::show(
        &table,
        "there is no workflow yet: put a file into the workflows folder and start `highline serve`",
    );
    Ok(Outcome::Fine)
}

fn problem(workflow: &WorkflowRecord) -> String {
    let poll = workflow.last_poll.as_ref().and_then(|poll| poll.error.as_ref()).map(ToString::to_string);
    print::short(&workflow.problem.clone().or(poll).unwrap_or_default(), 60)
}

async fn show(store: &Store, id: &WorkflowId, json: bool) -> anyhow::Result<Outcome> {
    let Some(workflow) = store.workflow(id).await? else { return unknown(store, id).await };
    let revision = store.revision(id, workflow.revision).await?;
    let source = revision.map(|revision| revision.source).unwrap_or_default();
    if json {
        let mut value = serde_json::to_value(&workflow)?;
        value["source"] = source.into();
        value["hook"] =
            json!(store.hook_of(id).await?.map(|hook| json!({ "path": format!("/hooks/{}", hook.path) })));
        print::json(&json!({ "workflow": value }))?;
        return Ok(Outcome::Fine);
    }
    say!("workflow  {} (revision {}, from {})", workflow.id, workflow.revision, workflow.origin);
    say!("name      {}", workflow.name);
    say!("state     {}", if workflow.enabled { "enabled" } else { "disabled" });
    if let Some(problem) = &workflow.problem {
        say!("problem   {problem}");
    }
    if let Some(next) = workflow.next_at {
        let with = workflow.polled_with.as_ref().map(|leader| format!(", together with {leader}"));
        say!("next      {}{}", print::time(next), with.unwrap_or_default());
    }
    if let Some(hook) = store.hook_of(id).await? {
        say!("address   /hooks/{}", hook.path);
    }
    if let Some(poll) = &workflow.last_poll {
        let how = poll.error.as_ref().map_or_else(|| format!("{} new", poll.fresh), ToString::to_string);
        say!("polled    {}: {how}", print::time(poll.finished_at));
    }
    say!("\n{source}");
    Ok(Outcome::Fine)
}
