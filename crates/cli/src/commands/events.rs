//! `highline events`

use highline_engine::find_event;
use highline_model::EventId;
use highline_store::{EventFilter, EventRecord, Page, Store};
use serde_json::json;

use crate::Outcome;
use crate::args::EventsCommand;
use crate::commands::workflows::unknown;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::existing_store;

pub async fn run(settings: &Settings, command: EventsCommand) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let outcome = match command {
        EventsCommand::List { workflow, outcome, page } => {
            if let Some(id) = &workflow
                && store.workflow(id).await?.is_none()
            {
                return unknown(&store, id).await;
            }
            let filter =
                EventFilter { workflow: workflow.as_ref(), outcome: outcome.as_deref(), record: None };
            let part = Page { after: page.after.map(EventId), limit: page.limit };
            let found = store.events(&filter, part).await?;
            if page.json {
                print::json(&found)?;
            } else {
                list(&found.events, found.next);
            }
            Outcome::Fine
        }
        EventsCommand::Show { event, json } => show(&store, event, json).await?,
    };
    store.close().await;
    Ok(outcome)
}

fn list(events: &[EventRecord], next: Option<EventId>) {
    let mut table = print::table(&["FOUND", "EVENT", "WORKFLOW", "KEY", "BECAME", "RUN"]);
    for event in events {
        table.add_row([
            print::time(event.created_at),
            event.id.to_string(),
            event.workflow.to_string(),
            print::short(&event.key, 60),
            event.outcome.clone(),
            event.run.as_ref().map(|run| format!("{} {}", run.id, run.state)).unwrap_or_default(),
        ]);
    }
    print::show(&table, "nothing has been found yet");
    if let Some(next) = next {
        say!("\nolder ones: --after {next}");
    }
}

async fn show(store: &Store, id: EventId, json: bool) -> anyhow::Result<Outcome> {
    let Some(event) = find_event(store, id).await? else {
        eprintln!("error: there is no event {id}");
        return Ok(Outcome::No);
    };
    if json {
        print::json(&json!({ "event": event }))?;
        return Ok(Outcome::Fine);
    }
    let record = &event.record;
    say!(
        "event {} of `{}`, found {}: {}",
        record.id,
        record.workflow,
        print::time(record.created_at),
        record.outcome
    );
    say!("key: {}", record.key);
    if let Some(run) = &record.run {
        say!("run: {} {}", run.id, run.state);
    }
    say!("{:#}", event.data);
    Ok(Outcome::Fine)
}
