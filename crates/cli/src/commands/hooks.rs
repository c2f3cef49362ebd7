//! `highline hooks`

use highline_engine::Library;
use highline_store::HookRecord;
use highline_workflow::{HookMethod, Trigger, WebhookTrigger};
use serde::Serialize;
use serde_json::json;

use crate::Outcome;
use crate::commands::workflows::library;
use crate::print;
use crate::settings::Settings;
use crate::setup::{clock, existing_store};

/// An address, as it is told.
#[derive(Serialize)]
struct Told {
    workflow: String,
    enabled: bool,
    path: String,
    /// Empty: the workflow does not fit where this is asked.
    methods: Vec<HookMethod>,
    secret_header: Option<String>,
    problem: Option<String>,
}

pub async fn run(settings: &Settings, json: bool) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let library = library(settings, &store, clock(&store).await?)?;
    let mut hooks = Vec::new();
    for hook in store.hooks().await? {
        hooks.push(told(&library, hook, store.clone()).await?);
    }
    store.close().await;
    if json {
        print::json(&json!({ "hooks": hooks, "next": null }))?;
        return Ok(Outcome::Fine);
    }
    let mut table = print::table(&["WORKFLOW", "STATE", "METHODS", "ADDRESS", "SECRET IN", "PROBLEM"]);
    for hook in hooks {
        let methods: Vec<&str> = hook.methods.iter().map(|method| method.as_str()).collect();
        table.add_row([
            hook.workflow,
            if hook.enabled { "enabled" } else { "disabled" }.to_owned(),
            methods.join(", "),
            hook.path,
            hook.secret_header.unwrap_or_default(),
            hook.problem.unwrap_or_default(),
        ]);
    }
    print::show(&table, "no workflow is started by requests: `trigger: webhook` gives one an address");
    Ok(Outcome::Fine)
}

async fn told(library: &Library, hook: HookRecord, store: highline_store::Store) -> anyhow::Result<Told> {
    let mut told = Told {
        workflow: hook.workflow.to_string(),
        enabled: hook.enabled,
        path: format!("/hooks/{}", hook.path),
        methods: Vec::new(),
        secret_header: None,
        problem: None,
    };
    let Some(revision) = store.newest_revision(&hook.workflow).await? else { return Ok(told) };
    match library.workflow(&hook.workflow, revision).await? {
        Err(failure) => told.problem = Some(failure.message),
        Ok(workflow) => {
            if let Trigger::Webhook(WebhookTrigger { methods, secret, .. }) = &workflow.trigger {
                told.methods.clone_from(methods);
                told.secret_header = secret.as_ref().map(|secret| secret.header.clone());
            }
            told.problem = Library::missing_secret(&workflow).map(|missing| missing.to_string());
        }
    }
    Ok(told)
}
