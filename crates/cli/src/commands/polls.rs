//! `highline polls`

use highline_model::WorkflowId;
use highline_store::{Page, PollRecord, Sampled};

use crate::Outcome;
use crate::args::{PageArgs, PollsCommand};
use crate::commands::workflows::unknown;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::existing_store;

pub async fn run(settings: &Settings, command: PollsCommand) -> anyhow::Result<Outcome> {
    match command {
        PollsCommand::List { workflow, page } => list(settings, workflow, page).await,
        PollsCommand::Show { workflow, item, page } => show(settings, workflow, (item, page)).await,
    }
}

async fn list(settings: &Settings, workflow: Option<WorkflowId>, page: PageArgs) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    if let (Some(id), false) = (&workflow, page.json)
        && store.workflow(id).await?.is_none()
    {
        return unknown(&store, id).await;
    }
    let found = store.polls(workflow.as_ref(), Page { after: page.after, limit: page.limit }).await?;
    store.close().await;
    if page.json {
        print::json(&found)?;
        return Ok(Outcome::Fine);
    }
    let header = [
        "POLLED", "WORKFLOW", "SEEN", "NEW RUNS", "KNOWN", "FILTERED", "DROPPED", "REQUESTS", "TOOK", "ERROR",
    ];
    let mut table = print::table(&header);
    for poll in &found.polls {
        let error =
            poll.error.as_ref().map(|failure| print::short(&failure.to_string(), 70)).unwrap_or_default();
        table.add_row([
            print::time(poll.started_at),
            poll.workflow.to_string(),
            poll.seen.to_string(),
            poll.fresh.to_string(),
            poll.duplicate.to_string(),
            poll.filtered.to_string(),
            poll.dropped.to_string(),
            poll.requests.to_string(),
            print::span(poll.finished_at - poll.started_at),
            error,
        ]);
    }
    print::show(&table, "no poll has been made yet");
    if let Some(next) = found.next {
        say!("\nolder ones: --after {next}");
    }
    Ok(Outcome::Fine)
}

async fn show(
    settings: &Settings,
    workflow: WorkflowId,
    (item, page): (Option<String>, PageArgs),
) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    if store.workflow(&workflow).await?.is_none() {
        return unknown(&store, &workflow).await;
    }
    let mut found = store.polls(Some(&workflow), Page { after: page.after, limit: page.limit }).await?;
    store.close().await;
    if let Some(item) = &item {
        for poll in &mut found.polls {
            poll.sample.retain(|sampled| is_about(item, sampled));
        }
        found.polls.retain(|poll| !poll.sample.is_empty());
    }
    if page.json {
        print::json(&found)?;
        return Ok(Outcome::Fine);
    }
    for poll in &found.polls {
        show_poll(poll);
    }
    match &item {
        _ if !found.polls.is_empty() => {}
        Some(item) => {
            say!("none of these polls remembers `{item}`; `highline why {workflow} {item}` knows more")
        }
        None => say!("no poll has been made yet"),
    }
    if let Some(next) = found.next {
        say!("\nolder ones: --after {next}");
    }
    Ok(Outcome::Fine)
}

fn is_about(item: &str, sampled: &Sampled) -> bool {
    sampled.key.strip_prefix(item).is_some_and(|rest| rest.is_empty() || rest.starts_with(['@', '#', '…']))
}

fn show_poll(poll: &PollRecord) {
    let took = print::span(poll.finished_at - poll.started_at);
    let made = match &poll.made_by {
        Some(leader) => format!("made by {leader}"),
        None => format!("{} requests", poll.requests),
    };
    let others: String = poll.others.iter().map(|(outcome, count)| format!(", {count} {outcome}")).collect();
    say!(
        "{}  {} seen, {} new runs, {} known, {} filtered{others}  ({made}, {took})",
        print::time(poll.started_at),
        poll.seen,
        poll.fresh,
        poll.duplicate,
        poll.filtered
    );
    if let Some(error) = &poll.error {
        say!("  {error}");
    }
    for Sampled { key, outcome, value } in &poll.sample {
        let value = value.as_ref().map(|value| format!("  where: {value}")).unwrap_or_default();
        say!("  {outcome:<10}{key}{value}");
    }
}
