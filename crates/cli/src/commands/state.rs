//! `highline state`

use highline_engine::state::problem;
use highline_store::{NewState, StateEntry, StateFilter, StateScope};
use serde_json::json;

use crate::Outcome;
use crate::args::{StateCommand, StateScopeArgs};
use crate::commands::{audit, input};
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::{clock, existing_store};

impl StateScopeArgs {
    fn scope(&self) -> StateScope {
        self.workflow.clone().map_or(StateScope::Shared, StateScope::Workflow)
    }
}

pub async fn run(settings: &Settings, command: StateCommand) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let now = clock(&store).await?.now();
    let outcome = match command {
        StateCommand::List { scope, prefix, limit, after, json } => {
            let scope = scope.scope();
            let filter = StateFilter { scope: &scope, prefix: &prefix, now };
            let page = store.states(filter, after.as_deref(), limit).await?;
            if json {
                print::json(&page)?;
            } else {
                list(&page.entries, page.next.as_deref());
            }
            Outcome::Fine
        }
        StateCommand::Get { key, scope, json } => match store.state(&scope.scope(), &key, now).await? {
            Some(entry) if json => {
                print::json(&json!({ "entry": entry }))?;
                Outcome::Fine
            }
            Some(entry) => {
                say!("{}", entry.value);
                Outcome::Fine
            }
            None => nothing(&key),
        },
        StateCommand::Set { key, value, scope, expires_in } => {
            let value = input::value(&value)?;
            if let Some(problem) = problem(&key, Some(&value)) {
                anyhow::bail!(problem);
            }
            let expires_at = expires_in.map(|lasts| now + lasts);
            let details = json!({ "workflow": scope.workflow });
            let scope = scope.scope();
            let new = NewState { scope: &scope, key: &key, value: &value, expires_at, by: None, now };
            store.put_state(new).await?;
            audit::tell(&store, "put_state", &key, Some(details)).await?;
            Outcome::Fine
        }
        StateCommand::Delete { key, scope } => {
            if store.delete_state(&scope.scope(), &key, now).await? {
                audit::tell(&store, "delete_state", &key, Some(json!({ "workflow": scope.workflow })))
                    .await?;
                Outcome::Fine
            } else {
                nothing(&key)
            }
        }
    };
    store.close().await;
    Ok(outcome)
}

fn nothing(key: &str) -> Outcome {
    eprintln!("there is no entry `{key}`; entries of a workflow need --workflow");
    Outcome::No
}

fn list(entries: &[StateEntry], next: Option<&str>) {
    let mut table = print::table(&["KEY", "VALUE", "WRITTEN", "ENDS", "BY RUN"]);
    for entry in entries {
        table.add_row([
            entry.key.clone(),
            print::short(&entry.value.to_string(), 60),
            print::time(entry.updated_at),
            entry.expires_at.map(print::time).unwrap_or_default(),
            entry.written_by_run.map(|run| run.to_string()).unwrap_or_default(),
        ]);
    }
    print::show(&table, "there is no entry");
    if let Some(next) = next {
        say!("\nmore: --after {next}");
    }
}
