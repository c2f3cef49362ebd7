//! `highline polls`

use highline_store::Page;

use crate::Outcome;
use crate::args::PollsCommand;
use crate::commands::workflows::unknown;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::existing_store;

pub async fn run(settings: &Settings, command: PollsCommand) -> anyhow::Result<Outcome> {
    let PollsCommand::List { workflow, page } = command;
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
    let header = ["POLLED", "WORKFLOW", "SEEN", "NEW RUNS", "KNOWN", "FILTERED", "REQUESTS", "TOOK", "ERROR"];
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
